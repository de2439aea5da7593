"""Train the quick network of the second vote: `python -m tools.train_runs [OPTIONS] [FILE ...]`.

Reads `training/safety/*.tsv` (kind, a tab, a text) and the phrases of the catalogue, which are no
danger; each FILE.jsonl adds ordinary messages ({"text": ...}). Writes `bot/safety/runs.npz`. Needs
PyTorch, which the program itself does not: `pip install torch`. An hour on two cores.

With --go-on it begins with the weights that are stored, and takes two rounds instead of six: for a
few new lines. With --hold-out a fifth of the messages is first judged by a network that never saw
them, and what each threshold would lead to is printed. The thresholds themselves are chosen by
people, and stand in `bot/safety/vote.py`.
"""

# PyTorch is not among the libraries of the project, so its types are not known here.
# mypy: disable-error-code="misc,attr-defined"

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.safety.runs import RUNS, WEIGHTS
from bot.understanding.encoder import UniversalSentenceEncoder
from tools.learning import DANGERS, Example, classes, examples, learn, options, same_classes, train

_WIDTH, _PIECE, _LOOKS, _HIDDEN = 256, 512, 4, 256
_DROP = 0.3
_FROM_THE_ENCODER, _FROM_THE_STORED = (6, 5e-4), (2, 1.5e-4)  # rounds, and the longest step
_NARROW = 64
_MOST_PIECES = 96


class Network(nn.Module):
    """The same sums as `bot.safety.runs.Runs`, in a form that can learn."""

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


def store(network: Network, into: Sequence[str], path: Path) -> None:
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
        _classes=np.array(into),
        **arrays,
    )


def main() -> None:
    model = UniversalSentenceEncoder()._use._model
    files, goes_on, hold_out = options()
    read = examples(files)
    every = [
        tuple(model.sp.encode(e.text, out_type=int, add_bos=True, add_eos=True)[:_MOST_PIECES])
        for e in read
    ]
    used = sorted({piece for pieces in every for piece in pieces})
    place = {piece: at for at, piece in enumerate(used)}
    chunk = np.array(used) % len(model.scale)
    rows = model.table[used].astype(np.float32) * model.scale[chunk, None] + model.lo[chunk, None]
    of = [
        replace(e, pieces=tuple(place[p] for p in pieces))
        for e, pieces in zip(read, every, strict=True)
    ]
    into = classes(of)
    if goes_on:
        same_classes(WEIGHTS, into)

    def make() -> Network:
        network = Network(torch.tensor(rows), len(into))
        if goes_on:
            network.begin_as_stored(WEIGHTS)
        else:
            network.begin_as_the_encoder(model)
        return network

    def learnt(network: Network, of: Sequence[Example]) -> Network:
        return learn(network, of, into, *(_FROM_THE_STORED if goes_on else _FROM_THE_ENCODER))

    store(train(of, make, learnt, hold_out=hold_out), into, WEIGHTS)


if __name__ == "__main__":
    main()
