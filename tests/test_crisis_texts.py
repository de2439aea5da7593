"""What a person in danger reads: short, plain, the right numbers, and no word that should not be.

Changes to these texts need a second pair of eyes; so does a change to this file.
"""

from __future__ import annotations

import itertools
import re

import pytest

from bot.app import App
from bot.catalogue import Catalogue
from bot.conversation import Commanded, Message, Pressed, Said, Started, State, World, respond
from bot.conversation.steps.crisis import Crisis
from bot.safety.lines import LINES
from bot.safety.rules import KINDS
from bot.settings import read_settings
from bot.text import LANGUAGES, Language
from bot.words import Shown, render
from bot.words.translate import read_messages

TEXTS = {
    language: read_messages(read_settings({}).locales / f"crisis.{language}.po")
    for language in LANGUAGES
}
EVERY = [
    Crisis(kind, strength, about)  # type: ignore[arg-type]
    for kind, strength, about in itertools.product(
        (*KINDS, "any"), ("clear", "soft"), ("self", "other")
    )
    if (kind, strength, about) not in (("any", "clear", "self"), ("any", "soft", "self"))
]
# Judgement, diagnosis, pity, promises, probing: the beginnings of words that may not occur.
NEVER = {
    "nl": r"diagnos|gestoord|depress|moet je|waarom|zielig|helaas|beloof ik|geheim blijft|aandacht"
    r"|pillen|touw|mes\b|spring",
    "en": r"diagnos|disorder|depress|you must|why did|unfortunately|i promise|stays secret"
    r"|attention|pills|rope|knife|jump",
}
# Who answers at once for each kind, digits only; the first is named first.
WHO = {
    "suicidal": ("113", "08000113", "112"),
    "self-harm": ("113", "08000113", "112"),
    "violence-now": ("112", "08002000"),
    "sexual-violence": ("08000188", "112"),
    "medical-now": ("112",),
    "harm-to-others": ("112", "113", "08000113"),
    "any": ("112", "113", "08000113", "08000188", "08002000"),
}


def _shown(
    crisis: Crisis, language: Language, school: str | None, world: World, app: App
) -> tuple[Shown, Message]:
    start = respond(State(language), Started(language, school), world)
    turn = respond(start.state, Pressed(crisis.button), world)
    message = turn.say[0]
    return render(message, app.translators[language], world.catalogue), message


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("crisis", EVERY, ids=[c.button for c in EVERY])
def test_each_crisis_message(crisis: Crisis, language: Language, world: World, app: App) -> None:
    for school in (None, *world.catalogue.schools):
        shown, message = _shown(crisis, language, school, world, app)
        assert len(shown.text) <= (1150 if crisis.kind == "any" else 1000)
        urls = [button.url or "" for button in message.buttons]
        called = [url.removeprefix("tel:") for url in urls if url.startswith("tel:")]
        assert tuple(called[: len(WHO[crisis.kind])]) == WHO[crisis.kind]
        for number in called[: len(WHO[crisis.kind])]:
            assert number in re.sub(r"(?<=\d) (?=\d)", "", shown.text)
        assert "bot" in shown.text
        ways_on = {b.id for b in message.buttons}
        assert {"go:person", "on", "go:now", "restart", crisis.button} <= ways_on
        assert any("Engels" in p.text or "English" in p.text for p in shown.parts)
        if crisis.about == "self":
            assert Crisis(crisis.kind, crisis.strength, "other").button in ways_on


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_plain(language: Language) -> None:
    for key, words in TEXTS[language].items():
        if key.startswith("button."):
            assert len(words) <= 40, key
            continue
        assert "!" not in words, key
        assert not re.search(NEVER[language], words.casefold()), key
        lengths = []
        for sentence in re.split(r"(?<=[.?:])\s+", words):
            lengths.append(len(sentence.split()))
            assert lengths[-1] <= 17, f"{key}: {sentence}"
        assert sum(lengths) / len(lengths) <= 11, key
        # Reading level: the share of words of ten letters and more, names of services aside.
        plain = re.sub(
            r"\{\w+\}|Centrum Seksueel Geweld|huisartsen\w+|zelfmoord|113\.nl", "", words
        )
        every = re.findall(r"[^\W\d_]+", plain)
        assert sum(len(word) >= 12 for word in every) <= 0.06 * len(every) + 1, key


def test_who_answers_in_english_is_said(catalogue: Catalogue) -> None:
    for line in LINES:
        said = TEXTS["en"][line.text.key]
        spoken = catalogue.offerings[line.offering].languages
        assert ("in English too" in said.replace("In", "in")) == ("en" in spoken), line.offering
        assert ("In Dutch; ask" in said) == ("en" not in spoken), line.offering


def test_day_and_night_is_said_where_it_is_so(catalogue: Catalogue) -> None:
    for line in LINES:
        hours = catalogue.offerings[line.offering].hours
        always = hours is not None and hours.en == "24/7"
        assert ("Dag en nacht" in TEXTS["nl"][line.text.key]) == always
        assert ("Day and night" in TEXTS["en"][line.text.key]) == always


def test_the_page_of_the_chat(catalogue: Catalogue) -> None:
    pages = {line.offering: line.url for line in LINES if line.url}
    assert pages == {"nat-113": "https://www.113.nl"}
    assert catalogue.offerings["nat-113"].access.url == "https://www.113.nl"


@pytest.mark.parametrize("school", ["leiden", "hanze", "avans", "noorderpoort", "voorbeeld"])
def test_the_school_s_own_contact_comes_after_the_lines(
    school: str, world: World, app: App
) -> None:
    shown, _ = _shown(Crisis("suicidal", "clear", "self"), "nl", school, world, app)
    own = world.catalogue.schools[school].institution.in_crisis
    named = next(n.offering for n in own if "suicidal" in n.kinds)
    title = world.catalogue.offerings[named].title.nl
    texts = [part.text for part in shown.parts]
    where = next(i for i, said in enumerate(texts) if title in said)
    assert where > max(i for i, said in enumerate(texts) if "113" in said or "112" in said)


@pytest.mark.parametrize("said", ["hulp nu", "nood", "help now", "emergency", "SOS", "Hulp nu."])
def test_help_now_needs_no_signal(said: str, world: World) -> None:
    start = respond(State("nl"), Started("nl", None), world)
    assert respond(start.state, Said(said), world).say[-1].name == "now"


def test_nothing_of_a_crisis_is_remembered(world: World) -> None:
    """The state after it is the state after pressing "help now", which anybody may do."""
    state = respond(State("nl"), Started("nl", "leiden"), world).state
    state = respond(state, Said("ik voel me eenzaam"), world).state
    crisis = respond(state, Said("ik wil niet meer leven"), world)
    asked = respond(state, Commanded("now"), world)
    assert crisis.state == asked.state
    assert crisis.do
    assert not asked.do
