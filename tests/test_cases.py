"""What is due, where the rules meet the store: also when the school or the program has changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.cases import Cases, StaffArrived, new_ticket
from bot.catalogue import Catalogue
from bot.channels.email import MAIL
from bot.channels.telegram.put import SAY, TelegramDeliver
from bot.conversation import (
    Commanded,
    Message,
    OpenCase,
    Part,
    Pressed,
    Said,
    State,
    ToCase,
    World,
    respond,
)
from bot.conversation.colleague import StaffWords, case_on
from bot.handover.case import Done, MayAsk, Shown, Summary, Taken, Wish, Withdrawn, Wrote, from_json
from bot.handover.life import happen, offer
from bot.store import SqlStore, StaleChatError, open_store
from bot.store.port import Account, CaseStep, KeptCase, Step
from bot.text import FromCatalogue, text
from tests.test_store_contract import ANNA, Clock

MILAN, TARIQ, SANNE = "vb-milan-brugmans", "vb-tariq-halewijn", "vb-sanne-kolk"
LINKS = "https://wegwijs.example/case"
SEEN = Message("share", ())


class Desk:
    """Cases on a real store, with one person who can be reached."""

    def __init__(self, app: App, store: SqlStore, clock: Clock, *, mail: bool = False) -> None:
        self.store, self.clock, self.catalogue = store, clock, app.catalogue
        deliver = TelegramDeliver(app.translators, lambda: self.catalogue, LINKS)
        self.cases = Cases(
            store,
            lambda: self.catalogue,
            deliver,
            clock,
            mail=mail,
            keep=dt.timedelta(days=60),
        )

    async def sent(self, to: str = MILAN) -> KeptCase:
        await self.cases.refresh(now=True)
        desk, now = self.cases.desks["voorbeeld"], self.clock.now
        case = offer(0, "nl", Wish(("study-progress",)), Summary(), desk, to)
        shown = happen(case, Shown(Summary(("study-progress",))), desk, now).case
        assert shown is not None
        following = await self.cases.sent(shown, ANNA, SEEN, now)
        step = Step(None, None, cases=(following.case,), elsewhere=following.elsewhere)
        assert await self.store.commit(step)
        return await self.now()

    async def now(self) -> KeptCase:
        kept = await self.store.case(1)
        assert kept is not None
        return kept

    async def done(self) -> None:
        following = await self.cases.follow(await self.now(), Done(MILAN), self.clock.now)
        assert await self.store.commit(Step(None, None, cases=(following.case,)))


@pytest.fixture
async def desk(app: App, tmp_path: Path) -> AsyncIterator[Desk]:
    clock = Clock()
    store = await open_store(tmp_path / "data", None, clock)
    await store.commit(Step(None, None, links=Account(101, "voorbeeld", MILAN, "nl")))
    yield Desk(app, store, clock)
    await store.close()


async def test_a_reminder_when_it_is_due_and_not_before(desk: Desk) -> None:
    await desk.sent()
    assert await desk.cases.tick() == 0
    desk.clock.forward(hours=5)
    assert await desk.cases.tick() == 1
    assert await desk.cases.tick() == 0
    kinds = [claimed.kind for claimed in await desk.store.claim(9)]
    assert kinds == ["card"]  # the reminder waits behind it


async def test_what_is_over_is_erased_in_time_with_all_that_belongs_to_it(desk: Desk) -> None:
    await desk.sent()
    await desk.done()
    desk.clock.forward(days=59)
    assert await desk.cases.tick() == 0
    desk.clock.forward(days=2)
    assert await desk.cases.tick() == 1
    assert await desk.store.case(1) is None
    about = await desk.store.everything_about(ANNA)
    assert not any(about.values())
    assert [what for _, _, what in await desk.store.audit_of(1)] == ["Sent", "Done"]


async def test_a_school_that_is_gone(desk: Desk) -> None:
    await desk.sent()
    await desk.done()
    desk.catalogue = Catalogue.empty()
    desk.clock.forward(days=61)
    await desk.cases.tick()
    assert await desk.store.case(1) is None


async def test_a_school_that_is_gone_for_a_while_loses_nothing(desk: Desk) -> None:
    await desk.sent()
    whole, desk.catalogue = desk.catalogue, Catalogue.empty()
    desk.clock.forward(days=1)
    await desk.cases.tick()
    assert (await desk.now()).status == "sent"
    desk.catalogue = whole
    desk.clock.forward(minutes=6)
    assert await desk.cases.tick() == 1


async def test_a_case_that_cannot_be_read_does_not_hold_up_the_clock(desk: Desk) -> None:
    kept = await desk.sent()
    desk.clock.forward(days=1)
    broken = dataclasses.replace(kept, body=b"{}", due=desk.clock.now)
    assert await desk.store.commit(Step(None, None, cases=(CaseStep(broken),)))
    assert await desk.cases.tick() == 1
    assert await desk.cases.tick() == 0


async def test_who_is_written_to_by_mail_hears_that_a_student_left(
    app: App, tmp_path: Path
) -> None:
    clock = Clock()
    store = await open_store(tmp_path / "data", None, clock)
    desk = Desk(app, store, clock, mail=True)
    kept = await desk.sent(TARIQ)
    (new,) = await store.claim(9, "mail")
    await store.sent(new.id, None)
    await desk.cases.leaves(kept, clock.now)
    await store.forget(ANNA)
    (mail,) = await store.claim(9, "mail")
    assert "teruggenomen" in MAIL.validate_json(mail.body).subject
    assert not any((await store.everything_about(ANNA)).values())
    await store.close()


async def test_the_card_of_a_student_who_left_is_emptied(desk: Desk) -> None:
    kept = await desk.sent()
    (card,) = await desk.store.claim(9)
    await desk.store.sent(card.id, 55)
    await desk.cases.leaves(kept, desk.clock.now)
    await desk.store.forget(ANNA)
    (edit,) = await desk.store.claim(9)
    say = SAY.validate_json(edit.body)
    assert (edit.chat, say.edits) == (101, 55)
    assert "teruggenomen" in say.html


async def test_a_one_time_key_works_once_also_at_the_same_moment(desk: Desk) -> None:
    until = desk.clock.now + dt.timedelta(days=7)
    key, ticket = new_ticket("invite", "voorbeeld", "vb-sanne-kolk", until)
    await desk.store.make_ticket(ticket)
    await desk.cases.refresh(now=True)
    await desk.cases.invited(1, 201, "nl", key, group=False, forum=False)
    late = Step(2, None, uses=ticket.hash, links=Account(202, "voorbeeld", "vb-sanne-kolk", "nl"))
    with pytest.raises(StaleChatError):
        await desk.store.commit(late)
    assert not await desk.store.seen(2)  # so it is handled again, and answered
    assert [a.chat for a in await desk.store.accounts() if a.staff == "vb-sanne-kolk"] == [201]


async def test_the_trail_says_who(desk: Desk) -> None:
    await desk.sent()
    await desk.done()
    following = await desk.cases.follow(await desk.now(), MayAsk(), desk.clock.now)
    await desk.store.commit(Step(None, None, cases=(following.case,)))
    trail = [(who, what) for _, who, what in await desk.store.audit_of(1)]
    assert trail == [("student", "Sent"), (MILAN, "Done"), ("student", "MayAsk")]


async def test_a_case_that_changed_meanwhile_does_not_hold_up_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.sent()
    await desk.sent()
    desk.clock.forward(hours=5)
    due_cases = desk.store.due_cases

    async def meanwhile(limit: int) -> list[KeptCase]:
        due = await due_cases(limit)
        if len(due) == 2:
            await desk.done()  # the first one, just now
        return due

    monkeypatch.setattr(desk.store, "due_cases", meanwhile)
    assert await desk.cases.tick() == 2
    assert (await desk.now()).status == "closed"
    assert await desk.cases.tick() == 0  # the second one was reminded


async def test_a_reply_to_a_card_that_was_not_noted_reaches_the_student(desk: Desk) -> None:
    """Killed between sending a card and noting that: it comes again, and the first one stays."""
    await desk.sent()
    reply = StaffArrived(9, 101, 101, StaffWords("Hoi, daar ben ik"), reply_to=4_711, on_it=1)
    assert await desk.cases.handle(reply)
    assert (await desk.now()).status == "answered"


async def test_what_stands_on_a_message_opens_no_case_of_another(desk: Desk) -> None:
    kept = await desk.sent(TARIQ)
    reply = StaffArrived(9, 101, 101, StaffWords("Hoi"), reply_to=4_711, on_it=1)
    assert await desk.cases.handle(reply)
    assert await desk.now() == kept


# ---- the student's side of it -------------------------------------------------------------------


async def test_a_new_request_brings_the_student_to_that_person(desk: Desk, world: World) -> None:
    """Also who went back to the bot in an earlier one, after many answers."""
    await desk.cases.refresh(now=True)
    there = dataclasses.replace(world, desks=desk.cases.desks, now=desk.clock.now)
    answers = {"institution": "voorbeeld", "need": "study-progress"}
    shown = respond(State("nl", answers, left=5), Pressed(f"draft:show:{MILAN}"), there)
    sent = respond(shown.state, Pressed("draft:send"), there)
    assert [type(action) for action in sent.do] == [OpenCase]
    assert sent.state.left == 0


async def test_words_for_who_blocked_the_bot_reach_the_team(desk: Desk) -> None:
    await desk.store.commit(Step(None, None, links=Account(102, "voorbeeld", SANNE, "nl")))
    await desk.sent("vb-studieadvies")
    taken = await desk.cases.follow(await desk.now(), Taken(MILAN), desk.clock.now)
    await desk.store.commit(Step(None, None, cases=(taken.case,)))
    wrote = await desk.cases.follow(await desk.now(), Wrote("ben je er?"), desk.clock.now)
    assert {one.chat for one in wrote.elsewhere if one.outgoing.kind == "say"} == {101}
    await desk.store.blocked(101, None)
    await desk.cases.refresh(now=True)
    wrote = await desk.cases.follow(await desk.now(), Wrote("ben je er?"), desk.clock.now)
    assert {one.chat for one in wrote.elsewhere if one.outgoing.kind == "say"} == {102}


async def test_what_nobody_answered_can_be_asked_of_another(desk: Desk, world: World) -> None:
    await desk.store.commit(Step(None, None, links=Account(102, "voorbeeld", SANNE, "nl")))
    kept = await desk.sent()
    case = dataclasses.replace(from_json(kept.body), status="unanswered", id=kept.id)
    there = dataclasses.replace(world, desks=desk.cases.desks, case=case, now=desk.clock.now)
    answers = {"institution": "voorbeeld", "need": "study-progress"}
    standing = respond(State("nl", answers), Commanded("person"), there)
    assert "draft:others" in {b.id for message in standing.say for b in message.buttons}
    others = respond(standing.state, Pressed("draft:others"), there)
    offered = [b.id for b in others.say[-1].buttons if b.id.startswith("draft:show")]
    assert offered[0] == f"draft:show:{SANNE}"
    assert offered[-1] == f"draft:show:{MILAN}"  # who did not answer is last
    shown = respond(others.state, Pressed(offered[0]), there)
    sent = respond(shown.state, Pressed("draft:send"), there)
    taken_back, opened = sent.do
    assert taken_back == ToCase(Withdrawn())
    assert isinstance(opened, OpenCase)
    assert opened.case.owner == SANNE
    waiting = dataclasses.replace(there, case=dataclasses.replace(case, status="sent"))
    assert respond(shown.state, Pressed("draft:send"), waiting).do == ()


async def test_the_advice_says_who_it_would_be(desk: Desk, world: World) -> None:
    await desk.cases.refresh(now=True)
    there = dataclasses.replace(world, desks=desk.cases.desks, now=desk.clock.now)
    answers = {"institution": "voorbeeld", "need": "study-progress"}
    turn = respond(State("nl", answers), Pressed("on"), there)
    while turn.say[-1].name.startswith("ask:"):
        turn = respond(turn.state, Pressed(turn.say[-1].name.replace("ask:", "skip:")), there)
    advice = turn.say[-1]
    assert advice.name.startswith("advice:")
    role = FromCatalogue("staff", f"voorbeeld/{MILAN}", "role")
    who = text("offer.name", name="Milan Brugmans", role=role)
    assert Part(text("advice.person", who=who), "quiet") in advice.parts


async def test_all_that_is_typed_reaches_the_person(desk: Desk, world: World) -> None:
    kept = await desk.sent()
    case = dataclasses.replace(from_json(kept.body), status="taken", holder=MILAN, turns=1)
    there = dataclasses.replace(world, desks=desk.cases.desks, case=case, now=desk.clock.now)
    long = "voor statistiek moet ik nog drie opdrachten inleveren en een verslag schrijven. " * 49
    turn = respond(State("nl", {"institution": "voorbeeld"}), Said(long), there)
    assert turn.do == (ToCase(Wrote(long)),)


@pytest.mark.parametrize(
    ("button", "case"),
    [("c:12:take", 12), ("c:x:take", None), ("r:12:right", None), (f"c:{'9' * 30}:take", None)],
)
def test_which_case_a_button_is_about(button: str, case: int | None) -> None:
    assert case_on(button) == case
