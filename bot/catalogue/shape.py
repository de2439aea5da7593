"""From a document to frozen models, with pydantic's complaints in words that say what to do."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from bot.catalogue.problems import Path, Problem
from bot.catalogue.yaml_text import Document
from bot.text import LANGUAGES, Several, Text, text

_FIELDS_SHOWN = 12


def shape(document: Document, into: TypeAdapter[Any]) -> tuple[Any, tuple[Problem, ...]]:
    """The document as models and no problems, or None and every mistake against the form."""
    if document.value is None:
        return None, document.problems or (
            Problem(document.file, 1, 1, text("catalogue.empty-file")),
        )
    try:
        value = into.validate_python(document.value)
    except ValidationError as error:
        known = {(problem.line, problem.column) for problem in document.problems}
        found = [_problem(document, details) for details in error.errors(include_url=False)]
        # One mistake, one line: what the reader already reported at this spot is not said twice.
        new = tuple(p for p in found if (p.line, p.column) not in known)
        return None, document.problems + new
    return (None if document.problems else value), document.problems


def _problem(document: Document, details: ErrorDetails) -> Problem:
    path = tuple(step for step in details["loc"] if step != "[key]")
    line, column = document.position(path)
    return Problem(document.file, line, column, _words(document, details, path))


def _words(document: Document, details: ErrorDetails, path: Path) -> Text:
    name = _name(path)
    kind = details["type"]
    found = _shown(details["input"])
    context = details.get("ctx", {})
    if kind == "missing":
        if path and path[-1] in LANGUAGES:
            return text(
                "catalogue.missing-translation", language=str(path[-1]), of=_name(path[:-1])
            )
        return text("catalogue.missing", field=name, of=_identity(document, path))
    if kind == "extra_forbidden":
        return _unknown_key(document, path)
    if details["input"] is None:
        return text("catalogue.empty", field=name)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return text("catalogue.needs-fields", field=name, found=found)
    if kind in ("tuple_type", "list_type"):
        return text("catalogue.needs-list", field=name, found=found)
    if kind == "string_type":
        return text("catalogue.needs-text", field=name)
    if kind == "literal_error":
        allowed = str(context["expected"]).replace(" or ", ", ").replace("'", "")
        return _one_of(name, found, tuple(allowed.split(", ")))
    if kind in ("int_parsing", "int_type", "greater_than_equal", "less_than_equal"):
        return text("catalogue.needs-number", field=name, found=found)
    if kind.startswith("date"):
        return text("catalogue.needs-date", field=name, found=found)
    if kind == "true_or_false":
        return text("catalogue.needs-true-or-false", field=name, found=found)
    if kind == "string_pattern_mismatch":
        return text(
            _PATTERN_HELP.get(_last_word(path), "catalogue.bad-id"), found=found, field=name
        )
    if kind == "string_too_long":
        return text("catalogue.too-long", field=name, limit=int(str(context["max_length"])))
    if kind in ("too_short", "string_too_short"):
        return text("catalogue.empty", field=name)
    if kind == "double":
        return text("catalogue.double", field=name, found=str(context["double"]))
    if kind in ("ages_empty", "ages_order", "dates_order"):
        return text(f"catalogue.{kind.replace('_', '-')}", field=name)
    return text("catalogue.unreadable", field=name, found=found)


_PATTERN_HELP = {
    "url": "catalogue.bad-url",
    "source": "catalogue.bad-url",
    "website": "catalogue.bad-url",
    "phone": "catalogue.bad-phone",
    "email": "catalogue.bad-email",
}


def _last_word(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _name(path: Path) -> str:
    """The field as a keeper sees it: `title`, `title.nl`, `access.url`; list numbers left out."""
    return ".".join(step for step in path if isinstance(step, str))


def _identity(document: Document, path: Path) -> str:
    """The id of the entry that the path is in, to find it by."""
    entry = document.at(path[:1]) if path and isinstance(path[0], int) else document.value
    identity = entry.get("id") if isinstance(entry, dict) else None
    return str(identity) if isinstance(identity, str) else document.file


def _shown(value: object) -> str:
    shown = value if isinstance(value, str) else type(value).__name__
    return {"dict": "{…}", "list": "[…]", "NoneType": "—"}.get(shown, shown)[:60]


def _unknown_key(document: Document, path: Path) -> Text:
    key = str(path[-1])
    holder = document.at(path[:-1])
    return text(
        "catalogue.unknown-key", found=key, of=_identity(document, path), known=_near(key, holder)
    )


def _near(key: str, holder: object) -> str:
    """The field that was probably meant; a dash where nothing is near."""
    from bot.catalogue import models  # here: only needed for a mistake

    fields = {
        field.alias or name
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, models.Model)
        for name, field in model.model_fields.items()
    }
    present = set(holder) if isinstance(holder, dict) else set()
    best = process.extractOne(key, sorted(fields - present), score_cutoff=60)
    return best[0] if best else "—"


def _one_of(name: str, found: str, allowed: tuple[str, ...]) -> Text:
    return text(
        "catalogue.one-of",
        field=name,
        found=found,
        allowed=Several(allowed[:_FIELDS_SHOWN], "or"),
    )
