"""Is this person in danger? Our own examples; the evaluation files are not among them."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import DangerKind
from bot.safety.detect import Danger, Detector
from bot.safety.notation import NotationError, steps_of
from bot.safety.rules import KINDS, Rule, read_rules
from bot.staff.evaluate_safety import Row, Share, evaluate_safety, safety_table

FILE = Path(__file__).parents[1] / "catalogue" / "safety.yaml"

CLEAR: list[tuple[DangerKind, str]] = [
    ("suicidal", "ik wil niet meer leven"),
    ("suicidal", "kwil dood"),
    ("suicidal", "IK WIL GEWOON ECHT DOOD"),
    ("suicidal", "mijn huisgenoot zegt dat hij dood wil"),
    ("suicidal", "iemand uit mijn jaar schreef dat hij vannacht uit het leven stapt"),
    ("suicidal", "mijn zus zegt dat ze uit het leven wil stappen"),
    ("suicidal", "ik heb zlfmoord gedachten"),
    ("suicidal", "ik denk aan zelfm*ord"),
    ("suicidal", "iedereen is beter af zonder mij"),
    ("suicidal", "I don't want to live anymore"),
    ("suicidal", "i wanna kms"),
    ("suicidal", "k.m.s"),
    ("suicidal", "my friend is su1cidal"),
    ("suicidal", "ikwilnietmeerleven"),
    ("suicidal", "my boyfriend says he'll kill himself if I leave him"),
    ("medical-now", "iemand in de collegezaal heeft een hartaanval"),
    ("violence-now", "shots fired near the main gate, people are running"),
    ("violence-now", "er wordt geschoten bij de ingang"),
    ("self-harm", "ik snijd mezelf weer"),
    ("self-harm", "mijn vriendin snijdt zichzelf"),
    ("self-harm", "I started self harming again"),
    ("self-harm", "my roommate has cuts all over her arms"),
    ("self-harm", "he cut himself out of despair"),
    ("self-harm", "i've been cutting myself off and on for years"),
    ("self-harm", "i cut myself shaving my legs on purpose"),
    ("self-harm", "ik snij mezelf in de vingers met een mesje"),
    ("self-harm", "ik sla mezelf voor mijn kop tot ik sterretjes zie, elke avond"),
    ("suicidal", "i'm gonna kms from the balcony"),
    ("suicidal", "i want to kms, typing this on the station wifi"),
    ("suicidal", "my school is closed, i will kms away from everyone"),
    ("suicidal", "my internship is over and i want to kms far from home"),
    ("violence-now", "mijn vriend slaat me"),
    ("violence-now", "mijn ouders hebben mijn paspoort afgepakt"),
    ("violence-now", "ik voel me niet veilig thuis"),
    ("violence-now", "my family is forcing me to marry my cousin"),
    ("violence-now", "someone is following me right now"),
    ("sexual-violence", "ik ben gisteren verkracht"),
    ("sexual-violence", "vorige maand ben ik door een jongen van mijn team aangerand"),
    ("sexual-violence", "ik zei nee maar hij ging toch door"),
    ("sexual-violence", "someone spiked my drink"),
    ("sexual-violence", "my friend was raped at a party"),
    ("medical-now", "mijn huisgenoot is bewusteloos"),
    ("medical-now", "ze heeft te veel pillen geslikt"),
    ("medical-now", "she is not breathing"),
    ("medical-now", "I swallowed too many sleeping pills"),
    ("harm-to-others", "ik hoor stemmen die zeggen dat ik iemand moet doden"),
    ("harm-to-others", "my classmate said he is going to shoot up the school"),
    ("suicidal", "ik spring zo van het dak"),
    ("suicidal", "ze zegt dat ze zich van het leven gaat beroven"),
    ("suicidal", "ik heb een touw gekocht"),
    ("suicidal", "ik kap met leven"),
    ("suicidal", "mijn maat zei dat hij zichzelf voor de kop gaat schieten"),
    ("suicidal", "i'm about to slit my wrists"),
    ("suicidal", "i'm going to take all my pills and die"),
    ("suicidal", "my mate wants to top himself"),
    ("self-harm", "ik druk peuken uit op mijn arm"),
    ("self-harm", "mijn vriendin snijdt in haar polsen"),
    ("self-harm", "hij slaat zichzelf als hij een fout maakt"),
    ("self-harm", "i've started cutting again since exams"),
    ("violence-now", "hij wurgde me gisteravond"),
    ("violence-now", "hij kneep mijn keel dicht"),
    ("violence-now", "ik mag het huis niet uit van mijn man"),
    ("violence-now", "hij schopte me in mijn buik"),
    ("violence-now", "someone's stalking me"),
    ("violence-now", "my stepdad abuses my mom"),
    ("violence-now", "they jumped me at the station and kicked me in the head"),
    ("sexual-violence", "hij heeft zich aan mij vergrepen"),
    ("sexual-violence", "ik werd wakker terwijl hij seks met me had"),
    ("sexual-violence", "my boss groped me"),
    ("medical-now", "mijn huisgenoot is in elkaar gezakt"),
    ("medical-now", "ik bloed dood"),
    ("medical-now", "he is drowning"),
    ("harm-to-others", "ik heb iemand neergestoken"),
    ("harm-to-others", "ik heb mijn baby door elkaar geschud"),
    ("harm-to-others", "i want to kill my boss"),
    ("harm-to-others", "i'm going to burn his house down"),
    ("harm-to-others", "i'll slit his throat"),
    ("suicidal", "nobody will notice when i am gone by the weekend"),
    ("suicidal", "goodbye everyone, there is food for the cat"),
    ("medical-now", "where is the epipen, her throat is swelling"),
    ("medical-now", "i can't breathe and my lips are blue"),
    ("violence-now", "ze sluiten me elke nacht op in mijn kamer"),
    ("self-harm", "my arms are full of cuts under long sleeves"),
]
SOFT = [
    "ik ben niet suïcidaal maar het leven hoeft voor mij niet zo",
    "I'm not suicidal",
    "ik wil niet dood, ik wil gewoon slapen",
    "I wouldn't mind if I didn't wake up",
    "ik zie geen uitweg meer",
    "ik wil niet meer. alles doet pijn",
]
HARMLESS = [
    "i want to see a therapist",
    "my psychotherapist moved away",
    "ik ga dood van het lachen",
    "deze stage wordt nog eens mijn dood",
    "this exam is killing me",
    "I nearly died of embarrassment",
    "ik schrijf mijn scriptie over huiselijk geweld",
    "I'm doing research on suicide prevention",
    "mijn oma is vorige week overleden",
    "mijn neef is drie jaar geleden uit het leven gestapt, ik mis hem",
    "my brother committed suicide three years ago",
    "vroeger sneed ik mezelf maar nu gaat het goed",
    "ik heb in mijn vinger gesneden tijdens het koken",
    "I want to end my lease",
    "kan ik hier een kamer vinden",
    "where can I find a quiet place to study",
    "ik spring straks op de fiets naar de campus",
    "hij sloeg me met schaken",
    "ik heb een touw gekocht voor het kamperen",
    "de trainer sloeg de les over",
    "mijn vriend gooide me een bal toe",
    "hij raakt me echt met zijn muziek",
    "mijn wifi reageert niet",
    "we hebben haar wakker geschud, ze had jetlag",
    "ik heb mijn arm gebroken bij het skiën",
    "duo dreigt met een boete",
    "mijn tong is blauw van de drop",
    "i'm going to jump on the train to utrecht",
    "he beat me at chess",
    "i cut my hair last night",
    "my boyfriend hit his head on the door",
    "that lecture hit me hard",
    "canvas is not responding",
    "i'm drowning in deadlines",
    "someone is following me on instagram",
    "i locked myself out, who has a spare key",
    "ik sla mezelf voor mn kop dat ik de deadline heb gemist",
    "Snijd ik mezelf in de vingers als ik nu met mijn minor stop?",
    "I cut myself some slack and dropped a course",
    "i cut myself off from instagram",
    "cut myself shaving again, second plaster",
    "my internship is 38 kms away",
    "gonna kms if the wifi drops again",
]


@cache
def detector() -> Detector:
    rules, problems = read_rules(FILE)
    assert not problems, [(problem.place, problem.text) for problem in problems]
    return Detector(rules)


@pytest.mark.parametrize(("kind", "text"), CLEAR)
def test_a_clear_signal_is_seen(kind: DangerKind, text: str) -> None:
    danger = detector().detect(text)
    assert danger is not None
    assert kind in (danger.kind, *danger.also)
    assert danger.strength == "clear"


@pytest.mark.parametrize("text", SOFT)
def test_a_borderline_text_gets_the_softer_message(text: str) -> None:
    danger = detector().detect(text)
    assert danger is not None
    assert danger.strength == "soft"


@pytest.mark.parametrize("text", HARMLESS)
def test_figures_of_speech_topics_grief_and_the_past_are_no_danger(text: str) -> None:
    assert detector().detect(text) is None


def test_an_exception_takes_away_only_what_it_overlaps() -> None:
    both = "deze deadline wordt mijn dood en ik wil echt niet meer leven"
    danger = detector().detect(both)
    assert danger is not None
    assert danger.kind == "suicidal"


def test_the_most_urgent_kind_comes_first_and_the_other_is_kept() -> None:
    danger = detector().detect("ik wil dood, ik heb te veel pillen geslikt")
    assert danger is not None
    assert danger.kind == "medical-now"
    assert "suicidal" in danger.also


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ik wil dood", "self"),
        ("mijn beste vriend wil dood", "other"),
        ("I want to die", "self"),
        ("my sister wants to kill herself", "other"),
        ("mijn vriend slaat me", "self"),
    ],
)
def test_whom_it_is_about(text: str, about: str) -> None:
    danger = detector().detect(text)
    assert danger is not None
    assert danger.about == about


@pytest.mark.parametrize("kind", KINDS)
def test_the_core_knows_every_kind_without_a_catalogue(kind: DangerKind) -> None:
    said = {
        "suicidal": "ik wil niet meer leven",
        "self-harm": "I cut myself",
        "violence-now": "mijn vader slaat me",
        "sexual-violence": "I was raped",
        "medical-now": "she is not breathing",
        "harm-to-others": "voices tell me to kill someone",
    }
    danger = Detector().detect(said[kind])
    assert danger is not None
    assert danger.kind == kind


def test_a_missing_or_broken_file_is_reported_and_not_raised(tmp_path: Path) -> None:
    assert read_rules(tmp_path / "safety.yaml")[1]
    broken = tmp_path / "safety.yaml"
    broken.write_text(
        "- {id: a, kind: suicidal, reason: r, says: ['(een', 'wil <niemand>', '.']}\n", "utf-8"
    )
    rules, problems = read_rules(broken)
    assert not rules
    assert [problem.text.key for problem in problems] == [
        "safety.expression",
        "safety.unknown-words",
        "safety.no-word",
    ]
    assert {problem.line for problem in problems} == {1}


def test_notation() -> None:
    assert len(steps_of("(a|b) c", {})) == 1
    assert len(steps_of("(a|b c) d", {})) == 2
    assert len(steps_of("a & b", {})) == 2
    with pytest.raises(NotationError):
        steps_of("a ...", {})


def test_a_gap_does_not_cross_the_end_of_a_sentence() -> None:
    rule = Rule(id="x", kind="self-harm", reason="r", says=("rood ... blauw",))
    own = Detector((rule,))
    assert own.detect("rood en dan nog blauw")
    assert own.detect("rood. en dan nog blauw") is None


def test_evaluation_counts_per_kind_and_language() -> None:
    rows = [
        Row("ik wil dood", "nl", True, "suicidal"),
        Row("hallo", "nl", True, "suicidal"),
        Row("hallo", "nl", False, "idiom"),
    ]
    report = evaluate_safety(rows, detector().detect)
    assert (report.total_recall.part, report.total_recall.whole) == (1, 2)
    assert report.recall["suicidal", "nl"].percent == 50
    assert report.total_false_alarms.part == 0
    assert [row.text for row in report.missed] == ["hallo"]


def test_what_is_doubtful_is_neither_seen_nor_a_false_alarm() -> None:
    doubtful = Danger("suicidal", "soft", "self", "vote", (), doubtful=True)
    rows = [Row("hallo", "nl", True, "suicidal"), Row("hoi", "nl", False, "idiom")]
    report = evaluate_safety(rows, lambda text: doubtful)
    assert report.total_recall.part == report.total_false_alarms.part == 0
    assert (report.quiet, report.quiet_on_the_rest) == (Share(1, 1), Share(1, 1))
    assert "quiet line" in safety_table(report)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_looked_at_without_an_exception(text: str) -> None:
    detector().detect(text)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([text for _, text in CLEAR]),
    st.sampled_from(["lower", "upper", "title"]),
    st.sampled_from([" ", "  ", "\n", " \t "]),
)
def test_case_and_spaces_make_no_difference(text: str, case: str, space: str) -> None:
    changed = space.join(getattr(text, case)().split(" "))
    assert detector().detect(changed)


HARMLESS_AROUND = "Hoi. Ik zoek ook nog een fiets voor morgen. Het regent vandaag. "


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([text for _, text in CLEAR]), st.integers(0, 60), st.integers(0, 60))
def test_harmless_text_around_a_clear_signal_never_hides_it(
    text: str, before: int, after: int
) -> None:
    assert detector().detect(f"{HARMLESS_AROUND * before}{text}. {HARMLESS_AROUND * after}")


@pytest.mark.parametrize(
    "text",
    [
        "ik wil dood van schaamte " * 400,
        "a" * 10_000,
        "x*" * 5_000,
        "niet meer leven wil " * 500,
        "\ufdfa" * 10_000,
        "\ud800" * 10_000,
        "zelfmoordd zelfmrood suicidallly " * 300,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    ordinary = "ik wil dood van schaamte, en verder gaat het wel met mij hoor. " * 20

    def seconds(said: str) -> float:
        begun = time.perf_counter()
        detector().detect(said)
        return time.perf_counter() - begun

    seconds("hallo")
    assert min(seconds(text) for _ in range(3)) < 25 * max(seconds(ordinary) for _ in range(3))
