"""From a document to frozen models, with pydantic's complaints in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from bot.catalogue.problems import MOST_TOLD, Path, Problem, shown
from bot.catalogue.yaml_text import Document, Position, Value
from bot.text import LANGUAGES, Several, Text, text

_MOST_SHOWN = 12
_PIECE = 500
_MOST_FIELDS = 100  # in one entry; where there are more, what was meant is anybody's guess


def shape(document: Document, into: TypeAdapter[Any]) -> tuple[Any, tuple[Problem, ...]]:
    """The document as models and no problems, or None and every mistake against the form."""
    if document.value is None:
        return None, document.problems or (
            Problem(document.file, 1, 1, text("catalogue.empty-file")),
        )
    value, errors = _validated(document.value, into)
    if errors:
        slips = _Slips(document, _schema(into), errors)
        read = [p for p in document.problems if (p.line, p.column) not in slips.not_twice]
        return None, (*read, *_problems(document, errors, slips))
    return (None if document.problems else value), document.problems


def _validated(value: Value, into: TypeAdapter[Any]) -> tuple[Any, list[ErrorDetails]]:
    """The models, and the first thousand complaints; long lists in pieces, to stop in time."""
    if not isinstance(value, list) or len(value) <= _PIECE:
        return _validated_piece(value, into)
    models: list[Any] = []
    errors: list[ErrorDetails] = []
    for begin in range(0, len(value), _PIECE):
        piece, wrong = _validated_piece(value[begin : begin + _PIECE], into)
        models += piece or ()
        for details in wrong:
            index, *within = details["loc"]
            errors.append({**details, "loc": (int(index) + begin, *within)})
        if len(errors) >= MOST_TOLD:
            break
    return tuple(models), errors[:MOST_TOLD]


def _validated_piece(value: Value, into: TypeAdapter[Any]) -> tuple[Any, list[ErrorDetails]]:
    try:
        return into.validate_python(value), []
    except ValidationError as error:
        return None, error.errors(include_url=False)[:MOST_TOLD]


def _problems(document: Document, errors: list[ErrorDetails], slips: _Slips) -> Iterator[Problem]:
    """One problem for each mistake, also where pydantic sees one mistake in two places."""
    told = {problem.path for problem in document.problems if problem.path is not None}
    for details in errors:
        if details["type"] == "double":
            found = _doubles(document, details)
        elif details["loc"] in slips.found:
            found = [(details["loc"], slips.found[details["loc"]])]
        elif details["loc"] in slips.explained:
            continue
        else:
            found = [_in_words(document, slips.schema, details)]
        for path, words in found:
            if path not in told and not document.in_doubt(path):
                told.add(path)
                line, column = slips.places.get(path) or document.position(path)
                yield Problem(document.file, line, column, words, path=path)


# One mistake against the form


def _in_words(document: Document, schema: _Schema, details: ErrorDetails) -> tuple[Path, Text]:
    path = tuple(step for step in details["loc"] if step != "[key]")
    kind = details["type"]
    if kind == "missing":
        return _missing(document, path)
    if details["input"] is None:
        return path, text("catalogue.empty", field=_name(document, path))
    if kind == "dates_order":
        return (*path, "to"), text("catalogue.dates-order", field=_identity(document, path))
    if kind == "hours":
        return path, details["ctx"]["text"]
    if kind in _ACTIVITY:
        told_at, words = _ACTIVITY[kind]
        entry = document.at(path)
        field = next((f for f in told_at if isinstance(entry, dict) and f in entry), None)
        return (path if field is None else (*path, field)), words
    if kind.startswith("int_") or kind in ("greater_than_equal", "less_than_equal"):
        return path, _wrong_number(document, schema, details, path)
    return path, _wrong_value(document, schema, details, path)


def _missing(document: Document, path: Path) -> tuple[Path, Text]:
    holder = path[:-1]
    if document.at(holder) == {}:  # nothing in it at all is one mistake
        return holder, text("catalogue.empty", field=_name(document, holder))
    if path[-1] in LANGUAGES:
        of = _name(document, holder)
        return path, text("catalogue.missing-translation", language=str(path[-1]), of=of)
    field, of = _name(document, path), _identity(document, path)
    return path, text("catalogue.missing", field=field, of=of)


def _wrong_number(document: Document, schema: _Schema, details: ErrorDetails, path: Path) -> Text:
    name, found, allowed = _name(document, path), shown(details["input"]), schema.at(path)
    if "minimum" not in allowed or "maximum" not in allowed:
        return text("catalogue.needs-number", field=name, found=found)
    low, high = str(allowed["minimum"]), str(allowed["maximum"])
    return text("catalogue.needs-number-between", field=name, found=found, low=low, high=high)


def _wrong_value(document: Document, schema: _Schema, details: ErrorDetails, path: Path) -> Text:
    kind, name, found = details["type"], _name(document, path), shown(details["input"])
    match kind:
        case "model_type" | "model_attributes_type" | "dict_type" if path and name == "-":
            return text("catalogue.needs-entry", found=found)
        case "model_type" | "model_attributes_type" | "dict_type":
            known = tuple(schema.fields(path)) if path else ()
            if not known or set(LANGUAGES) & set(known):
                return text("catalogue.needs-fields", field=name, found=found)
            fields = Several(known[:_MOST_SHOWN], "or")
            return text("catalogue.needs-own-fields", field=name, found=found, known=fields)
        case "tuple_type" | "list_type":
            return text("catalogue.needs-list", field=name, found=found)
        case "string_type":
            return text("catalogue.needs-text", field=name)
        case "literal_error":
            return _one_of(name, found, str(details["ctx"]["expected"]))
        case "true_or_false":
            return text("catalogue.needs-true-or-false", field=name, found=found)
        case "string_pattern_mismatch":
            key = _PATTERN_HELP.get(_last_word(path), "catalogue.bad-id")
            return text(key, found=found, field=name)
        case "string_too_long":
            return text("catalogue.too-long", field=name, limit=int(details["ctx"]["max_length"]))
        case "too_short" | "string_too_short":
            return text("catalogue.empty", field=name)
        case "ages_empty":
            return text("catalogue.ages-empty", field=name)
        case "ages_order":
            return text("catalogue.ages-order", field=name)
        case "moment_of":
            return text("catalogue.moment-of", field=name)
        case "moment_days":
            return text("catalogue.moment-days", field=name)
    if kind.startswith("date"):
        return text("catalogue.needs-date", field=name, found=found)
    return text("catalogue.unreadable", field=name, found=found)


# What is wrong with an activity as a whole: told at the first of these fields that is there.
_ACTIVITY: dict[str, tuple[tuple[str, ...], Text]] = {
    "activity_needs": (("kind",), text("catalogue.activity-needs")),
    "activity_end": (("every",), text("catalogue.activity-end")),
    "activity_only": (("time", "every", "place"), text("catalogue.activity-only")),
}
_PATTERN_HELP = {
    "url": "catalogue.bad-url",
    "source": "catalogue.bad-url",
    "website": "catalogue.bad-url",
    "phone": "catalogue.bad-phone",
    "email": "catalogue.bad-email",
    "time": "catalogue.bad-time",
}


def _one_of(name: str, found: str, expected: str) -> Text:
    allowed = tuple(expected.replace(" or ", ", ").replace("'", "").split(", "))
    return text(
        "catalogue.one-of", field=name, found=found, allowed=Several(allowed[:_MOST_SHOWN], "or")
    )


def _doubles(document: Document, details: ErrorDetails) -> list[tuple[Path, Text]]:
    """Every id that stands in its list for the second time, where it does."""
    path = details["loc"]
    raw = document.at(path)
    name = _name(document, path)
    seen: set[object] = set()
    found: list[tuple[Path, Text]] = []
    for index, value in enumerate(raw if isinstance(raw, list) else ()):
        if value in seen and len(found) < MOST_TOLD:
            message = text("catalogue.double", field=name, found=shown(value))
            found.append(((*path, index), message))
        seen.add(value)
    return found


def _last_word(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _name(document: Document, path: Path) -> str:
    """The field as a keeper sees it: `title`, `title.nl`, `access.url`; list numbers left out."""
    words = [step for step in path if isinstance(step, str)]
    return shown(".".join(words)) if words else ("-" if path else document.file)


def _identity(document: Document, path: Path) -> str:
    """The id of the nearest entry around the path, to find it by."""
    for length in range(len(path), -1, -1):
        entry = document.at(path[:length])
        if isinstance(entry, dict) and isinstance(entry.get("id"), str):
            return shown(entry["id"])
    return document.file


# Two complaints for one mistake: a field with a slip in its name is unknown, and so is missing


class _Schema:
    """Which fields belong where."""

    def __init__(self, into: TypeAdapter[Any]) -> None:
        self._schema = into.json_schema()

    def fields(self, path: Path) -> Mapping[str, Any]:
        fields: Mapping[str, Any] = self.at(path).get("properties", {})
        return fields

    def at(self, path: Path) -> dict[str, Any]:
        here = self._schema
        for step in path:
            here = self._resolved(here)
            if isinstance(step, int):
                here = here.get("items") or {}
            else:
                within = here.get("properties", {}).get(step)
                here = within or here.get("additionalProperties") or {}
        return self._resolved(here)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self._schema["$defs"][schema["$ref"].rpartition("/")[2]]
            else:
                schema = next(s for s in schema["anyOf"] if s.get("type") != "null")
        return schema


@cache
def _schema(into: TypeAdapter[Any]) -> _Schema:
    return _Schema(into)


@dataclass(frozen=True)
class _Guess:
    """What was probably meant by an unknown field."""

    words: Text
    explains: frozenset[Path] = frozenset()  # where pydantic complains about the same mistake
    whole_block: bool = False  # the lines below it are probably as far off


class _Slips:
    """Mistakes that pydantic complains about in more than one place: each told once."""

    def __init__(self, document: Document, schema: _Schema, errors: list[ErrorDetails]) -> None:
        self._document, self.schema = document, schema
        self._missing = {e["loc"] for e in errors if e["type"] == "missing"}
        unknown = [e["loc"] for e in errors if e["type"] == "extra_forbidden"]
        self.found: dict[Path, Text] = {}
        self.explained: set[Path] = set()
        self.places: dict[Path, Position] = {}  # where to tell what, if not where it is
        self.not_twice: set[Position] = set()  # repeated keys that are something else
        self._misplaced: set[Path] = set()  # where fields belong that stand elsewhere
        self._dashes()
        self._stubs()
        for path in unknown:
            self._unknown(path)
        self._only_misplaced(unknown)
        self._repeats(set(unknown))

    def _stubs(self) -> None:
        """An entry that is an id and nothing else lacks many fields, and is one mistake."""
        for at, fields in self._lost().items():
            entry, first = self._document.at(at), (*at, fields[0])
            stub = isinstance(entry, dict) and list(entry) == ["id"] and len(fields) > 1
            if stub and first not in self.explained:
                self.explained |= {(*at, field) for field in fields}
                # Where the line with the id stands there twice, that is told as such.
                if self._document.at((*at, "id")) != self._document.at((*_beside(at, 1), "id")):
                    lacks, of = Several(tuple(fields)), _identity(self._document, at)
                    self.found[first] = text("catalogue.missing", field=lacks, of=of)

    def _dashes(self) -> None:
        """An entry without id that has what the one above it misses: the dash is too many."""
        lost = self._lost()
        for at, fields in lost.items():
            here, above = self._document.at(at), _beside(at, -1)
            if "id" in fields and isinstance(here, dict) and set(lost.get(above, [])) & set(here):
                words = text("catalogue.extra-dash", field=shown(next(iter(here))))
                self.found[(*at, "id")] = words
                self.explained |= {(*at, field) for field in fields}
                self.explained |= {(*above, field) for field in here}

    def _lost(self) -> dict[Path, list[str]]:
        """The missing fields of each entry of a list."""
        lost: dict[Path, list[str]] = {}
        for path in sorted(self._missing, key=str):
            if len(path) > 1 and isinstance(path[-2], int):
                lost.setdefault(path[:-1], []).append(str(path[-1]))
        return lost

    def _unknown(self, path: Path) -> None:
        if self._headless(path):
            return
        guess = self._too_far_left(path) or self._too_far_right(path) or self._misspelt(path)
        if guess.whole_block and guess.explains <= self.explained:
            self.explained.add(path)  # the line above it is as far off, and that has been told
            return
        self.explained |= guess.explains
        self.found[path] = guess.words

    def _headless(self, path: Path) -> bool:
        """The line above it is missing, or misplaced: `by:` inside `first_step:`."""
        key, holder = str(path[-1]), path[:-1]
        for head in sorted(self._missing | self._misplaced, key=str):
            if head[:-1] == holder[:-1] and holder and key in self.schema.fields(head):
                if head not in self.explained:
                    self.found[head] = _missing(self._document, head)[1]
                    self.places[head] = self._document.position(path)
                    self._misplaced.add(head)
                    self.explained.add(head)
                self.explained.add(path)
                return True
        return False

    def _repeats(self, unknown: set[Path]) -> None:
        """A key that stands there twice because the line between is missing, or misplaced."""
        for repeat in self._document.repeats:
            around, place = repeat.holder[:-1], (repeat.line, repeat.column)
            if repeat.after and (*repeat.holder, repeat.after) in unknown:
                self.not_twice.add(place)
            for head in sorted(self._missing - self.explained, key=str):
                beside = repeat.holder and head[:-1] == around and place not in self.not_twice
                if beside and repeat.key in self.schema.fields(head):
                    self.not_twice.add(place)
                    self.places[head] = place

    def _only_misplaced(self, unknown: list[Path]) -> None:
        """A holder in which everything belongs elsewhere lacks nothing of its own."""
        for holder in {path[:-1] for path in unknown}:
            here = {path[-1] for path in unknown if path[:-1] == holder}
            misplaced = any(path[-1] in here for path in self._misplaced)
            if misplaced and set(self._holder((*holder, ""))) == here:
                self.explained |= {path for path in self._missing if path[:-1] == holder}

    def _too_far_left(self, path: Path) -> _Guess | None:
        """The field belongs to the one above it: `en:` straight below `title:`."""
        key, holder = str(path[-1]), self._holder(path)
        if len(holder) > _MOST_FIELDS:
            return None
        before = list(holder)[: list(holder).index(key)]
        for sibling in reversed(before):
            at = (*path[:-1], sibling)
            value = holder[sibling]
            room = value is None or (isinstance(value, dict) and key not in value)
            if room and key in self.schema.fields(at):
                words = text("catalogue.indent-more", found=shown(key), of=shown(sibling))
                explains = frozenset([at if value is None else (*at, key)])
                return _Guess(words, explains, whole_block=value is None)
        return None

    def _too_far_right(self, path: Path) -> _Guess | None:
        """The field belongs beside the one that it stands in: `needs:` inside `summary:`."""
        key = str(path[-1])
        for length in range(len(path) - 2, -1, -1):
            around = path[:length]
            holder = self._document.at(around)
            if isinstance(holder, dict) and key in self.schema.fields(around) and key not in holder:
                self._misplaced.add((*around, key))
                of = next(str(step) for step in path[length:] if isinstance(step, str))
                words = text("catalogue.indent-less", found=shown(key), of=shown(of))
                return _Guess(words, frozenset([(*around, key)]))
        return None

    def _misspelt(self, path: Path) -> _Guess:
        key, holder, around = str(path[-1]), self._holder(path), path[:-1]
        free = sorted(f for f in self.schema.fields(around) if f not in holder)
        lost = [f for f in free if (*around, f) in self._missing - self.explained]
        for sign, why in ((":", "yaml.colon-space"), (" ", "yaml.no-colon")):
            name, found, _ = key.partition(sign)
            if found and name in free:
                return _Guess(text(why, found=shown(key)), frozenset([(*around, name)]))
        meant = _nearest(key, lost, 45) or _nearest(key, free, 60)
        if meant is None and set(lost) & set(LANGUAGES):  # {nl: …, engels: …}
            meant = lost[0]
        of = _identity(self._document, path)
        if meant is not None:
            words = text("catalogue.unknown-key", found=shown(key), of=of, known=meant)
            return _Guess(words, frozenset([(*around, meant)]))
        if not free:
            return _Guess(text("catalogue.unknown-key-full", found=shown(key), of=of))
        known = Several(tuple(free[:_MOST_SHOWN]), "or")
        return _Guess(text("catalogue.unknown-key-far", found=shown(key), of=of, known=known))

    def _holder(self, path: Path) -> dict[str, Any]:
        holder = self._document.at(path[:-1])
        return holder if isinstance(holder, dict) else {}


def _beside(entry: Path, further: int) -> Path:
    return (*entry[:-1], int(entry[-1]) + further)


def _nearest(key: str, fields: list[str], least: int) -> str | None:
    best = process.extractOne(
        key.lower().replace("-", "_"), fields, scorer=fuzz.ratio, score_cutoff=least
    )
    return best[0] if best else None
