"""`wegwijs tips preview`: when each tip goes out this school year, and to how many it would now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from bot.advice import Student
from bot.advice.tips import Wishes, is_for, occasions, tips_of
from bot.catalogue import Catalogue, Tip
from bot.conversation import from_kept
from bot.conversation.standing import student_in, tips_agreed
from bot.text import FromCatalogue, On, Text, text

FEW = 10  # a smaller group is not told: who is in it could be guessed
_AUGUST = 8  # the month in which a school year begins


def preview(
    institution: str, catalogue: Catalogue, states: Iterable[bytes] | None, today: dt.date
) -> Iterator[Text]:
    """The lines to print. `states`: the conversations as they are kept; None: there are none."""
    school, tips = FromCatalogue("institution", institution), catalogue.schools[institution].tips
    if not tips:
        yield text("tips-preview.none", school=school, file=f"{institution}/tips.yaml")
        return
    year = today.year - (today.month < _AUGUST)
    yield text("tips-preview.title", school=school, first=str(year), last=str(year + 1))
    wanting = list(_wanting(institution, catalogue, states or (), today))
    shown = tips_of(institution, catalogue)
    for tip in tips:
        yield text(
            "tips-preview.tip",
            id=tip.id,
            theme=FromCatalogue("theme", tip.theme),
            sender=FromCatalogue("staff", f"{institution}/{tip.from_}"),
        )
        if tip not in shown:
            yield text("tips-preview.not-shown", offering=tip.offering)
            continue
        yield from _days(tip, institution, catalogue, year)
        if states is not None:
            yield _count(sum(is_for(tip, *one, catalogue) for one in wanting))
    yield text("tips-preview.most")
    if states is None:
        yield text("tips-preview.no-store")


def _wanting(
    institution: str, catalogue: Catalogue, states: Iterable[bytes], today: dt.date
) -> Iterator[tuple[Wishes, Student]]:
    """What the students of this institution wish who get tips."""
    for kept in states:
        state = from_kept(kept)
        if state is None or state.answers.get("institution") != institution:
            continue
        wishes = tips_agreed(state, today)
        if wishes is not None:
            yield wishes, student_in(state, catalogue)


def _days(tip: Tip, institution: str, catalogue: Catalogue, year: int) -> Iterator[Text]:
    begins, ends = dt.date(year, _AUGUST, 1), dt.date(year + 1, _AUGUST, 1)
    found = [
        (day, occasion.entry)
        for occasion, day in occasions(tip, catalogue.calendar_of(institution))
        if begins <= day < ends
    ]
    for day, entry in sorted(found):
        what = FromCatalogue("calendar", f"{institution}/{entry}", "title")
        yield text("tips-preview.day", date=On(day), what=what)
    if not found:
        yield text("tips-preview.never")


def _count(count: int) -> Text:
    if count < FEW:
        return text("tips-preview.few", few=FEW)
    return text("tips-preview.count", count=count)
