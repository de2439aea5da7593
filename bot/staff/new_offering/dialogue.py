"""Question by question, with no YAML. Nothing is written before the keeper has seen it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from bot.catalogue import read_catalogue
from bot.staff.new_offering.answers import Answer, entry_of
from bot.staff.new_offering.entry import add, new_id
from bot.staff.new_offering.questions import Question, questions, read_answer
from bot.staff.new_offering.terminal import Ask
from bot.staff.yaml_edit import append_entry
from bot.text import Several, Text, text
from bot.understanding.normalise import fold
from bot.words import Translator

Tell = Callable[[str], None]

_BACK, _LIST = "<", "?"
_YES, _NO = frozenset(("ja", "j", "yes", "y")), frozenset(("nee", "n", "no"))


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
            wrong = add(folder, file, entry, comment)
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
