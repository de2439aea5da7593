"""The second vote on danger: what it adds, and that it cannot flood."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

import pytest

from bot.app import App
from bot.later import Later
from bot.safety.core import CORE
from bot.safety.detect import Danger, Detector
from bot.safety.transformer import Transformer
from bot.safety.vote import DOUBTFUL, NAME, THRESHOLD, Vote
from bot.staff.evaluate_safety import evaluate_safety, read_rows
from bot.understanding.encoder import UniversalSentenceEncoder
from bot.understanding.normalise import fold
from tests.test_safety import CLEAR

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def vote() -> Vote:
    return Vote(UniversalSentenceEncoder().pieces)


@pytest.mark.parametrize(
    "text",
    [
        "ik wil niet meer leven",
        "soms hoop ik dat ik in mijn slaap doodga",
        "i keep thinking everyone would be happier if i just stopped existing",
        "my boyfriend grabbed me by the throat again",
        "mijn huisgenoot reageert niet meer en hij schuimt",
    ],
)
def test_it_sees_danger_and_says_it_softly(text: str, vote: Vote) -> None:
    danger = vote.detect(text)
    assert danger is not None
    assert not danger.doubtful
    assert danger.rule == NAME
    assert danger.strength == "soft"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hoi",
        "ik slaap slecht",
        "mijn laptop is doodgegaan",
        "this deadline is killing me",
        "where can i print my thesis",
        "ik schrijf een essay over zelfmoordpreventie",
    ],
)
def test_it_leaves_ordinary_talk_alone(text: str, vote: Vote) -> None:
    assert vote.detect(text) is None


def test_between_its_two_thresholds_it_doubts(vote: Vote) -> None:
    lines = (DATA / "held_out_ordinary.jsonl").read_text("utf-8").splitlines()
    doubtful = 0
    for text in [json.loads(line)["text"] for line in lines][::4]:
        danger, voted = vote.detect(text), vote.look(text)
        doubtful += danger is not None and danger.doubtful
        assert voted is not None
        assert (danger is None) == (voted.odds < DOUBTFUL)
        assert first(danger) == (voted.odds >= THRESHOLD)
    assert doubtful


def test_whom_it_is_about(vote: Vote) -> None:
    about_me = vote.detect("ik wil niet meer leven")
    about_her = vote.detect("mijn zusje wil niet meer leven")
    assert about_me is not None
    assert about_me.about == "self"
    assert about_her is not None
    assert about_her.about == "other"


def first(danger: Danger | None) -> bool:
    """Whether help is shown before anything else."""
    return danger is not None and not danger.doubtful


def test_a_softer_rule_can_be_mistaken_too(app: App, vote: Vote) -> None:
    text = "ik kan niet meer. vier uur college zonder pauze, waar is de kantine"
    seen = app.detector.ready().detect(text)
    assert seen is not None
    assert seen.strength == "soft"
    assert vote.detect(text, seen) == replace(seen, doubtful=True)


SEEN = Danger("medical-now", "clear", "other", "a-rule", ("overdosis",))
CALM = "Wat een overdosis aan powerpoints vandaag, wanneer is het volgende college?"
UNCLEAR = "hij heeft een overdosis van iets, denk ik"


def test_what_a_rule_saw_is_doubtful_where_nothing_is_wrong(vote: Vote) -> None:
    assert vote.detect(CALM, SEEN) == replace(SEEN, doubtful=True)


@pytest.mark.parametrize(
    ("text", "seen"), [(UNCLEAR, SEEN), (CALM, replace(SEEN, firm=True)), ("", SEEN)]
)
def test_else_it_stays(text: str, seen: Danger, vote: Vote) -> None:
    assert vote.detect(text, seen) is seen


NOT_SO_CALM = "when i am gone on exchange who keeps my room"


def test_of_suicide_and_self_harm_less_calm_is_enough(vote: Vote) -> None:
    """The networks know these best; of violence they overlook what is said in few words."""
    seen = replace(SEEN, kind="suicidal")
    assert vote.detect(NOT_SO_CALM, seen) == replace(seen, doubtful=True)
    assert vote.detect(NOT_SO_CALM, SEEN) is SEEN
    with_violence = replace(seen, also=("violence-now",))
    assert vote.detect(NOT_SO_CALM, with_violence) is with_violence


@pytest.mark.parametrize("between", [". ", " "])
def test_harmless_talk_around_it_makes_no_doubt(between: str, app: App) -> None:
    """Looked at as a whole, one signal in ten was lost among four harmless sentences."""
    talk = [json.loads(line)["text"] for line in (DATA / "held_out_needs.jsonl").open()]
    for number, (_, text) in enumerate(CLEAR):
        around = talk[number * 4 : number * 4 + 4]
        whole = between.join((*around[:2], text, *around[2:]))
        if app.detector.ready().detect(whole) is not None:
            assert first(app.danger(whole)), text


FAR = "vandaag had ik college over statistiek en daarna ging ik met de trein naar huis. "


@pytest.mark.parametrize("before", [5, 13, 16, 31, 45])
def test_however_far_into_a_text_it_is_said(before: int, app: App, vote: Vote) -> None:
    """Telegram takes 4,096 characters; the networks take in a part of that at a time."""
    hidden = FAR * before + "hij heeft een overdosis van iets, denk ik. " + FAR
    seen = app.detector.ready().detect(hidden)
    assert seen is not None
    assert vote.detect(hidden, seen) is seen
    assert first(vote.detect(FAR * before + "soms hoop ik dat ik in mijn slaap doodga. " + FAR))


def test_what_is_too_long_to_look_at_is_not_called_calm(vote: Vote) -> None:
    assert vote.detect(FAR * 70, SEEN) is SEEN


@pytest.mark.parametrize("disguise", ["\u2060".join, " \u2060".join, lambda t: f"\u2068{t}\u2069"])
def test_what_the_rules_see_through_is_not_doubted(
    disguise: Callable[[str], str], app: App
) -> None:
    """The networks do not read such spelling; what they cannot read, they cannot call calm."""
    for _, text in CLEAR:
        if app.detector.ready().detect(disguise(text)) is not None:
            assert first(app.danger(disguise(text))), text


@pytest.mark.parametrize("text", ["我不想活了", "я хочу покончить с собой", "死にたい"])
def test_in_another_script_the_quick_network_decides(text: str, vote: Vote) -> None:
    assert first(vote.detect(text))


@pytest.mark.parametrize("error", [FileNotFoundError, BadZipFile, ValueError])
def test_without_the_careful_network_the_quick_one_goes_on(
    error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Transformer:
        raise error("a file that is not as it was")

    alone = Vote(UniversalSentenceEncoder().pieces, broken)
    assert first(alone.detect("soms hoop ik dat ik in mijn slaap doodga"))
    assert alone.detect(CALM, SEEN) is SEEN  # alone it doubts no rule
    assert error.__name__ in caplog.text


def test_no_message_is_kept_where_the_vote_cannot_be_made(app: App) -> None:
    """What is raised again for each message must not hold on to it."""

    class Message(str):
        """A text of which can be seen whether it is still there."""

        __slots__ = ("__weakref__",)

    def broken() -> Vote:
        raise ValueError

    unmade: Later[Vote | None] = Later(broken)
    there = []
    for _ in range(3):
        message = Message("ik weet het niet meer")
        there.append(weakref.ref(message))
        replace(app, vote=unmade).danger(message)
        del message
    gc.collect()
    assert [one() for one in there] == [None] * 3


def test_nothing_that_was_learnt_is_among_what_measures() -> None:
    folder = Path(__file__).parents[1] / "training" / "safety"
    lines = [line for file in folder.glob("*.tsv") for line in file.read_text("utf-8").splitlines()]
    learnt = {fold(line.partition("\t")[2]) for line in lines}
    held_out = [
        json.loads(line)["text"]
        for file in DATA.glob("held_out_*.jsonl")
        if "out_of_scope" not in file.name  # small talk: what measures nothing here
        for line in file.read_text("utf-8").splitlines()
    ]
    assert not [text for text in held_out if fold(text) in learnt]


def test_the_core_is_firm() -> None:
    said = {rule.id: rule for rule in CORE}
    seen = Detector().detect("ik wil dood")
    assert seen is not None
    assert seen.rule in said
    assert seen.firm


def test_what_a_rule_sees_waits_for_nothing(app: App) -> None:
    """Just after a start the vote is not made yet; a person in danger need not wait for it."""
    unmade: Later[Vote | None] = Later(lambda: pytest.fail("it was waited for"))
    assert replace(app, vote=unmade).danger("mijn vriend wurgt me") is not None


def test_the_same_text_gets_the_same_answer(vote: Vote) -> None:
    text = "ik weet niet hoe lang ik dit nog volhoud"
    assert vote.look(text) == vote.look(text) == vote.look(text.upper())


@pytest.mark.parametrize(
    "text", ["a" * 5000, "zelf " * 2000, "\ud800\u200b", "😀" * 300, "\ufdfa" * 90]
)
def test_any_text_can_be_looked_at(text: str, vote: Vote) -> None:
    vote.detect(text)


@pytest.mark.parametrize("text", ["x" * 10_000, "a" * 100, "12 " * 300, "x " * 300])
def test_endless_repetition_is_no_danger(text: str, vote: Vote) -> None:
    assert vote.detect(text) is None


def test_it_does_not_flood(app: App, vote: Vote) -> None:
    """Of the phrases of the catalogue, which are no danger, an even sample: of the heavy ones among
    them some alarm (docs/safety.md)."""
    phrases = [p for need in app.catalogue.needs.values() for p in need.phrases.both[::40]]
    alarmed = [phrase for phrase in phrases if first(vote.detect(phrase))]
    assert len(alarmed) <= 0.03 * len(phrases), alarmed


@pytest.mark.parametrize(
    "name",
    [
        "held_out_crisis",
        "held_out_crisis_2",
        "held_out_crisis_3",
        "held_out_crisis_4",
    ],
)
def test_the_numbers_of_the_docs_still_hold(name: str, app: App) -> None:
    """On messages that nobody trained on; two of set 3 became rules. See docs/safety.md."""
    rows, bad = read_rows((DATA / f"{name}.jsonl").read_text("utf-8").splitlines())
    assert not bad
    report = evaluate_safety(rows, app.danger)
    assert report.explicit.percent == 100
    assert report.total_recall.percent >= 97
    assert report.total_false_alarms.percent <= 5
    assert report.total_recall.percent + report.quiet.percent >= 98


@pytest.mark.parametrize("name", ["held_out_needs", "held_out_ordinary", "held_out_ordinary_2"])
def test_ordinary_messages_seldom_alarm(name: str, app: App) -> None:
    """More often than we want (docs/safety.md); no more often than that."""
    lines = (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()
    dangers = [app.danger(json.loads(line)["text"]) for line in lines]
    assert sum(map(first, dangers)) <= 0.035 * len(lines)
    assert sum(danger is not None for danger in dangers) <= 0.08 * len(lines)  # or a quiet line
