"""Choosing tips, agreeing to them, getting one and stopping, in both languages."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import replace

import pytest

from bot.advice.tips import Wishes, is_for, tips_of
from bot.app import App
from bot.catalogue import Tip
from bot.catalogue.days import AMSTERDAM, Time
from bot.channels.telegram.keeping import on_telegram
from bot.conversation import (
    Commanded,
    Event,
    Message,
    Pressed,
    Promised,
    Said,
    Started,
    State,
    TipsChanged,
    Turn,
    World,
    from_json,
    respond,
    to_json,
)
from bot.conversation.standing import student_of
from bot.conversation.steps.tips import UNDER_TIPS
from bot.conversation.when_due.tip import tip_message
from bot.text import LANGUAGES, Language
from bot.words import render

CHANGED = TipsChanged()


class Talk:
    """A conversation on Telegram, of which the state is saved and read between any two turns."""

    def __init__(
        self, app: App, world: World, language: Language = "nl", school: str | None = "voorbeeld"
    ) -> None:
        self.app = app
        self.world = replace(world, keeping=on_telegram(180, 7))
        self.turn = respond(State(language), Started(language, school), self.world)
        self.changed = 0

    @property
    def state(self) -> State:
        return self.turn.state

    def does(self, event: Event) -> str:
        """What is on the screen then."""
        self.turn = respond(from_json(to_json(self.turn.state)), event, self.world)
        self.changed += self.turn.do.count(CHANGED)
        return self.turn.say[-1].name

    def presses(self, *buttons: str) -> str:
        shown = ""
        for button in buttons:
            assert button in self.ids or button.startswith(UNDER_TIPS), (button, self.ids)
            shown = self.does(Pressed(button))
        return shown

    @property
    def ids(self) -> list[str]:
        return [button.id for message in self.turn.say for button in message.buttons]

    @property
    def said(self) -> str:
        return "\n".join(words_of(message, self) for message in self.turn.say)

    def agrees(self, *themes: str, most: int = 2) -> None:
        """Through it all in the shortest way."""
        self.does(Commanded("tips"))
        self.presses(*(f"tips:theme:{theme}" for theme in themes), "tips:often")
        while self.presses(f"tips:most:{most}" if "tips:most:1" in self.ids else "tips:skip") != (
            "tips:agree"
        ):
            pass
        self.presses("tips:yes")


def words_of(message: Message, talk: Talk) -> str:
    shown = render(message, talk.app.translators[talk.state.language], talk.world.catalogue)
    return "\n".join((shown.text, *(button.label for button in shown.buttons)))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "nl",
            [
                "Jij kiest waarover en hoe vaak",
                "✓ Geld, werk en stage",
                "Hoogstens 2 per maand",
                "Op welke locatie",
                "✓ Ik reis lang naar school",
                "over: Hoe ik me voel en Geld, werk en stage. Het zijn er hoogstens 2 per maand",
                "je school, je taal, “Utrecht” en “Ik reis lang naar school”",
                "Je krijgt tips over: Hoe ik me voel en Geld, werk en stage.",
            ],
        ),
        (
            "en",
            [
                "You choose what about and how often",
                "✓ Money, work and internship",
                "At most 2 a month",
                "At which location",
                "✓ I travel a long way to school",
                "about: How I feel and Money, work and internship. At most 2 a month",
                "your school, your language, “Utrecht” and “I travel a long way to school”",
                "You get tips about: How I feel and Money, work and internship.",
            ],
        ),
    ],
)
def test_from_choosing_to_agreeing(
    app: App, world: World, language: Language, said: list[str]
) -> None:
    talk = Talk(app, world, language)
    lines = iter(said)
    assert talk.does(Commanded("tips")) == "tips:themes"
    assert next(lines) in talk.said
    assert "tips:often" not in talk.ids, "nothing is chosen yet"
    talk.presses("tips:theme:people", "tips:theme:money-work", "tips:theme:people")
    talk.presses("tips:theme:feelings")
    assert next(lines) in talk.said
    assert talk.presses("tips:often") == "tips:often"
    assert next(lines) in talk.said
    assert talk.presses("tips:most:2") == "tips:where"
    assert next(lines) in talk.said
    assert talk.presses("tips:where:utrecht") == "tips:about"
    talk.presses("tips:fact:job", "tips:fact:travel", "tips:fact:job")
    assert next(lines) in talk.said
    assert "tips:fact:first-year" not in talk.ids, "no tip about these themes asks for it"
    assert talk.presses("tips:told") == "tips:agree"
    assert next(lines) in talk.said
    assert next(lines) in talk.said
    assert (talk.state.tips, talk.changed) == (None, 0), "nothing before the yes"
    assert talk.presses("tips:yes") == "tips:standing"
    assert next(lines) in talk.said
    assert talk.state.tips == Wishes(("feelings", "money-work"), 2, world.today)
    assert talk.changed == 1
    answers = talk.state.answers
    assert (answers["where"], answers["job"], answers["travel"]) == ("utrecht", "no", "yes")


def test_no_is_no(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.does(Commanded("tips"))
    talk.presses("tips:theme:studying", "tips:often", "tips:most:1", "tips:no")
    assert (talk.state.tips, talk.state.choosing, talk.changed) == (None, None, 0)


def test_what_is_known_is_not_asked_again(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.agrees("people", most=1)  # asks whether the student is in the first year
    talk.presses("tips:change", "tips:theme:programme", "tips:often")
    assert talk.presses("tips:most:1") == "tips:agree"
    talk.presses("tips:yes")
    assert talk.state.tips == Wishes(("people", "programme"), 1, world.today)
    assert talk.changed == 2


def test_only_themes_for_which_there_are_tips(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.does(Commanded("tips"))
    themes = {id.removeprefix("tips:theme:") for id in talk.ids if id.startswith("tips:theme:")}
    assert themes == {tip.theme for tip in tips_of("voorbeeld", world.catalogue)}
    assert "not-okay" not in themes


@pytest.mark.parametrize("school", ["leiden", None])
def test_a_school_without_tips_has_a_way_on(app: App, world: World, school: str | None) -> None:
    talk = Talk(app, world, school=school)
    talk.does(Commanded("tips"))
    if school is None:
        assert talk.presses("institution:leiden") == "tips:none"
    assert talk.turn.say[-1].name == "tips:none"
    assert talk.presses("go:themes") == "themes"


def test_in_the_terminal_there_are_none(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.world = world
    assert talk.does(Commanded("tips")) == "tips:not-here"
    assert "Telegram" in talk.said


def test_it_is_offered_once_after_a_promise(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.does(Said("ik zoek iemand om samen mee te studeren"))
    assert "go:tips" not in talk.ids
    assert talk.presses("take") == "promised:vb-buddy"
    assert "go:tips" in talk.ids
    talk.does(Said("bla"))
    assert "go:tips" not in talk.ids
    elsewhere = Talk(app, world, school="leiden")
    elsewhere.does(Said("ik zoek iemand om samen mee te studeren"))
    while elsewhere.turn.say[-1].name.startswith("ask:"):
        elsewhere.presses(next(id for id in elsewhere.ids if id.startswith("skip:")))
    elsewhere.presses("take")
    assert "go:tips" not in elsewhere.ids


@pytest.mark.parametrize(
    "event", [Commanded("restart"), Commanded("start"), Started("nl", "voorbeeld")]
)
def test_tips_survive_a_new_beginning(app: App, world: World, event: Event) -> None:
    talk = Talk(app, world)
    talk.agrees("feelings", "money-work")
    answers = dict(talk.state.answers)
    tips = talk.state.tips
    talk.does(event)
    assert talk.state.tips == tips
    assert talk.state.answers == answers
    assert talk.changed == 1


def test_what_matters_for_tips_is_told_to_who_plans_them(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.agrees("feelings", "people")
    assert talk.changed == 1
    talk.does(Commanded("language"))
    assert talk.changed == 2
    talk.does(Commanded("profile"))
    talk.presses("change:where", "answer:where:amersfoort")
    assert talk.changed == 3
    talk.does(Commanded("profile"))
    talk.presses("change:institution", "institution:leiden")
    assert talk.changed == 4
    talk.does(Said("ik slaap slecht"))
    assert talk.changed == 4


def test_a_theme_that_is_gone_is_let_go_of(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.agrees("feelings", "people")
    themes = {id: theme for id, theme in world.catalogue.themes.items() if id != "people"}
    catalogue = dataclasses.replace(world.catalogue, themes=themes)
    talk.world = replace(talk.world, catalogue=catalogue)
    talk.does(Pressed("on"))
    assert (talk.state.tips, talk.changed) == (Wishes(("feelings",), 2, world.today), 2)
    talk.world = replace(talk.world, catalogue=dataclasses.replace(catalogue, themes={}))
    talk.does(Pressed("on"))
    assert (talk.state.tips, talk.changed) == (None, 3)


# ---- a tip ------------------------------------------------------------------------------------


def _tip(talk: Talk, id: str, today: dt.date) -> tuple[Tip, Time, World]:
    tip = next(tip for tip in tips_of("voorbeeld", talk.world.catalogue) if tip.id == id)
    entry = next(
        entry
        for entry in talk.world.catalogue.calendar_of("voorbeeld")
        if tip.when.entry == entry.id or tip.when.kind == entry.kind
    )
    now = dt.datetime.combine(today, dt.time(11), AMSTERDAM)
    time = Time(entry, entry.from_, entry.to or entry.from_)
    return tip, time, replace(talk.world, now=now)


@pytest.mark.parametrize(
    ("language", "id", "today", "said"),
    [
        (
            "nl",
            "vb-tip-exams",
            dt.date(2026, 10, 24),
            ["Team studieadvies:", "Over 9 dagen: Toetsweken van periode 1 (maandag 2 november).",
             "Samen aan de slag", "omdat je tips wilt over “Studeren lukt niet goed”.",
             "Dit ga ik doen", "Stop met tips", "Hulp nu"],
        ),
        (
            "en",
            "vb-tip-dark-months",
            dt.date(2026, 11, 12),
            ["Jip Lindhout, coordinator of the buddies", "Going on now:",
             "because you want tips about “How I feel” and you study in Utrecht."],
        ),
        (
            "nl",
            "vb-tip-timetable",
            dt.date(2026, 9, 8),
            ["Servicepunt Studie:", "Net geweest: Introductieweek",
             "en je lang naar school reist."],
        ),
        ("en", "vb-tip-first-advice", dt.date(2027, 2, 11),
         ["Tomorrow: First study advice", "and you are a first-year student."]),
        ("en", "vb-tip-first-advice", dt.date(2027, 2, 12), ["Today: First study advice"]),
    ],
)  # fmt: skip
def test_a_tip_in_words(
    app: App, world: World, language: Language, id: str, today: dt.date, said: list[str]
) -> None:
    talk = Talk(app, world, language)
    told = {"where": "utrecht", "travel": "yes", "job": "no", "first-year": "yes"}
    state = replace(talk.state, answers={**talk.state.answers, **told})
    tip, time, then = _tip(talk, id, today)
    everything = Wishes(tuple(world.catalogue.themes), 2)
    assert is_for(tip, everything, student_of(state, then), then.catalogue)
    message = tip_message(tip, time, state, then)
    words = words_of(message, talk)
    for line in said:
        assert line in words


def test_every_tip_fits(app: App, world: World) -> None:
    for language in LANGUAGES:
        talk = Talk(app, world, language)
        for tip in tips_of("voorbeeld", world.catalogue):
            message = tip_message(*_with_state(talk, tip.id))
            assert len(words_of(message, talk)) <= 1200
            buttons = [button for button in message.buttons if button.kind != "link"]
            assert {"tips:stop", "go:now"} <= {button.id for button in buttons}
            assert all(len(button.id.encode()) <= 60 for button in buttons)


def _with_state(talk: Talk, id: str) -> tuple[Tip, Time, State, World]:
    tip, time, then = _tip(talk, id, dt.date(2026, 10, 24))
    return tip, time, talk.state, then


def test_stop_and_take_work_under_any_old_tip(app: App, world: World) -> None:
    talk = Talk(app, world)
    talk.agrees("studying")
    talk.does(Commanded("privacy"))
    assert talk.presses("tip:take:vb-study-together") == "promised:vb-study-together"
    assert Promised("vb-study-together") in talk.turn.do
    talk.does(Commanded("privacy"))
    assert talk.presses("tips:stop") == "privacy", "where they were"
    assert talk.state.tips is None
    assert talk.turn.say[0].name == "remark"
    assert talk.changed == 2
    talk.presses("tips:stop")
    assert talk.changed == 2
    talk.does(Pressed("tip:take:gone"))
    assert "is er niet meer" in talk.said


def test_old_buttons_of_choosing_do_nothing(app: App, world: World) -> None:
    talk = Talk(app, world)
    for button in ("tips:yes", "tips:theme:nowhere", "tips:most:9", "tips:fact:job", "tips:x"):
        turn: Turn = respond(talk.state, Pressed(button), talk.world)
        assert turn.state.tips is None
        assert turn.say[0].name == "remark"
