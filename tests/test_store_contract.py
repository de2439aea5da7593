"""What every store must do, whatever it keeps things in. Today there is one: a database file."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Chat, Outgoing, StaleChatError, Step, Store, open_store
from bot.store.port import Addressed, Due

START = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
MARK = b"ik slaap al weken niet"
ANNA, BRAM = 52_000_000_001, 52_000_000_002
IDLE, SENT = dt.timedelta(days=180), dt.timedelta(days=7)


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


def messages(*bodies: str, kind: str = "send") -> tuple[Outgoing, ...]:
    return tuple(Outgoing(kind, body.encode()) for body in bodies)


async def say(store: Store, chat: int, update_id: int, *bodies: str) -> Chat:
    """Commit a step in which this goes out to the chat; the chat as it then is."""
    now = await store.chat(chat) or Chat(chat, "nl")
    step = Step(update_id, dataclasses.replace(now, state=MARK), messages(*bodies))
    assert await store.commit(step)
    return await known(store, chat)


async def known(store: Store, id: int) -> Chat:
    chat = await store.chat(id)
    assert chat is not None
    return chat


async def claim_one(store: Store) -> int:
    (claimed,) = await store.claim(1)
    return claimed.id


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite"])
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "data", None, clock)
    yield opened
    await opened.close()


class TestATurn:
    async def test_a_chat_that_is_not_known(self, store: Store) -> None:
        assert await store.chat(ANNA) is None

    async def test_what_was_kept_comes_back(self, store: Store, clock: Clock) -> None:
        chat = Chat(ANNA, "en", state=MARK, before=b"", last_text=7)
        assert await store.commit(Step(1, chat))
        kept = await known(store, ANNA)
        assert kept == dataclasses.replace(chat, version=1, active_at=clock.now)
        clock.forward(hours=1)
        changed = dataclasses.replace(kept, language="nl", state=None, before=MARK, last_text=8)
        assert await store.commit(Step(2, changed))
        expected = dataclasses.replace(changed, version=2, active_at=clock.now)
        assert await store.chat(ANNA) == expected

    async def test_an_update_is_handled_once(self, store: Store) -> None:
        await say(store, ANNA, 1, "een")
        before = await known(store, ANNA)
        again = Step(1, dataclasses.replace(before, state=b"other"), messages("een"), ("said",))
        assert not await store.commit(again)
        assert await store.chat(ANNA) == before
        assert await store.counts(dt.date.min) == {}
        assert [c.body for c in await store.claim(9)] == [b"een"]
        assert await store.claim(9) == []

    async def test_a_chat_that_changed_since(self, store: Store) -> None:
        read = await say(store, ANNA, 1)
        await say(store, ANNA, 2)
        stale = Step(3, read, messages("te laat"), ("said",))
        for step in (stale, dataclasses.replace(stale, chat=Chat(ANNA, "nl"))):
            with pytest.raises(StaleChatError):
                await store.commit(step)
        assert not await store.seen(3)
        assert await store.claim(9) == []
        assert await store.counts(dt.date.min) == {}

    async def test_a_chat_that_was_erased_since(self, store: Store) -> None:
        read = await say(store, ANNA, 1)
        await store.forget(ANNA)
        with pytest.raises(StaleChatError):
            await store.commit(Step(2, read))
        assert await store.chat(ANNA) is None

    async def test_many_at_the_same_time(self, store: Store) -> None:
        async def one_more(update_id: int) -> None:
            while True:
                chat = await store.chat(ANNA) or Chat(ANNA, "nl", state=b"0")
                more = str(int(chat.state or b"0") + 1).encode()
                try:
                    await store.commit(Step(update_id, dataclasses.replace(chat, state=more)))
                except StaleChatError:
                    continue
                return

        await asyncio.gather(*(one_more(update_id) for update_id in range(30)))
        chat = await known(store, ANNA)
        assert (chat.state, chat.version) == (b"30", 30)

    async def test_a_turn_that_is_cancelled_is_whole_or_not_at_all(self, store: Store) -> None:
        for update_id in range(20):
            task = asyncio.create_task(say(store, ANNA + update_id, update_id, "een", "twee"))
            for _ in range(update_id):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            chat = await store.chat(ANNA + update_id)
            about = await store.everything_about(ANNA + update_id)
            assert await store.seen(update_id) == (chat is not None)
            assert len(about["outbox"]) == (0 if chat is None else 2)

    async def test_failures_are_counted_for_each_update(self, store: Store) -> None:
        assert [await store.failed(1, "KeyError") for _ in range(3)] == [1, 2, 3]
        assert await store.failed(2, "KeyError") == 1
        assert not await store.seen(1)

    async def test_giving_up(self, store: Store) -> None:
        chat = await say(store, ANNA, 1, "een")
        assert await store.give_up(2, ANNA, messages("sorry"))
        assert not await store.give_up(2, ANNA, messages("sorry"))
        assert await store.give_up(3, BRAM, messages("sorry"))
        assert await store.seen(2)
        assert await store.chat(ANNA) == chat
        assert await store.chat(BRAM) is None
        assert [c.body for c in await store.claim(9)] == [b"een", b"sorry"]

    async def test_counts_are_of_the_day_on_our_clock(self, store: Store, clock: Clock) -> None:
        clock.now = START.replace(hour=0, minute=30)  # the day before, in UTC
        chat = Chat(ANNA, "nl")
        await store.commit(Step(1, chat, counts=("said", "advised", "said")))
        clock.forward(days=1)
        await store.commit(Step(2, await known(store, ANNA), counts=("said",)))
        today, tomorrow = START.date(), START.date() + dt.timedelta(days=1)
        later = {tomorrow: {"said": 1}}
        assert await store.counts(today) == {today: {"advised": 1, "said": 2}, **later}
        assert await store.counts(tomorrow) == later

    async def test_notes(self, store: Store) -> None:
        assert await store.remembered("commands") is None
        await store.remember("commands", "1")
        await store.remember("commands", "2")
        assert await store.remembered("commands") == "2"


class TestTheOutbox:
    async def test_one_of_a_chat_at_a_time_oldest_first(self, store: Store) -> None:
        await say(store, ANNA, 1, "a1", "a2")
        await say(store, BRAM, 2, "b1")
        first, second = await store.claim(9)
        assert (first.chat, first.kind, first.body) == (ANNA, "send", b"a1")
        assert (first.attempt, first.repeated) == (1, False)
        assert (second.chat, second.body) == (BRAM, b"b1")
        assert await store.claim(9) == []
        await store.sent(first.id, 100)
        assert [c.body for c in await store.claim(9)] == [b"a2"]

    async def test_no_more_than_asked_for(self, store: Store) -> None:
        for chat in range(5):
            await say(store, chat, chat, "een")
        assert [c.chat for c in await store.claim(3)] == [0, 1, 2]

    async def test_never_twice_at_the_same_time(self, store: Store) -> None:
        for chat in range(10):
            await say(store, chat, chat, "een", "twee")
        claimed = await asyncio.gather(*(store.claim(3) for _ in range(8)))
        chats = [c.chat for some in claimed for c in some]
        assert sorted(chats) == list(range(10))

    async def test_the_screen_is_what_was_sent_with_buttons(self, store: Store) -> None:
        chat = await say(store, ANNA, 1, "een", "twee")
        await store.sent(await claim_one(store), 100, screen=True)
        assert (await known(store, ANNA)).screen == 100
        await store.sent(await claim_one(store), 101)
        after = await known(store, ANNA)
        assert after == dataclasses.replace(chat, screen=100)
        # A turn that was thought about in the meantime neither fails nor takes it back.
        assert await store.commit(Step(2, chat))
        assert (await known(store, ANNA)).screen == 100

    async def test_what_comes_later_waits_for_a_retry(self, store: Store, clock: Clock) -> None:
        await say(store, ANNA, 1, "een", "twee")
        await say(store, BRAM, 2, "b")
        again = clock.now + dt.timedelta(seconds=30.5)
        await store.retry(await claim_one(store), again)
        assert [c.body for c in await store.claim(9)] == [b"b"]
        clock.forward(seconds=30.9)
        assert await store.claim(9) == []  # waiting is in whole seconds, never too short
        clock.forward(seconds=0.1)
        (claimed,) = await store.claim(9)
        assert (claimed.body, claimed.attempt, claimed.repeated) == (b"een", 2, False)

    async def test_a_message_that_fails_lets_the_next_one_go(self, store: Store) -> None:
        await say(store, ANNA, 1, "een", "twee")
        await store.failed_to_send(await claim_one(store), "BadRequest")
        assert [c.body for c in await store.claim(9)] == [b"twee"]

    async def test_perhaps_it_arrived(self, store: Store) -> None:
        await say(store, ANNA, 1, "een", "twee", "drie")
        first = await claim_one(store)
        assert await store.uncertain(first, again=True)
        (repeated,) = await store.claim(9)
        assert (repeated.id, repeated.attempt, repeated.repeated) == (first, 2, True)
        assert not await store.uncertain(first, again=True)  # only once
        second = await claim_one(store)
        assert not await store.uncertain(second, again=False)
        assert [c.body for c in await store.claim(9)] == [b"drie"]

    async def test_after_a_stop(self, store: Store) -> None:
        await say(store, ANNA, 1, "een", "twee")
        await store.give_up(2, BRAM, (*messages("link", kind="invite"), *messages("b")))
        await store.claim(9)
        assert await store.recover(lambda kind: kind == "send") == 2
        assert await store.recover(lambda kind: True) == 0
        claimed = await store.claim(9)
        assert [(c.body, c.repeated) for c in claimed] == [(b"een", True), (b"b", False)]
        assert await store.recover(lambda kind: True) == 2
        claimed = await store.claim(9)
        # Stopped again while it was being sent: it is not lost for that.
        assert [(c.body, c.repeated) for c in claimed] == [(b"een", True), (b"b", True)]

    async def test_a_late_word_about_a_message_changes_nothing(
        self, store: Store, clock: Clock
    ) -> None:
        await say(store, ANNA, 1, "een")
        late = await claim_one(store)
        await store.forget(ANNA)
        chat = await say(store, BRAM, 2, "b")
        for word in (
            store.sent(late, 100, screen=True),
            store.retry(late, clock.now),
            store.uncertain(late, again=True),
            store.failed_to_send(late, "BadRequest"),
        ):
            await word
        assert await store.chat(BRAM) == chat
        (claimed,) = await store.claim(9)
        assert (claimed.body, claimed.repeated) == (b"b", False)
        assert claimed.id != late
        await store.sent(claimed.id, 101)
        await store.sent(claimed.id, 102, screen=True)
        assert (await known(store, BRAM)).screen is None

    async def test_what_must_leave_no_trace_is_erased_once_it_arrived(self, store: Store) -> None:
        await say(store, ANNA, 1, "hulp", "daarna")
        await store.sent(await claim_one(store), 100, screen=True, keep=False)
        assert (await known(store, ANNA)).screen == 100
        kept = (await store.everything_about(ANNA))["outbox"]
        assert [row["body"] for row in kept] == [b"daarna"]

    async def test_a_refusal_that_comes_after_the_student_is_back(self, store: Store) -> None:
        await say(store, ANNA, 1, "een")
        late = await claim_one(store)
        await store.blocked(ANNA)
        await store.unblocked(ANNA)
        await say(store, ANNA, 2, "hulp")
        await store.blocked(ANNA, late)
        assert not (await known(store, ANNA)).blocked
        await store.blocked(ANNA, await claim_one(store))
        assert (await known(store, ANNA)).blocked

    async def test_who_blocked_us_is_sent_nothing(self, store: Store) -> None:
        await say(store, ANNA, 1, "een", "twee")
        await say(store, BRAM, 2, "b")
        await store.claim(1)
        await store.blocked(ANNA)
        assert (await known(store, ANNA)).blocked
        assert [c.body for c in await store.claim(9)] == [b"b"]
        assert await store.recover(lambda kind: True) == 1
        await store.unblocked(ANNA)
        assert not (await known(store, ANNA)).blocked
        await say(store, ANNA, 3, "drie")
        assert [c.body for c in await store.claim(9)] == [b"b", b"drie"]

    async def test_when_there_is_something_to_do(self, store: Store, clock: Clock) -> None:
        assert await store.next_due() is None
        await say(store, ANNA, 1, "een", "twee")
        assert await store.next_due() == START
        first = await claim_one(store)
        assert await store.next_due() is None  # the second one waits for it
        later = clock.now + dt.timedelta(minutes=1)
        await store.retry(first, later)
        assert await store.next_due() == later
        await say(store, BRAM, 2, "b")
        assert await store.next_due() == START


class TestWhoseDataItIs:
    async def test_everything_about_a_person(self, store: Store, clock: Clock) -> None:
        await say(store, ANNA, 1, "een", "twee")
        await say(store, BRAM, 2, "b")
        await store.sent(await claim_one(store), 100)
        about = await store.everything_about(ANNA)
        (chat,) = about["chats"]
        assert (chat["state"], chat["language"], chat["active_at"]) == (MARK, "nl", clock.now)
        assert [(row["body"], row["status"]) for row in about["outbox"]] == [
            (b"een", "sent"),
            (b"twee", "pending"),
        ]
        assert not any((await store.everything_about(3)).values())

    async def test_forgetting(self, store: Store) -> None:
        await say(store, ANNA, 1, "een")
        chat = await say(store, BRAM, 2, "b")
        assert await store.forget(ANNA)
        assert await store.forget(ANNA)  # again is fine, and so is somebody we do not know
        assert await store.forget(3)
        assert not any((await store.everything_about(ANNA)).values())
        assert await store.seen(1)
        assert await store.chat(BRAM) == chat
        assert [c.chat for c in await store.claim(9)] == [BRAM]
        assert (await say(store, ANNA, 3, "weer")).version == 1

    async def test_tidying(self, store: Store, clock: Clock) -> None:
        await say(store, ANNA, 1, "idle")
        await say(store, 3, 2)
        await store.blocked(3)
        clock.forward(days=1)
        await say(store, BRAM, 4, "sent", "failed", "waits")
        await store.failed(5, "KeyError")
        for claimed in await store.claim(2):
            await store.sent(claimed.id, 100)
        await store.failed_to_send(await claim_one(store), "BadRequest")

        assert await store.tidy(IDLE, SENT, bytes) == 1
        assert not any((await store.everything_about(3)).values())

        clock.forward(days=8)
        await say(store, 4, 6)
        assert await store.tidy(IDLE, SENT, bytes) == 0
        about = await store.everything_about(BRAM)
        assert [row["body"] for row in about["outbox"]] == [b"waits"]
        assert (await store.everything_about(ANNA))["outbox"] == []
        assert [await store.seen(update_id) for update_id in (1, 4, 6)] == [False, False, True]
        assert await store.failed(5, "KeyError") == 2

        clock.now = START + IDLE + dt.timedelta(hours=1)
        assert await store.tidy(IDLE, SENT, bytes) == 1
        assert await store.chat(ANNA) is None
        assert await store.chat(BRAM) is not None
        assert await store.failed(5, "KeyError") == 1

    async def test_counts_are_kept_for_two_years(self, store: Store, clock: Clock) -> None:
        await store.commit(Step(1, Chat(ANNA, "nl"), counts=("suggested:buddy",)))
        clock.forward(days=730)
        await store.tidy(IDLE, SENT, bytes)
        assert await store.counts(START.date())
        clock.forward(days=31)
        await store.tidy(IDLE, SENT, bytes)
        assert not await store.counts(START.date())

    async def test_a_new_key_opens_what_the_old_one_sealed(self, store: Store) -> None:
        for chat in range(120):
            await store.give_up(chat, chat, messages(f"voor {chat}"))
        await say(store, ANNA, 1000, "een")
        assert await store.rotate() > 120
        assert (await known(store, ANNA)).state == MARK
        claimed = await store.claim(200)
        assert {c.body for c in claimed} == {b"een", *(f"voor {n}".encode() for n in range(120))}

    async def test_new_keys_while_people_talk(self, store: Store) -> None:
        async def talk(chat: int) -> None:
            for turn in range(5):
                await say(store, chat, chat * 10 + turn, "een")

        await asyncio.gather(*(talk(chat) for chat in range(10)), store.rotate(), store.rotate())
        await store.rotate()
        for chat in range(10):
            assert (await known(store, chat)).state == MARK
        assert len(await store.claim(99)) == 10


async def test_states_are_of_everybody_who_did_not_block_us(store: Store) -> None:
    assert await store.states() == []
    for update_id, chat in enumerate((BRAM, ANNA), start=1):
        await say(store, chat, update_id)
    await store.commit(Step(3, Chat(ANNA + 7, "nl")))  # without a state
    assert await store.states() == [(ANNA, MARK), (BRAM, MARK)]
    await store.blocked(BRAM)
    assert await store.states() == [(ANNA, MARK)]


async def test_a_closed_store_does_nothing(tmp_path: Path, clock: Clock) -> None:
    store = await open_store(tmp_path, None, clock)
    going_on = asyncio.create_task(say(store, ANNA, 1, "een"))
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    await asyncio.gather(going_on, return_exceptions=True)
    with pytest.raises(RuntimeError):
        await store.chat(ANNA)
    reopened = await open_store(tmp_path, None, clock)
    assert await reopened.seen(1) == (await reopened.chat(ANNA) is not None)
    await reopened.close()


class TestWhatIsSaidLater:
    async def test_it_is_due_in_its_time_with_its_chat(self, store: Store, clock: Clock) -> None:
        anna = await say(store, ANNA, 1)
        later = Due(ANNA, "check-in", 1, clock.now + dt.timedelta(days=3), b"{}")
        tip = Due(ANNA, "tip", 0, clock.now + dt.timedelta(days=1), MARK)
        await store.commit(Step(None, None, due=(later, tip)))
        assert await store.due(9) == []
        clock.forward(days=2)
        ((found, chat),) = await store.due(9)
        assert (found.kind, found.body, chat) == ("tip", MARK, anna)
        clock.forward(days=2)
        assert [one.kind for one, _ in await store.due(9)] == ["tip", "check-in"]
        assert [one.kind for one, _ in await store.due(1)] == ["tip"]

    async def test_what_is_handled_goes_with_the_step(self, store: Store, clock: Clock) -> None:
        await say(store, ANNA, 1)
        await store.commit(Step(None, None, due=(Due(ANNA, "reminder", 2, clock.now, b"a"),)))
        ((due, _),) = await store.due(9)
        said = Addressed(ANNA, Outgoing("say", b"dag"), waits=True)
        step = Step(None, None, elsewhere=(said,), handled=(due,))
        assert await store.commit(step)
        with pytest.raises(StaleChatError):  # another process had it too
            await store.commit(step)
        assert [c.body for c in await store.claim(9)] == [b"dag"]
        assert await store.due(9) == []

    async def test_what_was_changed_meanwhile_is_not_handled(
        self, store: Store, clock: Clock
    ) -> None:
        await say(store, ANNA, 1)
        await store.commit(Step(None, None, due=(Due(ANNA, "reminder", 2, clock.now, b"a"),)))
        ((due, _),) = await store.due(9)
        other = dataclasses.replace(due, at=clock.now + dt.timedelta(days=1), body=None)
        await store.commit(Step(None, None, due=(other,)))
        with pytest.raises(StaleChatError):
            await store.commit(Step(None, None, handled=(due,), counts=("said",)))
        assert await store.counts(dt.date.min) == {}
        clock.forward(days=2)
        ((moved, _),) = await store.due(9)
        assert moved.body == b"a"  # kept without a body: what was there stays

    async def test_it_can_be_taken_back(self, store: Store, clock: Clock) -> None:
        await say(store, ANNA, 1)
        due = Due(ANNA, "check-in", 1, clock.now)
        await store.commit(Step(None, None, due=(due,)))
        await store.commit(Step(None, None, not_due=(due,)))
        assert await store.due(9) == []

    async def test_all_of_a_kind_are_looked_at_again(self, store: Store, clock: Clock) -> None:
        await say(store, ANNA, 1)
        far = clock.now + dt.timedelta(days=40)
        rows = (Due(ANNA, "tip", 0, far, b"t"), Due(ANNA, "check-in", 1, far))
        await store.commit(Step(None, None, due=rows))
        assert await store.look_again("tip") == 1
        assert [one.kind for one, _ in await store.due(9)] == ["tip"]

    @pytest.mark.parametrize("goes", ["forget", "blocked"])
    async def test_it_goes_with_the_student(self, store: Store, clock: Clock, goes: str) -> None:
        for chat in (ANNA, BRAM):
            await say(store, chat, chat)
            await store.commit(Step(None, None, due=(Due(chat, "tip", 0, clock.now),)))
        await (store.forget(ANNA) if goes == "forget" else store.blocked(ANNA))
        assert [one.chat for one, _ in await store.due(9)] == [BRAM]

    async def test_answers_go_first(self, store: Store) -> None:
        for number in range(5):
            tip = Addressed(ANNA + 10 + number, Outgoing("say", b"tip"), waits=True)
            await store.commit(Step(None, None, elsewhere=(tip,)))
        await say(store, BRAM, 1, "antwoord")
        (first,) = await store.claim(1)
        assert first.body == b"antwoord"
        assert len(await store.claim(9)) == 5

    async def test_an_answer_does_not_wait_behind_it(self, store: Store) -> None:
        tip = Addressed(ANNA, Outgoing("say", b"tip"), waits=True)
        await store.commit(Step(None, None, elsewhere=(tip,)))
        assert await store.next_due(answers_only=True) is None
        await say(store, ANNA, 1, "een", "twee")
        assert await store.next_due(answers_only=True) == START
        bodies = []
        for only in (True, False, False):
            (one,) = await store.claim(9, answers_only=only)
            assert await store.claim(9) == []  # one of a chat at a time
            await store.sent(one.id, None)
            bodies.append(one.body)
        assert bodies == [b"een", b"twee", b"tip"]

    async def test_what_is_hushed_is_not_sent(self, store: Store) -> None:
        """Of this chat and these kinds; what is being sent is left to arrive."""
        for chat, kind in ((ANNA, "tip"), (ANNA, "tip"), (ANNA, "reminder"), (BRAM, "tip")):
            said = Addressed(chat, Outgoing(kind, b"-"), waits=True)
            await store.commit(Step(None, None, elsewhere=(said,)))
        (first,) = await store.claim(1)
        await store.commit(Step(1, Chat(ANNA, "nl"), messages("een", kind="tip"), hushes=("tip",)))
        await store.sent(first.id, None)
        left = []
        while claimed := await store.claim(1):
            left.append((claimed[0].chat, claimed[0].kind, claimed[0].body))
            await store.sent(claimed[0].id, None)
        assert left == [(ANNA, "tip", b"een"), (ANNA, "reminder", b"-"), (BRAM, "tip", b"-")]

    async def test_who_blocked_us_is_told_nothing_until_they_come_back(
        self, store: Store, clock: Clock
    ) -> None:
        await say(store, ANNA, 1)
        await store.commit(Step(None, None, due=(Due(ANNA, "check-in", 1, clock.now),)))
        await store.blocked(ANNA)
        assert await store.due(9) == []
        await store.unblocked(ANNA)
        assert len(await store.due(9)) == 1

    async def test_a_silent_chat_keeps_only_what_it_takes(self, store: Store, clock: Clock) -> None:
        """As long as something is still to be said; after that it goes like any other."""
        await say(store, ANNA, 1)
        await say(store, BRAM, 2)
        due = Due(ANNA, "tip", 0, clock.now + IDLE * 2)
        await store.commit(Step(None, None, due=(due,)))
        clock.forward(days=IDLE.days + 1)
        assert await store.tidy(IDLE, SENT, lambda state: b"little") == 1
        anna = await known(store, ANNA)
        assert (anna.state, anna.before, anna.screen, anna.version) == (b"little", None, None, 2)
        assert await store.chat(BRAM) is None
        assert await store.tidy(IDLE, SENT, lambda state: b"little") == 0
        assert (await known(store, ANNA)).version == 2
        await store.commit(Step(None, None, not_due=(due,)))
        assert await store.tidy(IDLE, SENT, lambda state: b"little") == 1
        assert await store.chat(ANNA) is None
