"""The chat in a terminal: the way to try Wegwijs with no account, token, server or network.

In a real terminal it wraps text, numbers the buttons and keeps a history for the arrow keys; piped
it is plain text, so that a conversation can be a script. Nothing is kept.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory
from rich.console import Console
from rich.text import Text as RichText

from bot.conversation import (
    Commanded,
    Event,
    Pressed,
    Said,
    Started,
    State,
    World,
    respond,
)
from bot.text import Language, text
from bot.words import Shown, ShownButton, Translator, numbered, pressed_by_typing, render

_WIDTH = 76  # a comfortable line; a narrower window counts
_STYLES = {"plain": "", "title": "bold", "step": "bold", "quiet": "dim"}
# What a Dutch student types for a command.
_DUTCH_COMMANDS = {
    "nu": "now",
    "hulp": "help",
    "mens": "person",
    "opnieuw": "restart",
    "taal": "language",
    "profiel": "profile",
    "lijst": "saved",
}


@dataclass(frozen=True)
class Chat:
    """What a chat needs: how to look at the world, the words, and how to begin."""

    world: Callable[[], World]
    translators: Mapping[Language, Translator]
    language: Language
    institution: str | None
    greeted: Callable[[], None]  # called once the greeting is on the screen


def run(chat: Chat) -> None:
    """Chat until the end of the input or Ctrl-C, then say goodbye."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    console = Console(highlight=False, markup=False, emoji=False)
    read = _asks_user() if interactive else _reads_lines(console)
    turn = respond(State(chat.language), Started(chat.language, chat.institution), chat.world())
    while True:
        translator = chat.translators[turn.state.language]
        world = chat.world()
        shown = tuple(render(message, translator, world.catalogue) for message in turn.say)
        _lay_out(console, shown)
        chat.greeted()
        try:
            typed = read(translator.say(text("terminal.prompt")))
        except (EOFError, KeyboardInterrupt):
            break
        turn = respond(turn.state, event_of(typed, shown), chat.world())
    console.print(chat.translators[turn.state.language].say(text("terminal.bye")))


def event_of(typed: str, shown: tuple[Shown, ...]) -> Event:
    """What was typed, as an event: a command, a button by its number or label, or plain words."""
    if typed.strip().startswith("/"):
        name = typed.strip()[1:].casefold()
        name = _DUTCH_COMMANDS.get(name, name)
        return Commanded(name)
    button = pressed_by_typing(typed, shown)
    return Pressed(button) if button else Said(typed)


def _asks_user() -> Callable[[str], str]:
    """Reads from a person: arrows, history for this conversation only, pasted text in one piece."""
    session: PromptSession[str] = PromptSession(history=InMemoryHistory())
    return lambda who: session.prompt([("bold", f"{who}: ")])


def _reads_lines(console: Console) -> Callable[[str], str]:
    """Reads from a pipe, and shows what was read, so that the output is the whole conversation."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")

    def read(who: str) -> str:
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        console.print(f"{who}: {line.rstrip()}", style="bold", soft_wrap=True)
        return line.rstrip("\n")

    return read


def _lay_out(console: Console, shown: tuple[Shown, ...]) -> None:
    """The messages, then their buttons: choices one a line, what always works on one line."""
    width = min(_WIDTH, console.width)
    console.print()
    for message in shown:
        for part in message.parts:
            console.print(RichText(part.text, style=_STYLES[part.style]), width=width)
            console.print()
    links = [b for message in shown for b in message.buttons if b.kind == "link"]
    for link in links:
        console.print(f"    {link.label}{_target(link)}", style="cyan", soft_wrap=True)
    if links:
        console.print()
    always = []
    for number, button in enumerate(numbered(shown), start=1):
        if button.kind == "always":
            always.append(f"{number} {button.label}")
        else:
            console.print(f"  {number:>2}  {button.label}", width=width)
    if always:
        console.print(RichText("      " + "  ·  ".join(always), style="dim"), width=width)
    console.print()


def _target(button: ShownButton) -> str:
    """The whole address of a page; a phone number or mail address already stands in the label."""
    return f": {button.url}" if button.url and button.url.startswith("http") else ""
