"""Golden conversations: how they are read, played and compared.

A study adviser can write one. The student types a text (or says one so many times), presses a
button (by the last part of its id) or gives a command; of the bot a line says only what matters:

    asks: with-whom            the question that is asked
    offers: [stress, sleep]    the needs that "do you mean one of these?" names
    suggests: leiden-ease      the offering that is named; because: [...] the reasons
    suggests_not: [...]        offerings that must not be named
    promised: leiden-ease      the first step after "I'll do this"
    shows: now                 any other screen; a crisis message is told by its kind
    remark: old-button         a remark made before the screen
    language: en               the language from here on
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.conversation import (
    Commanded,
    Event,
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
from bot.text import Text
from bot.words import Translator, pressed_by_typing, render

FOLDER = Path(__file__).parent / "conversations"

Seen = dict[str, Any]


def play(
    conversation: dict[str, Any], world: World, translators: dict[Any, Translator]
) -> list[Seen]:
    """What the bot said at each turn; the state is saved and read again between every two."""
    language = conversation.get("language", "nl")
    schools = conversation.get("institution")
    turn = respond(State(language), Started(language, schools), world)
    seen = []
    for line in conversation["turns"]:
        if "student" not in line:
            continue
        state = from_json(to_json(turn.state))
        assert state == turn.state
        event = _event(line["student"], state, world, translators)
        before = state.language
        turn = respond(state, event, world)
        seen.append(_seen(turn, before))
    return seen


def _event(student: Any, state: State, world: World, translators: dict[Any, Translator]) -> Event:
    if isinstance(student, dict) and "presses" in student:
        ids = [button.id for message in state.last for button in message.buttons]
        named = [
            id for id in ids if id == student["presses"] or id.endswith(f":{student['presses']}")
        ]
        return Pressed(named[0] if named else student["presses"])
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
    if turn.state.language != before:
        seen["language"] = turn.state.language
    return seen


def differences(expected: Seen, seen: Seen) -> list[str]:
    """What a line of the bot says that is not so."""
    wrong = []
    for name, value in expected.items():
        if name == "suggests_not":
            if seen.get("suggests") in value:
                wrong.append(f"suggests {seen['suggests']}")
        elif seen.get(name) != value:
            wrong.append(f"{name}: expected {value}, but {seen}")
    return wrong


def rewrite(path: Path, conversation: dict[str, Any], seen: list[Seen]) -> None:
    """Write what the bot says now. What only forbids (suggests_not) stays as it was."""
    kept = [line["bot"] for line in conversation["turns"] if "bot" in line]
    lines = [line["student"] for line in conversation["turns"] if "student" in line]
    turns: list[dict[str, Any]] = []
    for index, (student, now) in enumerate(zip(lines, seen, strict=True)):
        forbids = kept[index].get("suggests_not") if index < len(kept) else None
        turns.append({"student": _Flow(student) if isinstance(student, dict) else student})
        turns.append({"bot": _Flow({**now, **({"suggests_not": forbids} if forbids else {})})})
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
