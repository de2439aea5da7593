"""Asking on standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import TextIOWrapper

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document as Typed

from bot.understanding.normalise import fold

Ask = Callable[[str, tuple[str, ...]], str]
"""The question and the names to complete → what was typed. Raises EOFError, KeyboardInterrupt."""


def asker() -> Ask:
    """Asks on standard input and output: with completion in a terminal, line by line in a pipe."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        return _ask_line
    session: PromptSession[str] = PromptSession()

    def ask(question: str, names: tuple[str, ...]) -> str:
        print(f"\n{question}")
        return session.prompt("> ", completer=_Names(names))

    return ask


def _ask_line(question: str, _: tuple[str, ...]) -> str:
    print(f"\n{question}")
    typed = input("> ")
    print(typed)  # so that the output is the whole conversation
    return typed


class _Names(Completer):
    """Completes the name behind the last comma, from any part of it."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def get_completions(self, document: Typed, _: CompleteEvent) -> Iterator[Completion]:
        begun = document.text_before_cursor.rpartition(",")[2].lstrip()
        for name in self._names:
            if fold(begun) in fold(name):
                yield Completion(name, start_position=-len(begun))
