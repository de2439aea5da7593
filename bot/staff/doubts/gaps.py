"""What a school has nothing for: needs, elements, places, languages, somebody to talk to.

One warning for each school and kind, with all of it in one list, at the school's institution.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.catalogue import Problem, Reading, School
from bot.catalogue.problems import Path
from bot.text import Arg, Several, Text, text

_MOST_NAMED = 10  # in one message; whoever lacks more knows where to begin


def doubts(reading: Reading) -> Iterator[Problem]:
    """A warning for each kind of gap, for every institution but the national one."""
    helped = {need for o in reading.catalogue.national.offerings if not o.use for need in o.needs}
    for school in reading.catalogue.schools.values():
        file = f"{school.institution.id}/institution.yaml"
        for path, what in _gaps(reading, school, helped):
            yield reading.doubt(file, path, what)


def _gaps(reading: Reading, school: School, helped: set[str]) -> Iterator[tuple[Path, Text]]:
    catalogue, institution = reading.catalogue, school.institution
    own = [offering for offering in school.offerings if offering.use is None]
    needs = _without(catalogue.needs, {need for o in own for need in o.needs})
    if nowhere := [need for need in needs if need not in helped]:
        yield ("id",), text("gaps.needs-nowhere", missing=_listed(nowhere))
    if national := [need for need in needs if need in helped]:
        yield ("id",), text("gaps.needs", missing=_listed(national))
    if elements := _without(catalogue.elements, {e for o in own for e in o.elements}):
        yield ("id",), text("gaps.elements", missing=_listed(elements))
    named = {location for o in own for location in o.locations}
    places = _without((part.id for part in institution.locations), named)
    if named and places:
        yield ("locations",), text("gaps.locations", missing=_listed(places))
    for field in ("faculties", "programmes"):
        limited = {id for o in school.offerings for id in getattr(o.audience, field)}
        if unused := _without((part.id for part in getattr(institution, field)), limited):
            yield (field,), text("gaps.unused", field=field, unused=_listed(unused))
    spoken = {language for o in own for language in o.languages}
    if "en" not in spoken:
        yield ("id",), text("gaps.no-english")
    if "nl" not in spoken:
        yield ("id",), text("gaps.no-dutch")
    if not institution.contact:
        yield ("id",), text("gaps.no-contact")
    if not institution.in_crisis:
        yield ("id",), text("gaps.no-crisis")


def _without(all_there_are: Iterable[str], there: set[str]) -> list[str]:
    return [id for id in all_there_are if id not in there]


def _listed(ids: list[str]) -> Several:
    """The ids as a keeper writes them; of a long list the first, and how many more."""
    shown: list[Arg] = [*ids[:_MOST_NAMED]]
    if len(ids) > _MOST_NAMED:
        shown.append(text("gaps.more", count=len(ids) - _MOST_NAMED))
    return Several(tuple(shown))
