"""Mistakes in meaning: ids that are used twice, and references to what does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from rapidfuzz import process

from bot.catalogue.catalogue import NATIONAL
from bot.catalogue.problems import Path, Problem, shown
from bot.catalogue.yaml_text import Document
from bot.text import LANGUAGES, Several, Text, text

_MOST_SHOWN = 12
_MANY = 3
_ID_IN_TEXT = re.compile(r"\bid\b[\"']?:?[ \t]*[\"']?([\w-]+)")
_PARTS = ("locations", "faculties", "programmes")
_TALK = ("needs", "small_talk")  # folders with one file for each need or kind

Entry = tuple[Path, dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """One file: as it was read, and as models (None where its form is wrong)."""

    document: Document
    value: Any

    @property
    def file(self) -> str:
        return self.document.file

    @cached_property
    def folder(self) -> str:
        return self.file.rpartition("/")[0]

    @cached_property
    def kind(self) -> str:
        """`offerings`, `staff`, …; for one file in a folder of many, that folder."""
        return self.folder if self.folder in _TALK else PurePosixPath(self.file).stem

    def problem(self, path: Path, message: Text) -> Problem:
        line, column = self.document.position(path)
        return Problem(self.file, line, column, message, path=path)

    def place(self, path: Path) -> str:
        return f"{self.file}:{self.document.position(path)[0]}"

    def at(self, *path: str | int) -> Any:
        return self.document.at(path)

    def entries(self, *within: str) -> list[Entry]:
        """The raw entries; also of a file in which something else is wrong."""
        if self.kind == "elements" and not within:
            within = ("elements",)
        raw = self.at(*within)
        if isinstance(raw, dict):
            return [(within, raw)]
        return [
            ((*within, index), entry)
            for index, entry in enumerate(raw if isinstance(raw, list) else ())
            if isinstance(entry, dict)
        ]

    def with_id(self, *within: str) -> list[Entry]:
        return [e for e in self.entries(*within) if isinstance(e[1].get("id"), str)]

    def ids(self, *within: str) -> set[str] | None:
        """The ids in this file; None where it is too broken to know them all."""
        found = {entry["id"] for _, entry in self.with_id(*within)}
        if self.value is not None:
            return found
        told = set(_ID_IN_TEXT.findall(self.document.source))  # also of what cannot be read
        if not told or self._lost_ids(*within):
            return None
        return told | found | {_as_id(id) for id in found}

    def _lost_ids(self, *within: str) -> bool:
        """Whether there are entries without an id, or with an id that cannot be found."""
        raw, above = self.at(*within), self.at(*within[:-1])
        if self.document.value is None:
            return True
        if raw is None and within and isinstance(above, dict) and within[-1] in above:
            return True
        if raw is not None and not isinstance(raw, list):
            return True
        if raw is not None and len(raw) > len(self.with_id(*within)):
            return True
        if any(len(r.holder) == 1 and r.key != "id" for r in self.document.repeats):
            return True  # two entries have run together
        lines = self.document.source.split("\n")
        unread = [lines[number - 1] for number in self.document.doubtful]
        told = len(_ID_IN_TEXT.findall("\n".join(unread)))
        return bool(unread) and told < max(1, sum(line.startswith("-") for line in unread))


def _as_id(found: str) -> str:
    """The id that was meant, where somebody wrote capitals or spaces."""
    return re.sub(r"[^a-z0-9]+", "-", found.lower()).strip("-")


def check_references(sources: Iterable[Source], unread: Iterable[str] = ()) -> list[Problem]:
    """All mistakes across files. `unread` are files with a wrong name.

    Works on the raw entries, so that a slip in one field of a need does not make every offering
    that names this need look wrong too. Where a file is too broken to know what is in it, what
    refers to it is left alone.
    """
    files = _Files({source.file: source for source in sources}, tuple(unread))
    return [
        *_names_of_files(files),
        *_ids_used_twice(files),
        *_unknown_ids(files),
        *_unplaced_needs(files),
        *_phrases_claimed_twice(files),
    ]


class _Files:
    """The files, and what the ids in them are."""

    def __init__(self, by_name: dict[str, Source], unread: tuple[str, ...]) -> None:
        self.by_name, self._unread = by_name, unread

    def of(self, *kinds: str) -> list[Source]:
        return [source for source in self.by_name.values() if source.kind in kinds]

    def ids(self, kind: str, folder: str) -> set[str] | None:
        """The ids in one file of an institution, or (folder "") at the top; None if unknown."""
        source = self.by_name.get(f"{folder}/{kind}.yaml".lstrip("/"))
        return source.ids() if source else None

    def parts(self, folder: str, part: str) -> set[str] | None:
        """The ids of the locations, faculties or programmes of an institution."""
        source = self.by_name.get(f"{folder}/institution.yaml")
        return source.ids(part) if source else None

    def staff(self, folder: str) -> set[str] | None:
        """Of an institution that may have no file for them."""
        if any(name.startswith(f"{folder}/") for name in self._unread):
            return None
        return self.ids("staff", folder) if f"{folder}/staff.yaml" in self.by_name else set()

    def near(self, folder: str) -> set[str] | None:
        """The offerings of an institution and the national ones; None if not all are known."""
        own = self.ids("offerings", folder)
        return None if own is None or self.national is None else own | self.national

    def calendar(self, folder: str) -> set[str] | None:
        """The entries of an institution's calendar and of the national one; both may be absent."""
        found: set[str] = set()
        for name in (folder, NATIONAL):
            if f"{name}/calendar.yaml" in self.by_name:
                ids = self.ids("calendar", name)
                if ids is None:
                    return None
                found |= ids
        return found

    @cached_property
    def elements(self) -> set[str] | None:
        return self.ids("elements", "")

    @cached_property
    def national(self) -> set[str] | None:
        return self.ids("offerings", NATIONAL)

    @cached_property
    def needs(self) -> set[str] | None:
        """The needs that have a file, also where the file is broken or has another id in it."""
        names = [source.file for source in self.of("needs")]
        names += [name for name in self._unread if name.startswith("needs/")]
        inside = {entry["id"] for source in self.of("needs") for _, entry in source.with_id()}
        return {PurePosixPath(name).stem for name in names} | inside if names else None

    @cached_property
    def needs_or_placed(self) -> set[str] | None:
        """With those in a theme: a theme that names none is wrong there, not at each offering."""
        themes = self.by_name.get("themes.yaml")
        if self.needs is None or themes is None:
            return self.needs
        return self.needs | {need for _, need in _placed(themes)}


def _names_of_files(files: _Files) -> Iterator[Problem]:
    """A need's file and an institution's folder carry its id, so that a keeper finds them."""
    for source in files.of("institution", *_TALK):
        name = source.folder if source.kind == "institution" else PurePosixPath(source.file).stem
        for path, entry in source.with_id():
            if entry["id"] != name:
                message = text("catalogue.id-file", found=shown(entry["id"]), expected=name)
                yield source.problem((*path, "id"), message)


def _ids_used_twice(files: _Files) -> Iterator[Problem]:
    first: dict[tuple[str, str], str] = {}
    for source in files.by_name.values():
        if source.kind in ("offerings", "staff", "calendar", "tips", "elements", "themes"):
            for path, entry in source.with_id():
                yield from _once(first, source, path, entry["id"], source.kind)
        elif source.kind == "institution":
            for part in _PARTS:
                for path, entry in source.with_id(part):
                    yield from _once(first, source, path, entry["id"], f"part of {source.folder}")


def _once(
    first: dict[tuple[str, str], str], source: Source, path: Path, id: str, kind: str
) -> Iterator[Problem]:
    at = (*path, "id")
    if (kind, id) in first:
        message = text("catalogue.id-twice", found=shown(id), first=first[kind, id])
        yield source.problem(at, message)
    else:
        first[kind, id] = source.place(at)


def _unknown_ids(files: _Files) -> Iterator[Problem]:
    """Of an id that is named in many places, only the first: the mistake is then with the id."""
    places: dict[tuple[str, str], list[_Unknown]] = {}
    for unknown in _each_unknown_id(files):
        places.setdefault((unknown.name, unknown.id), []).append(unknown)
    for same in places.values():
        if len(same) < _MANY:
            yield from (
                unknown.source.problem(unknown.path, unknown.in_words()) for unknown in same
            )
            continue
        first = same[0]
        message = text(
            "catalogue.unknown-id-often",
            field=first.name,
            found=shown(first.id),
            count=len(same) - 1,
        )
        yield first.source.problem(first.path, message)


@dataclass(frozen=True)
class _Unknown:
    """A reference to what does not exist."""

    source: Source
    path: Path
    id: str
    known: set[str]

    @property
    def name(self) -> str:
        return next(str(step) for step in reversed(self.path) if isinstance(step, str))

    def in_words(self) -> Text:
        options = sorted(self.known)
        near = process.extractOne(self.id, options, score_cutoff=50)
        found = shown(self.id)
        if near:
            return text("catalogue.unknown-id", field=self.name, found=found, near=near[0])
        if options:
            some = Several(tuple(options[:_MOST_SHOWN]), "or")
            return text("catalogue.unknown-id-far", field=self.name, found=found, known=some)
        return text("catalogue.unknown-id-none", field=self.name, found=found)


def _each_unknown_id(files: _Files) -> Iterator[_Unknown]:
    for source in files.by_name.values():
        for path, entry in source.entries():
            match source.kind:
                case "offerings":
                    yield from _unknown_in_offering(files, source, path, entry)
                case "themes":
                    yield from _unknown(source, path, entry, "needs", files.needs)
                case "calendar":
                    yield from _unknown(source, path, entry, "needs", files.needs_or_placed)
                    yield from _unknown(source, path, entry, "offerings", files.near(source.folder))
                case "tips":
                    yield from _unknown_in_tip(files, source, path, entry)
                case "staff":
                    locations = files.parts(source.folder, "locations")
                    yield from _unknown(source, path, entry, "locations", locations)
                    yield from _unknown(source, path, entry, "needs", files.needs_or_placed)
                    staff = files.staff(source.folder)
                    for name in ("team", "backup"):
                        yield from _unknown_value(source, (*path, name), entry.get(name), staff)
                case "institution":
                    offerings = files.ids("offerings", source.folder)
                    yield from _unknown(source, path, entry, "contact", offerings)
                    for index, named in source.entries("in_crisis"):
                        yield from _unknown_value(
                            source, (*index, "offering"), named.get("offering"), offerings
                        )
                case "elements":
                    level = (*path, "level")
                    yield from _unknown_value(source, level, entry.get("level"), _levels(source))


def _unknown_in_tip(
    files: _Files, source: Source, path: Path, entry: dict[str, Any]
) -> Iterator[_Unknown]:
    folder = source.folder
    for name, known in (
        ("theme", files.ids("themes", "")),
        ("offering", files.near(folder)),
        ("from", files.staff(folder)),
    ):
        yield from _unknown_value(source, (*path, name), entry.get(name), known)
    when, only = entry.get("when"), entry.get("only")
    if isinstance(when, dict):
        entries = files.calendar(folder)
        yield from _unknown_value(source, (*path, "when", "entry"), when.get("entry"), entries)
    if isinstance(only, dict):
        within = (*path, "only")
        yield from _unknown(source, within, only, "locations", files.parts(folder, "locations"))


def _unknown_in_offering(
    files: _Files, source: Source, path: Path, entry: dict[str, Any]
) -> Iterator[_Unknown]:
    folder = source.folder
    yield from _unknown(source, path, entry, "needs", files.needs_or_placed)
    yield from _unknown(source, path, entry, "elements", files.elements)
    yield from _unknown(source, path, entry, "locations", files.parts(folder, "locations"))
    yield from _unknown(source, path, entry, "staff", files.staff(folder))
    yield from _unknown(source, path, entry, "replaces", files.national)
    audience = entry.get("audience")
    if isinstance(audience, dict):
        within = (*path, "audience")
        for part in ("faculties", "programmes"):
            yield from _unknown(source, within, audience, part, files.parts(folder, part))
        group = audience.get("group")
        need = group.get("need") if isinstance(group, dict) else None
        yield from _unknown_value(source, (*within, "group", "need"), need, files.needs_or_placed)


def _unknown(
    source: Source, path: Path, entry: dict[str, Any], name: str, known: set[str] | None
) -> Iterator[_Unknown]:
    named = entry.get(name)
    for index, id in enumerate(named if isinstance(named, list) else ()):
        yield from _unknown_value(source, (*path, name, index), id, known)


def _unknown_value(
    source: Source, path: Path, id: object, known: set[str] | None
) -> Iterator[_Unknown]:
    if known is not None and isinstance(id, str) and id not in known:
        yield _Unknown(source, path, id, known)


def _levels(elements: Source) -> set[str] | None:
    levels = elements.at("levels")
    if elements.document.doubtful or not isinstance(levels, dict):
        return None
    return set(levels) | set(elements.at())  # also those that stand too far to the left


def _placed(themes: Source) -> Iterator[tuple[Path, str]]:
    """Each need that a theme names, and where."""
    for path, entry in themes.entries():
        needs = entry.get("needs")
        for index, need in enumerate(needs if isinstance(needs, list) else ()):
            if isinstance(need, str):
                yield (*path, "needs", index), need


def _unplaced_needs(files: _Files) -> Iterator[Problem]:
    """Each need stands in exactly one theme."""
    themes, known = files.by_name.get("themes.yaml"), files.needs
    if themes is None or known is None:
        return
    placed: set[str] = set()
    for path, need in _placed(themes):
        if need in placed:
            yield themes.problem(path, text("catalogue.need-theme", need=shown(need)))
        placed.add(need)
    if themes.document.doubtful or themes.document.repeats or not _all_needs_told(themes):
        return
    for wrong in placed - known:  # with a slip in its name it is placed all the same
        near = process.extractOne(wrong, sorted(known - placed), score_cutoff=50)
        if near is None:
            return
        placed.add(near[0])
    for source in files.of("needs"):
        need = PurePosixPath(source.file).stem
        if need not in placed:
            yield source.problem(("id",), text("catalogue.need-theme", need=shown(need)))


def _all_needs_told(themes: Source) -> bool:
    raw = themes.at()
    return isinstance(raw, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("needs"), list) for entry in raw
    )


def _phrases_claimed_twice(files: _Files) -> Iterator[Problem]:
    """No two needs or kinds of small talk claim one phrase."""
    claimed: dict[str, str] = {}
    for source in files.of(*_TALK):
        id = source.at("id")
        name = id if isinstance(id, str) else PurePosixPath(source.file).stem
        for language in LANGUAGES:
            phrases = source.at("phrases", language)
            for index, phrase in enumerate(phrases if isinstance(phrases, list) else ()):
                if not isinstance(phrase, str):
                    continue
                first = claimed.setdefault(phrase.strip().casefold(), name)
                if first != name:
                    message = text(
                        "catalogue.phrase-twice", phrase=shown(phrase), need=shown(first)
                    )
                    yield source.problem(("phrases", language, index), message)
