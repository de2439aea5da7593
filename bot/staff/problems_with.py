"""What would be wrong in a catalogue if one of its files were another."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.catalogue import CatalogueError, Problem, read


def problems_with(folder: Path, name: str, content: bytes) -> tuple[Problem, ...]:
    """All that is wrong with this in the place of that file. Writes nothing there."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "catalogue"
        shutil.copytree(folder, copy, ignore=_no_yaml, copy_function=shutil.copyfile)
        (copy / name).write_bytes(content)
        return problems_in(copy)


def problems_in(folder: Path) -> tuple[Problem, ...]:
    """All that is wrong as it is."""
    try:
        read(folder)
    except CatalogueError as error:
        return error.problems
    return ()


def _no_yaml(folder: str, names: Sequence[str]) -> set[str]:
    """What a check does not need: all but folders and YAML, and what is hidden."""
    kept = {n for n in names if n.endswith((".yaml", ".yml")) or (Path(folder) / n).is_dir()}
    return {name for name in names if name not in kept or name.startswith(".")}
