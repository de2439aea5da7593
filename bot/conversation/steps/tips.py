"""Tips at the right moment: choosing what about and how often, agreeing to it, and stopping.

What is being chosen stands in `State.choosing`; only "yes, send me tips" makes it `State.tips`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.advice import FACTS
from bot.advice.tips import Wishes, tips_of
from bot.catalogue import Tip
from bot.conversation.message import Button, Message, Part
from bot.conversation.saved import promise
from bot.conversation.standing import LASTING, tips_agreed, with_answers, without
from bot.conversation.state import FLOW, State
from bot.conversation.steps.follow_up import CHOICE, label
from bot.conversation.steps.institution import school_buttons
from bot.conversation.steps.step import Heard
from bot.conversation.world import World
from bot.text import Arg, FromCatalogue, Several, Text, text

STOP, TAKE = "tips:stop", "tip:take:"
UNDER_TIPS = (STOP, TAKE)  # buttons that mean the same however old the tip above them is
OFFER = Button("go:tips", text("button.tips"))
STOP_BUTTON = Button(STOP, text("button.tips-stop"))
OFFERED = "tips"  # in `State.told`
_ON = Button("on", text("button.on"))
_NOT_NOW = Button("on", text("button.tips-not-now"))  # "go on" would seem the next question
_SKIP = Button("tips:skip", text("button.tips-skip"))
_MOST: dict[int, Text] = {1: text("button.tips-one"), 2: text("button.tips-two")}
# Screens within this step; what is shown first is just "tips".
_THEMES, _OFTEN, _WHERE, _ABOUT, _AGREE = (
    f"tips:{name}" for name in ("themes", "often", "where", "about", "agree")
)


# ---- what is on the screen --------------------------------------------------------------------


def show(state: State, world: World) -> Message:
    school = world.catalogue.schools.get(state.answers.get("institution", ""))
    if not world.keeping.kept:
        return Message("tips:not-here", (Part(text("tips.not-here")),), (_ON,))
    agreed = tips_agreed(state, world.today)
    if agreed is not None and (state.screen == "tips" or state.choosing is None):
        return _standing(agreed)
    if school is None:
        buttons = (*school_buttons(world), _ON)
        return Message("tips:no-school", (Part(text("tips.no-school")),), buttons)
    if not _themes(state, world):
        name = FromCatalogue("institution", school.institution.id)
        themes = Button("go:themes", text("button.themes"))
        return Message("tips:none", (Part(text("tips.none", institution=name)),), (themes, _ON))
    choosing = state.choosing or Wishes((), 1)
    if choosing.themes:
        match state.screen:
            case "tips:often":
                return _ask_often()
            case "tips:where":
                return _ask_where(state, world)
            case "tips:about":
                return _ask_about(state, world, choosing)
            case "tips:agree":
                return _ask_to_agree(state, world, choosing)
    return _ask_themes(state, world, choosing)


def _standing(tips: Wishes) -> Message:
    return Message(
        "tips:standing",
        (
            Part(text("tips.standing", themes=_named(tips), most=tips.most)),
            Part(text("tips.agree-stop"), "quiet"),
        ),
        (Button("tips:change", text("button.tips-change")), STOP_BUTTON, _ON),
    )


def _ask_themes(state: State, world: World, choosing: Wishes) -> Message:
    first = (Part(text("tips.what")),) if state.choosing is None else ()
    often = (Button("tips:often", text("button.tips-often")),) if choosing.themes else ()
    chosen = choosing.themes
    themes = (
        Button(f"tips:theme:{theme}", _marked(FromCatalogue("theme", theme), theme in chosen))
        for theme in _themes(state, world)
    )
    return Message("tips:themes", (*first, Part(text("tips.pick"))), (*themes, *often, _NOT_NOW))


def _ask_often() -> Message:
    buttons = (Button(f"tips:most:{most}", said) for most, said in _MOST.items())
    return Message("tips:often", (Part(text("tips.often")),), (*buttons, _NOT_NOW))


def _ask_where(state: State, world: World) -> Message:
    places = (Button(f"tips:where:{p}", label(p, state)) for p in _places(state, world))
    return Message("tips:where", (Part(text("tips.where")),), (*places, _SKIP, _NOT_NOW))


def _ask_about(state: State, world: World, choosing: Wishes) -> Message:
    facts = (
        Button(f"tips:fact:{fact}", _marked(CHOICE[fact], state.answers.get(fact) == "yes"))
        for fact in _facts(state, world, choosing)
    )
    told = Button("tips:told", text("button.tips-told"))
    return Message("tips:about", (Part(text("tips.about")),), (*facts, told, _SKIP, _NOT_NOW))


def _ask_to_agree(state: State, world: World, choosing: Wishes) -> Message:
    """Exactly what is agreed: about what, how often, from whom, and what is used for it."""
    name = FromCatalogue("institution", state.answers["institution"])
    used: list[Arg] = [text("tips.use-school"), text("tips.use-language")]
    asked = (*(("where",) if _asks_where(state, world, choosing) else ()), *FACTS)
    for question in asked:
        answer = state.answers.get(question)
        if question == "where" and answer:
            used.append(text("tips.use-answer", answer=label(answer, state)))
        elif answer == "yes" and question in _facts(state, world, choosing):
            used.append(text("tips.use-answer", answer=CHOICE[question]))
    agree = text("tips.agree", institution=name, themes=_named(choosing), most=choosing.most)
    return Message(
        "tips:agree",
        (
            Part(agree),
            Part(text("tips.agree-uses", what=Several(tuple(used)))),
            Part(text("tips.agree-stop")),
        ),
        (
            Button("tips:yes", text("button.tips-yes")),
            Button("tips:no", text("button.tips-no")),
            Button("tips:change", text("button.tips-change")),
        ),
    )


def _marked(name: Text | FromCatalogue, picked: bool) -> Text | FromCatalogue:
    return text("tips.picked", name=name) if picked else name


def _named(wishes: Wishes) -> Several:
    return Several(tuple(FromCatalogue("theme", theme) for theme in wishes.themes))


# ---- what was pressed -------------------------------------------------------------------------


def press(state: State, what: str, world: World) -> State | None:
    """The state after a button `tips:<what>`; None where it no longer means anything."""
    choosing = state.choosing
    if what == "change":
        tips = state.choosing or state.tips or Wishes((), 1)
        there = tuple(theme for theme in tips.themes if theme in _themes(state, world))
        return replace(state, choosing=replace(tips, themes=there), screen=_THEMES)
    if what.startswith("theme:"):
        choosing = _toggled(choosing or Wishes((), 1), what.removeprefix("theme:"), state, world)
        return replace(state, choosing=choosing, screen=_THEMES)
    if choosing is None or not choosing.themes:
        return None
    match what.split(":"):
        case ["often"]:
            return replace(state, screen=_OFTEN)
        case ["most", most] if most in map(str, _MOST):
            state = replace(state, choosing=replace(choosing, most=int(most)))
            return _go_on(state, world, _WHERE, _ABOUT)
        case ["where", place] if place in _places(state, world):
            return _go_on(with_answers(state, {"where": place}), world, _ABOUT)
        case ["fact", fact] if fact in _facts(state, world, choosing):
            is_so = state.answers.get(fact) == "yes"
            return without(state, fact) if is_so else with_answers(state, {fact: "yes"})
        case ["told"]:
            return _go_on(_others(state, world, choosing, "no"), world)
        case ["skip"] if state.screen == _WHERE:
            return _go_on(with_answers(state, {"where": ""}), world, _ABOUT)
        case ["skip"]:
            return _go_on(_others(state, world, choosing, ""), world)
        case ["yes"]:
            agreed = replace(choosing, agreed=world.today)
            return replace(state, tips=agreed, choosing=None, screen="tips")
        case ["no"]:
            return replace(state, choosing=None, screen=FLOW)
    return None


def without_tips(state: State) -> State:
    """The state in which there are no tips, and they are not offered again."""
    screen = FLOW if state.screen.startswith("tips") else state.screen
    told = state.told if OFFERED in state.told else (*state.told, OFFERED)
    return replace(state, tips=None, choosing=None, told=told, screen=screen)


def press_under_tip(state: State, button: str, world: World) -> Heard | None:
    """What a button under a tip does, however old that tip is; None where it means nothing."""
    if button == STOP:
        return Heard(without_tips(state), text("tips.stopped"))
    offering = world.catalogue.offerings.get(button.removeprefix(TAKE))
    if offering is None or offering.use is not None:
        return None
    taken = promise(state, offering.id, world)
    return Heard(replace(taken, referred=None, referrer=None, screen=FLOW))


def _toggled(choosing: Wishes, theme: str, state: State, world: World) -> Wishes:
    """With this theme where it was not chosen, and the other way round; in the order as shown."""
    chosen = set(choosing.themes) ^ {theme}
    return replace(choosing, themes=tuple(t for t in _themes(state, world) if t in chosen))


def _others(state: State, world: World, choosing: Wishes, answer: str) -> State:
    """The state with this answer for all that was asked and not tapped."""
    facts = _facts(state, world, choosing)
    tapped = {fact for fact in facts if state.answers.get(fact) == "yes"}
    return with_answers(state, {fact: answer for fact in facts if fact not in tapped})


def _go_on(state: State, world: World, *questions: str) -> State:
    """To the first of these questions that is still open, else to agreeing."""
    choosing = state.choosing or Wishes((), 1)
    asks_where = "where" not in state.answers and _asks_where(state, world, choosing)
    if _WHERE in questions and asks_where:
        return replace(state, screen=_WHERE)
    if _ABOUT in questions and set(_facts(state, world, choosing)) - set(state.answers):
        return replace(state, screen=_ABOUT)
    return replace(state, screen=_AGREE)


# ---- what the school's tips ask ---------------------------------------------------------------


def _tips(state: State, world: World) -> tuple[Tip, ...]:
    return tips_of(state.answers.get("institution"), world.catalogue)


def _themes(state: State, world: World) -> tuple[str, ...]:
    """The themes that this school has tips for."""
    there = {tip.theme for tip in _tips(state, world)}
    return tuple(theme for theme in world.catalogue.themes if theme in there)


def _facts(state: State, world: World, choosing: Wishes) -> tuple[str, ...]:
    """What the tips about these themes ask of a student, in a fixed order."""
    asked: set[str] = set()
    for tip in _tips(state, world):
        if tip.theme in choosing.themes:
            asked |= {*tip.only.facts, *(("first-year",) if tip.only.years else ())}
    return tuple(fact for fact in FACTS if fact in asked)


def _asks_where(state: State, world: World, choosing: Wishes) -> bool:
    return any(tip.only.locations for tip in _tips(state, world) if tip.theme in choosing.themes)


def _places(state: State, world: World) -> tuple[str, ...]:
    school = world.catalogue.schools[state.answers["institution"]].institution
    return tuple(place.id for place in school.locations)


# ---- for the rest of the conversation ---------------------------------------------------------


def offer(state: State, world: World) -> tuple[Button, ...]:
    """The button that leads here: for who was not offered it yet, where the school has tips."""
    wanted = tips_agreed(state, world.today) is not None
    if not world.keeping.kept or wanted or OFFERED in state.told:
        return ()
    return (OFFER,) if _tips(state, world) else ()


def what_counts(state: State) -> object:
    """All that says which tips come: where it differs, they are planned anew."""
    if state.tips is None:
        return None
    answers = [state.answers.get(name) for name in ("institution", *LASTING)]
    return state.tips, state.language, answers


def kept_answers(state: State, institution: str | None) -> dict[str, str]:
    """Answers that stay when all begins anew, at this institution: tips that were agreed need them.

    Another institution has other places.
    """
    if state.tips is None:
        return {}
    elsewhere = institution != state.answers.get("institution")
    names = set(LASTING) - ({"where", "faculty"} if elsewhere else set())
    return {name: value for name, value in state.answers.items() if name in names}
