"""The rules of `catalogue/safety.yaml`: what a psychologist on staff reads and changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, TypeAdapter

from bot.catalogue.models import DangerKind, Flag, Id, Model, Words
from bot.catalogue.problems import Problem
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import Document, read_yaml
from bot.safety.notation import NotationError, steps_of
from bot.safety.people import About
from bot.text import Text, text

Strength = Literal["clear", "soft"]
Expression = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200)]

# The most urgent first: what can cost a life within minutes, and needs 112, comes before
# everything; then a hand that may come down again tonight; then a life in danger from within, or
# somebody else's; then what has happened and needs care today; then harm that is seldom deadly.
# A clear signal always comes before a soft one, whatever the kind.
KINDS: tuple[DangerKind, ...] = get_args(DangerKind)


class Rule(Model):
    """One entry: expressions that show danger, or words and exceptions that rules make use of."""

    id: Id = Field(description="The name of the rule. For `words`: what <name> stands for.")
    kind: DangerKind | Literal["exception", "words", "ordinary-words"] = Field(
        description="The danger; or `exception` (takes matches away), `words` (a list to use as "
        "<id>) or `ordinary-words` (never read as a spelling mistake for another word)."
    )
    strength: Strength = Field(
        default="clear", description="clear: the crisis message. soft: the same in softer words."
    )
    about: About | None = Field(
        default=None, description="Whom it is about; absent: seen from the words around it."
    )
    firm: Flag = Field(
        default=False,
        description="true: general exceptions do not count, only its own `unless`, and the second "
        "vote cannot doubt it.",
    )
    reason: Words = Field(description="In one line: why this entry exists.")
    says: Annotated[tuple[Expression, ...], Field(min_length=1, description="The expressions.")]
    unless: tuple[Expression, ...] = Field(
        default=(), description="Each takes away a match of this rule that it shares a word with."
    )
    kinds: tuple[DangerKind, ...] = Field(
        default=(), description="For an exception: the kinds it is about; absent: all."
    )


_RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


def read_rules(path: Path) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """The rules in the file and no problems, or no rules and every problem. Never raises."""
    try:
        content = path.read_bytes()
    except OSError:
        return (), (Problem(path.name, 1, 1, text("catalogue.missing-file")),)
    document = read_yaml(content, path.name)
    value, problems = shape(document, _RULES)
    rules: tuple[Rule, ...] = value or ()
    problems += tuple(_mistakes(document, rules))
    return (() if problems else rules), problems


def groups_of(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    """The named lists among the rules: what <name> stands for."""
    return {rule.id: rule.says for rule in rules if rule.kind == "words"}


def _mistakes(document: Document, rules: tuple[Rule, ...]) -> Iterable[Problem]:
    groups = groups_of(rules)
    seen: set[str] = set()

    def problem(path: tuple[str | int, ...], message: Text) -> Problem:
        return Problem(document.file, *document.position(path), message)

    for number, rule in enumerate(rules):
        if rule.id in seen:
            yield problem((number, "id"), text("safety.double-id", found=rule.id))
        seen.add(rule.id)
        for name in ("says", "unless"):
            expressions: tuple[str, ...] = getattr(rule, name)
            for index, expression in enumerate(expressions):
                try:
                    steps_of(expression, groups)
                except NotationError as error:
                    yield problem((number, name, index), error.message)
