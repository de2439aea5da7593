"""`wegwijs new offering`: a new entry for offerings.yaml, question by question, with no YAML.

`questions`, `read_answer` and `entry_of` know nothing of a terminal. `new_offering` asks by a
function that it is given. Nothing is written before the keeper has seen the entry and said
yes, and what is written stays only if the whole catalogue is right with it.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document as Typed
from pydantic import TypeAdapter
from rapidfuzz import process

from bot.catalogue import NATIONAL, Catalogue, CatalogueError, Offering, read_catalogue
from bot.catalogue.models import Localised
from bot.catalogue.problems import Problem, shown
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.staff.yaml_edit import EditError, append_entry
from bot.staff.yaml_write import New
from bot.text import Several, Text, text
from bot.understanding.normalise import fold
from bot.words import Translator

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]
Ask = Callable[[str, tuple[str, ...]], str]
"""The question and the names to complete → what was typed. Raises EOFError, KeyboardInterrupt."""
Tell = Callable[[str], None]

_BACK, _LIST = "<", "?"
_YES, _NO = frozenset(("ja", "j", "yes", "y")), frozenset(("nee", "n", "no"))
_LONGEST_TITLE, _LONGEST_ID = 60, 48
_WITH_PAGE = ("website", "book", "form", "chat")  # ways in that start on a page
_OFFERINGS = TypeAdapter(tuple[Offering, ...])
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+(?:en|and)\s+")


@dataclass(frozen=True)
class Choice:
    """What can be chosen: its id, and its names, that in the keeper's language first."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question: the field it fills in (`title.nl`), its words, and what may be answered.

    Two questions may fill in one field, where other answers decide which of the two is asked.
    """

    field: str
    words: Text
    choices: tuple[Choice, ...] = ()
    many: bool = False
    optional: bool = False
    asked: Callable[[Answers], bool] = lambda _: True


def questions(catalogue: Catalogue, translator: Translator) -> tuple[Question, ...]:
    """Every question that may be asked, in order."""

    def choices(names: Mapping[str, Text]) -> tuple[Choice, ...]:
        return tuple(Choice(id, (translator.say(name),)) for id, name in names.items())

    def named(names: Mapping[str, Localised]) -> tuple[Choice, ...]:
        return tuple(
            Choice(id, (name.in_(translator.language), name.nl, name.en))
            for id, name in names.items()
        )

    schools = {id: school.institution for id, school in catalogue.schools.items()}
    schools[NATIONAL] = catalogue.national.institution
    known = Several(tuple(schools), "or")
    needs = {need.id: need.name for need in catalogue.needs.values()}
    elements = {element.id: element.name for element in catalogue.elements.values()}
    return (
        Question(
            "school",
            text("new.school", known=known),
            tuple(
                Choice(id, (school.name.in_(translator.language), *school.also_called))
                for id, school in schools.items()
            ),
        ),
        Question("title.nl", text("new.title-nl")),
        Question("title.en", text("new.title-en")),
        Question("summary.nl", text("new.summary-nl")),
        Question("summary.en", text("new.summary-en")),
        Question("needs", text("new.needs"), named(needs), many=True),
        Question("elements", text("new.elements"), named(elements), many=True),
        Question("form", text("new.form"), choices(_forms())),
        Question("mode", text("new.mode"), choices(_modes()), many=True),
        Question(
            "languages",
            text("new.languages"),
            choices({"nl": text("new.dutch"), "en": text("new.english")}),
            many=True,
            optional=True,
        ),
        *_where(catalogue, named),
        Question("first_step.nl", text("new.first-step-nl")),
        Question("first_step.en", text("new.first-step-en")),
        Question("access.by", text("new.access"), choices(_ways_in())),
        Question("access.url", text("new.url"), asked=_on_a_page),
        Question(
            "access.url",
            text("new.url-optional"),
            optional=True,
            asked=lambda answers: not _on_a_page(answers),
        ),
        Question("access.phone", text("new.phone"), asked=lambda a: a["access.by"] == "phone"),
        Question("access.email", text("new.email"), asked=lambda a: a["access.by"] == "email"),
        Question("source", text("new.source"), asked=lambda a: not a["access.url"]),
        Question(
            "source",
            text("new.source-same"),
            optional=True,
            asked=lambda answers: bool(answers["access.url"]),
        ),
        Question("checked.by", text("new.checked"), optional=True),
    )


def _where(
    catalogue: Catalogue, named: Callable[[Mapping[str, Localised]], tuple[Choice, ...]]
) -> Iterator[Question]:
    """One question for each school that teaches in more than one city."""
    for school in catalogue.schools.values():
        places = {part.id: part.name for part in school.institution.locations}
        if len(places) > 1:
            yield Question(
                "locations",
                text("new.locations", known=Several(tuple(places), "or")),
                named(places),
                many=True,
                optional=True,
                asked=lambda answers, id=school.institution.id: answers["school"] == id,  # type: ignore[misc]
            )


def _on_a_page(answers: Answers) -> bool:
    return answers["access.by"] in _WITH_PAGE


def _forms() -> dict[str, Text]:
    return {
        "one-to-one": text("new.one-to-one"),
        "group": text("new.group"),
        "peer": text("new.peer"),
        "course": text("new.course"),
        "event": text("new.event"),
        "place": text("new.place"),
        "self-guided": text("new.self-guided"),
        "helpline": text("new.helpline"),
        "service-desk": text("new.service-desk"),
    }


def _modes() -> dict[str, Text]:
    return {
        "campus": text("new.campus"),
        "online": text("new.online"),
        "phone": text("new.by-phone"),
        "chat": text("new.by-chat"),
        "email": text("new.by-email"),
    }


def _ways_in() -> dict[str, Text]:
    return {
        "website": text("new.by-website"),
        "book": text("new.by-book"),
        "walk-in": text("new.by-walk-in"),
        "form": text("new.by-form"),
        "phone": text("new.by-phone"),
        "email": text("new.by-email"),
        "chat": text("new.by-chat"),
    }


# From what is typed to an answer


def read_answer(question: Question, typed: str) -> Answer | Text:
    """The answer to keep, or what is wrong with it."""
    seen = (letter for letter in typed if letter.isprintable() or letter.isspace())
    said = " ".join("".join(seen).split())
    if not said:
        return ("" if not question.many else ()) if question.optional else text("new.empty")
    if question.choices:
        chosen = _chosen(said, question.choices)
        if isinstance(chosen, Text) or question.many:
            return chosen
        return chosen[0] if len(chosen) == 1 else text("new.only-one")
    return _complaint(question.field, said) or said


def _chosen(said: str, choices: tuple[Choice, ...]) -> tuple[str, ...] | Text:
    """The ids of what was named, with commas or "and" between; those may be in a name as well."""
    gaps = list(_BETWEEN.finditer(said))
    starts, ends = [0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), len(said)]
    found: list[str] = []
    at = 0
    while at < len(starts):
        for last in range(len(ends) - 1, at - 1, -1):
            if id := _exactly(said[starts[at] : ends[last]], choices):
                break
        else:
            last, part = at, said[starts[at] : ends[at]]
            id = _nearly(part, choices) if part else ""
            if part and not id:
                return _unknown(part, choices)
        found += [id] if id else []
        at = last + 1
    return tuple(dict.fromkeys(found)) or text("new.empty")


def _exactly(part: str, choices: Iterable[Choice]) -> str:
    part = fold(part)
    for choice in choices:
        if part.replace(" ", "-") == choice.id or part in map(fold, choice.names):
            return choice.id
    return ""


def _nearly(part: str, choices: Iterable[Choice]) -> str:
    """The only one with a word that begins like this; empty where there is not just one."""
    begins = re.compile(rf"(?<!\w){re.escape(fold(part))}")
    found = [c.id for c in choices if any(begins.search(fold(n)) for n in (c.id, *c.names))]
    return found[0] if len(found) == 1 else ""


def _unknown(part: str, choices: Iterable[Choice]) -> Text:
    names = {fold(name): c.names[0] for c in choices for name in (c.id, *c.names)}
    near = process.extractOne(fold(part), list(names), score_cutoff=70)
    if near:
        return text("new.unknown-near", found=shown(part), near=names[near[0]])
    return text("new.unknown", found=shown(part))


# Answers with which nothing is wrong: whatever the catalogue says of an entry with one of them
# replaced, it says of that one.
_GOOD: Answers = {
    "title.nl": "-",
    "title.en": "-",
    "summary.nl": "-",
    "summary.en": "-",
    "needs": ("a",),
    "elements": ("a",),
    "form": "group",
    "mode": ("campus",),
    "first_step.nl": "-",
    "first_step.en": "-",
    "access.by": "walk-in",
    "source": "https://example.nl",
}


def _complaint(field: str, said: str) -> Text | None:
    if field.startswith("title") and len(said) > _LONGEST_TITLE:
        return text("catalogue.too-long", field=field, limit=_LONGEST_TITLE)
    entry = entry_of({**_GOOD, field: said}, "a", dt.date.min)
    document = read_yaml(append_entry("", entry).encode(), "offerings.yaml")
    _, problems = shape(document, _OFFERINGS)
    return problems[0].text if problems else None


# From answers to an entry


def entry_of(answers: Answers, id: str, today: dt.date) -> dict[str, New]:
    """The entry for offerings.yaml, with its fields in the order of the questions."""
    entry: dict[str, New] = {"id": id}
    holders: dict[str, dict[str, New]] = {}
    for field, answer in answers.items():
        holder, _, within = field.partition(".")
        value: New = list(answer) if isinstance(answer, tuple) else answer
        if field == "school" or not answer:
            continue
        if within:
            if holder not in holders:
                entry[holder] = holders[holder] = {"on": today} if holder == "checked" else {}
            holders[holder][within] = [value] if field == "access.phone" else value
        else:
            entry[field] = value
    if "source" not in entry:
        entry["source"] = holders["access"]["url"]
    return entry


def new_id(title: str, school: str, catalogue: Catalogue) -> str:
    """A free id from the English title: `leiden-study-circle`, with the prefix of that school."""
    owned = [o.id for o in catalogue.school(school).offerings]
    prefix = owned[0].partition("-")[0] if owned else school
    words = re.findall(r"[a-z0-9]+", fold(title)) or ["offering"]
    if words[0] == prefix and len(words) > 1:
        words = words[1:]
    while len("-".join((prefix, *words, "99"))) > _LONGEST_ID and len(words) > 1:
        words.pop()
    id = "-".join((prefix, *words))[: _LONGEST_ID - len("-99")].rstrip("-")
    numbers = (f"{id}-{number}" for number in range(2, len(catalogue.offerings) + 3))
    return next(free for free in (id, *numbers) if free not in catalogue.offerings)


# The dialogue


def new_offering(
    folder: Path, ask: Ask, tell: Tell, translator: Translator, today: dt.date
) -> bool:
    """Ask for a new offering and add it to the catalogue in this folder. Whether it was added.

    Raises CatalogueError where the catalogue was wrong to begin with.
    """
    catalogue = read_catalogue(folder)
    tell(translator.say(text("new.hello")))
    try:
        answers = _asked(questions(catalogue, translator), ask, tell, translator)
        school = str(answers["school"])
        id = new_id(str(answers["title.en"]), school, catalogue)
        entry = entry_of(answers, id, today)
        comment = translator.say(text("new.comment", date=today.isoformat()))
        file = f"{school}/offerings.yaml"
        tell(translator.say(text("new.shown", file=file)))
        tell(append_entry("", entry, comment))
        if _confirmed(ask, tell, translator):
            wrong = _add(folder, file, entry, comment)
            tell(translator.say(wrong or text("new.added", id=id, file=file)))
            return wrong is None
    except (EOFError, KeyboardInterrupt):
        tell("")
    tell(translator.say(text("new.nothing")))
    return False


def _asked(
    order: tuple[Question, ...], ask: Ask, tell: Tell, translator: Translator
) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    been: list[int] = []  # the questions answered so far, to go back to
    at = 0
    while at < len(order):
        question = order[at]
        if not question.asked(answers):
            at += 1
            continue
        names = tuple(choice.names[0] for choice in question.choices)
        typed = ask(translator.say(question.words), names).strip()
        if typed == _BACK:
            at = been.pop() if been else at
        elif typed == _LIST and question.choices:
            tell("\n".join(f"  {c.names[0]} ({c.id})" for c in question.choices))
        elif isinstance(answer := read_answer(question, typed), Text):
            tell(translator.say(answer))
        else:
            if question.choices and answer:
                tell(translator.say(text("new.noted", names=_noted(question, answer))))
            answers[question.field] = answer
            been.append(at)
            at += 1
    # An answer from before the keeper went back may be to what is not asked any more.
    fields = dict.fromkeys(order[index].field for index in been)
    return {field: answers[field] for field in fields}


def _noted(question: Question, answer: Answer) -> Several:
    ids = (answer,) if isinstance(answer, str) else answer
    names = {choice.id: choice.names[0] for choice in question.choices}
    return Several(tuple(names[id] for id in ids))


def _confirmed(ask: Ask, tell: Tell, translator: Translator) -> bool:
    question = text("new.confirm")
    while True:
        said = fold(ask(translator.say(question), ()))
        if said in _YES | _NO:
            return said in _YES
        tell(translator.say(text("new.yes-or-no")))


# Into the file


def _add(folder: Path, file: str, entry: Mapping[str, New], comment: str) -> Text | None:
    """Add it at the end of the file. Where the catalogue is not right then, put the file back."""
    path = (folder / file).resolve()
    try:
        before, old = read_catalogue(folder), path.read_bytes()
        new = append_entry(old.decode(), entry, comment).encode()
        try:
            _replace(path, new)
            problem = _problem(folder, before, entry, file)
        except BaseException:
            _replace(path, old)
            raise
        if problem is not None:
            _replace(path, old)
    except OSError:
        return text("new.not-written", file=file)
    except EditError:
        problem = Problem(file, 1, 1, text("new.no-list"))
    except CatalogueError as error:  # somebody else was busy in it
        problem = error.problems[0]
    if problem is None:
        return None
    return text("new.put-back", place=problem.place, problem=problem.text)


def _problem(
    folder: Path, before: Catalogue, entry: Mapping[str, New], file: str
) -> Problem | None:
    """What is wrong with the catalogue now: it is as it was before, and has this entry too."""
    try:
        now = read_catalogue(folder)
    except CatalogueError as error:
        return error.problems[0]
    meant = {**before.offerings, str(entry["id"]): Offering.model_validate(entry)}
    same = now.offerings == meant
    return None if same else Problem(file, 1, 1, text("new.changes-others"))


def _replace(path: Path, content: bytes) -> None:
    """The whole file at once: a crash leaves the old one. A hidden file is not of the catalogue."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(content)
        shutil.copymode(path, new)
        new.replace(path)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


# In a terminal


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
