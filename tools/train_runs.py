"""Train the second vote of the safety room: `python -m tools.train_vote [OPTIONS] [FILE ...]`.

Reads `training/safety/*.tsv` (kind, a tab, a text) and the phrases of the catalogue, which are no
danger; each FILE.jsonl adds ordinary messages ({"text": ...}). Writes `bot/safety/vote.npz`. Needs
PyTorch, which the program itself does not: `pip install torch`. A quarter of an hour on two cores.

With --go-on it begins with the weights that are stored, and takes two rounds instead of six: for a
few new lines. With --hold-out a fifth of the messages is first judged by a network that never saw
them, and what each threshold would lead to is printed. The threshold itself is chosen by people:
THRESHOLD below.
"""

# PyTorch is not among the libraries of the project, so its types are not known here.
# mypy: disable-error-code="misc,attr-defined"

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bot.catalogue import read_catalogue
from bot.safety.vote import BORDERLINE, RUNS, WEIGHTS
from bot.settings import read_settings
from bot.understanding.encoder import UniversalSentenceEncoder
from bot.understanding.normalise import fold

FOLDER = Path(__file__).parents[1] / "training" / "safety"
DANGERS = (
    "suicidal",
    "self-harm",
    "violence-now",
    "sexual-violence",
    "medical-now",
    "harm-to-others",
    BORDERLINE,
)
HARMLESS = ("idiom", "topic", "past-or-other", "heavy", "ordinary")
_WIDTH, _PIECE, _LOOKS, _HIDDEN = 256, 512, 4, 256
_BATCH, _DROP = 64, 0.3
_FROM_THE_ENCODER, _FROM_THE_STORED = (6, 5e-4), (2, 1.5e-4)  # rounds, and the longest step
# From these log-odds on the vote shows help: chosen on messages that nobody trained on, with the
# cost of a miss far above that of a false alarm (docs/safety.md).
THRESHOLD = -0.25
# Below these (1 to 20) a rule that is not firm was mistaken: of 575 messages of danger that nobody
# trained on this would have lost none (docs/safety.md).
CALM = -3.0
_NARROW = 64
_HELD_OUT = 0.2
_MEMORY = 0.998  # of the average
# Most that students write is ordinary, most that was written for this is not: it counts for more.
_COUNTS = {"ordinary": 2.5, "heavy": 1.5}
_PHRASE_COUNTS = 0.8  # a phrase of the catalogue, against a message written for this
_MOST_PIECES = 96


@dataclass(frozen=True)
class Example:
    """A folded text as the numbers of its pieces, its class and how much it counts."""

    text: str
    kind: str
    counts: float
    pieces: tuple[int, ...] = ()


def examples(ordinary: Sequence[Path]) -> list[Example]:
    found = []
    for path in ordinary:
        lines = path.read_text("utf-8").splitlines()
        found += [_example("ordinary", json.loads(line)["text"]) for line in lines]
    for path in sorted(FOLDER.glob("*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            kind, _, text = line.partition("\t")
            if kind not in (*DANGERS, *HARMLESS) or not text.strip():
                raise SystemExit(f"{path.name}: not a kind, a tab and a text: {line}")
            found.append(_example(kind, text))
    catalogue = read_catalogue(read_settings({}).catalogue)
    for need in catalogue.needs.values():
        found += [Example(fold(p), f"need:{need.id}", _PHRASE_COUNTS) for p in need.phrases.both]
    for talk in catalogue.small_talk.values():
        found += [Example(fold(p), f"talk:{talk.id}", _PHRASE_COUNTS) for p in talk.phrases.both]
    return found


def _example(kind: str, text: str) -> Example:
    return Example(fold(text), kind, _COUNTS.get(kind, 1.0))


class Network(nn.Module):
    """The same sums as `bot.safety.vote.Vote`, in a form that can learn."""

    def __init__(self, rows: Tensor, classes: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(rows, requires_grad=False)
        self.within = nn.ModuleList(nn.Linear(_PIECE, _WIDTH) for _ in RUNS)
        self.level = nn.ModuleList(nn.LayerNorm(_WIDTH, eps=1e-6) for _ in RUNS)
        self.one = nn.ModuleList(nn.Linear(size * _WIDTH, _WIDTH) for size, _ in RUNS)
        self.two = nn.ModuleList(nn.Linear(size * _WIDTH, _WIDTH) for size, _ in RUNS)
        width = _PIECE + len(RUNS) * _WIDTH
        self.all_level = nn.LayerNorm(width, eps=1e-6)
        self.look = nn.Linear(width, _LOOKS)
        self.hidden = nn.Linear(width * (2 + _LOOKS), _HIDDEN)
        self.out = nn.Linear(_HIDDEN, classes)

    def begin_as_the_encoder(self, model: object) -> None:
        """Start from the encoder's own layers: they know the languages already."""
        for number in range(len(RUNS)):
            at = slice(number * _WIDTH, (number + 1) * _WIDTH)
            for layer, weights, shift in (
                (self.within[number], model.proj_W[:, at], model.proj_b[at]),
                (self.one[number], model.w1[number], model.b1[number]),
                (self.two[number], model.w2[number], model.b2[number]),
            ):
                layer.weight.data = torch.tensor(weights.T.copy())
                layer.bias.data = torch.tensor(shift.copy())
            self.level[number].weight.data = torch.tensor(model.ln_g_all[at].copy())
            self.level[number].bias.data = torch.tensor(model.ln_b_all[at].copy())
        self.all_level.weight.data = torch.tensor(model.ln_g.copy())
        self.all_level.bias.data = torch.tensor(model.ln_b.copy())

    def layers(self) -> Iterator[tuple[str, str, nn.Linear]]:
        """Those that are stored as they are, with the names of their weights and of their shift."""
        for at in range(len(RUNS)):
            yield f"in{at}", f"in_b{at}", self.within[at]
            yield f"one{at}", f"one_b{at}", self.one[at]
            yield f"two{at}", f"two_b{at}", self.two[at]
        yield "look", "look_b", self.look
        yield "out", "out_b", self.out

    def levels(self) -> Iterator[tuple[str, str, nn.LayerNorm]]:
        """The same for what levels: the names of gain and shift."""
        for at in range(len(RUNS)):
            yield f"g{at}", f"b{at}", self.level[at]
        yield "g", "b", self.all_level

    def begin_as_stored(self, path: Path) -> None:
        """Go on from what `store` wrote; the classes must be the same ones."""
        with np.load(path, allow_pickle=False) as stored:
            w = {n: torch.tensor(stored[n], dtype=torch.float32) for n in stored if n[0] != "_"}
        for name, shift, layer in self.layers():
            layer.weight.data, layer.bias.data = w[name].T.contiguous(), w[shift]
        for gain, shift, level in self.levels():
            level.weight.data, level.bias.data = w[gain], w[shift]
        self.hidden.weight.data = (w["narrow"] @ w["hidden"]).T.contiguous()
        self.hidden.bias.data = w["hidden_b"]

    def forward(self, ids: Tensor, there: Tensor) -> Tensor:
        mask = there[..., None]
        pieces = self.rows[ids] * mask
        if self.training:  # a piece that is missing now and then: no word decides alone
            pieces = pieces * (torch.rand(*ids.shape, 1) > 0.08)
        seen = [pieces]
        for number, (size, before) in enumerate(RUNS):
            x = self.level[number](self.within[number](pieces)) * mask
            h = (functional.relu(self.one[number](_runs(x, size, before))) + x) * mask
            h = functional.dropout(h, _DROP * 0.3, self.training)
            seen.append(functional.relu(self.two[number](_runs(h, size, before))) + h)
        every = functional.dropout(self.all_level(torch.cat(seen, -1)), _DROP, self.training)
        share = self.look(every).masked_fill(mask == 0, -1e4).softmax(1)
        together = torch.cat(
            (
                (every * mask).sum(1) / mask.sum(1).sqrt() * 0.3,
                every.masked_fill(mask == 0, -1e4).max(1)[0],
                torch.einsum("bth,btd->bhd", share, every).flatten(1),
            ),
            1,
        )
        hidden = functional.dropout(functional.relu(self.hidden(together)), _DROP, self.training)
        scores: Tensor = self.out(hidden)
        return scores


def _runs(x: Tensor, size: int, before: int) -> Tensor:
    padded = functional.pad(x, (0, 0, before, size - 1 - before))
    return torch.cat([padded[:, at : at + x.shape[1]] for at in range(size)], -1)


def _batch(of: Sequence[Example]) -> tuple[Tensor, Tensor]:
    longest = max(len(example.pieces) for example in of)
    ids, there = torch.zeros(len(of), longest, dtype=torch.long), torch.zeros(len(of), longest)
    for row, example in enumerate(of):
        ids[row, : len(example.pieces)] = torch.tensor(example.pieces)
        there[row, : len(example.pieces)] = 1
    return ids, there


def _batches(of: Sequence[Example], chance: random.Random) -> Iterator[list[Example]]:
    """All examples once, in another order each time, texts of like length together."""
    order = list(of)
    chance.shuffle(order)
    many = _BATCH * 20
    chunks = [
        sorted(order[i : i + many], key=lambda e: len(e.pieces)) for i in range(0, len(order), many)
    ]
    batches = [chunk[i : i + _BATCH] for chunk in chunks for i in range(0, len(chunk), _BATCH)]
    chance.shuffle(batches)
    yield from batches


def train(
    of: Sequence[Example],
    classes: Sequence[str],
    rows: Tensor,
    model: object,
    stored: Path | None = None,
) -> Network:
    """A network that learnt these examples, from the encoder on or from what is stored."""
    torch.manual_seed(0)
    chance = random.Random(0)
    network = Network(rows, len(classes))
    if stored is None:
        network.begin_as_the_encoder(model)
    else:
        network.begin_as_stored(stored)
    rounds, longest = _FROM_THE_ENCODER if stored is None else _FROM_THE_STORED
    number = {kind: at for at, kind in enumerate(classes)}
    learns = [p for p in network.parameters() if p.requires_grad]
    step = torch.optim.AdamW(learns, weight_decay=0.01)
    steps = rounds * (len(of) // _BATCH + 25)
    # The average over the last steps: steadier than any one of them.
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_MEMORY))
    pace = torch.optim.lr_scheduler.OneCycleLR(step, longest, total_steps=steps, pct_start=0.15)
    for round_ in range(rounds):
        network.train()
        total = 0.0
        for batch in _batches(of, chance):
            scores = network(*_batch(batch))
            wanted = torch.tensor([number[e.kind] for e in batch])
            counts = torch.tensor([e.counts for e in batch])
            which = functional.cross_entropy(scores, wanted, reduction="none", label_smoothing=0.05)
            danger = functional.binary_cross_entropy_with_logits(
                _odds(scores), (wanted < len(DANGERS)).float(), reduction="none"
            )
            loss = ((which * 0.5 + danger) * counts).mean()
            step.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learns, 1.0)
            step.step()
            pace.step()
            average.update_parameters(network)
            total += loss.item()
        print(f"  round {round_ + 1}: {total * _BATCH / len(of):.3f}", flush=True)
    averaged: Network = average.module
    return averaged


def _odds(scores: Tensor) -> Tensor:
    dangers, others = scores[:, : len(DANGERS)], scores[:, len(DANGERS) :]
    return torch.logsumexp(dangers, 1) - torch.logsumexp(others, 1)


def judge(network: Network, of: Sequence[Example]) -> NDArray[np.float64]:
    network.eval()
    found = np.zeros(len(of))
    order = sorted(range(len(of)), key=lambda i: len(of[i].pieces))
    with torch.no_grad():
        for start in range(0, len(order), 256):
            these = order[start : start + 256]
            found[these] = _odds(network(*_batch([of[i] for i in these]))).numpy()
    return found


def show_thresholds(odds: NDArray[np.float64], of: Sequence[Example]) -> None:
    """What each threshold leads to, on examples that the network had not seen."""
    danger = np.array([e.kind in DANGERS for e in of])
    phrase = np.array([":" in e.kind for e in of])
    calm = np.array([e.kind in ("ordinary", "heavy") for e in of])
    hard = ~danger & ~phrase & ~calm
    for at in np.arange(-1, 3.5, 0.5):
        alarmed = odds > at
        print(
            f"  {at:4.1f}: recall {alarmed[danger].mean():.3f}, hard {alarmed[hard].mean():.3f}, "
            f"ordinary {alarmed[calm].mean():.4f}, phrases {alarmed[phrase].mean():.4f}"
        )


def store(network: Network, path: Path) -> None:
    w: dict[str, Tensor] = {}
    for name, shift, layer in network.layers():
        w |= {name: layer.weight.T, shift: layer.bias}
    for gain, shift, level in network.levels():
        w |= {gain: level.weight, shift: level.bias}
    # The widest layer by way of 64 numbers: much less arithmetic, and no worse (docs/safety.md).
    left, strength, right = torch.linalg.svd(network.hidden.weight.T, full_matrices=False)
    w |= {"narrow": left[:, :_NARROW] * strength[:_NARROW], "hidden": right[:_NARROW]}
    w |= {"hidden_b": network.hidden.bias}
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in w.items()}
    np.savez_compressed(
        path,
        _kinds=np.array(DANGERS),
        _threshold=np.array(THRESHOLD),
        _calm=np.array(CALM),
        **arrays,
    )


def main() -> None:
    torch.set_num_threads(2)
    encoder = UniversalSentenceEncoder()
    model = encoder._use._model
    numbered = examples([Path(name) for name in sys.argv[1:] if name.endswith(".jsonl")])
    every = [
        tuple(model.sp.encode(e.text, out_type=int, add_bos=True, add_eos=True)[:_MOST_PIECES])
        for e in numbered
    ]
    used = sorted({piece for pieces in every for piece in pieces})
    place = {piece: at for at, piece in enumerate(used)}
    chunk = np.array(used) % len(model.scale)
    rows = model.table[used].astype(np.float32) * model.scale[chunk, None] + model.lo[chunk, None]
    of = [
        Example(e.text, e.kind, e.counts, tuple(place[p] for p in pieces))
        for e, pieces in zip(numbered, every, strict=True)
    ]
    classes = (*DANGERS, *sorted({e.kind for e in of} - set(DANGERS)))
    print(f"{len(of)} examples, {sum(e.kind in DANGERS for e in of)} of danger")
    if "--hold-out" in sys.argv:
        aside = np.random.default_rng(0).random(len(of)) < _HELD_OUT
        print("without a fifth")
        network = train(
            [e for e, out in zip(of, aside, strict=True) if not out],
            classes,
            torch.tensor(rows),
            model,
        )
        unseen = [e for e, out in zip(of, aside, strict=True) if out]
        show_thresholds(judge(network, unseen), unseen)
    print("all")
    stored = WEIGHTS if "--go-on" in sys.argv else None
    store(train(of, classes, torch.tensor(rows), model, stored), WEIGHTS)


if __name__ == "__main__":
    main()
