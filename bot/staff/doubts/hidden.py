"""What names an offering that is hidden, so that a student meets nothing there."""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalogue import Problem, Reading, School
from bot.catalogue.problems import Path
from bot.text import text


def doubts(reading: Reading) -> Iterator[Problem]:
    """A warning for each place in institution.yaml, calendar.yaml and tips.yaml."""
    shown = reading.catalogue.offerings
    for school in reading.catalogue.all_schools():
        for file, path, id in _named(school):
            if id not in shown:
                said = text("hidden.named", id=id, owner=reading.catalogue.owner[id])
                yield reading.doubt(f"{school.institution.id}/{file}", path, said)


def _named(school: School) -> Iterator[tuple[str, Path, str]]:
    """Every offering that these files name: file, where in it, which."""
    for index, id in enumerate(school.institution.contact):
        yield "institution.yaml", ("contact", index), id
    for index, named in enumerate(school.institution.in_crisis):
        yield "institution.yaml", ("in_crisis", index, "offering"), named.offering
    for index, entry in enumerate(school.calendar):
        for place, id in enumerate(entry.offerings):
            yield "calendar.yaml", (index, "offerings", place), id
    for index, tip in enumerate(school.tips):
        yield "tips.yaml", (index, "offering"), tip.offering
