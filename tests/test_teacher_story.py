"""A teacher refers a student personally: the real bot, a stand-in for Telegram, a mail server."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import App
from bot.cases import Cases
from bot.catalogue import Catalogue
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.put import PICTURE, Picture, TelegramDeliver
from bot.channels.telegram.sender import Sender
from bot.conversation import Event, Pressed, Started, World
from bot.conversation.reference import code_of
from bot.engine import Arrived, Engine, stamp_of
from bot.store import open_store
from bot.store.port import Account, Outgoing, Step
from tests.bot_api import BotApi, Seen, User
from tests.bot_api.limits import checked_photo
from tests.connected import connected
from tests.handover_story import Story, hears, story
from tests.process import LONG, pressed, started, told, until
from tests.test_store_contract import Clock

GIVEN = "Je studieadviseur Sanne Kolk gaf je dit."
CAME = "Een student die je “Een ouderejaars als buddy” gaf, is gekomen"


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with story(tmp_path_factory.mktemp("teachers")) as one:
        one.staff(one.api.user(102, language_code="nl"), "vb-sanne-kolk")
        yield one
        assert one.process is not None
        assert "ERROR" not in one.process.said


@pytest.fixture
def sanne(school: Story) -> User:
    return school.api.user(102)


def finds_buddy(sanne: User) -> Seen:
    """Two taps from /staff: the message with the link and its code."""
    asked = sanne.says("/staff")
    levels = sanne.wait_for("Waar heeft je student iets aan?", LONG, after=asked)
    last = sanne.wait_for("Beleid en organisatie", LONG, after=asked)
    sanne.presses("Peer-to-peerbegeleiding", message=levels)
    element = sanne.wait_for("Wat het een student geeft", LONG, after=last)
    sanne.presses("Een ouderejaars als buddy", message=element)
    offering = sanne.wait_for(GIVEN, LONG, after=element)
    assert "Vul op de pagina in wat je leuk vindt" in offering.text
    return sanne.wait_for(lambda seen: seen.file is not None, LONG, after=offering)


def payload_in(message: Seen) -> str:
    found = re.search(r"https://t\.me/wegwijs_test_bot\?start=(\S+)", message.text)
    assert found
    return found[1]


def receipts(sanne: User) -> int:
    return sum(CAME in seen.text for seen in sanne.inbox)


def test_a_teacher_hears_once_that_the_student_came(school: Story, sanne: User) -> None:
    code = finds_buddy(sanne)
    assert code.file
    assert min(checked_photo(code.file.content)) > 300
    payload = payload_in(code)
    assert payload.startswith("o-vb-buddy_")

    student = school.api.user(7101, language_code="nl")
    opened = started(student, payload)
    assert GIVEN in opened.text
    assert "Mag ik Sanne Kolk laten weten dat je hebt gekeken?" in opened.text
    assert receipts(sanne) == 0
    answer = pressed(student, "Ja, laat het weten")
    assert "Ik laat Sanne Kolk weten dat je hebt gekeken." in answer.text
    assert "Mag ik" not in answer.text
    receipt = hears(sanne, CAME)
    assert not receipt.labels

    # The same press comes again, and the link is opened again: nobody hears it twice.
    school.api.repeat_last_update(2)
    again = started(student, payload)
    assert GIVEN in again.text
    assert "Mag ik" not in again.text
    assert "Vul op de pagina in" in pressed(student, "Dit ga ik doen").text
    told(sanne, "/inbox")  # whatever was still to come for her came before this
    assert receipts(sanne) == 1
    assert "7101" not in receipt.text


def test_who_says_no_is_not_told_about(school: Story, sanne: User) -> None:
    before = receipts(sanne)
    student = school.api.user(7102, language_code="en")
    opened = started(student, payload_in(finds_buddy(sanne)))
    assert "Your study adviser Sanne Kolk gave you this." in opened.text
    assert "hears nothing from me" in pressed(student, "No, do not tell them").text
    pressed(student, "I'll do this")
    told(sanne, "/inbox")
    assert receipts(sanne) == before


def test_who_only_has_mail_gets_a_mail(school: Story, tmp_path: Path) -> None:
    link = school.command(
        *("link", "vb-buddy", "--bot", "wegwijs_test_bot", "--from", "vb-jip-lindhout"),
        *("--qr", str(tmp_path / "poster.svg")),
    )
    student = school.api.user(7103, language_code="nl")
    opened = started(student, link.split("start=")[1].split()[0])
    assert "Jip Lindhout gaf je dit." in opened.text
    pressed(student, "Ja, laat het weten")
    until(lambda: school.smtp.mails, "a mail")
    (mail,) = school.smtp.mails
    assert CAME in mail.text
    assert mail.to == ("buddy@voorbeeld.example",)
    assert "http" not in mail.text


def test_who_cannot_be_reached_is_named_but_not_asked_about(school: Story) -> None:
    link = school.command(
        *("link", "vb-buddy", "--bot", "wegwijs_test_bot", "--from", "vb-milan-brugmans")
    )
    student = school.api.user(7104, language_code="nl")
    opened = started(student, link.split("start=")[1].split()[0])
    assert "Je studieadviseur Milan Brugmans gaf je dit." in opened.text
    assert "Mag ik" not in opened.text


def test_students_have_no_such_command(school: Story) -> None:
    student = school.api.user(7105, language_code="nl")
    started(student, "voorbeeld")
    assert "Wat het een student geeft" not in told(student, "/staff").text


# ---- what is kept, and what goes wrong ----------------------------------------------------------


@pytest.mark.parametrize("gone", [False, True])
async def test_a_receipt_is_kept_with_the_turn(
    app: App, world: World, tmp_path: Path, gone: bool
) -> None:
    """One message and one count, however often the update comes; none where the school is gone."""
    clock, student, sanne = Clock(), 52_000_000_001, 102
    there = [app.catalogue]
    store = await open_store(tmp_path / "data", None, clock)
    deliver = TelegramDeliver(app.translators, lambda: there[0], None, "wegwijs_bot")
    keep = dt.timedelta(days=60)
    cases = Cases(store, lambda: there[0], deliver, clock, mail=False, keep=keep)

    async def send_now(chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        raise AssertionError("nothing goes past the outbox")

    def now() -> World:
        return dataclasses.replace(world, catalogue=there[0])

    engine = Engine(store, now, lambda spoken: (), send_now, lambda: None, cases)
    await store.commit(Step(None, None, links=Account(sanne, "voorbeeld", "vb-sanne-kolk", "nl")))

    async def hears(number: int, event: Event) -> bool:
        chat = await store.chat(student)
        stamp = stamp_of(chat.version if chat else 0)
        return await engine.handle(Arrived(number, student, "nl", event, stamp=stamp))

    code = code_of("voorbeeld/vb-sanne-kolk")
    await hears(1, Started("nl", offering="vb-buddy", referrer=code))
    if gone:
        there[0] = Catalogue.empty()
        cases.changed()
    assert await hears(2, Pressed("came:yes"))
    assert not await hears(2, Pressed("came:yes"))
    assert await hears(3, Pressed("came:yes"))
    sent = [claimed for claimed in await store.claim(9) if claimed.chat == sanne]
    assert len(sent) == (0 if gone else 1)
    about = await store.everything_about(sanne)
    assert str(student) not in str(about)
    counted = (await store.counts(clock.now.date())).get(clock.now.date(), {})
    assert counted.get("came:vb-buddy", 0) == (0 if gone else 1)
    await store.close()


async def test_where_pictures_are_refused_the_words_come(tmp_path: Path) -> None:
    """As in a group that allows text only: the link is what it is about."""
    with BotApi() as api:
        teacher = api.user(102)
        teacher.starts()
        async with connected(api) as bot:
            store = await open_store(tmp_path / "data", None, Clock())
            body = PICTURE.dump_json(Picture(b"no picture", "Stuur deze link &amp; klaar"))
            await Sender(bot, store, Clock(), Answering()).send_now(
                102, (Outgoing("picture", body),)
            )
            await store.close()
        (said,) = teacher.inbox
        assert (said.text, said.file) == ("Stuur deze link & klaar", None)
