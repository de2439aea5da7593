"""Golden conversations: how they are read, played and compared.

A study adviser can write one. The student types a text (or says one so many times), presses a
button (by the last part of its id), gives a command or opens a link to an offering (`opens`, and
`from` whom of the staff: all of them can be reached then). Of the bot a line says what matters:

    asks: with-whom            the question that is asked
    offers: [stress, sleep]    the needs that "do you mean one of these?" names
    suggests: leiden-ease      the offering that is named; because: [...] the reasons
    suggests_not: [...]        offerings that must not be named
    promised: leiden-ease      the first step after "I'll do this"
    shows: now                 any other screen; a crisis message is told by its kind
    remark: old-button         a remark made before the screen
    given-by: vb-sanne-kolk    who of the staff gave the link that was opened
    may-tell: true             whether the student is asked if that one may hear of it
    tells: vb-sanne-kolk       who hears that the student came
    language: en               the language from here on
    says: [nog op tijd]        words that stand in what is said; says_not: [...] that do not

It is a Monday in November, at ten; `today: 2027-01-18` above the turns makes it that day, and
`channel: telegram` makes it a place where things are kept. Between the turns, `after: 7` lets so
many days pass: the bot's line is what it says by then, or `{shows: nothing}`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.channels.telegram.keeping import on_telegram
from bot.conversation import (
    Came,
    Commanded,
    Event,
    Message,
    Pressed,
    Said,
    Started,
    State,
    Suggested,
    Turn,
    World,
    from_json,
    respond,
    to_json,
)
from bot.conversation.reference import code_of
from bot.conversation.saved import planned
from bot.conversation.when_due.saved import when_due
from bot.handover.desk import Desk, desk_of
from bot.handover.working_time import Presence
from bot.text import FromCatalogue, Text
from bot.words import Translator, pressed_by_typing, render

FOLDER = Path(__file__).parent / "conversations"

Seen = dict[str, Any]
_SAID = "in words"  # all of it: compared with `says`, never written into a file
_KEPT = ("suggests_not", "says", "says_not")  # what a person wrote, and no rewriting changes


def play(
    conversation: dict[str, Any], world: World, translators: dict[Any, Translator]
) -> list[Seen]:
    """What the bot said at each turn; the state is saved and read again between every two."""
    language = conversation.get("language", "nl")
    schools = conversation.get("institution")
    if "today" in conversation:
        now = dt.datetime.combine(conversation["today"], world.now.timetz())
        world = replace(world, now=now)
    turn = respond(State(language), Started(language, schools), world)
    students = [line.get("student") for line in conversation["turns"]]
    if any(isinstance(student, dict) and "from" in student for student in students):
        world = replace(world, desks=_reached(world))
    if conversation.get("channel") == "telegram":
        world = replace(world, keeping=on_telegram(30, 2))
    seen = []
    later: Message | None = None  # what was said beside the conversation last
    for line in conversation["turns"]:
        if "after" in line:
            since = world.now
            world = replace(world, now=since + dt.timedelta(days=line["after"]))
            later = _said_later(turn.state, since, world)
            seen.append(_seen_later(later, turn.state, world, translators))
        if "student" not in line:
            continue
        state = from_json(to_json(turn.state))
        assert state == turn.state
        event = _event(line["student"], state, world, translators, later)
        before = state.language
        turn = respond(state, event, world)
        said = [render(m, translators[turn.state.language], world.catalogue) for m in turn.say]
        seen.append({**_seen(turn, before), _SAID: "\n\n".join(shown.text for shown in said)})
    return seen


def _said_later(state: State, before: dt.datetime, world: World) -> Message | None:
    """What is said by itself between then and now, each at its moment: the last of it."""
    due = [one for one in planned(state) if before < one.at <= world.now]
    said = (
        when_due(one.kind, one.number, one.at, state, replace(world, now=one.at)) for one in due
    )
    return next((message for message in reversed(list(said)) if message is not None), None)


def _seen_later(
    message: Message | None, state: State, world: World, translators: dict[Any, Translator]
) -> Seen:
    if message is None:
        return {"shows": "nothing", _SAID: ""}
    said = render(message, translators[state.language], world.catalogue).text
    return {"shows": message.name, _SAID: said}


def _reached(world: World) -> dict[str, Desk]:
    """The staff of each school, all of whom can be reached."""
    return {
        id: desk_of(
            school,
            {member.id: "telegram" for member in school.staff},
            {},
            {member.id: Presence(member.hours, frozenset()) for member in school.staff},
            dt.timedelta(days=60),
        )
        for id, school in world.catalogue.schools.items()
    }


def _event(
    student: Any,
    state: State,
    world: World,
    translators: dict[Any, Translator],
    later: Message | None,
) -> Event:
    if isinstance(student, dict) and "presses" in student:
        shown_last = (*state.last, *((later,) if later is not None else ()))
        ids = [button.id for message in shown_last for button in message.buttons]
        named = [
            id for id in ids if id == student["presses"] or id.endswith(f":{student['presses']}")
        ]
        return Pressed(named[0] if named else student["presses"])
    if isinstance(student, dict) and "opens" in student:
        offering, giver = student["opens"], student.get("from")
        school = world.catalogue.owner[offering]
        code = code_of(f"{school}/{giver}") if giver else None
        return Started(state.language, offering=offering, referrer=code)
    if isinstance(student, dict) and "command" in student:
        return Commanded(student["command"])
    text = student["says"] * student["times"] if isinstance(student, dict) else str(student)
    shown = [render(m, translators[state.language], world.catalogue) for m in state.last]
    button = pressed_by_typing(text, shown)
    return Pressed(button) if button else Said(text)


def _seen(turn: Turn, before: str) -> Seen:
    seen: Seen = {}
    for message in turn.say:
        kind, _, what = message.name.partition(":")
        for part in message.parts:
            if kind == "remark":
                said = part.text
                key = said.key if isinstance(said, Text) else f"{said.kind}:{said.id}"
                seen["remark"] = key.removeprefix("remark.")
            if kind == "referred" and isinstance(part.text, Text):
                seen = {"may-tell": False, **seen, **_of_referral(part.text)}
            if kind == "offer":
                seen["remark"] = "offers-language"
    kind, _, what = turn.say[0].name.partition(":")
    if kind != "crisis":
        kind, _, what = turn.say[-1].name.partition(":")
    if kind == "ask":
        seen["asks"] = what
        if what == "clarify":
            ids = [button.id for button in turn.say[-1].buttons]
            seen["offers"] = [id.removeprefix("need:") for id in ids if id.startswith("need:")]
    elif kind == "advice":
        seen["suggests"] = what
        for action in turn.do:
            if isinstance(action, Suggested):
                seen["because"] = list(action.because)
    elif kind == "promised":
        seen["promised"] = what
    else:
        seen["shows"] = turn.say[-1].name
    for action in turn.do:
        if isinstance(action, Came):
            seen["tells"] = action.staff
    if turn.state.language != before:
        seen["language"] = turn.state.language
    return seen


def _of_referral(said: Text) -> Seen:
    """Who gave it, and the question whether that one may hear of it."""
    name = said.args.get("name")
    if said.key.startswith("referred.given-by") and isinstance(name, FromCatalogue):
        return {"given-by": name.id.partition("/")[2]}
    return {"may-tell": True} if said.key == "referred.may-tell" else {}


def differences(expected: Seen, seen: Seen) -> list[str]:
    """What a line of the bot says that is not so."""
    wrong = []
    for name, value in expected.items():
        if name == "suggests_not":
            if seen.get("suggests") in value:
                wrong.append(f"suggests {seen['suggests']}")
        elif name in ("says", "says_not"):
            wanted = name == "says"
            wrong += [f"{name}: {words}" for words in value if (words in seen[_SAID]) != wanted]
        elif seen.get(name) != value:
            now = {name: value for name, value in seen.items() if name != _SAID}
            wrong.append(f"{name}: expected {value}, but {now}")
    return wrong


def rewrite(path: Path, conversation: dict[str, Any], seen: list[Seen]) -> None:
    """Write what the bot says now. What a person wrote of words and what not, stays as it was."""
    kept = [line["bot"] for line in conversation["turns"] if "bot" in line]
    lines = [line for line in conversation["turns"] if "bot" not in line]
    turns: list[dict[str, Any]] = []
    for index, (line, now) in enumerate(zip(lines, seen, strict=True)):
        before = kept[index] if index < len(kept) else {}
        now = {name: value for name, value in now.items() if name != _SAID}
        now |= {name: value for name, value in before.items() if name in _KEPT}
        student = line.get("student")
        turns.append({**line, "student": _Flow(student)} if isinstance(student, dict) else line)
        turns.append({"bot": _Flow(now)})
    comment = "".join(
        line for line in path.read_text().splitlines(keepends=True) if line.startswith("#")
    )
    head = {name: value for name, value in conversation.items() if name != "turns"}
    written = yaml.dump(
        {**head, "turns": turns}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    path.write_text(comment + written)


class _Flow(dict[str, Any]):
    """Written on one line."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Flow, lambda d, v: d.represent_mapping("tag:yaml.org,2002:map", v, flow_style=True)
)

__all__ = ["FOLDER", "differences", "play", "rewrite"]
