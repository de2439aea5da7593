"""Average the careful network over several trainings: `python -m tools.blend FILE.npz ...`.

Networks that began as the same model lie so near each other that their average is steadier than
each of them, and costs no more than one ("model soups", Wortsman and others 2022,
arXiv:2203.05482). Each FILE is what `tools.train_transformer` wrote, moved aside. Writes
`bot/safety/transformer.npz`, with the pieces of the first: what only another has is dropped. Needs
PyTorch.
"""

# PyTorch is not among the libraries of the project, so its types are not known here.
# mypy: disable-error-code="misc,attr-defined"

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.safety.network import Numbers, stored
from bot.safety.transformer import WEIGHTS, Pieces, unpacked
from tools.learning import classes_of
from tools.train_transformer import Network, store


def blend(files: Sequence[Path]) -> tuple[Network, tuple[str, ...], Pieces]:
    """The average of these, its classes, and the pieces, which are those of the first."""
    read = [stored(file)[0] for file in files]
    pieces = [Pieces.stored(arrays) for arrays in read]  # first: it takes them out of the arrays
    weights = [unpacked(arrays) for arrays in read]
    into, *others = [classes_of(file) for file in files]
    if set(others) != {into}:
        raise SystemExit("These files tell other things apart: average what learnt the same.")
    tables = [_rows(pieces[0], weights[0], *other) for other in zip(pieces, weights, strict=True)]
    mean = {name: np.mean([w[name] for w in weights], 0) for name in weights[0] if name != "table"}
    return Network(mean | {"table": np.mean(tables, 0)}, len(into)), into, pieces[0]


def _rows(
    wanted: Pieces, otherwise: dict[str, Numbers], pieces: Pieces, weights: dict[str, Numbers]
) -> Numbers:
    """What these weights have for the wanted pieces, and where they have nothing, `otherwise`."""
    place = {piece: at for at, piece in enumerate(pieces.pieces)}
    rows = otherwise["table"].copy()
    for at, piece in enumerate(wanted.pieces):
        if piece in place:
            rows[at] = weights["table"][place[piece]]
    return rows


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]]
    if len(files) < 2:
        raise SystemExit("Name two files of weights or more.")
    store(*blend(files), WEIGHTS)


if __name__ == "__main__":
    main()
