"""A hidden offering is gone for students, wherever it is named, and still there for its keepers."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.advice.student import Student
from bot.advice.suggest import person_for
from bot.app import App
from bot.catalogue import Reading, read
from bot.cli import main
from bot.conversation import Commanded, Pressed, Started, State, World, respond
from bot.conversation.message import Message
from bot.handover.desk import desk_of
from bot.handover.working_time import Presence
from bot.staff.coverage.count import coverage
from bot.staff.doubts import ages, hidden
from bot.staff.export.hsds import as_hsds
from bot.staff.export.markdown import as_markdown
from bot.staff.export.model import as_model
from bot.staff.new_offering.entry import new_id
from bot.staff.yaml_edit import replace_value
from bot.text import FromCatalogue
from bot.words import render
from tests.conftest import NOW

SHIPPED = Path(__file__).parent.parent / "catalogue"
HIDDEN = (
    *("vb-study-adviser", "vb-student-counsellor"),  # whom to turn to first
    *("vb-emergency", "vb-confidential", "vb-psychologist"),  # named in danger
)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = tmp_path_factory.mktemp("hidden") / "catalogue"
    shutil.copytree(SHIPPED, folder)
    file = folder / "voorbeeld" / "offerings.yaml"
    lines = file.read_text()
    ids = [o.id for o in read(folder).catalogue.schools["voorbeeld"].offerings]
    for id in HIDDEN:
        lines = replace_value(lines, (ids.index(id), "use"), "hidden")
    file.write_text(lines)
    return read(folder)


@pytest.fixture
def here(world: World, reading: Reading) -> World:
    return dataclasses.replace(world, catalogue=reading.catalogue)


def said(messages: tuple[Message, ...], here: World, app: App) -> str:
    translator = app.translators["nl"]
    return "\n".join(render(m, translator, here.catalogue).text for m in messages)


def titles(world: World) -> Iterator[str]:
    for id in HIDDEN:
        yield world.catalogue.offerings[id].title.nl


def test_a_link_to_it_leads_to_the_school_alone(here: World) -> None:
    turn = respond(State("nl"), Started("nl", "voorbeeld", offering=HIDDEN[0]), here)
    assert turn.state.referred is None
    assert turn.state.answers["institution"] == "voorbeeld"


def test_no_crisis_message_and_no_contact_names_it(world: World, here: World, app: App) -> None:
    start = respond(State("nl"), Started("nl", "voorbeeld"), here).state
    now = respond(start, Commanded("now"), here)
    shown = [now.say, respond(start, Commanded("person"), here).say]
    for button in (b for message in now.say for b in message.buttons if b.kind != "link"):
        shown.append(respond(now.state, Pressed(button.id), here).say)
    for messages in shown:
        text = said(messages, here, app)
        assert not [title for title in titles(world) if title in text]


def test_the_person_to_talk_to_is_another(here: World) -> None:
    student = Student("voorbeeld", "hbo", "nl", {})
    found = person_for(student, here.catalogue, NOW.date())
    assert found is None or found.id not in HIDDEN


def test_a_conversation_about_it_goes_on(world: World, here: World, app: App) -> None:
    linked = respond(State("nl"), Started("nl", "voorbeeld", offering=HIDDEN[0]), world)
    for event in (Pressed("take"), Commanded("profile"), Commanded("language")):
        turn = respond(linked.state, event, here)
        assert turn.state.promised is None
        assert said(turn.say, here, app)


def test_nobody_gets_it_as_advice_and_it_fills_no_gap(here: World) -> None:
    catalogue = here.catalogue
    assert not {o.id for o in catalogue.within_reach("voorbeeld")} & set(HIDDEN)
    found = coverage(catalogue, "voorbeeld")
    assert "vb-emergency" not in found.crisis
    school = catalogue.schools["voorbeeld"]
    there = {m.id: Presence(m.hours, frozenset()) for m in school.staff}
    assert not set(desk_of(school, {}, {}, there, NOW - NOW).offerings) & set(HIDDEN)


def test_it_is_not_published(here: World, app: App) -> None:
    catalogue, words = here.catalogue, app.translators["nl"]
    told = [
        json.dumps(as_model(catalogue, "voorbeeld")),
        as_markdown(catalogue, "voorbeeld", words),
        json.dumps(as_hsds(catalogue, "voorbeeld", NOW.date(), words), ensure_ascii=False),
    ]
    school = catalogue.schools["voorbeeld"]
    gone = [o for o in school.offerings if o.id in HIDDEN]
    assert len(gone) == len(HIDDEN)
    for one in told:
        assert not [o.id for o in gone if f'"{o.id}"' in one or o.source in one]


def test_nobody_is_told_when_it_meets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))
    monkeypatch.setenv("WEGWIJS_CATALOGUE", str(folder))
    export = ["export", "--format", "ics", "--institution", "voorbeeld"]
    with pytest.raises(SystemExit, match="0"):
        main(export)
    whole = capfdbinary.readouterr().out
    school = read(folder).catalogue.schools["voorbeeld"]
    meets = next(entry for entry in school.calendar if entry.kind == "activity")
    index = [o.id for o in school.offerings].index(meets.offerings[0])
    file = folder / "voorbeeld" / "offerings.yaml"
    file.write_text(replace_value(file.read_text(), (index, "use"), "hidden"))
    with pytest.raises(SystemExit, match="0"):
        main(export)
    assert f"UID:{meets.id}@".encode() in whole
    assert f"UID:{meets.id}@".encode() not in capfdbinary.readouterr().out


def test_its_keepers_hear_what_names_it(reading: Reading) -> None:
    found = [p for p in hidden.doubts(reading) if p.file.startswith("voorbeeld/")]
    assert [p.text.args["id"] for p in found][:5] == [
        *("vb-study-adviser", "vb-student-counsellor"),
        *("vb-emergency", "vb-confidential", "vb-psychologist"),
    ]
    assert {p.text.key for p in found} == {"hidden.named"}
    assert not list(hidden.doubts(read(SHIPPED)))


def test_its_age_is_no_doubt(reading: Reading) -> None:
    # A year later all others that were looked at are too old.
    later = NOW.date().replace(year=2028)
    places = {p.path for p in ages.doubts(reading, later) if p.file == "voorbeeld/offerings.yaml"}
    offerings = reading.catalogue.schools["voorbeeld"].offerings
    old = {offerings[path[0]].id for path in places if path and isinstance(path[0], int)}
    assert "vb-buddy" in old
    assert not old & set(HIDDEN)


def test_its_id_stays_taken_and_its_words_can_be_said(here: World) -> None:
    title = FromCatalogue("offering", "vb-psychologist", "title")
    assert here.catalogue.words(title, "en")
    assert new_id("Psychologist", "voorbeeld", here.catalogue) == "vb-psychologist-2"
