"""What one institution offers, counted by element and by need, and what stands out.

The institution's own offerings and the national ones are counted apart: a need that only a national
service answers is not without help, but the institution has nothing of its own for it. Offerings
for the crisis messages are no offering for a need, so they are only named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.advice import Student
from bot.advice import fit as advice
from bot.advice.fit import may_use
from bot.catalogue import Catalogue, Institution, Offering, School
from bot.catalogue.models import Localised
from bot.text import Arg, FromCatalogue, Several, Text, text

Say = Callable[[Arg], str]

# A student walks in, or meets others; nobody needs a case for it.
LOW_THRESHOLD = advice.LOW_THRESHOLD | {"event", "place"}
PROFESSIONAL = frozenset(("one-to-one", "service-desk", "helpline"))
_MOST_NAMED = 3


@dataclass(frozen=True)
class Tally:
    """How many offerings there are. All but `national` is about the institution's own."""

    own: int
    national: int
    dutch: int  # can be had in Dutch; many can be had in both languages
    english: int
    dutch_only: int
    english_only: int
    low_threshold: int
    professional: int  # what is neither of these two is a course, or something to do alone
    by_location: Mapping[str, int]  # what a student of that location can get to or have online


@dataclass(frozen=True)
class ElementRow:
    id: str
    tally: Tally


@dataclass(frozen=True)
class LevelRows:
    name: Localised
    elements: tuple[ElementRow, ...]


@dataclass(frozen=True)
class NeedRow:
    id: str
    tally: Tally
    low_threshold_elsewhere: bool  # at another institution, or nationally


@dataclass(frozen=True)
class ThemeRows:
    id: str
    needs: tuple[NeedRow, ...]


@dataclass(frozen=True)
class Cell:
    """The ids of the offerings in which one element works for one need."""

    own: frozenset[str] = frozenset()
    national: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Coverage:
    """All counts of one institution. `cells` holds no empty ones."""

    school: str
    status: str
    locations: tuple[str, ...]
    total: Tally
    levels: tuple[LevelRows, ...]
    themes: tuple[ThemeRows, ...]
    cells: Mapping[tuple[str, str], Cell]
    language_unknown: tuple[str, ...]
    crisis: tuple[str, ...]

    @property
    def elements(self) -> tuple[ElementRow, ...]:
        return tuple(row for level in self.levels for row in level.elements)

    @property
    def needs(self) -> tuple[NeedRow, ...]:
        return tuple(row for theme in self.themes for row in theme.needs)

    def cell(self, element: str, needs: Iterable[str]) -> Cell:
        """Element x needs: an offering for two of these needs is in it once."""
        found = [self.cells.get((element, need), Cell()) for need in needs]
        return Cell(
            frozenset().union(*(cell.own for cell in found)),
            frozenset().union(*(cell.national for cell in found)),
        )


@dataclass(frozen=True)
class _Counted:
    """An offering with the needs for which it counts here."""

    offering: Offering
    needs: frozenset[str]
    national: bool


def coverage(catalogue: Catalogue, school_id: str) -> Coverage:
    """The counts of one of `catalogue.schools`; KeyError for any other id."""
    school = catalogue.schools[school_id]
    counted = _counted(catalogue, school)
    elsewhere = _low_threshold_elsewhere(catalogue, school_id)

    def tally(offerings: Iterable[_Counted]) -> Tally:
        return _tally(tuple(offerings), school.institution)

    return Coverage(
        school=school_id,
        status=school.institution.status,
        locations=tuple(part.id for part in school.institution.locations),
        total=tally(counted),
        levels=tuple(
            LevelRows(
                name,
                tuple(
                    ElementRow(e.id, tally(c for c in counted if e.id in c.offering.elements))
                    for e in catalogue.elements.values()
                    if e.level == level
                ),
            )
            for level, name in catalogue.levels.items()
        ),
        themes=tuple(
            ThemeRows(
                theme.id,
                tuple(
                    NeedRow(need, tally(c for c in counted if need in c.needs), need in elsewhere)
                    for need in theme.needs
                ),
            )
            for theme in catalogue.themes.values()
        ),
        cells=_cells(counted),
        language_unknown=tuple(
            c.offering.id for c in counted if not c.national and not c.offering.languages
        ),
        crisis=tuple(o.id for o in school.offerings if o.use == "crisis"),
    )


def _counted(catalogue: Catalogue, school: School) -> tuple[_Counted, ...]:
    """The own offerings, and the national ones that students here may use.

    Where an own offering is the local form of a national one, the same help counts once per need.
    """
    own = [o for o in school.offerings if o.use is None]
    student = _a_student(school.institution, None)
    counted = [_Counted(o, frozenset(o.needs), national=False) for o in own]
    for offering in catalogue.national.offerings:
        if offering.use is None and may_use(offering, student):
            local = {need for o in own if offering.id in o.replaces for need in o.needs}
            if needs := frozenset(offering.needs) - local:
                counted.append(_Counted(offering, needs, national=True))
    return tuple(counted)


def _a_student(institution: Institution, location: str | None) -> Student:
    """Of whom no more is known than where they study."""
    return Student(institution.id, institution.sector, "nl", {}, location=location)


def _tally(counted: tuple[_Counted, ...], institution: Institution) -> Tally:
    own = [c.offering for c in counted if not c.national]
    return Tally(
        own=len(own),
        national=len(counted) - len(own),
        dutch=sum("nl" in o.languages for o in own),
        english=sum("en" in o.languages for o in own),
        dutch_only=sum(o.languages == ("nl",) for o in own),
        english_only=sum(o.languages == ("en",) for o in own),
        low_threshold=sum(o.form in LOW_THRESHOLD for o in own),
        professional=sum(o.form in PROFESSIONAL for o in own),
        by_location={
            part.id: sum(may_use(o, _a_student(institution, part.id)) > 0 for o in own)
            for part in institution.locations
        },
    )


def _cells(counted: Iterable[_Counted]) -> dict[tuple[str, str], Cell]:
    own: dict[tuple[str, str], set[str]] = {}
    national: dict[tuple[str, str], set[str]] = {}
    for c in counted:
        for element in c.offering.elements:
            for need in c.needs:
                which = national if c.national else own
                which.setdefault((element, need), set()).add(c.offering.id)
    return {
        at: Cell(frozenset(own.get(at, ())), frozenset(national.get(at, ())))
        for at in own.keys() | national.keys()
    }


def _low_threshold_elsewhere(catalogue: Catalogue, school_id: str) -> frozenset[str]:
    """The needs that a peer, group, event or place answers somewhere else; not in an example."""
    others = [
        school
        for id, school in catalogue.schools.items()
        if id != school_id and school.institution.status != "example"
    ]
    return frozenset(
        need
        for school in (*others, catalogue.national)
        for offering in school.offerings
        if offering.use is None and offering.form in LOW_THRESHOLD
        for need in offering.needs
    )


def findings(found: Coverage) -> tuple[Text, ...]:
    """What stands out, the emptiest first; every sentence says what to do about it."""
    nothing = _needs(found, lambda t: not t.own and not t.national)
    national = _needs(found, lambda t: not t.own and t.national > 0)
    dutch = _needs(found, lambda t: 0 < t.own == t.dutch_only)
    english = _needs(found, lambda t: 0 < t.own == t.english_only)
    professional = _needs(found, lambda t: 0 < t.own == t.professional)
    example = [row for row in professional if row.low_threshold_elsewhere]
    no_example = [row for row in professional if not row.low_threshold_elsewhere]
    bare = [row for row in found.elements if not row.tally.own]
    said: list[Text] = []
    if nothing:
        said.append(text("coverage.find-nothing", needs=_named(nothing)))
    if national:
        said.append(text("coverage.find-national", needs=_named(national)))
    if dutch:
        said.append(text("coverage.find-dutch", needs=_named(dutch)))
    if english:
        said.append(text("coverage.find-english", needs=_named(english)))
    if example:
        said.append(text("coverage.find-professional-example", needs=_named(example)))
    if no_example:
        said.append(text("coverage.find-professional", needs=_named(no_example)))
    for location in found.locations:
        missing = [r for r in found.needs if r.tally.own and not r.tally.by_location[location]]
        if missing:
            where = FromCatalogue("part", f"{found.school}/{location}")
            needs = _named(missing)
            said.append(text("coverage.find-location", location=where, needs=needs))
    if bare:
        said.append(text("coverage.find-elements", elements=_named(bare)))
    if most := _most(found):
        said.append(text("coverage.find-most", needs=Several(most)))
    if found.language_unknown:
        titles = _titles(found.language_unknown)
        said.append(text("coverage.find-language", titles=titles))
    if found.crisis:
        said.append(text("coverage.find-crisis", titles=_titles(found.crisis)))
    return tuple(said)


def _needs(found: Coverage, holds: Callable[[Tally], bool]) -> list[NeedRow]:
    return [row for row in found.needs if holds(row.tally)]


def _named(rows: Iterable[NeedRow | ElementRow]) -> Several:
    return _quoted(
        FromCatalogue("need" if isinstance(row, NeedRow) else "element", row.id) for row in rows
    )


def _titles(offerings: Iterable[str]) -> Several:
    return _quoted(FromCatalogue("offering", id, "title") for id in offerings)


def _quoted(names: Iterable[FromCatalogue]) -> Several:
    """Between quotation marks, for many a name has a comma or "and" in it."""
    return Several(tuple(text("coverage.quoted", what=name) for name in names))


def _most(found: Coverage) -> tuple[Text, ...]:
    most = sorted(found.needs, key=lambda row: -row.tally.own)[:_MOST_NAMED]
    return tuple(
        text("coverage.with-count", what=FromCatalogue("need", row.id), count=row.tally.own)
        for row in most
        if row.tally.own
    )
