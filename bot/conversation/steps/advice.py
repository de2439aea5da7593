"""The advice: one offering, the first step to take, and why this one."""

from __future__ import annotations

from dataclasses import replace

from bot.advice import Student, reasons
from bot.advice.fit import is_old
from bot.advice.timing import close_for
from bot.catalogue import Offering
from bot.conversation.message import Button, Message, Part
from bot.conversation.saved import drop, of_offering, promise
from bot.conversation.standing import student_of, suggestion_of
from bot.conversation.state import State
from bot.conversation.steps import handover, tips
from bot.conversation.steps.coming_back import ask_buttons, meeting_buttons
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import HELP_NOW, step_parts
from bot.conversation.steps.saved import keep_button
from bot.conversation.steps.when import in_time, meeting
from bot.conversation.steps.why import why
from bot.conversation.world import World
from bot.text import FromCatalogue, Several, Text, text

# Advice about these always carries a quiet line that help now exists.
_WITH_CARE = frozenset(
    ("low-mood", "anxiety", "eating-body", "addiction", "undesirable-behaviour", "grief")
)
_IN_DUTCH_TOO = Button("in-dutch-too", text("button.in-dutch-too"))


def show(state: State, world: World) -> Message:
    fit = suggestion_of(state, world)
    if fit is None:
        raise ValueError("there is nothing to suggest")
    offering, student = fit.offering, student_of(state, world)
    parts = [
        Part(_opening(offering, student, state)),
        Part(FromCatalogue("offering", offering.id, "title"), "title"),
        Part(FromCatalogue("offering", offering.id, "summary")),
        *step_parts(offering),
        *meeting(offering, student, world),
        Part(why(offering, student, state)),
        *in_time(offering, student, world),
        *conditions(offering, student, world),
    ]
    if set(student.needs) & _WITH_CARE:
        parts.append(HELP_NOW)
    parts += _with_person(state, world)
    return Message(
        f"advice:{offering.id}",
        tuple(parts),
        (
            *link_buttons(offering),
            Button("take", text("button.take")),
            Button("other", text("button.other")),
            *keep_button(offering.id, state, world),
            *_also_in_dutch(offering, student, world),
        ),
    )


def _with_person(state: State, world: World) -> tuple[Part, ...]:
    """Who it would be, by name, for who would rather speak to somebody."""
    able = handover.candidates(state, world)
    if not able or handover.open_case(state, world) is not None:
        return ()
    who = handover.name_and_role(world.desks[state.answers["institution"]], able[0].member.id)
    return (Part(text("advice.person", who=who), "quiet"),)


def _also_in_dutch(offering: Offering, student: Student, world: World) -> tuple[Button, ...]:
    """For who writes English: what is only in Dutch is not named unasked, but may be asked for."""
    if "nl" in student.speaks or set(student.needs) & set(offering.needs):
        return ()
    return (_IN_DUTCH_TOO,)


def because(state: State, world: World, offering: Offering) -> tuple[str, ...]:
    """The reasons as ids, for who counts and for tests."""
    student = student_of(state, world)
    close = close_for(offering, student, world.catalogue, world.today)
    return reasons(offering, student) + ((f"close:{close.entry.id}",) if close else ())


def _opening(offering: Offering, student: Student, state: State) -> Text:
    if not set(student.needs) & set(offering.needs):
        return text("advice.nothing-special")
    return text("advice.again") if state.declined else text("advice.first")


def conditions(offering: Offering, student: Student, world: World) -> tuple[Part, ...]:
    """What the student should know before going: whom it is for, its language, its age."""
    lines: list[Text] = []
    audience = offering.audience
    if audience.international and not student.facts.get("international"):
        lines.append(text("advice.only-international"))
    if set(audience.years) == {1} and not student.facts.get("first-year"):
        lines.append(text("advice.only-first-years"))
    if audience.group is not None:
        group = FromCatalogue("offering", offering.id, "audience.group")
        lines.append(text("advice.only-for", whom=group))
    parts = (*audience.faculties, *audience.programmes)
    if parts and student.faculty not in parts:
        owner = world.catalogue.owner[offering.id]
        named = tuple(FromCatalogue("part", f"{owner}/{part}") for part in parts)
        lines.append(text("advice.only-for", whom=Several(named, "or")))
    if offering.languages and student.language not in offering.languages:
        lines.append(
            text("advice.in-english") if student.language == "nl" else text("advice.in-dutch")
        )
    if not offering.languages and student.language == "en":
        lines.append(text("advice.ask-language"))
    if is_old(offering, world.today):
        year = offering.checked.on.year if offering.checked else offering.source_year
        lines.append(text("advice.check-first", year=str(year)))
    return tuple(Part(line, "quiet") for line in lines)


def hear(state: State, said: str, world: World) -> State | None:
    match world.answers.whole("advice", said):
        case "take":
            return take(state, world)
        case "other":
            return other(state, world)
    return None


def take(state: State, world: World) -> State:
    """I'll do this."""
    fit = suggestion_of(state, world)
    return promise(state, fit.offering.id, world) if fit else state


def other(state: State, world: World) -> State:
    """Something else: this one is not named again. After a promise, it is the promise that goes."""
    named = state.promised
    if named is not None:
        state = drop(state, named)
    else:
        fit = suggestion_of(state, world)
        named = fit.offering.id if fit else None
    if named is None or named in state.declined:
        return replace(state, promised=None)
    return replace(state, promised=None, declined=(*state.declined, named))


def show_promised(state: State, world: World) -> Message:
    """The first step once more; and, once, whether to ask afterwards how it went."""
    offering = world.catalogue.offerings[str(state.promised)]
    one = of_offering(state, offering.id) if world.keeping.kept else None
    asks = one is not None and not one.offered
    meets = meeting_buttons(one, world, state) if one else ()
    # One thing at a time: tips wait where there is much to choose already.
    offered = () if asks and meets else tips.offer(state, world)
    needs = tuple(FromCatalogue("need", need) for need in state.also)
    also = (Part(text("promised.also", needs=Several(needs, "and"))),) if needs else ()
    return Message(
        f"promised:{offering.id}",
        (
            Part(text("promised.again") if one and one.offered else text("promised.good")),
            Part(FromCatalogue("offering", offering.id, "title"), "title"),
            *step_parts(offering),
            *meeting(offering, student_of(state, world), world),
            Part(text("promised.check-in")) if asks else Part(text("promised.on"), "quiet"),
            *also,
        ),
        (
            *link_buttons(offering),
            *meets,
            *(ask_buttons(one, state, world) if one and asks else ()),
            *(Button(f"need:{need.id}", need) for need in needs),
            *offered,
            Button("other", text("button.other")),
        ),
    )


def hear_promised(state: State, said: str, world: World) -> State | None:
    """Thanks after a promise is a goodbye, not a new story."""
    match world.answers.whole("advice", said):
        case "take":
            return replace(state, screen="done")
        case "other":
            return other(state, world)
    return None


def show_done(state: State, world: World) -> Message:
    return Message("done", (Part(text("done.bye")),), (Button("on", text("button.step-again")),))


def hear_nothing_left(state: State, said: str, world: World) -> State | None:
    """Something else, when everything was named: another subject."""
    other_subject = world.answers.whole("advice", said) == "other"
    return replace(state, screen="themes") if other_subject else None


def show_nothing_left(state: State, world: World) -> Message:
    """Everything that fits was named. A person or another theme is the way on."""
    said = text("nothing-left.tried") if state.declined else text("nothing-left.none")
    in_dutch = () if "nl" in student_of(state, world).speaks else (_IN_DUTCH_TOO,)
    buttons = [
        *in_dutch,
        Button("go:person", text("button.person")),
        Button("go:themes", text("button.themes-again")),
        Button("change:with-whom", text("button.change-wishes")),
    ]
    if state.declined:
        buttons.append(Button("reconsider", text("button.reconsider")))
    return Message("nothing-left", (Part(said),), tuple(buttons))


def reconsider(state: State) -> State:
    """Start naming again from the first suggestion."""
    return replace(state, declined=())
