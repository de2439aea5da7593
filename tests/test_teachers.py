"""What a teacher finds with /staff, and the link with which a student is referred personally."""

from __future__ import annotations

import itertools

import pytest
from telegram import Update

from bot.advice.fit import LOW_THRESHOLD
from bot.app import App
from bot.cases import StaffArrived
from bot.catalogue import Catalogue
from bot.channels.telegram import links
from bot.channels.telegram.put import MOST_CHARACTERS, PICTURE, SAY, Say, TelegramDeliver
from bot.channels.telegram.translate import translate
from bot.cli import main
from bot.conversation import Message, Started
from bot.conversation.colleague import StaffCommand, StaffPress, StaffTurn, StaffWords
from bot.conversation.colleague.elements import came, look_up, supporting
from bot.conversation.reference import code_of, giver_with, payload_of, read_payload
from bot.conversation.steps.referred import given_by
from bot.engine import Arrived
from bot.staff.invite import giver_of
from bot.text import LANGUAGES, FromCatalogue, Language
from tests.bot_api.html import parse
from tests.bot_api.limits import MAX_BUTTONS, MAX_CAPTION, checked_photo
from tests.test_telegram_parts import _update

SCHOOLS = ("avans", "hanze", "leiden", "noorderpoort", "voorbeeld")
STAFF = "a-staff-entry-with-the-longest-id"[:32]
BOT = "a_bot_with_the_longest_name_here"


def deliver(app: App) -> TelegramDeliver:
    return TelegramDeliver(app.translators, lambda: app.catalogue, None, BOT)


def pressed(button: str, school: str, catalogue: Catalogue) -> StaffTurn:
    turn = look_up(StaffPress(button), STAFF, school, catalogue)
    assert turn is not None
    return turn


def ids(*messages: Message) -> list[str]:
    return [button.id for message in messages for button in message.buttons]


def fits_telegram(app: App, messages: tuple[Message, ...], language: Language) -> None:
    for message in messages:
        for out in deliver(app).to_staff(message, language, "say"):
            say: Say = SAY.validate_json(out.body)
            parse(say.html)
            assert 0 < len(say.html) <= MOST_CHARACTERS
            keys = [key for row in say.keyboard for key in row]
            assert len(keys) <= MAX_BUTTONS
            assert all(key.data and len(key.data.encode()) <= 60 for key in keys)
            # Each button of the message is there: none was taken for another one.
            assert len(keys) == len(message.buttons)


# ---- /staff -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sixteen_elements_by_level(app: App, catalogue: Catalogue, language: Language) -> None:
    turn = look_up(StaffCommand("staff"), STAFF, "leiden", catalogue)
    assert turn is not None
    assert [message.name for message in turn.say] == [
        f"staff:level:{level}" for level in catalogue.levels
    ]
    assert ids(*turn.say) == [f"e:{id}" for id in catalogue.elements]
    assert len(catalogue.elements) == 16
    fits_telegram(app, turn.say, language)


@pytest.mark.parametrize("school", SCHOOLS)
def test_every_element_leads_to_its_offerings(app: App, catalogue: Catalogue, school: str) -> None:
    for element in catalogue.elements:
        (shown,) = pressed(f"e:{element}", school, catalogue).say
        keys = {part.text.key for part in shown.parts if not isinstance(part.text, FromCatalogue)}
        assert {"teacher.need", "teacher.skill"} <= keys
        fits_telegram(app, (shown,), "nl")
        buttons = ids(shown)
        found = supporting(element, school, catalogue)
        own = [f"o:{o.id}" for o in found if not catalogue.is_national(o)]
        assert buttons[: len(own)] == own
        assert ("teacher.nothing" in keys) == (not own)
        national = f"e:{element}:national"
        if national in buttons:
            (more,) = pressed(national, school, catalogue).say
            fits_telegram(app, (more,), "en")
            buttons = [*buttons[:-1], *ids(more)]
        assert set(buttons) == {f"o:{o.id}" for o in found}


@pytest.mark.parametrize("school", SCHOOLS)
def test_all_that_is_within_reach_is_found(catalogue: Catalogue, school: str) -> None:
    """Nothing that is hidden or for a crisis; a national offering not beside its local form."""
    found = {o.id for element in catalogue.elements for o in supporting(element, school, catalogue)}
    reach = catalogue.within_reach(school)
    replaced = {id for offering in reach for id in offering.replaces}
    assert found == {offering.id for offering in reach} - replaced
    assert all(catalogue.offerings[id].use is None for id in found)


@pytest.mark.parametrize("school", SCHOOLS)
def test_a_low_threshold_comes_first(catalogue: Catalogue, school: str) -> None:
    for element in catalogue.elements:
        low = [o.form in LOW_THRESHOLD for o in supporting(element, school, catalogue)]
        assert low == sorted(low, reverse=True)


@pytest.mark.parametrize("school", SCHOOLS)
def test_an_offering_with_its_link_and_code(app: App, catalogue: Catalogue, school: str) -> None:
    for offering, language in itertools.product(catalogue.within_reach(school), LANGUAGES):
        turn = pressed(f"o:{offering.id}", school, catalogue)
        fits_telegram(app, turn.say, language)
        assert turn.hands_out == payload_of(offering.id, f"{school}/{STAFF}")


def test_the_picture_is_what_telegram_takes(app: App, catalogue: Catalogue) -> None:
    longest = max(catalogue.offerings, key=len)
    payload = payload_of(longest, f"leiden/{STAFF}")
    (out,) = deliver(app).handed_out(payload, "nl")
    assert out.kind == "picture"
    picture = PICTURE.validate_json(out.body)
    width, height = checked_photo(picture.content)
    assert width == height > 300
    assert len(picture.html) <= MAX_CAPTION
    assert f"https://t.me/{BOT}?start={payload}" in picture.html


@pytest.mark.parametrize(
    "button", ["e:nothing", "e:peer-support:more", "o:nothing", "o:vb-buddy", "o:", "e:", "e:::"]
)
def test_what_is_not_there_any_more(catalogue: Catalogue, button: str) -> None:
    turn = pressed(button, "leiden", catalogue)
    assert [message.name for message in turn.say] == ["staff:gone"]
    assert not turn.hands_out


def test_anything_else_is_not_for_here(catalogue: Catalogue) -> None:
    for event in (StaffCommand("inbox"), StaffPress("c:1:take"), StaffWords("e:peer-support")):
        assert look_up(event, STAFF, "leiden", catalogue) is None


def _press(button: str, chat: int, kind: str) -> Update:
    message = {"message_id": 3, "date": 1, "chat": {"id": chat, "type": kind, "title": "Team"}}
    person = {"id": 7, "is_bot": False, "first_name": "Sam"}
    query = {"id": "1", "from": person, "chat_instance": "1", "message": message, "data": button}
    return Update.de_json({"update_id": 1, "callback_query": query})


@pytest.mark.parametrize(("chat", "kind"), [(7, "private"), (-7, "supergroup")])
@pytest.mark.parametrize("button", ["e:peer-support", "e:peer-support:national", "o:vb-buddy"])
def test_a_press_of_staff_and_of_anybody_else(chat: int, kind: str, button: str) -> None:
    by_staff = translate(_press(f".{button}", chat, kind), lambda place: place == chat)
    assert by_staff == StaffArrived(1, chat, 7, StaffPress(button))
    assert not isinstance(translate(_press(f".{button}", chat, kind)), StaffArrived)


# ---- the link -----------------------------------------------------------------------------------


def test_every_link_of_every_teacher_leads_back(catalogue: Catalogue) -> None:
    for school in catalogue.schools.values():
        id = school.institution.id
        givers = [f"{id}/{member.id}" for member in school.staff]
        assert len({code_of(giver) for giver in givers}) == len(givers)
        for offering, giver in itertools.product(catalogue.within_reach(id), givers):
            payload = payload_of(offering.id, giver)
            assert links.link(BOT, payload)
            arrived = translate(_update(text=f"/start {payload}"))
            assert isinstance(arrived, Arrived)
            code = code_of(giver)
            assert arrived.event == Started("nl", offering=offering.id, referrer=code)
            assert giver_with(code, offering.id, catalogue) == giver


def test_the_longest_ids_fit() -> None:
    longest = payload_of("x" * 48, f"{'s' * 48}/{STAFF}")
    assert len(longest) <= links.MOST_PAYLOAD
    assert read_payload(longest) == ("x" * 48, code_of(f"{'s' * 48}/{STAFF}"))


@pytest.mark.parametrize("code", [None, "", "aaaaaa", "AAAAAA", "_", "x" * 50])
def test_a_code_that_nobody_has_is_a_plain_link(catalogue: Catalogue, code: str | None) -> None:
    assert giver_with(code, "vb-buddy", catalogue) is None
    assert giver_with(code, "nowhere", catalogue) is None


def test_of_another_school_nobody_gives_it(catalogue: Catalogue) -> None:
    code = code_of("voorbeeld/vb-sanne-kolk")
    assert giver_with(code, "vb-buddy", catalogue) == "voorbeeld/vb-sanne-kolk"
    assert giver_with(code, "nat-gp", catalogue) == "voorbeeld/vb-sanne-kolk"
    own = catalogue.schools["leiden"].offerings[0].id
    assert giver_with(code, own, catalogue) is None


@pytest.mark.parametrize(
    ("giver", "dutch", "english"),
    [
        (
            "voorbeeld/vb-sanne-kolk",
            "Je studieadviseur Sanne Kolk gaf je dit.",
            "Your study adviser Sanne Kolk gave you this.",
        ),
        ("voorbeeld/vb-studieadvies", "Team studieadvies gaf je dit.", None),
        ("voorbeeld/vb-servicepunt", "Servicepunt Studie gaf je dit.", None),
        ("voorbeeld/gone", "Iemand van je school dacht dat dit bij je past:", None),
        (None, "Iemand van je school dacht dat dit bij je past:", None),
    ],
)
def test_who_gave_it(app: App, giver: str | None, dutch: str, english: str | None) -> None:
    said = given_by(giver, app.catalogue)
    assert app.translators["nl"].say(said, app.catalogue) == dutch
    if english is not None:
        assert app.translators["en"].say(said, app.catalogue) == english


def test_the_receipt_says_nothing_of_the_student(app: App) -> None:
    (part,) = came("vb-buddy").parts
    assert app.translators["nl"].say(part.text, app.catalogue) == (
        "Een student die je “Een ouderejaars als buddy” gaf, is gekomen en heeft ernaar gekeken. "
        "Wie het is, hoor je niet."
    )


# ---- wegwijs link --from ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offering", "staff", "why_not"),
    [
        ("vb-buddy", "vb-sanne-kolk", None),
        ("vb-buddy", "voorbeeld/vb-sanne-kolk", None),
        ("nat-gp", "vb-sanne-kolk", None),
        ("voorbeeld", "vb-sanne-kolk", "link.from-offering"),
        ("nothing", "vb-sanne-kolk", "link.from-offering"),
        ("vb-buddy", "nobody", "staff-list.unknown"),
        ("vb-buddy", "", "staff-list.unknown"),
        ("leiden-ease", "vb-sanne-kolk", "link.from-school"),
    ],
)
def test_who_may_give_what(
    catalogue: Catalogue, offering: str, staff: str, why_not: str | None
) -> None:
    giver, why = giver_of(offering, staff, catalogue)
    assert giver == (None if why_not else "voorbeeld/vb-sanne-kolk")
    assert (why.key if why else None) == why_not


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["link", "vb-buddy", "--bot", "wegwijs_bot", "--from"]
    with pytest.raises(SystemExit, match=r"^0$"):
        main([*command, "vb-sanne-kolk"])
    said = capsys.readouterr()
    code = code_of("voorbeeld/vb-sanne-kolk")
    assert said.out.startswith(f"https://t.me/wegwijs_bot?start=o-vb-buddy_{code}\n")
    with pytest.raises(SystemExit, match=r"^2$"):
        main([*command, "nobody", "--lang", "nl"])
    said = capsys.readouterr()
    assert "“nobody” staat niet" in said.err
    assert said.out == ""
