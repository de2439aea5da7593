"""IS IT STILL RIGHT: owners are asked about their offerings, and their answers get kept.

Whom to ask about what is worked out in `handover/freshness.py`, what is said in
`conversation/colleague/review.py`; here both meet the store. A question is one transaction: that it
was asked, and the message. What an answer changes goes into the files at once where that is
possible; else the next look at whom to ask tries it again, or `wegwijs freshness apply`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from bot.cases import LINK_FOR, Cases, Deliver, StaffArrived, new_ticket
from bot.catalogue import Catalogue, School
from bot.catalogue.days import AMSTERDAM
from bot.conversation import Message, Part
from bot.conversation.colleague import StaffPress, StaffWords
from bot.conversation.colleague.review import (
    Reply,
    Standing,
    hear_press,
    hear_words,
    may_hide,
    question,
    review_on,
    to_keepers,
    what_it_says,
)
from bot.handover.desk import Desk
from bot.handover.freshness import Ask, Asked, asks_now, mark_of
from bot.store.again import until_kept
from bot.store.port import (
    Addressed,
    Review,
    StaleChatError,
    Step,
    Store,
    Ticket,
    TicketKind,
)
from bot.text import FromCatalogue, Language, Text, text

_log = logging.getLogger(__name__)
_TRIES = 5
_LOOK = dt.timedelta(minutes=10)  # between two looks at whom to ask
_NOW = dt.timedelta(0)
LINKS: tuple[TicketKind, ...] = ("right", "change", "hide")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an answer is to change in the files. `by`: the role of who answered, never a name.

    `mark`: of what the offering said then (`freshness.mark_of`).
    """

    number: int
    school: str
    offering: str
    answer: Literal["right", "hide"]
    mark: str
    on: dt.date
    by: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `settled`: it is done, or can never be done; else it waits."""

    number: int
    said: Text
    settled: bool


class Files(Protocol):
    """The files of the catalogue, as far as they matter here (`staff/freshness.py`)."""

    def place_of(self, school: str, offering: str) -> str:
        """Where an offering stands: file and line."""

    def apply(self, wanted: Sequence[Wanted]) -> list[Outcome]:
        """Write it into the files; what came of each."""


def wanted_of(reviews: Iterable[Review], catalogue: Catalogue) -> list[Wanted]:
    """What the answers that wait are to change."""
    found = []
    for one in reviews:
        if one.answer in ("right", "hide") and one.applied_at is None and one.answered_at:
            on = one.answered_at.astimezone(AMSTERDAM).date()
            by = _role(catalogue.schools.get(one.school), one.staff)
            found.append(Wanted(one.number, one.school, one.offering, one.answer, one.mark, on, by))
    return found


def settled(
    reviews: Iterable[Review], outcomes: Iterable[Outcome], now: dt.datetime
) -> tuple[Review, ...]:
    """The reviews of what is settled, as they are from now on."""
    done = {outcome.number for outcome in outcomes if outcome.settled}
    return tuple(replace(one, applied_at=now) for one in reviews if one.number in done)


def _role(school: School | None, staff: str) -> str:
    """The role of this entry in Dutch; of one that is gone, the name of the school."""
    if school is None:
        return staff
    roles = {member.id: member.role.nl for member in school.staff}
    return roles.get(staff, school.institution.name.nl)


class Reviews:
    """Asking owners, and hearing what they say."""

    def __init__(
        self,
        store: Store,
        cases: Cases,
        catalogue: Callable[[], Catalogue],
        deliver: Deliver,
        clock: Callable[[], dt.datetime],
        files: Files,
        wake: Callable[[], None],
    ) -> None:
        """`cases`: who there is and how they are reached. `wake`: when there is something to
        send."""
        self._store = store
        self._cases = cases
        self._catalogue = catalogue
        self._deliver = deliver
        self._clock = clock
        self._files = files
        self._wake = wake
        self._looked_at: dt.datetime | None = None
        self._writing = asyncio.Lock()

    # ---- asking ----

    async def tick(self) -> None:
        """Ask whom there is to ask now; it looks every ten minutes."""
        now = self._clock()
        if self._looked_at is not None and _NOW <= now - self._looked_at < _LOOK:
            return
        self._looked_at = now
        await self._cases.refresh()
        await self._apply()  # what a stop, or a file that was broken, left waiting
        schools = self._catalogue().schools
        asking = [id for id in self._cases.desks if id in schools and _asks(schools[id])]
        if not asking:
            return
        known = await self._store.reviews()
        for id in asking:
            asked = [
                Asked(one.offering, one.staff, one.asked_at, one.answer)
                for one in known
                if one.school == id
            ]
            desk = self._cases.desks[id]
            for ask in asks_now(schools[id], desk, asked, now):
                await self._ask(ask, desk, now)

    async def _ask(self, ask: Ask, desk: Desk, now: dt.datetime) -> None:
        number = await self._store.new_review_number()
        colleague = desk.colleagues[ask.staff]
        keys: dict[TicketKind, str] = {}
        tickets: list[Ticket] = []
        if colleague.way == "email":
            for kind in LINKS if may_hide(ask.offering) else LINKS[:-1]:
                key, ticket = new_ticket(
                    kind, desk.school, ask.staff, now + LINK_FOR, review=number
                )
                keys[kind] = key
                tickets.append(ticket)
        message = question(number, ask.offering)
        elsewhere = self._cases.to_colleague(colleague, desk, message, keys)
        if not elsewhere:
            return
        mark = mark_of(ask.offering)
        review = Review(number, desk.school, ask.offering.id, ask.staff, mark, now)
        step = Step(
            None, None, reviews=(review,), elsewhere=tuple(elsewhere), tickets=tuple(tickets)
        )
        await self._store.commit(step)
        self._wake()

    # ---- answers on Telegram ----

    async def handle(self, arrived: StaffArrived) -> bool:
        """Handle what somebody pressed or wrote, once. False when it was handled before."""
        await self._cases.refresh()
        done = await until_kept(lambda: self._try(arrived), _TRIES)  # a colleague may be first
        self._wake()
        await self._apply()
        return done

    async def _try(self, arrived: StaffArrived) -> bool:
        account, who = self._cases.who_at(arrived.place, arrived.user)
        desk = self._cases.desks.get(account.school)
        review = await self._store.review(arrived.review or 0)
        theirs = (
            review is not None
            and desk is not None
            and review.school == desk.school
            and account.staff in desk.colleagues
            and (review.staff == account.staff or desk.may_see(who, review.staff))
        )
        if review is None or desk is None or not theirs:
            gone = Message("review:gone", (Part(text("review.gone")),))
            out = self._deliver.to_staff(gone, account.language, "say")
            return await self._store.give_up(arrived.id, arrived.place, out)
        standing = self._standing(review)
        match arrived.event:
            case StaffPress(button):
                reply = hear_press(standing, (review_on(button) or (0, ""))[1])
            case StaffWords(words):
                reply = hear_words(standing, words, await self._place_of(review))
            case _:
                raise TypeError(f"not about a review: {arrived.event}")
        said = tuple(
            Addressed(arrived.place, out, None, who)
            for out in self._deliver.to_staff(reply.say, account.language, "say")
        )
        step = await self._step(review, reply, desk)
        step = replace(step, update_id=arrived.id, elsewhere=(*said, *step.elsewhere))
        return await self._store.commit(step)

    # ---- answers by mail ----

    def on_paper(self, message: Message, language: Language) -> list[str]:
        """A message as the lines of a page."""
        return self._deliver.in_words(message, language).split("\n\n")

    def may_answer(self, ticket: Ticket) -> bool:
        """Whether who got this link is still there."""
        desk = self._cases.desks.get(ticket.school)
        return desk is not None and ticket.staff in desk.colleagues

    async def shown(self, ticket: Ticket) -> tuple[Message, str] | None:
        """The page before the answer: what students see of the offering now, and the mark of that.

        None: it is gone.
        """
        review = await self._store.review(ticket.review or 0)
        offering = self._standing(review).offering if review is not None else None
        if review is None or offering is None:
            return None
        title = Part(FromCatalogue("offering", offering.id, "title"), "title")
        return Message("page", (title, *what_it_says(offering))), mark_of(offering)

    async def by_ticket(self, ticket: Ticket, words: str, seen: str | None) -> Reply | None:
        """What follows from a one-time link, which is used up then.

        `seen`: the mark of what stood on the page; None: they have the mail alone. Where the
        offering says something else by now, nothing happens yet: the reply is to show it anew.
        None: there is nothing to answer any more.
        """
        await self._cases.refresh()
        for _ in range(_TRIES):
            review = await self._store.review(ticket.review or 0)
            desk = self._cases.desks.get(ticket.school)
            if review is None or desk is None or not self.may_answer(ticket):
                return None
            standing = self._standing(replace(review, mark=seen or review.mark))
            if ticket.kind == "change":
                reply = hear_words(standing, words, await self._place_of(review))
            else:
                reply = hear_press(standing, "sure" if ticket.kind == "hide" else "right")
            if reply.again:
                return reply
            step = replace(await self._step(review, reply, desk), uses=ticket.hash)
            try:
                await self._store.commit(step)
            except StaleChatError:
                if await self._store.ticket(ticket.hash) is None:
                    return None
                continue
            self._wake()
            await self._apply()
            return reply
        return None

    # ---- both ----

    def _standing(self, review: Review) -> Standing:
        offering = self._catalogue().offerings.get(review.offering)
        changed = offering is not None and mark_of(offering) != review.mark
        return Standing(review.number, offering, review.answer, review.note is not None, changed)

    async def _place_of(self, review: Review) -> str:
        return await asyncio.to_thread(self._files.place_of, review.school, review.offering)

    async def _step(self, review: Review, reply: Reply, desk: Desk) -> Step:
        """What is kept of a reply; and where something must change, the keepers hear what."""
        offering = self._catalogue().offerings.get(review.offering)
        if offering is None or not (reply.answer or reply.again):
            return Step(None, None)
        now = replace(review, mark=mark_of(offering))
        if reply.answer is not None:
            now = replace(now, answer=reply.answer, answered_at=self._clock())
        elsewhere: list[Addressed] = []
        if reply.note:
            before = [review.note.decode()] if review.note else []
            now = replace(now, note="\n".join((*before, reply.note)).encode())
            place = await self._place_of(review)
            message = to_keepers(offering, desk.name(review.staff), reply.note, place)
            for colleague in desk.colleagues.values():
                if colleague.member.keeper:
                    elsewhere += self._cases.to_colleague(colleague, desk, message)
        return Step(None, None, reviews=(now,), elsewhere=tuple(elsewhere))

    async def _apply(self) -> None:
        """Write what waits into the files. What cannot be written waits on."""
        async with self._writing:
            reviews = await self._store.reviews()
            wanted = wanted_of(reviews, self._catalogue())
            if not wanted:
                return
            try:
                outcomes = await asyncio.to_thread(self._files.apply, wanted)
                done = settled(reviews, outcomes, self._clock())
                await self._store.commit(Step(None, None, reviews=done))
            except Exception as error:  # the answer is kept, and can be applied later
                _log.error("Answers could not be applied (%s).", type(error).__name__)


def _asks(school: School) -> bool:
    return any(member.reviews is not None for member in school.staff)
