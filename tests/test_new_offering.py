"""The dialogue for a new offering: what it understands and writes, and that nothing breaks."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document as Typed
from pydantic import TypeAdapter

from bot.app import App
from bot.catalogue import Catalogue, CatalogueError, Offering, read_catalogue
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.settings import read_settings
from bot.staff.new_offering.answers import Answers, entry_of
from bot.staff.new_offering.dialogue import new_offering
from bot.staff.new_offering.entry import new_id
from bot.staff.new_offering.questions import Question, questions, read_answer
from bot.staff.new_offering.terminal import _Names, asker
from bot.staff.yaml_edit import append_entry
from bot.text import Language, Text
from bot.words import Translator

TODAY = dt.date(2026, 11, 23)
SHIPPED = read_settings({}).catalogue

DUTCH = (
    "hanze",
    "Studiekring",
    "Study circle",
    "Elke week studeer je samen: met koffie #1.",
    "Every week you study together.",
    "uitstellen en motivatie, Leren studeren",
    "Peersupport",
    "groep",
    "campus, online",
    "Nederlands en Engels",
    "Loop binnen.",
    "Walk in.",
    "inloop",
    "https://www.hanze.nl/studiekring",
    "",
    "studentenzaken",
    "ja",
)


@dataclass
class Keeper:
    """Types these answers, one for each question, and leaves when they are gone."""

    answers: Iterator[str]
    leaves: type[BaseException] = EOFError
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    before_confirming: Callable[[], None] = lambda: None

    def ask(self, question: str, names: tuple[str, ...]) -> str:
        self.asked.append(question)
        typed = next(self.answers, None)
        if typed is None:
            raise self.leaves
        if typed in ("ja", "yes"):
            self.before_confirming()
        return typed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue"))


@pytest.fixture
def dutch(app: App) -> Translator:
    return app.translators["nl"]


def added(folder: Path, keeper: Keeper, translator: Translator) -> bool:
    return new_offering(folder, keeper.ask, keeper.told.append, translator, TODAY)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def question(name: str, catalogue: Catalogue, translator: Translator) -> Question:
    return next(q for q in questions(catalogue, translator) if q.field == name)


# From the first question to the file


def test_an_offering_comes_at_the_end_of_the_file_and_nothing_else_changes(
    folder: Path, dutch: Translator, catalogue: Catalogue
) -> None:
    before = contents(folder)
    keeper = Keeper(iter(DUTCH))
    assert added(folder, keeper, dutch)
    path = folder / "hanze" / "offerings.yaml"
    after = contents(folder)
    old, new = before.pop(str(path)), after.pop(str(path))
    assert after == before
    assert new.startswith(old)
    assert b"# Toegevoegd op 2026-11-23" in new[len(old) :]
    assert new[len(old) :].decode().strip() in "\n".join(keeper.told)  # as it was shown
    now = read_catalogue(folder)
    assert set(now.offerings) - set(catalogue.offerings) == {"hanze-study-circle"}
    assert now.offerings["hanze-study-circle"] == Offering.model_validate(
        {
            "id": "hanze-study-circle",
            "title": {"nl": "Studiekring", "en": "Study circle"},
            "summary": {
                "nl": "Elke week studeer je samen: met koffie #1.",
                "en": "Every week you study together.",
            },
            "needs": ["procrastination", "study-skills"],
            "elements": ["peer-support"],
            "form": "group",
            "mode": ["campus", "online"],
            "languages": ["nl", "en"],
            "first_step": {"nl": "Loop binnen.", "en": "Walk in."},
            "access": {"by": "walk-in", "url": "https://www.hanze.nl/studiekring"},
            "source": "https://www.hanze.nl/studiekring",
            "checked": {"on": "2026-11-23", "by": "studentenzaken"},
        }
    )


def test_in_english_with_a_phone_a_location_and_ways_back(folder: Path, app: App) -> None:
    typed = (
        *("Example College", "Studiekring", "Study cricle", "<", "Study circle"),
        *("Kort.", "Short.", "?", "Loneliness; stress", "personal attention", "one-to-one"),
        *("phone", "", "Utrecht", "Bel.", "Call.", "website", "<", "phone", ""),
        *("call us", "112", "https://voorbeeld.example/bron", "", "perhaps", "yes"),
    )
    keeper = Keeper(iter(typed))
    assert added(folder, keeper, app.translators["en"])
    offering = read_catalogue(folder).offerings["vb-study-circle"]
    assert offering.needs == ("loneliness", "stress")
    assert offering.locations == ("utrecht",)
    assert offering.access.by == "phone"
    assert offering.access.phone == ("112",)
    assert (offering.languages, offering.checked, offering.access.url) == ((), None, None)
    assert any("Low mood (low-mood)" in told for told in keeper.told)


@pytest.mark.parametrize("leaves", [EOFError, KeyboardInterrupt])
def test_who_stops_at_any_question_has_written_nothing(
    folder: Path, dutch: Translator, leaves: type[BaseException]
) -> None:
    before = contents(folder)
    for answered in range(0, len(DUTCH), 4):
        keeper = Keeper(iter(DUTCH[:answered]), leaves)
        assert not added(folder, keeper, dutch)
        assert keeper.told[-1] == "Er is niets geschreven."
    keeper = Keeper(iter((*DUTCH[:-1], "nee")))
    assert not added(folder, keeper, dutch)
    assert keeper.told[-1] == "Er is niets geschreven."
    assert contents(folder) == before


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("rewritten", ["\r\n", "no last line end"])
def test_line_ends_and_a_mark_stay_what_they_are(
    folder: Path, dutch: Translator, mark: bytes, rewritten: str
) -> None:
    path = folder / "hanze" / "offerings.yaml"
    old = path.read_bytes()
    old = mark + (old.replace(b"\n", b"\r\n") if rewritten == "\r\n" else old.rstrip(b"\n"))
    path.write_bytes(old)
    assert added(folder, Keeper(iter(DUTCH)), dutch)
    new = path.read_bytes()
    assert new.startswith(old)
    assert new.count(b"\n") == new.count(b"\r\n") or rewritten != "\r\n"


# What goes wrong when it is written


def breaks_another_file(folder: Path) -> None:
    (folder / "themes.yaml").write_text("- id: [", encoding="utf-8")


def takes_the_id(folder: Path) -> None:
    path = folder / "leiden" / "offerings.yaml"
    source = path.read_text(encoding="utf-8")
    path.write_text(
        source
        + "\n"
        + source[source.index("- id:") :]
        .split("\n\n")[0]
        .replace("leiden-study-adviser", "hanze-study-circle")
        + "\n",
        encoding="utf-8",
    )


def bars_the_way(folder: Path) -> None:
    (folder / "hanze" / ".offerings.yaml.new").mkdir()


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (breaks_another_file, "themes.yaml:"),
        (takes_the_id, "al gebruikt"),
        (bars_the_way, "kan niet worden geschreven"),
    ],
)
def test_the_file_is_as_it_was_where_it_cannot_be_added(
    folder: Path, dutch: Translator, happens: Callable[[Path], None], told: str
) -> None:
    path = folder / "hanze" / "offerings.yaml"
    old = path.read_bytes()
    keeper = Keeper(iter(DUTCH), before_confirming=lambda: happens(folder))
    assert not added(folder, keeper, dutch)
    assert told in keeper.told[-1]
    assert path.read_bytes() == old


def test_a_file_that_is_one_list_in_brackets_is_left_alone(folder: Path, dutch: Translator) -> None:
    path = folder / "hanze" / "offerings.yaml"
    entry = append_entry("", entry_of(GOOD, "hanze-one", TODAY))
    value = read_yaml(entry.encode(), "offerings.yaml").value
    path.write_text(repr(value), encoding="utf-8")
    institution = folder / "hanze" / "institution.yaml"
    kept = institution.read_text(encoding="utf-8").replace("contact: [hanze-tutor]", "")
    institution.write_text(re.sub(r"in_crisis:\n(- .*\n)+", "", kept), encoding="utf-8")
    keeper = Keeper(iter(DUTCH))
    assert not added(folder, keeper, dutch)
    assert "geen lijst met streepjes" in keeper.told[-1]
    assert path.read_text(encoding="utf-8") == repr(value)


def test_a_catalogue_that_is_wrong_to_begin_with_is_told_first(
    folder: Path, dutch: Translator
) -> None:
    breaks_another_file(folder)
    keeper = Keeper(iter(DUTCH))
    with pytest.raises(CatalogueError):
        added(folder, keeper, dutch)
    assert keeper.asked == []


# What is understood


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_example_is_a_good_answer(language: Language, app: App, catalogue: Catalogue) -> None:
    translator = app.translators[language]
    for asked in questions(catalogue, translator):
        words = translator.say(asked.words)
        assert "\n" not in words
        example = re.search(r"(?:Bijvoorbeeld|For example): (.+)$", words)
        known = re.search(r"(?:Kies uit|Choose from): ([\w-]+)", words)
        assert example or known, words
        typed = (example or known)[1]  # type: ignore[index]
        assert not isinstance(read_answer(asked, typed), Text), words


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("school", "Hanze", "hanze"),
        ("school", "NEDERLAND", "national"),
        ("school", "universiteit leiden", "leiden"),
        ("needs", "loneliness", ("loneliness",)),
        ("needs", "Eenzaamheid", ("loneliness",)),
        ("needs", "eenzaam", ("loneliness",)),
        ("needs", "low mood", ("low-mood",)),
        ("needs", "slaap en stress en druk", ("sleep", "stress")),
        ("needs", "slaap, , stress,", ("sleep", "stress")),
        ("needs", "slaap; Sleep", ("sleep",)),
        (
            "needs",
            "Middelen, gamen en gokken, werk, topsport en rooster",
            ("addiction", "work-study-balance"),
        ),
        ("elements", "maatwerk and warm", ("tailored-support", "warm-welcome")),
        ("form", "een-op-een", "one-to-one"),
        ("mode", "telefoon en mail", ("phone", "email")),
        ("languages", "", ()),
        ("languages", "en", ("en",)),
        ("access.by", "afspraak", "book"),
        ("title.nl", "  nee \t", "nee"),
        ("title.nl", "Stu\u200bdie\x07 \ud800kring", "Studie kring"),
        ("access.email", "balie@school.nl", "balie@school.nl"),
        ("checked.by", "", ""),
    ],
)
def test_answers_are_understood(
    name: str, typed: str, expected: object, catalogue: Catalogue, dutch: Translator
) -> None:
    assert read_answer(question(name, catalogue, dutch), typed) == expected


@pytest.mark.parametrize(
    ("name", "typed", "key"),
    [
        ("school", "", "new.empty"),
        ("school", "qwxz", "new.unknown"),
        ("school", "hanze, leiden", "new.only-one"),
        ("needs", "", "new.empty"),
        ("needs", " , ", "new.empty"),
        ("needs", "eenzaamhied", "new.unknown-near"),
        ("needs", "slaap, qwxz", "new.unknown"),
        ("form", "groep en balie", "new.only-one"),
        ("title.nl", " \u200b ", "new.empty"),
        ("title.nl", "x" * 61, "catalogue.too-long"),
        ("summary.en", "x" * 601, "catalogue.too-long"),
        ("access.url", "www.hanze.nl", "catalogue.bad-url"),
        ("source", "https://", "catalogue.bad-url"),
        ("access.phone", "999", "catalogue.bad-phone"),
        ("access.email", "an@school", "catalogue.bad-email"),
    ],
)
def test_what_is_wrong_is_said_at_once(
    name: str, typed: str, key: str, catalogue: Catalogue, app: App
) -> None:
    wrong = read_answer(question(name, catalogue, app.translators["nl"]), typed)
    assert isinstance(wrong, Text)
    assert wrong.key == key
    for translator in app.translators.values():
        assert translator.say(wrong)


GOOD: Answers = {
    "school": "hanze",
    "title.nl": "Studiekring",
    "title.en": "Study circle",
    "summary.nl": "Samen.",
    "summary.en": "Together.",
    "needs": ("stress",),
    "elements": ("peer-support",),
    "form": "group",
    "mode": ("campus",),
    "first_step.nl": "Kom.",
    "first_step.en": "Come.",
    "access.by": "walk-in",
    "source": "https://www.hanze.nl",
}


@settings(max_examples=40)
@given(st.text(max_size=120))
def test_whatever_is_typed_is_read_back_as_that_text(typed: str) -> None:
    asked = Question("summary.nl", Text("new.summary-nl"))
    answer = read_answer(asked, typed)
    if isinstance(answer, Text):
        assert answer.key == "new.empty"
        return
    source = append_entry("", entry_of({**GOOD, "summary.nl": answer}, "hanze-x", TODAY), "new")
    document = read_yaml(source.encode(), "offerings.yaml")
    offerings, problems = shape(document, TypeAdapter(tuple[Offering, ...]))
    assert problems == ()
    assert offerings[0].summary.nl == answer


@given(st.text(max_size=80))
def test_any_title_makes_an_id(title: str) -> None:
    id = new_id(title, "national", Catalogue.empty())
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)
    assert len(id) <= 48


@pytest.mark.parametrize(
    ("title", "school", "id"),
    [
        ("Study circle", "leiden", "leiden-study-circle"),
        ("Study adviser", "leiden", "leiden-study-adviser-2"),
        ("Café: the 1st", "national", "nat-cafe-the-1st"),
        ("Leiden walks", "leiden", "leiden-walks"),
        ("日本", "voorbeeld", "vb-offering"),
        ("A " + "very " * 20 + "long walk", "hanze", "hanze-a-very-very-very-very-very-very-very"),
    ],
)
def test_ids_begin_as_those_of_the_school_and_are_new(
    title: str, school: str, id: str, catalogue: Catalogue
) -> None:
    assert new_id(title, school, catalogue) == id


# In a terminal and in a pipe


def test_lines_in_a_pipe_are_shown_and_bytes_that_are_no_text_do_no_harm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xff\n"), encoding="utf-8"))
    ask = asker()
    assert ask("Hoe heet het?", ()) == "caf\ufffd"
    assert capsys.readouterr().out == "\nHoe heet het?\n> caf\ufffd\n"
    with pytest.raises(EOFError):
        ask("En dan?", ())


def test_names_are_completed_from_any_part_behind_the_last_comma() -> None:
    names = _Names(("Uitstellen en motivatie", "Eenzaamheid"))
    typed = Typed("Slaap, MOTIV")
    found = list(names.get_completions(typed, CompleteEvent()))
    assert [(one.text, one.start_position) for one in found] == [("Uitstellen en motivatie", -5)]
