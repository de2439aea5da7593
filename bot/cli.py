"""The commands; thin: each reads its arguments, builds the parts and hands over."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from bot import __version__
from bot.app import App, build, check_everything, put_together
from bot.catalogue import Catalogue, CatalogueError
from bot.channels import terminal
from bot.settings import Settings, read_settings
from bot.staff.ask import Asker, in_words
from bot.staff.evaluate import as_table, evaluate, read_labelled
from bot.staff.evaluate_safety import evaluate_safety, read_rows, safety_table
from bot.text import LANGUAGES, Several, Text, text
from bot.words import Translator, load_translators

_GOOD, _BAD, _MISUSED = 0, 1, 2
_CHUNK = 1 << 15  # bytes: some 300 lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status: 0 good, 1 something is wrong, 2 wrongly called."""
    options = _parser().parse_args(arguments)
    settings = read_settings()
    if options.language:
        settings = dataclasses.replace(settings, language=options.language)
    try:
        status = options.command(options, settings)
        sys.stdout.flush()
    except CatalogueError as error:
        status = _print_problems(error, _translator(settings))
    except BrokenPipeError:  # the reader of our output has left; so do we
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = _GOOD
    except KeyboardInterrupt:
        status = _GOOD
    sys.exit(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wegwijs", description="A student says what is going on and knows one next step."
    )
    parser.add_argument("--version", action="version", version=f"wegwijs {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    chat = commands.add_parser("chat", help="chat in this terminal; nothing is kept")
    chat.add_argument("--institution", metavar="ID", help="where the student studies")
    chat.set_defaults(command=_chat)

    ask = commands.add_parser("ask", help="what a message is understood as, and what fits")
    ask.add_argument("text", nargs="?", help="the message")
    ask.add_argument("--institution", metavar="ID", help="where the student studies")
    ask.add_argument("--json", action="store_true", help="print one JSON object")
    ask.add_argument(
        "--jsonl", action="store_true", help='read {"id","text"} lines, write one each'
    )
    ask.set_defaults(command=_ask)

    explain = commands.add_parser("explain", help="step by step, how a message was understood")
    explain.add_argument("text", help="the message")
    explain.set_defaults(command=_explain)

    evaluate = commands.add_parser("evaluate", help="how well labelled messages are understood")
    evaluate.add_argument("file", type=Path, help="labelled messages, one JSON object a line")
    evaluate.add_argument("--json", action="store_true", help="print one JSON object")
    evaluate.add_argument(
        "--safety", action="store_true", help="the file says what is a crisis: judge the rules"
    )
    evaluate.set_defaults(command=_evaluate)

    check = commands.add_parser("check", help="everything that is wrong in a catalogue")
    check.add_argument("path", nargs="?", type=Path, help="its folder; default: the one in use")
    check.set_defaults(command=_check)

    for command in (chat, ask, explain, evaluate, check):
        command.add_argument("--lang", dest="language", choices=LANGUAGES, help="nl or en")
    return parser


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    """A broken catalogue is told on standard error, and the chat still shows who can help now."""
    try:
        app, status = build(settings), _GOOD
    except CatalogueError as error:
        status = _print_problems(error, _translator(settings), sys.stderr)
        app = put_together(settings, Catalogue.empty())
    if not status and not _known_institution(options.institution, app, settings):
        return _MISUSED
    terminal.run(
        terminal.Chat(
            world=app.world,
            translators=app.translators,
            language=settings.language,
            institution=options.institution,
            greeted=app.start,
        )
    )
    return status


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    translator = _translator(settings)
    if options.text is None and not options.jsonl:
        _complain(text("cli.ask-what"), translator)
        return _MISUSED
    app = build(settings)
    if not _known_institution(options.institution, app, settings):
        return _MISUSED
    app.start()
    world = app.world()
    asker = Asker(world, options.institution)
    if not options.jsonl:
        answer = asker.ask(options.text)
        print(answer.as_json() if options.json else in_words(answer, translator, app.catalogue))
        return _GOOD
    status = _GOOD
    understand_all = app.understanding.ready().understand_all
    for answered in asker.ask_lines(_lines_as_they_come(sys.stdin.buffer), understand_all):
        if isinstance(answered, int):
            _complain(text("cli.ask-bad-line", line=answered), translator)
            status = _BAD
        else:
            print(answered.as_json(), flush=True)
    return status


def _lines_as_they_come(stream: BinaryIO) -> Iterator[list[str]]:
    """The lines that are there, in batches: of a file many at once, of a person one by one."""
    rest = b""
    while chunk := stream.read1(_CHUNK):  # type: ignore[attr-defined]
        *lines, rest = (rest + chunk).split(b"\n")
        yield [line.decode("utf-8", "replace") for line in lines]
    yield [rest.decode("utf-8", "replace")]


def _explain(options: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.explain import explain  # here: it needs numpy, which a chat can do without

    print(explain(options.text, build(settings).understanding.ready()))
    return _GOOD


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    translator = _translator(settings)
    try:
        lines = options.file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        _complain(text("cli.no-file", file=str(options.file)), translator)
        return _MISUSED
    if options.safety:
        texts, bad = read_rows(lines)
        detect = build(settings).detector.ready().detect
        print(safety_table(evaluate_safety(texts, detect)))
    else:
        rows, bad = read_labelled(lines)
        report = evaluate(rows, build(settings).understanding.ready().understand)
        print(report.as_json() if options.json else as_table(report))
    for line in bad:
        _complain(text("cli.evaluate-bad-line", line=line), translator)
    return _BAD if bad else _GOOD


def _check(options: argparse.Namespace, settings: Settings) -> int:
    """Problems go to standard output, one a line; the summary to standard error."""
    if options.path is not None:
        settings = dataclasses.replace(settings, catalogue=options.path)
    catalogue = check_everything(settings)
    _complain(
        text(
            "cli.catalogue-good",
            institutions=len(catalogue.schools),
            offerings=len(catalogue.offerings),
            needs=len(catalogue.needs),
        ),
        _translator(settings),
    )
    return _GOOD


def _known_institution(id: str | None, app: App, settings: Settings) -> bool:
    known = tuple(app.catalogue.schools)
    if id is None or id in known:
        return True
    _complain(
        text("cli.unknown-institution", found=id, known=Several(known, "or")),
        app.translators[settings.language],
    )
    return False


def _print_problems(
    error: CatalogueError, translator: Translator, stream: TextIO | None = None
) -> int:
    for problem in error.problems:
        print(f"{problem.place}: {translator.say(problem.text)}", file=stream)
    count = len(error.problems)
    summary = text("cli.broken-catalogue", count=count) if count > 1 else text("cli.one-mistake")
    _complain(summary, translator)
    return _BAD


def _complain(what: Text, translator: Translator) -> None:
    print(translator.say(what), file=sys.stderr)


def _translator(settings: Settings) -> Translator:
    return load_translators(settings.locales)[settings.language]
