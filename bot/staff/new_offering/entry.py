"""The entry goes into offerings.yaml, and stays only if the whole catalogue is right with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bot.catalogue import Catalogue, CatalogueError, Offering, read_catalogue
from bot.catalogue.problems import Problem
from bot.staff.replace_file import replace_file
from bot.staff.yaml_edit import EditError, append_entry
from bot.staff.yaml_write import New
from bot.text import Text, text
from bot.understanding.normalise import fold

_LONGEST_ID = 48


def new_id(title: str, school: str, catalogue: Catalogue) -> str:
    """A free id from the English title: `leiden-study-circle`, with the prefix of that school."""
    owned = [o.id for o in catalogue.school(school).offerings]
    prefix = owned[0].partition("-")[0] if owned else school
    words = re.findall(r"[a-z0-9]+", fold(title)) or ["offering"]
    if words[0] == prefix and len(words) > 1:
        words = words[1:]
    while len("-".join((prefix, *words, "99"))) > _LONGEST_ID and len(words) > 1:
        words.pop()
    id = "-".join((prefix, *words))[: _LONGEST_ID - len("-99")].rstrip("-")
    numbers = (f"{id}-{number}" for number in range(2, len(catalogue.owner) + 3))
    return next(free for free in (id, *numbers) if free not in catalogue.owner)


def add(folder: Path, file: str, entry: Mapping[str, New], comment: str) -> Text | None:
    """Add it at the end of the file. Where the catalogue is not right then, put the file back."""
    path = (folder / file).resolve()
    try:
        before, old = read_catalogue(folder), path.read_bytes()
        new = append_entry(old.decode(), entry, comment).encode()
        try:
            replace_file(path, new)
            problem = _problem(folder, before, entry, file)
        except BaseException:
            replace_file(path, old)
            raise
        if problem is not None:
            replace_file(path, old)
    except OSError:
        return text("new.not-written", file=file)
    except EditError:
        problem = Problem(file, 1, 1, text("new.no-list"))
    except CatalogueError as error:  # somebody else was busy in it
        problem = error.problems[0]
    if problem is None:
        return None
    return text("new.put-back", place=problem.place, problem=problem.text)


def _problem(
    folder: Path, before: Catalogue, entry: Mapping[str, New], file: str
) -> Problem | None:
    """What is wrong with the catalogue now: it is as it was before, and has this entry too."""
    try:
        now = read_catalogue(folder)
    except CatalogueError as error:
        return error.problems[0]
    meant = {**before.offerings, str(entry["id"]): Offering.model_validate(entry)}
    same = now.offerings == meant
    return None if same else Problem(file, 1, 1, text("new.changes-others"))
