"""The catalogue as the other rooms see it: frozen, complete and cross-referenced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalogue.hours import Hours
from bot.catalogue.models import (
    AnswerWords,
    CalendarEntry,
    Element,
    Institution,
    Localised,
    Need,
    Offering,
    Part,
    SmallTalk,
    StaffMember,
    Theme,
    Tip,
)
from bot.text import FromCatalogue, Language

NATIONAL = "national"


@dataclass(frozen=True)
class School:
    """An institution with everything it offers."""

    institution: Institution
    offerings: tuple[Offering, ...]
    staff: tuple[StaffMember, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()
    tips: tuple[Tip, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Everything there is, by id. `schools` holds the institutions without the national one."""

    levels: Mapping[str, Localised]
    elements: Mapping[str, Element]
    needs: Mapping[str, Need]
    themes: Mapping[str, Theme]
    schools: Mapping[str, School]
    national: School
    offerings: Mapping[str, Offering]  # without those that are hidden: for students they are gone
    owner: Mapping[str, str]  # of each offering, the institution
    answers: tuple[AnswerWords, ...]
    small_talk: Mapping[str, SmallTalk]

    def school(self, id: str) -> School:
        """The school with this id, the national one included."""
        return self.national if id == NATIONAL else self.schools[id]

    def all_schools(self) -> tuple[School, ...]:
        """The institutions, and last the national one."""
        return (*self.schools.values(), self.national)

    def calendar_of(self, institution: str | None) -> tuple[CalendarEntry, ...]:
        """What holds for a student of this institution: its own calendar, then the national one."""
        school = self.schools.get(institution or "")
        if school is None:
            return self.national.calendar
        sector = school.institution.sector
        national = (e for e in self.national.calendar if not e.levels or sector in e.levels)
        return (*school.calendar, *national)

    def is_national(self, offering: Offering) -> bool:
        return self.owner[offering.id] == NATIONAL

    def within_reach(self, institution: str | None) -> tuple[Offering, ...]:
        """What a student of this institution may be suggested: its own and the national offerings.

        Without an institution only the national ones: those hold for everybody.
        """
        school = self.schools.get(institution or "")
        own = school.offerings if school else ()
        return tuple(o for o in (*own, *self.national.offerings) if o.use is None)

    def words(self, what: FromCatalogue, language: Language) -> str:
        """The text that staff wrote, in this language."""
        holder: object
        match what.kind:
            case "offering":
                holder = self.offerings.get(what.id) or self._hidden(what.id)
            case "need":
                holder = self.needs[what.id]
            case "small-talk":
                holder = self.small_talk[what.id]
            case "theme":
                holder = self.themes[what.id]
            case "element":
                holder = self.elements[what.id]
            case "level":
                return self.levels[what.id].in_(language)
            case "institution":
                holder = self.school(what.id).institution
            case "part":
                holder = self._part(what.id)
            case "staff":
                holder = self._staff(what.id)
            case "calendar":
                holder = self._entry(what.id)
            case "tip":
                holder = self._tip(what.id)
        for field in what.field.split("."):
            holder = getattr(holder, field)
        if isinstance(holder, str):
            return holder
        if isinstance(holder, Hours):
            return holder.in_words(language)
        localised: Localised = holder  # type: ignore[assignment]
        return localised.in_(language)

    @classmethod
    def empty(cls) -> Catalogue:
        """With nothing in it: for when nothing can be read and help now must still be shown."""
        nobody = Institution(
            id=NATIONAL,
            name=Localised(nl="Nederland", en="The Netherlands"),
            sector="national",
            website="https://www.rijksoverheid.nl",
            status="compiled-from-public-pages",
        )
        return cls({}, {}, {}, {}, {}, School(nobody, ()), {}, {}, (), {})

    def _hidden(self, id: str) -> Offering:
        """An offering that no student gets to see, but a request of before it was hidden names."""
        return next(o for o in self.school(self.owner[id]).offerings if o.id == id)

    def _staff(self, id: str) -> StaffMember:
        """A staff entry; `leiden/some-desk` names it within its institution."""
        school, _, staff = id.partition("/")
        return next(s for s in self.schools[school].staff if s.id == staff)

    def _entry(self, id: str) -> CalendarEntry:
        """`leiden/exams-1` names what holds at this institution; national where it has no own."""
        school, _, entry = id.partition("/")
        return next(e for e in self.calendar_of(school) if e.id == entry)

    def _tip(self, id: str) -> Tip:
        """`leiden/before-exams` names it within its institution."""
        school, _, tip = id.partition("/")
        return next(t for t in self.schools[school].tips if t.id == tip)

    def _part(self, id: str) -> Part:
        """A location, faculty or programme; `leiden/den-haag` names it within its institution."""
        school, _, part = id.partition("/")
        return next(p for p in self.schools[school].institution.parts if p.id == part)
