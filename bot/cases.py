"""WHAT HAPPENS TO A CASE, WHOLE OR NOT AT ALL: by the student, by staff, by the clock, by trouble.

The rules are in `handover/`; here they meet the store. Who must hear of something is worked out
here, and goes into the outbox in the same transaction.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import ValidationError

from bot.catalogue import Absence, Catalogue, Problem, School, StaffMember
from bot.catalogue.days import AMSTERDAM
from bot.conversation import Came, Message, Part
from bot.conversation.colleague import (
    FromStaff,
    StaffCommand,
    StaffPress,
    StaffWords,
    card,
    card_gone,
    case_on,
    hear,
    invitation,
    mail_of,
    refusal,
    reply_of,
    sent_on,
    topic_of,
    written,
)
from bot.conversation.colleague.elements import came, look_up
from bot.conversation.colleague.keeper import to_keeper
from bot.conversation.summary import shared
from bot.conversation.told import told
from bot.handover.case import (
    CLOCK,
    STUDENT,
    Answered,
    Case,
    Happening,
    Hint,
    MayAsk,
    NotDelivered,
    NoteAdded,
    OwnerGone,
    RefusedError,
    Sent,
    TellStaff,
    TellStudent,
    TimeCame,
    Withdrawn,
    Wrote,
    from_json,
    to_json,
)
from bot.handover.desk import Colleague, Desk, Way, desk_of, excluded
from bot.handover.life import Moved, happen, is_gone, may_act
from bot.handover.working_time import Presence, closed_days
from bot.store.again import until_kept
from bot.store.port import (
    CARD,
    NEW_CARD,
    Account,
    Addressed,
    CaseStep,
    CaseWords,
    KeptCase,
    Outgoing,
    StaleChatError,
    Step,
    Store,
    Ticket,
    TicketKind,
)
from bot.text import Language, Text

_log = logging.getLogger(__name__)
_TRIES = 5
_BATCH = 5  # deadlines at a time, so that students get their turn in between
_TICKET_BYTES = 24
_NO_KEYS: Mapping[TicketKind, str] = {}
_LINKS: tuple[TicketKind, ...] = ("seen", "taken", "done")
_NO_STUDENT = 0  # whom a mail is about when nothing may point to them any more
LINK_FOR = dt.timedelta(days=30)
_NOT_AT_ALL = dt.timedelta(0)
_BUSY = dt.timedelta(seconds=1)  # how busy the staff are may be known so late
_FRESH = dt.timedelta(seconds=10)  # who is linked or revoked beside us is noticed after this
_AGAIN = dt.timedelta(minutes=5)  # before a deadline that could not be handled is tried again


class Deliver(Protocol):
    """How a message is put into the form of its channel."""

    def to_student(self, message: Message, language: Language) -> tuple[Outgoing, ...]:
        """For the chat of a student."""

    def to_staff(self, message: Message, language: Language, kind: str) -> tuple[Outgoing, ...]:
        """For a staff chat; `kind`: "card", "say", or what a reply to it is: "answer", "note"."""

    def handed_out(self, payload: str, language: Language) -> tuple[Outgoing, ...]:
        """For a staff chat: a link that opens the bot with this, and its QR code as a picture."""

    def by_mail(
        self,
        message: Message,
        language: Language,
        to: str,
        reference: str,
        keys: Mapping[TicketKind, str],
    ) -> Outgoing:
        """A mail, with a link for each of the keys."""

    def edit(self, message_id: int, out: Outgoing) -> Outgoing:
        """The same, in the place of this message."""

    def in_words(self, message: Message, language: Language) -> str:
        """Just the words, as a record of what was shown."""


@dataclass(frozen=True, slots=True)
class StaffArrived:
    """Something a staff member did. `user`: who, in the group of a team. `place`: the chat.

    `reply_to`: the message replied to, `on_it`: the case whose buttons stand on that; `thread`: the
    topic it is in. `review`: the one whose buttons stand on what was pressed or replied to.
    """

    id: int
    place: int
    user: int
    event: FromStaff
    reply_to: int | None = None
    thread: int | None = None
    on_it: int | None = None
    review: int | None = None


@dataclass(frozen=True)
class _Staff:
    """What is known of the staff at this moment."""

    accounts: Mapping[int, Account]
    desks: Mapping[str, Desk]

    def account(self, school: str, staff: str) -> Account | None:
        found = (a for a in self.accounts.values() if (a.school, a.staff) == (school, staff))
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Following:
    """What is to be kept and said because of one thing that happened."""

    case: CaseStep
    elsewhere: tuple[Addressed, ...]
    counts: tuple[str, ...] = ()
    tickets: tuple[Ticket, ...] = ()


class Cases:
    """The only place where the rules of a handover and the store meet."""

    def __init__(
        self,
        store: Store,
        catalogue: Callable[[], Catalogue],
        deliver: Deliver,
        clock: Callable[[], dt.datetime],
        *,
        mail: bool,
        keep: dt.timedelta,
    ) -> None:
        """`mail`: whether mail can be sent and its links work. `keep`: after the end of a case."""
        self._store = store
        self._catalogue = catalogue
        self._deliver = deliver
        self._clock = clock
        self._wake: Callable[[], None] = _nobody
        self._mail = mail
        self._keep = keep
        self._staff = _Staff({}, {})
        self._gone: frozenset[tuple[str, str]] = frozenset()
        self._stale = True  # who there is has changed
        self._busier = False  # how many cases somebody has, has changed
        self._built_at: dt.datetime | None = None

    def wakes(self, wake: Callable[[], None]) -> None:
        """What to call when there is something to send."""
        self._wake = wake

    # ---- the staff as they are ----

    async def refresh(self, *, now: bool = False) -> None:
        """Look again at who there is and how busy they are, where something changed."""
        moment = self._clock()
        good_for = _NOT_AT_ALL if now or self._stale else _BUSY if self._busier else _FRESH
        age = moment - self._built_at if self._built_at is not None else good_for
        if _NOT_AT_ALL <= age < good_for:
            return
        self._stale = self._busier = False
        accounts = {account.chat: account for account in await self._store.accounts()}
        loads = await self._store.loads()
        self._built_at = moment
        desks = {
            id: self._desk(school, accounts, loads)
            for id, school in self._catalogue().schools.items()
            if school.staff
        }
        self._staff = _Staff(accounts, desks)
        gone = self._gone_now(moment)
        for school, staff in sorted(gone - self._gone):
            # Of a team one may have it, who is gone now.
            for owner in filter(None, {staff, desks[school].team_of(staff)}):
                await self._store.look_at(school, owner)
        self._gone = gone

    def _gone_now(self, now: dt.datetime) -> frozenset[tuple[str, str]]:
        """Who cannot be reached, or went away: school and staff entry."""
        away = {
            (account.school, account.staff)
            for account in self._staff.accounts.values()
            if account.away_until is not None and account.away_until > now
        }
        return frozenset(
            (school, id)
            for school, desk in self._staff.desks.items()
            for id, colleague in desk.colleagues.items()
            if colleague.way is None or (school, id) in away
        )

    def changed(self) -> None:
        """Somebody was linked, unlinked, went away or came back."""
        self._stale = True

    @property
    def desks(self) -> Mapping[str, Desk]:
        return self._staff.desks

    @property
    def places(self) -> frozenset[int]:
        """The staff chats that did not block the bot, as far as it is known now."""
        return frozenset(a.chat for a in self._staff.accounts.values() if not a.blocked)

    def is_staff(self, chat: int) -> bool:
        """Whether this chat belongs to a staff entry."""
        return chat in self._staff.accounts

    def _desk(
        self,
        school: School,
        accounts: Mapping[int, Account],
        loads: Mapping[tuple[str, str], int],
    ) -> Desk:
        id = school.institution.id
        own = {a.staff: a for a in accounts.values() if a.school == id}
        closed = closed_days(self._catalogue().calendar_of(id), self._clock().date())
        ways: dict[str, Way | None] = {}
        presences: dict[str, Presence] = {}
        for member in school.staff:
            account = own.get(member.id)
            ways[member.id] = self._way(member, school, own)
            away = _absences(member.away, account, self._clock())
            presences[member.id] = Presence(member.hours, closed, away)
        counted = {staff: count for (where, staff), count in loads.items() if where == id}
        return desk_of(school, ways, counted, presences, self._keep)

    def _way(self, member: StaffMember, school: School, own: Mapping[str, Account]) -> Way | None:
        """How somebody is reached: their own chat, for a team that of its members, else mail."""
        linked = [own.get(member.id)]
        if member.kind == "team":
            linked += [own.get(m.id) for m in school.staff if m.team == member.id]
        if "telegram" in member.reach and any(a and not a.blocked for a in linked):
            return "telegram"
        return "email" if "email" in member.reach and member.email and self._mail else None

    # ---- what happens ----

    def opened(self, kept: KeptCase | None) -> Case | None:
        """The case as the rules see it; None for one of another version of the program."""
        if kept is None:
            return None
        try:
            return replace(from_json(kept.body), id=kept.id)
        except ValidationError:
            _log.error("Case %d is of another version and cannot be read.", kept.id)
            return None

    async def sent(self, case: Case, chat: int, seen: Message, now: dt.datetime) -> Following:
        """A request that the student confirmed, with what was on the screen as the consent."""
        desk = self.desks[case.school]
        number = await self._store.new_case_number()
        case = replace(case, chat=chat)
        moved = happen(case, Sent(number), desk, now)
        consent = self._deliver.in_words(seen, case.language).encode()
        following = self._following(None, case, Sent(number), moved, desk, now, ())
        return replace(following, case=replace(following.case, consent=consent))

    async def follow(self, kept: KeptCase, happening: Happening, now: dt.datetime) -> Following:
        """What follows from this. Raises RefusedError for what cannot happen (now)."""
        case = self.opened(kept)
        desk = self.desks.get(kept.school)
        if case is None or desk is None:
            raise RefusedError("over")
        moved = happen(case, happening, desk, now)
        cards = await self._store.cards_of(kept.id)
        return self._following(kept, case, happening, moved, desk, now, cards)

    def _following(
        self,
        kept: KeptCase | None,
        before: Case,
        happening: Happening,
        moved: Moved,
        desk: Desk,
        now: dt.datetime,
        cards: Sequence[tuple[int, int]],
    ) -> Following:
        self._busier = True
        after = moved.case
        if after is None and kept is not None:
            return Following(CaseStep(kept, erase=True), ())
        if after is None:
            raise ValueError("what was never kept cannot be erased")
        otherwise = STUDENT if isinstance(happening, _OF_THE_STUDENT) else CLOCK
        who = getattr(happening, "by", otherwise)
        step = CaseStep(
            _kept(after, kept),
            words=_words(happening),
            audit=((who, type(happening).__name__),),
            withdrawn=isinstance(happening, Withdrawn),
        )
        elsewhere: list[Addressed] = []
        tickets: list[Ticket] = []
        counts = [f"case:{after.status}"] if after.status != before.status else []
        for tell in moved.tell:
            match tell:
                case TellStudent():
                    message = told(tell, after, desk)
                    elsewhere += [
                        Addressed(after.chat, out, after.id)
                        for out in self._deliver.to_student(message, after.language)
                    ]
                case TellStaff():
                    some, keys = self._to_staff(tell, after, desk, now)
                    elsewhere += some
                    tickets += keys
                case Hint(staff, need):
                    counts.append(f"wrong:{staff}:{need}"[:64])
        if _visible(before) != _visible(after) or any(
            isinstance(t, TellStaff) and t.what == "new" for t in moved.tell
        ):
            elsewhere += self._cards(after, desk, [place for place, _ in cards])
        return Following(step, tuple(elsewhere), tuple(counts), tuple(tickets))

    # ---- who hears of it, and where ----

    def _cards(self, case: Case, desk: Desk, had: Sequence[int]) -> list[Addressed]:
        """The card wherever it is or must be, as it stands now."""
        never = excluded(desk, case.wish.never)
        theirs = self._places(case.owner, desk)
        found = []
        for place in dict.fromkeys((*theirs, *had)):
            account = self._staff.accounts.get(place)
            if account is None or account.staff in never:
                continue
            if place in theirs or not case.is_open:
                message = card(case, desk)
            else:
                message = card_gone(case, desk, case.owner)
            for out in self._deliver.to_staff(message, account.language, CARD):
                found.append(Addressed(place, out, case.id, account.staff))
        return found

    def _places(self, staff: str, desk: Desk) -> list[int]:
        """The chats of a staff entry; of a team without a group those of its members."""
        own = self._staff.account(desk.school, staff)
        if own is not None:
            return [] if own.blocked else [own.chat]
        mates = [id for id in desk.colleagues if desk.team_of(id) == staff and id != staff]
        found = (self._staff.account(desk.school, id) for id in mates)
        return [account.chat for account in found if account is not None and not account.blocked]

    def _to_staff(
        self, tell: TellStaff, case: Case, desk: Desk, now: dt.datetime
    ) -> tuple[list[Addressed], list[Ticket]]:
        colleague = desk.colleagues.get(tell.to)
        if colleague is None or colleague.way is None:
            return [], []
        if colleague.way == "email":
            return self._by_mail(tell, case, desk, colleague, now)
        message = reply_of(tell, case)
        if message is None:
            return [], []
        # Of a team without a group only who took it; in a group everybody reads along.
        to = tell.to
        if to in (case.owner, case.holder):
            both = (self._staff.account(desk.school, id or "") for id in (case.owner, case.holder))
            to = next((a.staff for a in both if a is not None and not a.blocked), to)
        return [
            Addressed(place, out, case.id, to)
            for place in self._places(to, desk)
            for out in self._deliver.to_staff(message, self._staff.accounts[place].language, "say")
        ], []

    def _by_mail(
        self, tell: TellStaff, case: Case, desk: Desk, colleague: Colleague, now: dt.datetime
    ) -> tuple[list[Addressed], list[Ticket]]:
        """That there is something, with a one-time link for each thing to do about it."""
        message = mail_of(tell, case, desk, with_content=desk.content_in_mail)
        if message is None:
            return [], []
        member = colleague.member
        keys: dict[TicketKind, str] = {}
        tickets: list[Ticket] = []
        if case.is_open and tell.what in ("new", "reminder", "wrote"):
            for kind in _LINKS:
                key, ticket = new_ticket(kind, desk.school, member.id, now + LINK_FOR, case.id)
                keys[kind] = key
                tickets.append(ticket)
        reference, back = new_ticket("bounce", desk.school, member.id, now + LINK_FOR, case.id)
        tickets.append(back)
        language: Language = member.languages[0]
        out = self._deliver.by_mail(message, language, str(member.email), reference, keys)
        return [Addressed(case.chat, out, case.id, member.id, "mail")], tickets

    # ---- staff ----

    async def invited(
        self, id: int, chat: int, language: Language, key: str, *, group: bool, forum: bool
    ) -> bool:
        """An invitation was opened: from now on this chat is that staff entry. False: again."""
        ticket = await self._store.ticket(hash_of(key))
        desk = self.desks.get(ticket.school) if ticket else None
        colleague = desk.colleagues.get(ticket.staff) if desk and ticket else None
        account: Account | None = None
        if ticket is None or ticket.kind != "invite" or colleague is None:
            said = invitation("void")
        elif group and colleague.member.kind == "person":
            said = invitation("not-in-group")
        else:
            said = invitation("welcome", colleague.member.name)
            account = Account(chat, ticket.school, ticket.staff, language, forum)
        uses = ticket.hash if ticket is not None and account is not None else None
        out = self._deliver.to_staff(said, language, "say")
        elsewhere = tuple(Addressed(chat, one) for one in out)
        step = Step(id, None, elsewhere=elsewhere, uses=uses, links=account)
        done = await self._store.commit(step)
        await self.refresh(now=True)
        self._wake()
        return done

    async def repost(self, place: int, case: int, thread: int) -> bool:
        """Somebody deleted this topic of a case: what was in it is said again, in a new one. False:
        there is a new one already."""
        if await self._store.case_in_topic(place, thread) != case:
            return False
        await self._store.topic(place, case, None)
        kept = await self._store.case(case)
        account = self._staff.accounts.get(place)
        opened = self.opened(kept)
        if kept is None or opened is None or account is None or not kept.is_open:
            return True
        desk = self.desks[kept.school]
        words = await self._store.words_of(case)
        said = [(CARD, card(opened, desk))]
        said += [
            ("say", written(case, desk, who, body.decode(), note)) for who, body, note in words
        ]
        elsewhere = tuple(
            Addressed(place, out, case, account.staff)
            for kind, message in said
            for out in self._deliver.to_staff(message, account.language, kind)
        )
        await self._store.commit(Step(None, None, elsewhere=elsewhere))
        self._wake()
        return True

    async def moved(self, chat: int, to: int) -> None:
        """A staff group goes on under another number."""
        await self._store.moved(chat, to)
        await self.refresh(now=True)

    def is_forum(self, place: int) -> bool:
        """Whether each case has a topic of its own there."""
        account = self._staff.accounts.get(place)
        return account is not None and account.forum

    def topic_name(self, case: int, place: int) -> str:
        """What the topic of a case is called."""
        account = self._staff.accounts[place]
        return self._deliver.in_words(topic_of(case), account.language)

    async def handle(self, arrived: StaffArrived) -> bool:
        """Handle what a staff member did, once. False when it was handled before."""
        await self.refresh()
        # A colleague may be first, or the clock.
        done = await until_kept(lambda: self._try(arrived), _TRIES)
        self._wake()
        return done

    async def _try(self, arrived: StaffArrived) -> bool:
        account = self._staff.accounts[arrived.place]
        desk = self.desks.get(account.school)
        if desk is None:
            return await self._store.give_up(arrived.id, arrived.place, ())
        who = self._who(account, arrived.user)
        kept, kind = await self._about(arrived, account, desk, who)
        # Only a list needs them all.
        lists = isinstance(arrived.event, StaffCommand)
        cases = await self._theirs(account.school, who, desk) if lists else []
        now = self._clock()
        event = arrived.event
        if isinstance(event, StaffWords) and kind == "note":
            event = replace(event, note=True)
        turn = look_up(event, who, desk.school, self._catalogue())
        turn = turn or hear(event, who, self.opened(kept), cases, desk, now)
        say = list(turn.say)
        followed: Following | None = None
        if turn.happening is not None and kept is not None:
            try:
                followed = await self.follow(kept, turn.happening, now)
                say += sent_on(turn.happening)
            except RefusedError as error:
                say.append(Message("staff:refused", (Part(refusal(error, desk)),)))
        kind = turn.asks or "say"
        elsewhere = [
            Addressed(arrived.place, out, kept.id if kept else None, who)
            for message in say
            for out in self._deliver.to_staff(message, account.language, kind)
        ]
        if turn.hands_out:
            elsewhere += [
                Addressed(arrived.place, out, None, who)
                for out in self._deliver.handed_out(turn.hands_out, account.language)
            ]
        if turn.shows and followed is not None:
            now_it_is = card(from_json(followed.case.case.body), desk)
            elsewhere += [
                Addressed(arrived.place, out, followed.case.case.id, who)
                for out in self._deliver.to_staff(now_it_is, account.language, NEW_CARD)
            ]
        step = Step(arrived.id, None, elsewhere=tuple(elsewhere))
        done = await self._store.commit(with_following(step, followed))
        if turn.away is not None:
            await self._store.away(arrived.place, turn.away.until)
            self.changed()
        return done

    def who_at(self, place: int, user: int) -> tuple[Account, str]:
        """The staff chat at this place, and the entry that does something there."""
        account = self._staff.accounts[place]
        return account, self._who(account, user)

    def _who(self, account: Account, user: int) -> str:
        """The staff entry that does it: in a group the person's own, where they are linked."""
        own = self._staff.accounts.get(user)
        if own is not None and own.school == account.school:
            return own.staff
        return account.staff

    async def _about(
        self, arrived: StaffArrived, account: Account, desk: Desk, who: str
    ) -> tuple[KeptCase | None, str]:
        """The case that it is about, if this staff member may see it."""
        id: int | None = None
        kind = ""
        if isinstance(arrived.event, StaffPress):
            id = case_on(arrived.event.button)
        elif arrived.reply_to is not None:
            found = await self._store.case_at(arrived.place, arrived.reply_to)
            # A card that was sent, but not noted for we were killed, says itself what it is about.
            id, kind = found if found is not None else (arrived.on_it, "")
        if id is None and arrived.thread is not None:
            id = await self._store.case_in_topic(arrived.place, arrived.thread)
        kept = await self._store.case(id) if id is not None else None
        if kept is None or kept.school != account.school:
            return None, kind
        case = self.opened(kept)
        return (kept if case is not None and may_act(who, case, desk) else None), kind

    async def _theirs(self, school: str, who: str, desk: Desk) -> list[Case]:
        owners = tuple(id for id in desk.colleagues if desk.may_see(who, id))
        found = [self.opened(kept) for kept in await self._store.cases_of(school, owners)]
        return [case for case in found if case is not None and may_act(who, case, desk)]

    def language_of(self, school: str, staff: str) -> Language:
        """The language in which a staff entry is spoken to by mail."""
        desk = self.desks.get(school)
        colleague = desk.colleagues.get(staff) if desk else None
        return colleague.member.languages[0] if colleague else "nl"

    def refused(self, error: RefusedError, school: str) -> Text:
        """Why something did not happen, in words."""
        return refusal(error, self.desks[school])

    def on_paper(self, case: Case, language: Language) -> list[str]:
        """What the student shared, line by line."""
        message = Message("page", shared(case))
        return self._deliver.in_words(message, language).split("\n\n")

    async def by_ticket(
        self, ticket: Ticket, happening: Happening
    ) -> tuple[Case | None, RefusedError | None]:
        """What a one-time link does; the case afterwards, or why not. Uses up the ticket."""
        await self.refresh()
        for _ in range(_TRIES):
            kept = await self._store.case(ticket.case or 0)
            if kept is None:
                return None, RefusedError("over")
            try:
                followed = await self.follow(kept, happening, self._clock())
            except RefusedError as error:
                return self.opened(kept), error
            step = with_following(Step(None, None, uses=ticket.hash), followed)
            try:
                await self._store.commit(step)
            except StaleChatError:
                continue
            self._wake()
            return from_json(followed.case.case.body), None
        return None, RefusedError("over")

    # ---- the clock ----

    async def tick(self) -> int:
        """Handle some of what is due now; how much that was, 0 when nothing is left."""
        await self.refresh()
        due = await self._store.due_cases(_BATCH)
        following = [await self._on_time(kept) for kept in due]
        try:
            await self._commit(following)
        except StaleChatError:  # somebody did something just now: that one is looked at again
            for one in following:
                with contextlib.suppress(StaleChatError):
                    await self._commit([one])
        if due:
            self._wake()
        return len(due)

    async def _commit(self, following: Sequence[Following]) -> None:
        """All of it at once: the disk is waited for once."""
        step = Step(None, None)
        for one in following:
            step = with_following(step, one)
        await self._store.commit(step)

    async def _on_time(self, kept: KeptCase) -> Following:
        """What follows for a case that is due, or with which something went wrong."""
        now = self._clock()
        try:
            case = self.opened(kept)
            if case is None or kept.school not in self.desks:
                # Nobody can do anything with it; what is over must be erased all the same.
                over = CaseStep(kept, erase=True)
                return Following(over, ()) if not kept.is_open else self._later(kept, now)
            happening = self._what_is_due(case, kept.trouble, now)
            if isinstance(happening, NotDelivered):
                happening = NotDelivered(await self._last_writer(kept.id))
            if happening is None:
                return Following(CaseStep(replace(kept, trouble=None)), ())
            return await self.follow(kept, happening, now)
        except Exception as error:
            _log.error("Case %d could not be handled (%s).", kept.id, type(error).__name__)
            return self._later(kept, now)

    def _later(self, kept: KeptCase, now: dt.datetime) -> Following:
        """Not at the cost of the others: it is tried again a little later."""
        return Following(CaseStep(replace(kept, due=now + _AGAIN, trouble=None)), ())

    async def _last_writer(self, case: int) -> str | None:
        words = await self._store.words_of(case)
        wrote = (who for who, _, note in reversed(words) if not note and who != STUDENT)
        return next(wrote, None)

    def _what_is_due(self, case: Case, trouble: str | None, now: dt.datetime) -> Happening | None:
        if trouble == "student":
            return NotDelivered() if case.is_open else None
        if trouble == "staff" and case.is_open:
            return OwnerGone()
        if trouble == "away" and case.is_open:
            return OwnerGone() if is_gone(case, self.desks[case.school], now) else None
        return TimeCame() if case.due is not None and case.due <= now else None

    # ---- who gave a student something ----

    def came(self, what: Came) -> list[Addressed]:
        """Who gave an offering hears that a student came. Nothing in it points to that student."""
        desk = self.desks.get(what.school)
        giver = desk.colleagues.get(what.staff) if desk is not None else None
        if desk is None or giver is None or what.offering not in self._catalogue().offerings:
            return []
        return self.to_colleague(giver, desk, came(what.offering))

    # ---- who keeps the catalogue ----

    async def tell_keepers(self, problems: tuple[Problem, ...]) -> None:
        """What keeps a changed catalogue from being used; (): after that one is in use again.

        A mistake in the files of a school is for its own keepers, one in the others for all.
        """
        await self.refresh(now=True)
        schools = {problem.file.partition("/")[0] for problem in problems}
        of_all = not schools <= self.desks.keys()
        elsewhere = [
            addressed
            for id, desk in self.desks.items()
            if of_all or not schools or id in schools
            for colleague in desk.colleagues.values()
            if colleague.member.keeper
            for addressed in self.to_colleague(colleague, desk, to_keeper(problems))
        ]
        if elsewhere:
            await self._store.commit(Step(None, None, elsewhere=tuple(elsewhere)))
            self._wake()

    def to_colleague(
        self,
        to: Colleague,
        desk: Desk,
        message: Message,
        keys: Mapping[TicketKind, str] = _NO_KEYS,
    ) -> list[Addressed]:
        """Something that is about no case: to their chat, else their mailbox, else nowhere.

        `keys`: a mail has a link for each.
        """
        member = to.member
        if to.way == "email":
            reference = secrets.token_hex(16)
            language = member.languages[0]
            mail = self._deliver.by_mail(message, language, str(member.email), reference, keys)
            return [Addressed(_NO_STUDENT, mail, None, member.id, "mail")]
        return [
            Addressed(place, out, None, member.id)
            for place in self._places(member.id, desk)
            for out in self._deliver.to_staff(message, self._staff.accounts[place].language, "say")
        ]

    # ---- a student goes ----

    async def leaves(self, kept: KeptCase | None, now: dt.datetime) -> None:
        """Before all about a student is erased: staff are told that it was taken back.

        What is still to be sent about a case is erased with it; so what is said here is about none.
        """
        if kept is None or not kept.is_open:
            return
        followed = await self.follow(kept, Withdrawn(), now)
        cards = dict(await self._store.cards_of(kept.id))
        elsewhere = tuple(
            replace(one, chat=_NO_STUDENT, case=None)
            if one.channel == "mail"
            else replace(one, outgoing=self._deliver.edit(cards[one.chat], one.outgoing), case=None)
            for one in followed.elsewhere
            if one.channel == "mail" or one.chat in cards
        )
        followed = replace(followed, elsewhere=elsewhere)
        await self._store.commit(with_following(Step(None, None), followed))


def _nobody() -> None:
    """Nobody sends yet; what is to be sent waits in the outbox."""


_OF_THE_STUDENT = (Sent, Wrote, Withdrawn, MayAsk)


def new_ticket(
    kind: TicketKind,
    school: str,
    staff: str,
    until: dt.datetime,
    case: int | None = None,
    review: int | None = None,
) -> tuple[str, Ticket]:
    """A one-time key, and what is kept of it."""
    key = secrets.token_urlsafe(_TICKET_BYTES)
    return key, Ticket(hash_of(key), kind, school, staff, until, case, review)


def hash_of(key: str) -> bytes:
    """What is kept of a key: who reads the database cannot use it."""
    return hashlib.sha256(key.encode()).digest()


def with_following(step: Step, followed: Following | None) -> Step:
    """The step with what follows for a case."""
    if followed is None:
        return step
    return replace(
        step,
        cases=(*step.cases, followed.case),
        elsewhere=(*step.elsewhere, *followed.elsewhere),
        counts=(*step.counts, *followed.counts),
        tickets=(*step.tickets, *followed.tickets),
    )


def _kept(case: Case, before: KeptCase | None) -> KeptCase:
    if case.due is None:
        raise ValueError("a case that is kept has a deadline")
    return KeptCase(
        id=case.id,
        chat=case.chat,
        school=case.school,
        owner=case.owner,
        status=case.status,
        is_open=case.is_open,
        due=case.due,
        body=to_json(case),
        version=before.version if before else 0,
    )


def _visible(case: Case) -> tuple[object, ...]:
    """What a card shows."""
    return case.status, case.owner, case.holder, case.promised


def _words(happening: Happening) -> tuple[CaseWords, ...]:
    match happening:
        case Answered(by, words):
            return (CaseWords(by, words.encode()),)
        case Wrote(words):
            return (CaseWords(STUDENT, words.encode()),)
        case NoteAdded(by, words):
            return (CaseWords(by, words.encode(), note=True),)
    return ()


def _absences(
    away: Sequence[Absence], account: Account | None, now: dt.datetime
) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    """Those in staff.yaml, and the one of /away."""
    found = []
    for absence in away:
        begin = dt.datetime.combine(absence.from_, dt.time(), AMSTERDAM)
        day_after = (absence.to or absence.from_) + dt.timedelta(days=1)
        found.append((begin, dt.datetime.combine(day_after, dt.time(), AMSTERDAM)))
    if account is not None and account.away_until is not None and account.away_until > now:
        found.append((now - dt.timedelta(days=1), account.away_until))
    return tuple(found)
