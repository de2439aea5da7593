"""Owners are asked, and answer: on Telegram, by mail, and what is kept and written of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from telegram import Update

from bot.app import App
from bot.cases import Cases, StaffArrived
from bot.catalogue import Catalogue, StaffMember, read_catalogue
from bot.catalogue.models import Checked
from bot.channels.email import MAIL, Mail
from bot.channels.links_page import links_app
from bot.channels.telegram.put import SAY, Say, TelegramDeliver
from bot.channels.telegram.translate import translate
from bot.conversation.colleague import StaffPress, StaffWords
from bot.reviews import Outcome, Reviews, Wanted
from bot.staff.freshness import OfferingFiles
from bot.store import SqlStore, StaleChatError, open_store
from bot.store.port import Account, Review, Step, Ticket
from bot.text import text
from tests.test_store_contract import Clock

DESK, JIP, NOOR, TARIQ = (
    "vb-servicepunt",
    "vb-jip-lindhout",
    "vb-noor-wegman",
    "vb-tariq-halewijn",
)
PLACE, KEEPER, OTHER = 101, 102, 103  # chats
SHIPPED = Path(__file__).parent.parent / "catalogue"
LINKS = "http://wegwijs.example/case"
BUDDY = "vb-buddy"


class Story:
    """One owner and one keeper at the example school, with a store and files of their own."""

    def __init__(self, app: App, store: SqlStore, clock: Clock, folder: Path) -> None:
        self.store, self.clock, self.folder = store, clock, folder
        self.app, self.catalogue = app, app.catalogue
        self.files = OfferingFiles(folder)
        deliver = TelegramDeliver(app.translators, lambda: self.catalogue, LINKS)
        self.cases = Cases(
            store, lambda: self.catalogue, deliver, clock, mail=True, keep=dt.timedelta(days=60)
        )
        self.reviews = Reviews(
            store, self.cases, lambda: self.catalogue, deliver, clock, self.files, lambda: None
        )
        self.updates = 0

    def staff(self, **changes: dict[str, object]) -> None:
        """Another staff.yaml: ids with _ for -."""
        named = {id.replace("_", "-"): change for id, change in changes.items()}

        def changed(member: StaffMember) -> StaffMember:
            update = {"reviews": None, **named.get(member.id, {})}
            return member.model_copy(update=update)

        school = self.catalogue.schools["voorbeeld"]
        self._school(staff=tuple(map(changed, school.staff)))

    def offering(self, id: str, **update: object) -> None:
        school = self.catalogue.schools["voorbeeld"]
        offerings = tuple(
            o.model_copy(update=update) if o.id == id else o for o in school.offerings
        )
        self._school(offerings=offerings)

    def _school(self, **changes: object) -> None:
        school = dataclasses.replace(self.catalogue.schools["voorbeeld"], **changes)  # type: ignore[arg-type]
        shown = {o.id: o for o in school.offerings if o.use != "hidden"}
        own = {o.id for o in school.offerings}
        others = {id: o for id, o in self.catalogue.offerings.items() if id not in own}
        self.catalogue = dataclasses.replace(
            self.catalogue,
            schools={**self.catalogue.schools, "voorbeeld": school},
            offerings={**others, **shown},
        )

    async def linked(self, place: int, staff: str) -> None:
        account = Account(place, "voorbeeld", staff, "nl")
        await self.store.commit(Step(None, None, links=account))
        await self.cases.refresh(now=True)

    async def asked(self) -> Review:
        """The newest question."""
        await self.cases.refresh(now=True)
        await self.reviews.tick()
        return (await self.store.reviews())[-1]

    async def press(self, what: str, *, place: int = PLACE, number: int = 1) -> bool:
        return await self._arrives(StaffPress(f"r:{number}:{what}"), place, number)

    async def writes(self, words: str, *, place: int = PLACE, number: int = 1) -> bool:
        return await self._arrives(StaffWords(words), place, number)

    async def _arrives(self, event: StaffPress | StaffWords, place: int, number: int) -> bool:
        self.updates += 1
        arrived = StaffArrived(self.updates, place, place, event, review=number)
        return await self.reviews.handle(arrived)

    async def heard(self, place: int = PLACE) -> Say:
        """What was said last there."""
        says: list[Say] = []
        while claimed := await self.store.claim(99):
            for one in claimed:
                await self.store.sent(one.id, one.id)
                if one.chat == place:
                    says.append(SAY.validate_json(one.body))
        return says[-1]

    async def mail(self) -> Mail:
        (claimed,) = await self.store.claim(9, "mail")
        await self.store.sent(claimed.id, None)
        return MAIL.validate_json(claimed.body)

    def written(self, id: str = BUDDY) -> Checked | None:
        """What the files say."""
        return read_catalogue(self.folder).offerings[id].checked


@pytest.fixture
async def story(app: App, tmp_path: Path) -> AsyncIterator[Story]:
    clock = Clock()
    clock.now = clock.now.replace(year=2027, month=4, day=5, hour=12)  # buddy is due by then
    store = await open_store(tmp_path / "data", None, clock)
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder)
    one = Story(app, store, clock, folder)
    # Easter Monday is no working day: the day after.
    clock.forward(days=1)
    one.staff(
        vb_jip_lindhout={"reviews": 2, "hours": _always(one.catalogue), "reach": ("telegram",)},
        vb_tariq_halewijn={"keeper": True, "reach": ("telegram",)},
    )
    one.offering("vb-living-room", checked=Checked(on=clock.now.date(), by="x"))
    one.offering("vb-grief-cafe", checked=Checked(on=clock.now.date(), by="x"))
    await one.linked(PLACE, JIP)
    await one.linked(KEEPER, TARIQ)
    yield one
    await store.close()


def _always(catalogue: Catalogue) -> object:
    desk = next(m for m in catalogue.schools["voorbeeld"].staff if m.id == DESK)
    return desk.hours


def _buttons(say: Say) -> list[str | None]:
    return [key.data for row in say.keyboard for key in row]


# ---- on Telegram --------------------------------------------------------------------------------


async def test_the_question_shows_what_students_see(story: Story) -> None:
    review = await story.asked()
    assert (review.offering, review.staff, review.answer) == (BUDDY, JIP, None)
    say = await story.heard()
    offering = story.catalogue.offerings[BUDDY]
    for words in (offering.title.nl, offering.summary.nl, offering.first_step.nl, "2026-09-14"):
        assert words in say.html.replace("&amp;", "&")
    assert _buttons(say) == [".r:1:right", ".r:1:change", ".r:1:hide"]


async def test_asked_once_and_seldom_looked(story: Story) -> None:
    await story.asked()
    story.clock.forward(minutes=11)
    await story.asked()
    story.clock.forward(days=1)
    await story.asked()
    assert len(await story.store.reviews()) == 1


async def test_still_right_is_stamped_with_the_role(story: Story) -> None:
    await story.asked()
    assert await story.press("right")
    day = story.clock.now.date()
    role = "coördinator van de buddy's en De Huiskamer"
    assert story.written() == Checked(on=day, by=role)
    (review,) = await story.store.reviews()
    assert (review.answer, review.applied_at) == ("right", story.clock.now)
    assert "vandaag nog klopt" in (await story.heard()).html


async def test_answered_once(story: Story) -> None:
    await story.asked()
    await story.press("right")
    await story.press("sure")
    assert "al beantwoord" in (await story.heard()).html
    assert (await story.store.reviews())[0].answer == "right"
    assert story.written() is not None


async def test_an_update_that_comes_twice(story: Story) -> None:
    await story.asked()
    assert await story.press("right")
    story.updates -= 1
    assert not await story.press("right")


async def test_no_longer_shown_after_one_more_question(story: Story) -> None:
    await story.asked()
    await story.press("hide")
    say = await story.heard()
    assert "zeker" in say.html
    assert _buttons(say) == [".r:1:sure", ".r:1:right"]
    assert (await story.store.reviews())[0].answer is None
    await story.press("sure")
    assert BUDDY not in read_catalogue(story.folder).offerings
    assert (await story.store.reviews())[0].answer == "hide"


async def test_what_must_change_goes_to_the_keepers_with_the_place(story: Story) -> None:
    await story.asked()
    await story.press("change")
    assert _buttons(await story.heard()) == [".r:1:right"]
    await story.writes("Het is nu op dinsdag & donderdag")
    place = story.files.place_of("voorbeeld", BUDDY)
    keeper = await story.heard(KEEPER)
    assert "dinsdag &amp; donderdag" in keeper.html
    assert place in keeper.html
    assert "Jip Lindhout" in keeper.html
    await story.writes("en in lokaal 2")
    (review,) = await story.store.reviews()
    assert review.answer == "change"
    assert review.note == b"Het is nu op dinsdag & donderdag\nen in lokaal 2"
    assert review.applied_at is None
    assert place in (await story.heard()).html


async def test_it_was_right_after_all(story: Story) -> None:
    await story.asked()
    await story.press("change")
    await story.press("right")
    assert (await story.store.reviews())[0].answer == "right"


async def test_words_at_once_are_what_must_change(story: Story) -> None:
    await story.asked()
    await story.writes("  ")
    assert (await story.store.reviews())[0].answer is None
    await story.writes("de tijden")
    assert (await story.store.reviews())[0].note == b"de tijden"


async def test_what_changed_since_is_shown_anew(story: Story) -> None:
    await story.asked()
    story.offering(BUDDY, source="https://voorbeeld.example/nieuw")
    await story.press("right")
    say = await story.heard()
    assert "https://voorbeeld.example/nieuw" in say.html
    assert (await story.store.reviews())[0].answer is None
    await story.press("right")
    assert (await story.store.reviews())[0].answer == "right"


async def test_what_is_gone_needs_no_answer(story: Story) -> None:
    await story.asked()
    story.offering(BUDDY, use="hidden")
    for what in ("right", "change", "hide", "sure", "nonsense"):
        await story.press(what)
        assert "niet meer in de catalogus" in (await story.heard()).html
    await story.writes("de tijden")
    (review,) = await story.store.reviews()
    assert (review.answer, review.note) == (None, None)


async def test_only_who_was_asked_and_their_team(story: Story) -> None:
    await story.asked()
    await story.linked(OTHER, NOOR)
    for number in (1, 99):
        await story.press("right", place=OTHER, number=number)
        assert "niet meer in de catalogus" in (await story.heard(OTHER)).html
    assert (await story.store.reviews())[0].answer is None


async def test_where_nothing_can_be_written_the_answer_waits(story: Story) -> None:
    class ReadOnly:
        def place_of(self, school: str, offering: str) -> str:
            return "x"

        def apply(self, wanted: list[Wanted]) -> list[Outcome]:
            return [Outcome(one.number, text("freshness.gone", id="x"), False) for one in wanted]

    await story.asked()
    story.reviews._files = ReadOnly()  # type: ignore[assignment]
    await story.press("right")
    (review,) = await story.store.reviews()
    assert (review.answer, review.applied_at) == ("right", None)
    assert story.written() != Checked(on=story.clock.now.date(), by="x")


# ---- by mail ------------------------------------------------------------------------------------


@pytest.fixture
async def page(story: Story) -> AsyncIterator[httpx.AsyncClient]:
    story.staff(
        vb_jip_lindhout={"reviews": 2, "hours": _always(story.catalogue), "reach": ("email",)},
        vb_tariq_halewijn={"keeper": True},
    )
    await story.asked()
    pages = links_app(story.store, story.cases, story.reviews, story.app.translators)
    transport = httpx.ASGITransport(pages)
    async with httpx.AsyncClient(transport=transport) as client:
        yield client


def _links(mail: Mail) -> list[str]:
    return [line for line in mail.text.splitlines() if line.startswith(LINKS)]


async def test_a_mail_with_three_links(story: Story, page: httpx.AsyncClient) -> None:
    mail = await story.mail()
    title = story.catalogue.offerings[BUDDY].title.nl
    assert mail.subject == f"Klopt dit nog? {title}"
    assert len(_links(mail)) == 3
    right = _links(mail)[0]
    seen = await page.get(right)
    assert seen.status_code == 200
    assert story.catalogue.offerings[BUDDY].source in seen.text
    assert (await story.store.reviews())[0].answer is None  # looking does nothing
    assert "vandaag nog klopt" in (await page.post(right)).text
    assert story.written() is not None
    assert (await page.post(right)).status_code == 410
    assert "al beantwoord" in (await page.post(_links(mail)[2])).text


async def test_a_change_by_mail(story: Story, page: httpx.AsyncClient) -> None:
    change = _links(await story.mail())[1]
    assert "<textarea" in (await page.get(change)).text
    empty = await page.post(change, data={"words": " "})
    assert "Er staat nog niets" in empty.text
    said = await page.post(change, data={"words": "op <dinsdag>"})
    assert story.files.place_of("voorbeeld", BUDDY) in said.text
    assert (await story.store.reviews())[0].note == b"op <dinsdag>"
    assert "op &lt;dinsdag&gt;" in (await story.heard(KEEPER)).html


async def test_stop_showing_it_by_mail(story: Story, page: httpx.AsyncClient) -> None:
    hide = _links(await story.mail())[2]
    assert "studenten" in (await page.get(hide)).text
    assert (await page.post(hide)).status_code == 200
    assert BUDDY not in read_catalogue(story.folder).offerings


async def test_a_link_to_what_is_gone(story: Story, page: httpx.AsyncClient) -> None:
    right = _links(await story.mail())[0]
    story.offering(BUDDY, use="hidden")
    assert (await page.get(right)).status_code == 410
    assert "niet meer in de catalogus" in (await page.post(right)).text


# ---- what Telegram sends ------------------------------------------------------------------------


_JIP = {"id": PLACE, "is_bot": False, "first_name": "J"}
_CHAT = {"id": PLACE, "type": "private"}
_ASKED = {
    "message_id": 7,
    "date": 0,
    "chat": _CHAT,
    "text": "Klopt dit nog?",
    "reply_markup": {"inline_keyboard": [[{"text": "Ja", "callback_data": ".r:12:right"}]]},
}


def test_a_button_and_a_reply_say_which_review() -> None:
    press = {
        "update_id": 1,
        "callback_query": {
            "id": "1",
            "from": _JIP,
            "chat_instance": "1",
            "message": _ASKED,
            "data": ".r:12:right",
        },
    }
    reply = {
        "update_id": 2,
        "message": {
            "message_id": 8,
            "date": 0,
            "chat": _CHAT,
            "from": _JIP,
            "text": "de tijden",
            "reply_to_message": _ASKED,
        },
    }
    pressed = translate(Update.de_json(press, None), lambda chat: True)
    assert pressed == StaffArrived(1, PLACE, PLACE, StaffPress("r:12:right"), review=12)
    replied = translate(Update.de_json(reply, None), lambda chat: True)
    assert replied == StaffArrived(2, PLACE, PLACE, StaffWords("de tijden"), 7, review=12)
    # Of who is not staff (any more) it is an old button.
    assert not isinstance(translate(Update.de_json(press, None)), StaffArrived)


# ---- what is kept -------------------------------------------------------------------------------


async def test_what_is_kept_comes_back_and_goes_after_two_years(story: Story) -> None:
    store, clock = story.store, story.clock
    number = await store.new_review_number()
    new = Review(number, "voorbeeld", BUDDY, JIP, "m" * 64, clock.now)
    await store.commit(Step(None, None, reviews=(new,)))
    kept = await store.review(number)
    assert kept == dataclasses.replace(new, version=1)
    changed = dataclasses.replace(
        kept, answer="change", answered_at=clock.now, note=b"tijden", applied_at=clock.now
    )
    await store.commit(Step(None, None, reviews=(changed,)))
    assert await store.reviews() == [dataclasses.replace(changed, version=2)]
    for stale in (new, changed):
        with pytest.raises(StaleChatError):
            await store.commit(Step(None, None, reviews=(stale,)))
    clock.forward(days=729)
    await store.tidy(dt.timedelta(days=30), dt.timedelta(days=2), bytes)
    assert await store.review(number) is not None
    clock.forward(days=2)
    await store.tidy(dt.timedelta(days=30), dt.timedelta(days=2), bytes)
    assert await store.reviews() == []
    assert await store.new_review_number() == number + 1


async def test_a_new_key_reads_what_must_change(story: Story) -> None:
    review = Review(
        await story.store.new_review_number(),
        "voorbeeld",
        BUDDY,
        JIP,
        "m",
        story.clock.now,
        note=b"tijden",
    )
    await story.store.commit(Step(None, None, reviews=(review,)))
    await story.store.rotate()
    assert [one.note for one in await story.store.reviews()] == [b"tijden"]


async def test_a_ticket_knows_its_review(story: Story) -> None:
    until = story.clock.now + dt.timedelta(days=1)
    ticket = Ticket(b"h" * 32, "right", "voorbeeld", JIP, until, review=3)
    await story.store.make_ticket(ticket)
    assert await story.store.ticket(ticket.hash) == ticket
