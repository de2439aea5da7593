"""Afterwards: did it work out? Not yet: what stood in the way. Not for you: something else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.advice.timing import next_meeting
from bot.advice.waking import days_on
from bot.catalogue.days import AMSTERDAM, Time
from bot.catalogue.ics import one_event
from bot.conversation.message import Button, CameBack, Message, Part, SendFile
from bot.conversation.saved import change, drop, numbered, of_offering, promise, quiet
from bot.conversation.standing import answer, needs_of, student_of, without
from bot.conversation.state import FLOW, Saved, State
from bot.conversation.steps import tips
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import step_parts
from bot.conversation.steps.step import Heard
from bot.conversation.steps.when import meeting
from bot.conversation.world import World
from bot.text import At, FromCatalogue, Text, text

BUTTONS = "back:"  # how the ids of the buttons of this room begin: back:<number>:<what>…
_BACK = Button("on", text("button.on"))
_PERSON = Button("go:person", text("button.goes-along"))
_DAYS = {"1": 1, "3": 3, "7": 7}
_WAYS: dict[str, Text] = {
    "dare": text("button.hindered-dare"),
    "time": text("button.hindered-time"),
    "reach": text("button.hindered-reach"),
    "forgot": text("button.hindered-forgot"),
}
_HELPED: dict[str, Text] = {
    "yes": text("button.it-helped"),
    "bit": text("button.it-helped-a-bit"),
    "no": text("button.it-did-not-help"),
}
# Who presses one of these under something that was done was not done with it.
_NOT_DONE = ("not-yet", *(f"ask:{days}" for days in _DAYS), "remind:", "day-before")
_TO_SOMEBODY = ("one-to-one", "service-desk", "helpline")
_BEFORE = dt.time(17)  # the day before, after classes
_AFTER, _AFTERWARDS = dt.time(12), "after"  # the day after
# Screens with a question, as `answers.yaml` calls it, and what its answer stands for.
_ASKED = (
    ("back-why:", "hindered", "why:"),
    ("back-helped:", "it-helped", "helped:"),
    ("back-dare:", "remind", "remind:"),
    ("back-time:", "remind", "remind:"),
    ("back-forgot:", "remind", "remind:"),
)
_AWAITED = dt.timedelta(days=7)  # after a check-in or reminder, what is typed may be the answer


# ---- buttons ------------------------------------------------------------------------------------


def button(one: Saved, what: str, label: Text) -> Button:
    return Button(f"{BUTTONS}{one.number}:{what}", label)


def outcome_buttons(one: Saved) -> tuple[Button, ...]:
    """How it went, in one tap."""
    return (
        button(one, "done", text("button.it-worked")),
        button(one, "not-yet", text("button.not-yet")),
        button(one, "not-fit", text("button.not-fit")),
    )


def ask_buttons(one: Saved, state: State, world: World) -> tuple[Button, ...]:
    """Whether to ask afterwards how it went: of what meets at a known time, after that."""
    if meeting_of(one, state, world) is not None:
        return (
            button(one, f"ask:{_AFTERWARDS}", text("button.ask-after")),
            button(one, "ask:no", text("button.do-not-ask")),
        )
    return (
        button(one, "ask:3", text("button.ask-in-3-days")),
        button(one, "ask:7", text("button.ask-next-week")),
        button(one, "ask:no", text("button.do-not-ask")),
    )


def asks_later(state: State, world: World) -> Saved | None:
    """The promise on the screen about which it is asked whether to ask afterwards."""
    if not world.keeping.kept or state.screen != FLOW or state.promised is None:
        return None
    one = of_offering(state, state.promised)
    return one if one is not None and not one.offered else None


def meeting_buttons(one: Saved, world: World, state: State) -> tuple[Button, ...]:
    """For what meets at a known time: keep it in an agenda, and a reminder the day before."""
    time = meeting_of(one, state, world)
    if time is None or time.begins is None:
        return ()
    buttons = [button(one, "agenda", text("button.to-agenda"))]
    if world.now < day_before(time) and one.day_before is None:
        buttons.append(button(one, "day-before", text("button.day-before")))
    return tuple(buttons)


def meeting_of(one: Saved, state: State, world: World) -> Time | None:
    offering = world.catalogue.offerings[one.offering]
    school = state.answers.get("institution")
    return next_meeting(offering, school, world.catalogue, world.now)


def day_before(time: Time) -> dt.datetime:
    """When to remind of it."""
    return dt.datetime.combine(time.first - dt.timedelta(days=1), _BEFORE, AMSTERDAM)


def after(time: Time) -> dt.datetime:
    """When to ask how it was."""
    return dt.datetime.combine(time.last + dt.timedelta(days=1), _AFTER, AMSTERDAM)


def is_tomorrow(one: Saved, state: State, world: World) -> bool:
    """Whether it takes place tomorrow: it may have been moved, or the day itself has come."""
    time = meeting_of(one, state, world)
    return time is not None and time.first == world.today + dt.timedelta(days=1)


def _reminder_buttons(one: Saved) -> tuple[Button, ...]:
    return (
        button(one, "remind:1", text("button.remind-tomorrow")),
        button(one, "remind:3", text("button.remind-in-3-days")),
        button(one, "remind:7", text("button.remind-next-week")),
    )


# ---- pressed, or typed --------------------------------------------------------------------------


def press(state: State, pressed: str, world: World) -> Heard | None:
    """What a button of this room does, also one of an old message. None: it is off the list."""
    number, _, what = pressed.removeprefix(BUTTONS).partition(":")
    one = numbered(state, int(number)) if number.isdecimal() else None
    if one is None:
        return None
    if one.status == "done" and what.startswith(_NOT_DONE):
        one = replace(one, status="promised")
        state = change(state, one)
    match what.split(":"):
        case ["ask", "no"]:
            return Heard(change(state, replace(one, offered=True)), text("back.not-asked"))
        case ["ask", when] if when in (*_DAYS, _AFTERWARDS):
            time = meeting_of(one, state, world)
            at = days_on(world.now, _DAYS.get(when, 1))
            if time is not None:  # not before there was something to go to
                at = max(at, after(time))
            asked = change(state, replace(one, offered=True, check_in=at))
            return Heard(asked, text("back.will-ask", at=At(at)))
        case ["remind", days] if days in _DAYS:
            at = days_on(world.now, _DAYS[days])
            reminded = replace(change(state, replace(one, reminder=at)), screen=FLOW)
            return Heard(reminded, text("back.will-remind", at=At(at)))
        case ["day-before"]:
            return _reminded_before(state, one, world)
        case ["agenda"]:
            return _into_agenda(state, one, world)
        case ["done"]:
            done = change(state, replace(quiet(one), status="done"))
            did = (CameBack("done", one.offering),) if one.status != "done" else ()
            return Heard(_on(_closed(done, one), "back-helped", one), do=did)
        case ["helped", how] if how in _HELPED:
            did = (CameBack("helped", one.offering, how),) if one.helped is None else ()
            return Heard(_on(change(state, replace(one, helped=how)), "back-thanks", one), do=did)
        case ["not-yet"]:
            return Heard(_on(state, "back-why", one))
        case ["why", way] if way in _WAYS:
            did = (CameBack("hindered", one.offering, way),) if one.hindered != way else ()
            hindered = change(state, replace(one, hindered=way))
            return Heard(_on(hindered, f"back-{way}", one), do=did)
        case ["not-fit"]:
            return Heard(_something_else(state, one), do=(CameBack("not-fit", one.offering),))
        case ["show"]:
            return Heard(_on(state, "saved-one", one))
        case ["take"]:
            return Heard(replace(promise(state, one.offering, world), screen=FLOW))
        case ["drop"]:
            return Heard(replace(drop(state, one.offering), screen="saved"))
    return None


def _on(state: State, screen: str, one: Saved) -> State:
    return replace(state, screen=f"{screen}:{one.number}")


def _closed(state: State, one: Saved) -> State:
    """What was done is no longer what the conversation is about."""
    if state.promised != one.offering:
        return state
    return without(
        state, "need", story=None, also=(), asked=(), declined=(), promised=None, advised=False
    )


def _reminded_before(state: State, one: Saved, world: World) -> Heard:
    time = meeting_of(one, state, world)
    if time is None or world.now >= day_before(time):
        return Heard(state, text("back.no-meeting"))
    at = day_before(time)
    return Heard(change(state, replace(one, day_before=at)), text("back.will-remind", at=At(at)))


def _into_agenda(state: State, one: Saved, world: World) -> Heard:
    """The next time, as a file that every calendar opens."""
    time = meeting_of(one, state, world)
    if time is None or time.begins is None or time.ends is None:
        return Heard(state, text("back.no-meeting"))
    offering = world.catalogue.offerings[one.offering]
    place = time.entry.place or offering.place
    file = one_event(
        offering.title.in_(state.language),
        place.in_(state.language) if place else "",
        time.begins,
        time.ends,
        f"{time.entry.id}-{time.first:%Y%m%d}@wegwijs",
        world.now,
        offering.first_step.in_(state.language),
    )
    sent = SendFile(f"{offering.id}.ics", file.decode())
    return Heard(state, text("back.agenda"), (sent,))


def _something_else(state: State, one: Saved) -> State:
    """The next suggestion for the same, with nothing to be asked or told again."""
    state = drop(state, one.offering)
    declined = tuple(id for id in state.declined if id != one.offering)
    state = replace(
        state,
        declined=(*declined, one.offering),
        promised=None if state.promised == one.offering else state.promised,
        advised=True,
        screen=FLOW,
    )
    if one.needs and not set(one.needs) & set(needs_of(state)):
        state = answer(replace(state, story=None, promised=None), need=one.needs[0])
    return state


def hush(state: State) -> State:
    """The state in which nothing is said unasked any more, nor offered."""
    saved = tuple(replace(quiet(one), offered=True) for one in state.saved)
    return tips.without_tips(replace(state, saved=saved))


def hear(state: State, said: str, world: World) -> Heard | None:
    """A few words on a screen of this room, after a check-in or a reminder, or to stop what is sent
    unasked; None: something else is meant."""
    stops = world.answers.whole("stop", said) if world.keeping.kept else None
    if stops == "tips":
        return tips.press_under_tip(state, tips.STOP, world)
    if stops == "all":
        return Heard(hush(state), text("saved.quiet"))
    for one, question, what in _questions(state, world):
        choice = world.answers.whole(question, said)
        if choice is not None:
            return press(state, f"{BUTTONS}{one.number}:{what}{choice}", world)
    return None


def _questions(state: State, world: World) -> Iterator[tuple[Saved, str, str]]:
    """What is asked now, the likeliest first: about which one, the name in `answers.yaml`, and how
    the ids of the buttons with the answers begin."""
    shown, promised = _shown(state), asks_later(state, world)
    for screen, question, what in _ASKED:
        if shown is not None and state.screen.startswith(screen):
            yield shown, question, what
    waiting = [one for one in state.saved if one.status == "promised" and _came_up(one, world)]
    last = max(waiting, key=lambda one: _came_up(one, world) or world.now, default=None)
    since = _came_up(last, world) if last is not None else None
    if promised is not None and (since is None or promised.on >= since.date()):
        yield promised, "ask-later", "ask:"
    if last is not None:
        yield last, "came-back", ""


def _came_up(one: Saved, world: World) -> dt.datetime | None:
    """When the student last heard of it, as long as words may be an answer to that."""
    moments = (at for at in (one.check_in, one.reminder) if at is not None)
    return max((at for at in moments if at <= world.now < at + _AWAITED), default=None)


# ---- what is shown ------------------------------------------------------------------------------


def check_in(one: Saved) -> Message:
    """What is asked at the moment that the student chose."""
    return Message(
        f"check-in:{one.offering}",
        (
            Part(text("back.check-in")),
            Part(_title(one), "title"),
            Part(text("back.did-it-work")),
        ),
        outcome_buttons(one),
    )


def reminder(one: Saved, state: State, world: World) -> Message:
    """What the student asked to be reminded of."""
    offering = world.catalogue.offerings[one.offering]
    return Message(
        f"reminder:{one.offering}",
        (
            Part(text("back.reminder")),
            Part(_title(one), "title"),
            *step_parts(offering),
            *meeting(offering, student_of(state, world), world),
        ),
        (*link_buttons(offering), *outcome_buttons(one)),
    )


def tomorrow(one: Saved, state: State, world: World) -> Message:
    """The day before something takes place."""
    offering = world.catalogue.offerings[one.offering]
    return Message(
        f"day-before:{one.offering}",
        (
            Part(text("back.tomorrow")),
            Part(_title(one), "title"),
            *step_parts(offering),
            *meeting(offering, student_of(state, world), world),
        ),
        (*link_buttons(offering), button(one, "agenda", text("button.to-agenda"))),
    )


def _about_one(
    show: Callable[[Saved, World], Message],
) -> Callable[[State, World], Message]:
    """A screen about one of the list; where that is off it by now, this is said."""

    def shown(state: State, world: World) -> Message:
        one = _shown(state)
        return show(one, world) if one is not None else _gone()

    return shown


@_about_one
def show_helped(one: Saved, world: World) -> Message:
    answers = (button(one, f"helped:{how}", label) for how, label in _HELPED.items())
    return Message("back-helped", (Part(text("back.did-it-help")),), (*answers, _BACK))


@_about_one
def show_thanks(one: Saved, world: World) -> Message:
    """Thanks, and silence; who was not helped can go on."""
    if one.helped == "no":
        other = button(one, "not-fit", text("button.other"))
        return Message("back-thanks", (Part(text("back.thanks-no")),), (other, _PERSON, _BACK))
    return Message("back-thanks", (Part(text("back.thanks")),), (_BACK,))


@_about_one
def show_why(one: Saved, world: World) -> Message:
    ways = (button(one, f"why:{way}", label) for way, label in _WAYS.items())
    return Message("back-why", (Part(text("back.why")),), (*ways, _BACK))


@_about_one
def show_dare(one: Saved, world: World) -> Message:
    """A first sentence to send, or somebody who goes along."""
    offering = world.catalogue.offerings[one.offering]
    if offering.form in _TO_SOMEBODY:
        sentence = text("back.sentence-to-somebody")
    else:
        sentence = text("back.sentence-to-come")
    return Message(
        "back-dare",
        (Part(text("back.dare")), Part(sentence, "step"), Part(text("back.dare-more"), "quiet")),
        (*link_buttons(offering), _PERSON, *_reminder_buttons(one), _BACK),
    )


@_about_one
def show_time(one: Saved, world: World) -> Message:
    """Another time, or another form."""
    other = button(one, "not-fit", text("button.another-form"))
    return Message("back-time", (Part(text("back.time")),), (*_reminder_buttons(one), other, _BACK))


@_about_one
def show_reach(one: Saved, world: World) -> Message:
    """Every way in there is, or a person who can bring them."""
    offering = world.catalogue.offerings[one.offering]
    other = button(one, "not-fit", text("button.other"))
    return Message(
        "back-reach",
        (Part(text("back.reach")), *step_parts(offering)),
        (*link_buttons(offering), _PERSON, other, _BACK),
    )


@_about_one
def show_forgot(one: Saved, world: World) -> Message:
    return Message("back-forgot", (Part(text("back.forgot")),), (*_reminder_buttons(one), _BACK))


def _shown(state: State) -> Saved | None:
    """Which one the screen is about."""
    number = state.screen.partition(":")[2]
    return numbered(state, int(number)) if number.isdecimal() else None


def _gone() -> Message:
    """What it was about is off the list."""
    return Message("back-gone", (Part(text("back.gone")),), (_BACK,))


def _title(one: Saved) -> FromCatalogue:
    return FromCatalogue("offering", one.offering, "title")
