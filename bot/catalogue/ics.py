"""A school calendar as a file for the calendar on a phone or computer (RFC 5545), and back.

What such a file has no field for stands in properties of our own, X-WEGWIJS-…, which other programs
leave alone. So what goes out comes back whole.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from bot.catalogue.days import AMSTERDAM
from bot.catalogue.models import CalendarEntry, CalendarKind, Localised
from bot.catalogue.problems import shown
from bot.text import LANGUAGES, Arg, Language, Several, Text, text

if TYPE_CHECKING:  # it takes a moment that a chat can do without, so where it is used it is got
    from icalendar import Component, Event, Timezone

MAX_BYTES = 4_000_000
MOST_EVENTS = 2_000  # of a school year; a file with more is the timetable of all classes

_ZONE = "Europe/Amsterdam"
_OUR_UID = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)@wegwijs")
_MARK = 8  # letters at the end of an id that are made from the UID of another program
_LONGEST_ID, _LONGEST_TEXT = 48, 600
_DAY = dt.timedelta(days=1)
_A_YEAR = 53  # weeks
_WEEKS = {"week": 1, "two-weeks": 2, "month": 4}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KINDS: tuple[str, ...] = get_args(CalendarKind)
# Between a Dutch and an English text, where a file has both: of a title, and of a sentence.
_BETWEEN = {"SUMMARY": " / ", "LOCATION": " / ", "DESCRIPTION": "\n\n"}
_FIELDS = {"SUMMARY": "title", "LOCATION": "place", "DESCRIPTION": "matters"}
_OF = {name: f"X-WEGWIJS-{ours.upper()}" for name, ours in _FIELDS.items()}
_LISTS = ("needs", "levels", "offerings")  # of words without a space, each in a property of ours
# What is taken over, and what is about the file and not about the event.
_TAKEN = frozenset(
    "UID SUMMARY LOCATION DESCRIPTION CATEGORIES DTSTART DTEND DURATION RRULE STATUS "
    "DTSTAMP CREATED LAST-MODIFIED SEQUENCE CLASS TRANSP PRIORITY".split()
)
_BEGIN = re.compile(r"(?im)^BEGIN:VEVENT\s*$")
_CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f]")
# The rules by which Dutch clocks have changed since 1996.
_RULES = (
    ("STANDARD", "CET", dt.datetime(1996, 10, 27, 3), 10, 2, 1),
    ("DAYLIGHT", "CEST", dt.datetime(1997, 3, 30, 2), 3, 1, 2),
)


@dataclass(frozen=True)
class FromIcs:
    """What a file holds: entries, and in sentences what of it could not be taken over.

    `assumed` has, by the id of an entry, the fields that the file does not tell and that were
    filled in: "kind", "title.en".
    """

    entries: tuple[CalendarEntry, ...] = ()
    problems: tuple[Text, ...] = ()
    assumed: Mapping[str, frozenset[str]] = field(default_factory=dict)


def as_ics(entries: Iterable[CalendarEntry], language: Language | None, now: dt.datetime) -> bytes:
    """The entries as a calendar in one language, or (None) with every text in both.

    `now` (aware) is when they were as they are here.
    """
    from icalendar import Event

    events: list[Event] = []
    for entry in entries:
        event = Event()
        event.add("UID", f"{entry.id}@wegwijs")
        event.add("DTSTAMP", now.astimezone(dt.UTC))
        for name, said in (
            ("SUMMARY", entry.title),
            ("DESCRIPTION", entry.matters),
            ("LOCATION", entry.place),
        ):
            if said is not None:
                _put(event, name, said, language)
        event.add("CATEGORIES", [entry.kind])
        for name in _LISTS:
            if ids := getattr(entry, name):
                event.add(f"X-WEGWIJS-{name.upper()}", " ".join(ids))
        _put_days(event, entry)
        events.append(event)
    return _calendar(events)


def one_event(
    title: str,
    place: str | None,
    begins: dt.datetime | dt.date,
    ends: dt.datetime | dt.date,
    uid: str,
    now: dt.datetime,
    description: str | None,
) -> bytes:
    """One appointment, for a student to save in their own calendar.

    `begins` and `ends` are both aware moments, or both days, of which the last is included. `now`
    (aware) is when it was made.
    """
    from icalendar import Event

    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", now.astimezone(dt.UTC))
    event.add("SUMMARY", title)
    if place:
        event.add("LOCATION", place)
    if description:
        event.add("DESCRIPTION", description)
    if isinstance(begins, dt.datetime) and isinstance(ends, dt.datetime):
        event.add("DTSTART", begins.astimezone(AMSTERDAM))
        event.add("DTEND", ends.astimezone(AMSTERDAM))
    else:
        event.add("DTSTART", begins)
        event.add("DTEND", _next(ends))
    return _calendar([event])


def from_ics(content: bytes, school: str = "calendar") -> FromIcs:
    """What the calendar of a school gives; `school` is what new ids begin with.

    Nothing is raised, whatever the content; nothing of an event is left out without a sentence.
    """
    from icalendar import Calendar

    if len(content) > MAX_BYTES:
        return FromIcs(problems=(text("ics.too-large", most=MAX_BYTES // 1_000_000),))
    try:
        written = content.decode("utf-8-sig")
        count = len(_BEGIN.findall(written))
        if count > MOST_EVENTS:  # before it is read, which takes longer the more there are
            return FromIcs(problems=(text("ics.too-many", count=count, most=MOST_EVENTS),))
        calendars = Calendar.from_ical(written, multiple=True)
    except UnicodeDecodeError:
        return FromIcs(problems=(text("ics.not-utf8"),))
    except (ValueError, LookupError, TypeError, AttributeError):  # as the library meets nonsense
        return FromIcs(problems=(text("ics.not-a-calendar"),))
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if len(events) < count:  # the file was cut off
        return FromIcs(problems=(text("ics.not-a-calendar"),))
    if not events:
        return FromIcs(problems=(text("ics.no-events"),))
    return _taken_over(events, school)


# Out


def _calendar(events: Iterable[Event]) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("PRODID", "-//Wegwijs//Wegwijs//NL")
    calendar.add("VERSION", "2.0")
    events = list(events)
    if any("TZID" in event["DTSTART"].params for event in events):
        calendar.add_component(_time_zone())
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _time_zone() -> Timezone:
    """Needed beside every time in it, for programs that do not know the zone by its name."""
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    zone = Timezone()
    zone.add("TZID", _ZONE)
    for kind, name, since, month, before, after in _RULES:
        part = TimezoneStandard() if kind == "STANDARD" else TimezoneDaylight()
        part.add("DTSTART", since)
        part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"})
        part.add("TZNAME", name)
        part.add("TZOFFSETFROM", dt.timedelta(hours=before))
        part.add("TZOFFSETTO", dt.timedelta(hours=after))
        zone.add_component(part)
    return zone


def _put(event: Event, name: str, said: Localised, language: Language | None) -> None:
    """A text in one language or both, and what that leaves out in a property of our own."""
    words = {one: said.in_(one) for one in LANGUAGES}
    if language is None:
        event.add(name, _both(name, words))
    else:
        event.add(name, words[language], parameters={"LANGUAGE": language})
    for other in LANGUAGES:
        if other != language:
            # It must say that it is text: of what a program does not know it reads no escapes.
            parameters = {"LANGUAGE": other, "VALUE": "TEXT"}
            event.add(_OF[name], words[other], parameters=parameters)


def _both(name: str, said: Mapping[Language, str]) -> str:
    words = (said[language] for language in LANGUAGES)
    return _BETWEEN[name].join(dict.fromkeys(words))


def _put_days(event: Event, entry: CalendarEntry) -> None:
    if entry.time is None:
        event.add("DTSTART", entry.from_)
        event.add("DTEND", _next(entry.to or entry.from_))
        return
    begin, end = (dt.time.fromisoformat(clock) for clock in entry.time.split("-"))
    last = entry.from_ if end > begin else _next(entry.from_)
    event.add("DTSTART", dt.datetime.combine(entry.from_, begin, AMSTERDAM))
    event.add("DTEND", dt.datetime.combine(last, end, AMSTERDAM))
    if entry.every and entry.to:
        # Until the day is over, whatever the time: so the last day comes back as it was.
        until = dt.datetime.combine(entry.to, dt.time(23, 59, 59), AMSTERDAM).astimezone(dt.UTC)
        rule = {"FREQ": "WEEKLY", "INTERVAL": _WEEKS[entry.every], "UNTIL": until}
        event.add("RRULE", rule)


def _next(day: dt.date) -> dt.date:
    """The first day that is not part of it any more, as these files count."""
    return day + _DAY if day < dt.date.max else day


# Back


class _LeftOutError(Exception):
    """The event cannot be an entry; why not."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.key)
        self.why = why


@dataclass
class _Found:
    """What is found in one event."""

    fields: dict[str, Any]
    assumed: set[str] = field(default_factory=set)
    lost: list[Arg] = field(default_factory=list)  # of which the entry has no field


def _taken_over(events: Iterable[Component], school: str) -> FromIcs:
    entries: dict[str, CalendarEntry] = {}
    problems: list[Text] = []
    assumed: dict[str, frozenset[str]] = {}
    for event in events:
        name = _name(event)
        try:
            found = _found(event, school)
            if found.fields["id"] in entries:
                raise _LeftOutError(text("ics.twice"))
            entry = CalendarEntry.model_validate(found.fields)
        except _LeftOutError as error:
            problems.append(text("ics.left-out", name=name, why=error.why))
            continue
        except (ValidationError, OverflowError):  # a day after the year 9999
            problems.append(text("ics.left-out", name=name, why=text("ics.unreadable")))
            continue
        entries[entry.id] = entry
        assumed[entry.id] = frozenset(found.assumed)
        problems += _said_of(name, found)
    return FromIcs(tuple(entries.values()), tuple(problems), assumed)


def _said_of(name: str, found: _Found) -> Iterator[Text]:
    if "title.en" in found.assumed:
        yield text("ics.no-english", name=name)
    if "title.nl" in found.assumed:
        yield text("ics.no-dutch", name=name)
    if "kind" in found.assumed:
        yield text("ics.no-kind", name=name, kinds=Several(_KINDS, "or"))
    if found.lost:
        yield text("ics.lost", name=name, what=Several(tuple(found.lost)))


def _name(event: Component) -> str:
    """By which the event is told apart: its title, or else its first day."""
    title = event.get("SUMMARY")
    return shown(title) if str(title or "").strip() else shown(_plain(event, "DTSTART"))


def _found(event: Component, school: str) -> _Found:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _LeftOutError(text("ics.cancelled"))
    if "RECURRENCE-ID" in event:
        raise _LeftOutError(text("ics.moved"))
    if _TAKEN.intersection(str(name).upper() for name, _ in event.errors):
        raise _LeftOutError(text("ics.unreadable"))
    found = _Found({})
    title = _localised(event, "SUMMARY", found)
    if title is None:
        raise _LeftOutError(text("ics.no-title"))
    found.fields |= {"id": _id(event, title, school), "title": title}
    for key in _LISTS:
        if ids := str(event.get(f"X-WEGWIJS-{key.upper()}", "")).split():
            found.fields[key] = tuple(dict.fromkeys(ids))
    categories = [one.lower() for one in _categories(event)]
    kind = next((one for one in categories if one in _KINDS), None)
    if kind is None:
        found.assumed.add("kind")
    found.lost += [text("ics.category", name=shown(one)) for one in categories if one != kind]
    _take_days(event, kind, found)
    _take_rest(event, found)
    return found


def _id(event: Component, title: Mapping[Language, str], school: str) -> str:
    """Ours, or one that the same event always has the end of: a mark made from its UID."""
    uid = str(event.get("UID") or f"{title} {_plain(event, 'DTSTART')}")
    ours = _OUR_UID.fullmatch(uid)
    if ours and len(ours[1]) <= _LONGEST_ID:
        return ours[1]
    mark = hashlib.sha256(uid.encode()).hexdigest()[:_MARK]
    words = re.findall(r"[a-z0-9]+", title["en"].lower())
    begin = "-".join((school, *words))[: _LONGEST_ID - _MARK - 1].rstrip("-")
    return f"{begin}-{mark}"


def same_id(one: str, other: str) -> bool:
    """Whether two ids are of the same event, also where its title has changed since."""
    mark = one[-_MARK - 1 :]
    made = re.fullmatch(rf"-[0-9a-f]{{{_MARK}}}", mark)
    return one == other or bool(made and other.endswith(mark))


def _localised(event: Component, name: str, found: _Found) -> dict[Language, str] | None:
    """The text in both languages; of one that the file does not have, the other. None: no text."""
    said = {language: str(one) for one in _all(event, _OF[name]) if (language := _language(one))}
    main = next(iter(_all(event, name)), None)
    words = "" if main is None else str(main)
    told = _language(main)
    if words.strip() and told:
        said[told] = words
    elif words.strip() and (len(said) < len(LANGUAGES) or words != _both(name, said)):
        said = {"nl": words}  # most schools write Dutch; in a file with both it was changed there
    said = {language: _words(one, found) for language, one in said.items() if one.strip()}
    for language in LANGUAGES:
        if said and language not in said:
            said[language] = next(iter(said.values()))
            found.assumed.add(f"{_FIELDS[name]}.{language}")
    return said or None


def _language(value: object) -> Language | None:
    tag = str(getattr(value, "params", {}).get("LANGUAGE", ""))[:2].lower()
    return next((language for language in LANGUAGES if language == tag), None)


def _words(value: str, found: _Found) -> str:
    words = _CONTROL.sub(" ", value).strip()
    if len(words) > _LONGEST_TEXT:
        found.lost.append(text("ics.too-long", most=_LONGEST_TEXT))
    return words[:_LONGEST_TEXT].strip()


def _take_days(event: Component, kind: str | None, found: _Found) -> None:
    begin, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    duration = getattr(event.get("DURATION"), "dt", None)
    if begin is None:
        raise _LeftOutError(text("ics.no-day"))
    if end is None and isinstance(duration, dt.timedelta):
        end = begin + duration
    if kind == "activity":
        _take_activity(event, begin, end, found)
        return
    if "RRULE" in event:
        raise _LeftOutError(text("ics.repeats-days"))
    found.fields["kind"] = kind or "other"
    first, last = _day(begin), _day(begin)
    if isinstance(begin, dt.datetime):
        found.lost.append(text("ics.time", time=f"{begin:%H:%M}"))
    # A day may end at a time, and the other way round: some programs write that.
    if isinstance(end, dt.datetime):
        last = max(first, _day(end - dt.timedelta.resolution))
    elif end is not None:
        last = max(first, end - _DAY)
    found.fields |= {"from": first} | ({"to": last} if last > first else {})


def _take_activity(event: Component, begin: dt.date, end: dt.date | None, found: _Found) -> None:
    if len(found.fields.get("offerings", ())) != 1:
        raise _LeftOutError(text("ics.no-offering"))
    if not isinstance(begin, dt.datetime) or not isinstance(end, dt.datetime):
        raise _LeftOutError(text("ics.no-time"))
    if not dt.timedelta() < end - begin <= _DAY:
        raise _LeftOutError(text("ics.odd-time"))
    time = f"{begin:%H:%M}-{end:%H:%M}"
    found.fields |= {"kind": "activity", "from": begin.date(), "time": time}
    if "RRULE" in event:
        found.fields |= _series(event.get("RRULE"), begin)
        if _shifts(_all(event, "DTSTART")[0].dt, found.fields["to"]):
            found.lost.append(text("ics.zone"))


def _series(rule: Any, begin: dt.datetime) -> dict[str, Any]:
    """How often it comes again and until when."""
    if not isinstance(rule, Mapping):
        raise _LeftOutError(text("ics.repeats"))
    told = {str(name).upper(): [*values] for name, values in rule.items()}
    weekday = _WEEKDAYS[begin.weekday()]
    odd = set(told) - {"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL", "COUNT"}
    days = [str(day) for day in told.get("BYDAY", [weekday])]
    weeks = told.get("INTERVAL", [1])[0] if told.get("FREQ") == ["WEEKLY"] else None
    every = next((name for name, number in _WEEKS.items() if number == weeks), None)
    if every is None or odd or days != [weekday]:
        raise _LeftOutError(text("ics.repeats"))
    if "COUNT" in told:
        last = begin.date() + (int(told["COUNT"][0]) - 1) * dt.timedelta(weeks=_WEEKS[every])
    elif "UNTIL" in told:
        last = _until(told["UNTIL"][0], begin)
    else:
        raise _LeftOutError(text("ics.no-end"))
    return {"every": every, "to": last}


def _shifts(begin: dt.datetime, to: dt.date) -> bool:
    """Whether a clock in Amsterdam shows other times for a series that is in another zone."""
    weeks = range(min((to - begin.date()).days // 7 + 1, _A_YEAR))
    return len({_local(begin + dt.timedelta(weeks=week)).time() for week in weeks}) > 1


def _until(until: dt.date, begin: dt.datetime) -> dt.date:
    """The last day on which it may still begin."""
    if not isinstance(until, dt.datetime):
        return until
    local = _local(until)
    return local.date() if local.time() >= begin.time() else local.date() - _DAY


def _take_rest(event: Component, found: _Found) -> None:
    for name in ("DESCRIPTION", "LOCATION"):
        ours = _OF[name] in event or (name == "LOCATION" and "time" in found.fields)
        said = _localised(event, name, found) if ours else None
        if said is not None:
            found.fields[_FIELDS[name]] = said
        elif str(event.get(name, "")).strip():
            found.lost.append(text("ics.field", name=name, found=shown(event.get(name))))
    found.lost += [
        text("ics.field", name=name, found=shown(_plain(event, name)))
        for name in event
        if name not in _TAKEN and not name.startswith("X-")
    ]


# One value of an event


def _all(event: Component, name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _categories(event: Component) -> list[str]:
    values = _all(event, "CATEGORIES")
    return [str(one).strip() for value in values for one in getattr(value, "cats", ())]


def _plain(event: Component, name: str) -> str:
    """As it stands in the file, without its parameters."""
    return " ".join(one.to_ical().decode() for one in _all(event, name))


def _moment(event: Component, name: str) -> dt.date | None:
    """A day, or a moment on a clock in Amsterdam; None where it is not there or cannot be read."""
    value = getattr(event.get(name), "dt", None)
    if isinstance(value, dt.datetime):
        return _local(value)
    return value if isinstance(value, dt.date) else None


def _local(moment: dt.datetime) -> dt.datetime:
    """Of a clock in Amsterdam; a time without a zone is of the clock on the wall."""
    if moment.tzinfo is None or str(moment.tzinfo) == _ZONE:
        return moment.replace(tzinfo=AMSTERDAM)
    return moment.astimezone(AMSTERDAM)


def _day(day: dt.date) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day
