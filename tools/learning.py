"""What both networks of the second vote learn from, and how: messages, classes, loss, average.

Needs PyTorch, which the program itself does not.
"""

# PyTorch is not among the libraries of the project, so its types are not known here.
# mypy: disable-error-code="misc,attr-defined"

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from bot.catalogue import read_catalogue
from bot.safety.network import BORDERLINE, CLASSES
from bot.settings import read_settings
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
_BATCH = 64
_HELD_OUT = 0.2
_MEMORY = 0.998  # of the average
# Most that students write is ordinary, most that was written for this is not: it counts for more.
_COUNTS = {"ordinary": 2.5, "heavy": 1.5}
_PHRASE_COUNTS = 0.8  # a phrase of the catalogue, against a message written for this
_IN_COMPANY = 0.1  # so many of the texts once more, among ordinary ones
_LONGEST = 300  # characters of these
Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Example:
    """A folded text with its class, how much it counts, and the numbers of its pieces."""

    text: str
    kind: str
    counts: float
    pieces: tuple[int, ...] = ()
    in_company: bool = False  # it holds other examples too


def examples(ordinary: Sequence[Path]) -> list[Example]:
    """All lines of `training/safety/`, the catalogue's phrases, and ordinary messages of these
    files ({"text": ...} a line). SystemExit for a line that cannot be read."""
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
    return found + _in_company(found)


def _in_company(of: Sequence[Example]) -> list[Example]:
    """Some of these once more, with ordinary messages before or after them: harmless talk hides no
    danger, and is none. None that the networks would not see to its end."""
    chance = random.Random(0)
    ordinary = [e.text for e in of if e.kind == "ordinary"]
    found = []
    for example in chance.sample(of, round(len(of) * _IN_COMPANY)):
        around = chance.sample(ordinary, chance.choice((1, 1, 2, 3)))
        around.insert(chance.randint(0, len(around)), example.text)
        text = chance.choice((" ", ". ", ", ")).join(around)
        if len(text) <= _LONGEST:
            found.append(replace(example, text=text, in_company=True))
    return found


def _example(kind: str, text: str) -> Example:
    return Example(fold(text), kind, _COUNTS.get(kind, 1.0))


def classes(of: Sequence[Example]) -> tuple[str, ...]:
    """The classes of these, in the order of the scores: the kinds of danger first."""
    return (*DANGERS, *sorted({e.kind for e in of} - set(DANGERS)))


def classes_of(path: Path) -> tuple[str, ...]:
    """The same of stored weights."""
    with np.load(path, allow_pickle=False) as stored:
        return tuple(map(str, stored[CLASSES]))


def same_classes(path: Path, into: Sequence[str]) -> None:
    """SystemExit where these weights are of other classes: nothing can go on from them."""
    if classes_of(path) != tuple(into):
        raise SystemExit("Needs or small talk are others by now: train without --go-on.")


def options() -> tuple[list[Path], bool, bool]:
    """The files that were named, and whether --go-on and --hold-out were."""
    goes_on, hold_out = "--go-on" in sys.argv, "--hold-out" in sys.argv
    if goes_on and hold_out:  # the stored weights have learnt what would be held out
        raise SystemExit("--go-on and --hold-out do not go together.")
    return [Path(name) for name in sys.argv[1:] if name.endswith(".jsonl")], goes_on, hold_out


def split(of: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """A fifth is held out, always the same: what is learnt from, and what is not. Without those in
    company, in which what is held out could stand."""
    of = [e for e in of if not e.in_company]
    aside = np.random.default_rng(0).random(len(of)) < _HELD_OUT
    pairs = list(zip(of, aside, strict=True))
    return [e for e, out in pairs if not out], [e for e, out in pairs if out]


def learn(
    network: Network,
    of: Sequence[Example],
    into: Sequence[str],
    rounds: int,
    longest: float,
    head: Sequence[nn.Parameter] = (),
) -> Network:
    """The network after it learnt these examples: its average over the last steps, which is
    steadier than any one of them.

    `longest` is the longest step; the layers of `head` are new and take ten times longer ones.
    """
    chance = random.Random(0)
    number = {kind: at for at, kind in enumerate(into)}
    new = {id(p) for p in head}
    learns = [p for p in network.parameters() if p.requires_grad]
    known = [p for p in learns if id(p) not in new]
    groups = [(known, longest)] + ([([*head], longest * 10)] if head else [])
    step = torch.optim.AdamW([{"params": params} for params, _ in groups], weight_decay=0.01)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_MEMORY))
    pace = torch.optim.lr_scheduler.OneCycleLR(
        step,
        [most for _, most in groups],
        total_steps=rounds * (len(of) // _BATCH + 25),
        pct_start=0.15,
    )
    for round_ in range(rounds):
        network.train()
        total = 0.0
        for batch in _batches(of, chance):
            scores = network(*padded(batch))
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


def padded(of: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """The pieces of these, a row each, and a 1 for each piece that is there."""
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


def _odds(scores: Tensor) -> Tensor:
    dangers, others = scores[:, : len(DANGERS)], scores[:, len(DANGERS) :]
    return torch.logsumexp(dangers, 1) - torch.logsumexp(others, 1)


def judge(network: nn.Module, of: Sequence[Example]) -> NDArray[np.float64]:
    """The log-odds of danger in each."""
    network.eval()
    found = np.zeros(len(of))
    order = sorted(range(len(of)), key=lambda i: len(of[i].pieces))
    with torch.no_grad():
        for start in range(0, len(order), 256):
            these = order[start : start + 256]
            found[these] = _odds(network(*padded([of[i] for i in these]))).numpy()
    return found


def show_thresholds(network: nn.Module, of: Sequence[Example]) -> None:
    """Prints what each threshold leads to, on examples that the network has not seen."""
    odds = judge(network, of)
    danger = np.array([e.kind in DANGERS for e in of])
    phrase = np.array([":" in e.kind for e in of])
    calm = np.array([e.kind in ("ordinary", "heavy") for e in of])
    hard = ~danger & ~phrase & ~calm
    for at in np.arange(-2, 3.5, 0.5):
        alarmed = odds > at
        print(
            f"  {at:4.1f}: recall {alarmed[danger].mean():.3f}, hard {alarmed[hard].mean():.3f}, "
            f"ordinary {alarmed[calm].mean():.4f}, phrases {alarmed[phrase].mean():.4f}"
        )


def train(
    of: Sequence[Example],
    make: Callable[[], Network],
    learnt: Callable[[Network, Sequence[Example]], Network],
    *,
    hold_out: bool,
) -> Network:
    """A network that learnt all of these; with `hold_out`, first what one makes of those that it
    did not see."""
    torch.set_num_threads(2)
    print(f"{len(of)} examples, {sum(e.kind in DANGERS for e in of)} of danger")
    if hold_out:
        print("without a fifth")
        seen, unseen = split(of)
        torch.manual_seed(0)
        show_thresholds(learnt(make(), seen), unseen)
    print("all")
    torch.manual_seed(0)
    return learnt(make(), of)
