"""What a catalogue holds, field by field. The descriptions are what a keeper sees in an editor.

All models are frozen and refuse unknown keys. A text for students is always there in Dutch and in
English (`Localised`).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.catalogue.hours import HoursField
from bot.text import Language

Id = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48),
    Field(description="Small letters, digits and hyphens. Never changes once it is in use."),
]
StaffId = Annotated[
    str,
    # Shorter than other ids: it has to fit into a button beside what the button does.
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32),
    Field(description="Small letters, digits and hyphens; at most 32. Never changes."),
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+\.[^\s]+$", max_length=600)]
Phone = Annotated[str, StringConstraints(pattern=r"^(\+31 ?|0|1)[0-9 -]{2,14}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$")]
Year = Annotated[int, Field(ge=1990, le=2100)]
TimeSpan = Annotated[
    str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
]

_Days = TypeVar("_Days", "Absence", "CalendarEntry")


def _true_or_false(value: object) -> object:
    """Only these two words: `yes` and `no` mean different things to different programs."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise PydanticCustomError("true_or_false", "write true or false")


Flag = Annotated[bool, BeforeValidator(_true_or_false)]


def _no_doubles(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        double = next(value for value in values if values.count(value) > 1)
        raise PydanticCustomError("double", "stands here twice", {"double": str(double)})
    return values


def _dates_in_order(days: _Days) -> _Days:
    if days.to is not None and days.to < days.from_:
        raise PydanticCustomError("dates_order", "to is before from")
    return days


DangerKind = Literal[
    "medical-now",
    "violence-now",
    "suicidal",
    "harm-to-others",
    "sexual-violence",
    "self-harm",
]
Ids = Annotated[tuple[Id, ...], AfterValidator(_no_doubles)]
Form = Literal[
    "one-to-one",
    "group",
    "peer",
    "course",
    "event",
    "place",
    "self-guided",
    "helpline",
    "service-desk",
]
Mode = Literal["campus", "online", "phone", "chat", "email"]
Level = Literal["mbo", "hbo", "wo", "bachelor", "master", "phd"]
Sector = Literal["mbo", "hbo", "wo", "national"]
CalendarKind = Literal[
    "exams",
    "resits",
    "study-advice",
    "enrolment",
    "study-finance",
    "deadline",
    "introduction",
    "internship",
    "holiday",
    "dark-months",
    "activity",
    "other",
]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Localised(Model):
    """The same text in both languages."""

    nl: Words = Field(description="In het Nederlands, met je, in korte zinnen.")
    en: Words = Field(description="In English, short sentences.")

    def in_(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en


class Element(Model):
    """One of the 16 effective elements of student bonding and wellbeing."""

    id: Id
    level: Id = Field(description="education, extracurricular or organisation.")
    number: Annotated[int, Field(ge=1, le=7)] = Field(description="Its number within the level.")
    name: Localised
    need: Localised = Field(description="What it gives the student, e.g. 'to be seen and heard'.")
    skill: Localised = Field(description="What it asks of the teacher or staff member.")


class Elements(Model):
    """The 16 elements and the three levels on which they strengthen each other."""

    levels: dict[str, Localised]
    elements: tuple[Element, ...]


class Phrases(Model):
    """How students say it, one phrase a line."""

    nl: Annotated[tuple[Words, ...], Field(min_length=1)]
    en: Annotated[tuple[Words, ...], Field(min_length=1)]

    @property
    def both(self) -> tuple[str, ...]:
        return self.nl + self.en


class Need(Model):
    """What a student is looking for, and the words in which students say so."""

    id: Id
    name: Localised = Field(description="A short name, as on a button.")
    description: Localised = Field(description="One sentence to the student: when this is it.")
    phrases: Phrases = Field(description="How students say it. Add a line whenever you hear one.")


class SmallTalk(Model):
    """Messages that are about something else, and what the bot answers to them."""

    id: Id
    answer: Localised = Field(description="One or two short sentences, with the way back.")
    phrases: Phrases


class WordsPerLanguage(Model):
    """Expressions in either language; a list may be empty."""

    nl: tuple[Words, ...] = ()
    en: tuple[Words, ...] = ()

    @property
    def both(self) -> tuple[str, ...]:
        return self.nl + self.en


class AnswerWords(Model):
    """The words in which students give one answer to one question."""

    question: Id
    choice: Id
    as_answer: WordsPerLanguage = Field(
        default=WordsPerLanguage(), description="Understood when this question was just asked."
    )
    in_story: WordsPerLanguage = Field(
        default=WordsPerLanguage(),
        description="So clear that it counts anywhere in a message, also unasked.",
    )


class Theme(Model):
    """A group of needs, for who would rather tap than type."""

    id: Id
    name: Localised
    needs: Annotated[Ids, Field(min_length=1, description="In the order in which they are shown.")]


class Part(Model):
    """A part of an institution: a city where it teaches, a faculty, a programme."""

    id: Id
    name: Localised


class InCrisis(Model):
    """An offering of the institution itself that a crisis message names, after the help lines."""

    offering: Id
    kinds: tuple[DangerKind, ...] = Field(
        default=(), description="The kinds of danger it is for; absent: all."
    )
    day_and_night: Flag = Field(
        default=False, description="true: always reachable. Else: when the school is open."
    )


class Handover(Model):
    """How a student's request goes to a person here."""

    answer_within: Annotated[int, Field(ge=1, le=80)] = Field(
        default=8, description="Hours that somebody is there, before a student must have an answer."
    )
    content_in_mail: Flag = Field(
        default=False,
        description="true: what the student wrote stands in the mail to staff. Else it is behind "
        "the link in it.",
    )


class Institution(Model):
    """Who this catalogue is about."""

    id: Id
    name: Localised
    also_called: tuple[Words, ...] = Field(
        default=(), description="Other names students type: abbreviations, nicknames, old names."
    )
    sector: Sector
    locations: tuple[Part, ...] = Field(default=(), description="The cities where it teaches.")
    faculties: tuple[Part, ...] = Field(default=(), description="Those an audience names.")
    programmes: tuple[Part, ...] = Field(default=(), description="Those an audience names.")
    website: Url
    contact: Ids = Field(
        default=(),
        description="Offerings to name when a student wants a person; the first that fits counts.",
    )
    in_crisis: tuple[InCrisis, ...] = Field(
        default=(),
        description="Named in a crisis message, below the help lines; the first that fits counts.",
    )
    handover: Handover = Handover()
    status: Literal["compiled-from-public-pages", "confirmed", "example"] = Field(
        description="compiled-from-public-pages until the institution itself has confirmed it."
    )

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.locations + self.faculties + self.programmes


class Ages(Model):
    """The ages that an offering is for, both included."""

    from_: Annotated[int, Field(ge=4, le=99)] | None = Field(default=None, alias="from")
    to: Annotated[int, Field(ge=4, le=99)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Ages:
        if self.from_ is None and self.to is None:
            raise PydanticCustomError("ages_empty", "give from, to or both")
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise PydanticCustomError("ages_order", "from is above to")
        return self


class Group(Localised):
    """Any other group that an offering is only for: top athletes, refugees, board members."""

    need: Id | None = Field(
        default=None, description="The need by which a student of this group can be known."
    )


class Audience(Model):
    """Who may use the offering, as far as it is limited. What is absent is open to everyone."""

    levels: tuple[Level, ...] = ()
    years: tuple[Annotated[int, Field(ge=1, le=8)], ...] = ()
    faculties: Ids = ()
    programmes: Ids = ()
    international: Flag | None = Field(
        default=None, description="true: only for students who came from abroad."
    )
    ages: Ages | None = None
    group: Group | None = None


class Access(Model):
    """How a student gets there."""

    by: Literal["website", "book", "walk-in", "form", "phone", "email", "chat"]
    url: Url | None = None
    phone: tuple[Phone, ...] = ()
    email: Email | None = None


class Checked(Model):
    """When somebody at the institution last said: this is still right."""

    on: dt.date
    by: Words


class Offering(Model):
    """One thing a student can turn to: a person, a group, a place, a course, a help line."""

    id: Id
    title: Annotated[Localised, Field(description="As students meet it. At most 60 characters.")]
    summary: Localised = Field(description="What it is and what you get there, in 1-3 sentences.")
    needs: Annotated[
        Ids, Field(min_length=1, description="Which needs it answers, strongest first.")
    ]
    elements: Annotated[Ids, Field(min_length=1, description="Which effective elements work here.")]
    form: Form
    mode: Annotated[tuple[Mode, ...], Field(min_length=1)]
    languages: tuple[Language, ...] = Field(
        default=(), description="Languages in which a student can be helped; absent: not known."
    )
    locations: Ids = Field(default=(), description="Ids of the institution's locations.")
    place: Localised | None = Field(default=None, description="Building, room or address.")
    audience: Audience = Audience()
    cost: Literal["free", "paid"] | None = Field(default=None, description="Absent: not known.")
    hours: Localised | None = Field(default=None, description="When, in words.")
    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(
        default=(), description="The months in which it takes place; absent: all year."
    )
    first_step: Localised = Field(description="Exactly what to do first: who, where, how.")
    access: Access
    replaces: Ids = Field(
        default=(), description="National offerings that this one is the local form of."
    )
    staff: tuple[StaffId, ...] = Field(
        default=(), description="Ids from staff.yaml: who answers here."
    )
    source: Url = Field(description="The page the facts come from.")
    source_year: Year | None = Field(
        default=None, description="The year of that page, where it is known to be old."
    )
    checked: Checked | None = Field(
        default=None, description="Absent: nobody at the school has confirmed it yet."
    )
    use: Literal["crisis", "hidden"] | None = Field(
        default=None,
        description="crisis: for the crisis messages only, never a suggestion. hidden: not shown.",
    )


class Absence(Model):
    """Days on which somebody is away, both included."""

    from_: dt.date = Field(alias="from")
    to: dt.date | None = Field(default=None, description="Absent: only that one day.")

    @model_validator(mode="after")
    def _in_order(self) -> Absence:
        return _dates_in_order(self)


class StaffMember(Model):
    """A person, team or desk that students can be brought to."""

    id: StaffId
    name: Words
    kind: Literal["person", "team", "desk"] = Field(
        default="person", description="desk: where everything may go that nobody else takes."
    )
    role: Localised
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    needs: Ids = Field(
        default=(),
        description="Needs they help with, besides those of their offerings.",
    )
    locations: Ids = ()
    hours: HoursField = Field(description="When they are there: ma-do 09:00-12:30, 13:00-17:00.")
    away: tuple[Absence, ...] = Field(default=(), description="Days on which they are away.")
    capacity: Annotated[int, Field(ge=1, le=999)] = Field(
        default=20, description="How many students they can have at the same time."
    )
    team: StaffId | None = Field(default=None, description="The team they are in: an id from here.")
    backup: StaffId | None = Field(
        default=None, description="Who takes over when they do not answer: an id from here."
    )
    reach: Annotated[tuple[Literal["telegram", "email"], ...], Field(min_length=1)] = Field(
        default=("telegram", "email"), description="How a request may reach them."
    )
    email: Email | None = None
    keeper: Flag = Field(
        default=False, description="true: hears when the catalogue was changed and has mistakes."
    )
    reviews: Annotated[int, Field(ge=1, le=10)] | None = Field(
        default=None,
        description="How often a month, at most, they are asked whether an offering is still "
        "right; absent: never.",
    )


class CalendarEntry(Model):
    """A period or day in the school year that matters to students, or when an offering meets."""

    id: Id
    title: Localised
    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    kind: CalendarKind
    needs: Ids = Field(
        default=(), description="Needs of the students to whom this matters: the bot names it then."
    )
    levels: tuple[Level, ...] = Field(
        default=(), description="Of the national calendar: the levels it is for; absent: all."
    )
    offerings: Ids = Field(
        default=(),
        description="What is worth doing before it; of an activity, the offering that meets.",
    )
    matters: Localised | None = Field(
        default=None,
        description="A sentence to a student to whom it matters: what to do before this day.",
    )
    time: TimeSpan | None = Field(default=None, description="Of an activity: 12:30-13:30.")
    every: Literal["week", "two-weeks", "month"] | None = Field(
        default=None, description="An activity that comes again, from the first day to the last."
    )
    place: Localised | None = Field(
        default=None, description="Of an activity, where it is not the place of the offering."
    )

    @model_validator(mode="after")
    def _in_order(self) -> CalendarEntry:
        if self.kind == "activity":
            if self.time is None or len(self.offerings) != 1:
                raise PydanticCustomError("activity_needs", "an activity has one offering, a time")
            if self.every is not None and self.to is None:
                raise PydanticCustomError("activity_end", "what comes again has a last day")
        elif self.time or self.every or self.place:
            raise PydanticCustomError("activity_only", "time, every and place are for an activity")
        return _dates_in_order(self)


class TipMoment(Model):
    """The day of a tip, counted from the first day of something in the calendar."""

    kind: CalendarKind | None = Field(default=None, description="Of everything of this kind.")
    entry: Id | None = Field(default=None, description="Or of this one: an id from calendar.yaml.")
    days_before: Annotated[int, Field(ge=0, le=90)] = 0
    days_after: Annotated[int, Field(ge=0, le=90)] = 0

    @model_validator(mode="after")
    def _of_one(self) -> TipMoment:
        if (self.kind is None) == (self.entry is None):
            raise PydanticCustomError("moment_of", "give kind or entry, one of the two")
        if self.days_before and self.days_after:
            raise PydanticCustomError("moment_days", "give days_before or days_after, not both")
        return self


class TipAudience(Model):
    """Who gets a tip, besides having chosen its theme; what is absent is for everybody."""

    locations: Ids = ()
    years: tuple[Literal["first", "later"], ...] = Field(
        default=(), description="first: first-year students; later: the others."
    )
    languages: tuple[Language, ...] = Field(
        default=(), description="The language in which the student talks with the bot."
    )
    facts: tuple[Literal["job", "travel", "caring", "international"], ...] = Field(
        default=(), description="Students of whom one of these is true."
    )


class Tip(Model):
    """A message at the right moment, for students who asked for tips about its theme."""

    id: Id
    theme: Id = Field(description="An id from themes.yaml: only who chose it gets the tip.")
    when: TipMoment
    offering: Id = Field(description="What the tip is about: an offering of this school.")
    from_: StaffId = Field(
        alias="from", description="In whose name: a person or desk from staff.yaml they know."
    )
    text: Localised = Field(description="One to three short sentences.")
    only: TipAudience = TipAudience()
