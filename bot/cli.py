"""The commands; thin: each reads its arguments, builds the parts and hands over."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from bot import __version__
from bot.app import App, build, now, put_together, run_on_telegram
from bot.catalogue import Catalogue, CatalogueError
from bot.channels import terminal
from bot.command import BAD, GOOD, MISUSED, complain, is_known, leave, print_problems, translator_of
from bot.keepers import add_commands
from bot.reload import Living
from bot.settings import Settings, SettingsError, read_settings
from bot.staff.ask import Asker, in_words
from bot.staff.evaluate import as_table, evaluate, read_labelled
from bot.staff.evaluate_safety import evaluate_safety, read_rows, safety_table
from bot.text import LANGUAGES, Text, text

_LATER = 75  # EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and tries again
_CHUNK = 1 << 15  # bytes: some 300 lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status: 0 good, 1 something is wrong, 2 wrongly called."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
    except SettingsError as error:
        shipped = read_settings({name: os.environ.get(name, "") for name in ("LC_ALL", "LANG")})
        complain(error.text, translator_of(shipped))
        sys.exit(MISUSED)
    if options.language:
        settings = dataclasses.replace(settings, language=options.language)
    try:
        status = options.command(options, settings)
        sys.stdout.flush()
    except CatalogueError as error:
        status = print_problems(error, translator_of(settings))
    except BrokenPipeError:  # the reader of our output has left; so do we
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = GOOD
    except KeyboardInterrupt:
        status = GOOD
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

    keeping = add_commands(commands)

    run = commands.add_parser("run", help="the bot on Telegram")
    run.set_defaults(command=_run)

    health = commands.add_parser("health", help="whether the running bot hears Telegram")
    health.set_defaults(command=_health)

    link = commands.add_parser("link", help="a link to a school, offering or need, and its QR code")
    link.add_argument("target", metavar="ID", help="of a school, an offering or a need")
    link.add_argument("--bot", required=True, metavar="NAME", help="the bot's username")
    link.add_argument("--from", dest="giver", metavar="STAFF-ID", help="who gives this offering")
    link.add_argument("--qr", type=Path, metavar="FILE", help="write the QR code here, as SVG")
    link.set_defaults(command=_link)

    key = commands.add_parser("key", help="the key that what is kept is encrypted with")
    key.add_argument("action", choices=["rotate"], help="a new key; stop the bot first")
    key.set_defaults(command=_key)

    backup = commands.add_parser("backup", help="a copy of what is kept; the bot may run")
    backup.add_argument("file", type=Path, help="the new file")
    backup.set_defaults(command=_backup)

    restore = commands.add_parser("restore", help="put a copy back; stop the bot first")
    restore.add_argument("file", type=Path, help="the copy")
    restore.set_defaults(command=_restore)

    staff = commands.add_parser("staff", help="who of the staff is linked; invite and revoke")
    staff.add_argument("action", choices=["list", "invite", "revoke", "trail"])
    staff.add_argument(
        "member", nargs="?", metavar="ID", help="from staff.yaml; for trail the number of a request"
    )
    staff.add_argument("--bot", metavar="NAME", help="the bot's username, for invite")
    staff.set_defaults(command=_staff)

    mail = commands.add_parser("mail", help="mail to staff: can it be handed in; did one come back")
    mail.add_argument("action", choices=["check", "bounced"])
    mail.set_defaults(command=_mail)

    for command in (
        chat,
        ask,
        explain,
        evaluate,
        run,
        health,
        link,
        key,
        backup,
        restore,
        staff,
        mail,
        *keeping,
    ):
        command.add_argument("--lang", dest="language", choices=LANGUAGES, help="nl or en")
    return parser


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    app, status = _whole_or_help_now(settings)
    if not status and not is_known(
        options.institution, app.catalogue.schools, translator_of(settings)
    ):
        return MISUSED
    terminal.run(
        terminal.Chat(
            world=app.world,
            translators=app.translators,
            language=settings.language,
            institution=options.institution,
            greeted=app.start,
        )
    )
    leave(status)


def _whole_or_help_now(settings: Settings) -> tuple[App, int]:
    """A broken catalogue is told on standard error, and who can help now is still shown."""
    try:
        return build(settings), GOOD
    except CatalogueError as error:
        status = print_problems(error, translator_of(settings), sys.stderr)
        return put_together(settings, Catalogue.empty()), status


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    translator = translator_of(settings)
    if options.text is None and not options.jsonl:
        complain(text("cli.ask-what"), translator)
        return MISUSED
    app = build(settings)
    if not is_known(options.institution, app.catalogue.schools, translator_of(settings)):
        return MISUSED
    app.start()
    world = app.world()
    asker = Asker(world, options.institution)
    if not options.jsonl:
        answer = asker.ask(options.text)
        print(answer.as_json() if options.json else in_words(answer, translator, app.catalogue))
        return GOOD
    status = GOOD
    understand_all = app.understanding.ready().understand_all
    for answered in asker.ask_lines(_lines_as_they_come(sys.stdin.buffer), understand_all):
        if isinstance(answered, int):
            complain(text("cli.ask-bad-line", line=answered), translator)
            status = BAD
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
    return GOOD


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    translator = translator_of(settings)
    try:
        lines = options.file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        complain(text("cli.no-file", file=str(options.file)), translator)
        return MISUSED
    if options.safety:
        texts, bad = read_rows(lines)
        if texts or not bad:
            found = evaluate_safety(texts, build(settings).danger)
            print(found.as_json() if options.json else safety_table(found))
        wrong = text("cli.evaluate-bad-safety-lines", lines=_in_short(bad))
    else:
        rows, bad = read_labelled(lines)
        if rows or not bad:
            report = evaluate(rows, build(settings).understanding.ready().understand)
            print(report.as_json() if options.json else as_table(report))
        wrong = text("cli.evaluate-bad-lines", lines=_in_short(bad))
    if bad:
        complain(wrong, translator)
    return BAD if bad else GOOD


def _in_short(numbers: Sequence[int]) -> str:
    """Rising numbers, those that follow each other together: "2, 5–400"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    """2: the token or the folder is no good, so that a service manager need not try again."""
    from bot.channels.telegram.quiet import log_quietly
    from bot.channels.telegram.run import WrongTokenError
    from bot.store.port import StoreError

    translator = translator_of(settings)
    if settings.token is None:
        complain(text("run.no-token"), translator)
        return MISUSED
    log_quietly()
    app, status = _whole_or_help_now(settings)
    if status:
        complain(text("run.broken-catalogue"), translator)
    living = Living(app, settings)
    try:
        asyncio.run(run_on_telegram(living, settings, lambda what: complain(what, translator)))
    except WrongTokenError:
        complain(text("run.wrong-token"), translator)
        return MISUSED
    except (StoreError, SettingsError) as error:
        complain(error.text, translator)
        return MISUSED
    complain(text("run.stopped"), translator)
    return GOOD


def _health(options: argparse.Namespace, settings: Settings) -> int:
    from bot.channels.telegram.run import HEARTBEAT, STUCK

    try:
        quiet = time.time() - (settings.data / HEARTBEAT).stat().st_mtime
    except OSError:
        quiet = float("inf")
    good = quiet < STUCK
    complain(text("health.good") if good else text("health.stuck"), translator_of(settings))
    return GOOD if good else BAD


def _link(options: argparse.Namespace, settings: Settings) -> int:
    from bot.channels.telegram import links
    from bot.staff.invite import giver_of

    translator = translator_of(settings)
    catalogue = build(settings).catalogue
    giver = None
    if options.giver is not None:
        giver, why_not = giver_of(options.target, options.giver, catalogue)
        if why_not is not None:
            complain(why_not, translator)
            return MISUSED
    payload = links.payload_for(options.target, catalogue, giver)
    if payload is None:
        complain(text("link.unknown", target=options.target), translator)
        return MISUSED
    try:
        address = links.link(options.bot.removeprefix("@"), payload)
    except ValueError:
        complain(text("link.bot", bot=options.bot), translator)
        return MISUSED
    print(address)
    if options.qr is None:
        print(links.qr_in_terminal(address))
        return GOOD
    try:
        options.qr.write_bytes(links.qr_svg(address))
    except OSError:
        complain(text("cli.no-file", file=str(options.qr)), translator)
        return BAD
    complain(text("link.written", file=str(options.qr)), translator)
    return GOOD


def _key(options: argparse.Namespace, settings: Settings) -> int:
    from bot.store.sql import open_store

    async def rotate() -> int:
        store = await open_store(settings.data, settings.key, now)
        try:
            return await store.rotate()
        finally:
            await store.close()

    return _with_store(settings, lambda: text("key.rotated", count=asyncio.run(rotate())))


def _staff(options: argparse.Namespace, settings: Settings) -> int:
    """The bot may run: the database takes a line from another process too."""
    from bot.staff.invite import invite, listed, member_named
    from bot.staff.trail import trail
    from bot.store.port import StoreError
    from bot.store.sql import open_beside

    translator = translator_of(settings)
    catalogue = build(settings).catalogue
    member = member_named(options.member or "", catalogue)
    number = (options.member or "").removeprefix("#")
    if options.action == "trail" and not (number.isascii() and number.isdecimal()):
        complain(text("trail.which"), translator)
        return MISUSED
    if options.action in ("invite", "revoke") and member is None:
        complain(text("staff-list.unknown", found=options.member or "-"), translator)
        return MISUSED
    if options.action == "invite" and not options.bot:
        complain(text("staff-list.which-bot"), translator)
        return MISUSED

    async def do() -> list[str]:
        store = await open_beside(settings.data, settings.key, now)
        try:
            if options.action == "trail":
                return [translator.say(line) for line in await trail(store, int(number[:9]))]
            if member is None or options.action == "list":
                lines = await listed(store, lambda: tuple(catalogue.schools.values()))
                return [translator.say(line, catalogue) for line in lines]
            if options.action == "invite":
                bot = options.bot.removeprefix("@")
                return [await invite(store, member, bot, now())]
            gone = await store.unlink(member.school, member.staff)
            said = text("staff-list.revoked") if gone else text("staff-list.not-linked")
            return [translator.say(said)]
        finally:
            await store.close()

    try:
        print("\n".join(asyncio.run(do())))
    except StoreError as error:
        complain(error.text, translator)
        return BAD
    if options.action == "invite":
        complain(text("staff-list.invite-for"), translator)
    return GOOD


def _mail(options: argparse.Namespace, settings: Settings) -> int:
    """Connects and logs in, and sends nothing; or reads a mail that came back."""
    if options.action == "bounced":
        return _bounced(settings)
    from bot.app import smtp_of
    from bot.channels.email import UnreachableError, check

    translator = translator_of(settings)
    try:
        server = smtp_of(settings)
        if server is None:
            complain(text("mail-check.none"), translator)
            return MISUSED
        asyncio.run(check(server))
    except SettingsError as error:
        complain(error.text, translator)
        return MISUSED
    except UnreachableError as error:
        complain(text("mail-check.bad", reason=str(error)), translator)
        return BAD
    complain(text("mail-check.good"), translator)
    return GOOD


def _bounced(settings: Settings) -> int:
    """A report from a mail server, on standard input. Whatever it is, it is not sent back: a mail
    server would answer that with one more report."""
    from bot.channels.bounce import MOST_BYTES, bounced
    from bot.store.port import StoreError
    from bot.store.sql import open_beside

    translator = translator_of(settings)
    mail = bounced(sys.stdin.buffer.read(MOST_BYTES))

    async def note() -> bool:
        store = await open_beside(settings.data, settings.key, now)
        try:
            return mail is not None and await store.bounced(mail)
        finally:
            await store.close()

    try:
        known = asyncio.run(note())
    except StoreError as error:
        complain(error.text, translator)
        return _LATER
    complain(text("bounced.noted") if known else text("bounced.not-ours"), translator)
    return GOOD


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from bot.store.backup import backup

    def copy() -> Text:
        backup(settings.data, options.file)
        return text("backup.done", file=str(options.file))

    return _with_store(settings, copy)


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from bot.store.backup import restore

    return _with_store(
        settings,
        lambda: text("restore.done", count=restore(options.file, settings.data, settings.key)),
    )


def _with_store(settings: Settings, do: Callable[[], Text]) -> int:
    """Do something with what is kept, and say what came of it."""
    from bot.store.port import StoreError

    translator = translator_of(settings)
    try:
        done = do()
    except StoreError as error:
        complain(error.text, translator)
        return BAD
    complain(done, translator)
    return GOOD
