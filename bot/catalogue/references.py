"""Mistakes in meaning: ids that are used twice, and references to what does not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rapidfuzz import process

from bot.catalogue.catalogue import NATIONAL
from bot.catalogue.models import Need, SmallTalk
from bot.catalogue.problems import Path, Problem
from bot.catalogue.yaml_text import Document
from bot.text import Text, text


@dataclass(frozen=True)
class Source:
    """One file: as it was read, and as models (None where its form is wrong)."""

    document: Document
    value: Any

    def problem(self, path: Path, message: Text) -> Problem:
        line, column = self.document.position(path)
        return Problem(self.document.file, line, column, message)

    def entries(self) -> list[tuple[Path, dict[str, Any]]]:
        """The raw entries with an id; also of a file in which something else is wrong."""
        raw = self.document.value
        if isinstance(raw, dict) and isinstance(raw.get("elements"), list):
            return _with_id(("elements",), raw["elements"])
        if isinstance(raw, list):
            return _with_id((), raw)
        return [((), raw)] if isinstance(raw, dict) and isinstance(raw.get("id"), str) else []


def _with_id(above: Path, raw: object) -> list[tuple[Path, dict[str, Any]]]:
    return [
        ((*above, index), entry)
        for index, entry in enumerate(raw if isinstance(raw, list) else ())
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    ]


def check_references(sources: Iterable[Source]) -> list[Problem]:
    """All mistakes across files.

    Works on the raw entries, so that a slip in one field of a need does not make every offering
    that names this need look wrong too.
    """
    by_file = {source.document.file: source for source in sources}
    return [
        *_ids_used_twice(by_file),
        *_unknown_ids(by_file),
        *_names_of_files(by_file),
        *_needs_and_themes(by_file),
    ]


def _kind(file: str) -> str:
    folder, _, name = file.rpartition("/")
    return folder if folder in ("needs", "small_talk") else name.removesuffix(".yaml")


def _ids(by_file: dict[str, Source], kind: str, folder: str = "") -> set[str]:
    return {
        entry["id"]
        for file, source in by_file.items()
        if _kind(file) == kind and file.startswith(folder)
        for _, entry in source.entries()
    }


def _ids_used_twice(by_file: dict[str, Source]) -> Iterator[Problem]:
    first: dict[tuple[str, str], str] = {}
    for file, source in by_file.items():
        kind = _kind(file)
        for path, entry in source.entries():
            key = (kind, entry["id"])
            if key in first:
                yield source.problem(
                    (*path, "id"), text("catalogue.id-twice", found=entry["id"], first=first[key])
                )
            else:
                line, _ = source.document.position((*path, "id"))
                first[key] = f"{file}:{line}"


def _unknown_ids(by_file: dict[str, Source]) -> Iterator[Problem]:
    needs, elements = _ids(by_file, "needs"), _ids(by_file, "elements")
    national = _ids(by_file, "offerings", f"{NATIONAL}/")
    for file, source in by_file.items():
        folder = file.rpartition("/")[0]
        match _kind(file):
            case "offerings":
                locations = _part_ids(by_file, folder, "locations")
                faculties = _part_ids(by_file, folder, "faculties")
                programmes = _part_ids(by_file, folder, "programmes")
                staff = _ids(by_file, "staff", f"{folder}/")
                for path, entry in source.entries():
                    yield from _unknown(source, path, entry, "needs", needs)
                    yield from _unknown(source, path, entry, "elements", elements)
                    yield from _unknown(source, path, entry, "locations", locations)
                    yield from _unknown(source, path, entry, "staff", staff)
                    yield from _unknown(source, path, entry, "replaces", national)
                    audience = entry.get("audience")
                    if isinstance(audience, dict):
                        within = (*path, "audience")
                        yield from _unknown(source, within, audience, "faculties", faculties)
                        yield from _unknown(source, within, audience, "programmes", programmes)
                        yield from _unknown_need_of_group(source, within, audience, needs)
            case "themes":
                for path, entry in source.entries():
                    yield from _unknown(source, path, entry, "needs", needs)
            case "staff":
                locations = _part_ids(by_file, folder, "locations")
                for path, entry in source.entries():
                    yield from _unknown(source, path, entry, "locations", locations)
            case "institution":
                offerings = _ids(by_file, "offerings", f"{folder}/")
                for path, entry in source.entries():
                    yield from _unknown(source, path, entry, "contact", offerings)
            case "elements":
                raw = source.document.value
                levels = raw.get("levels") if isinstance(raw, dict) else None
                for path, entry in source.entries():
                    level = entry.get("level")
                    if isinstance(levels, dict) and isinstance(level, str) and level not in levels:
                        yield source.problem(
                            (*path, "level"), _unknown_id("level", level, set(levels))
                        )


def _part_ids(by_file: dict[str, Source], folder: str, part: str) -> set[str]:
    source = by_file.get(f"{folder}/institution.yaml")
    raw = source.document.at((part,)) if source else None
    return {entry["id"] for _, entry in _with_id((), raw)}


def _unknown(
    source: Source, path: Path, entry: dict[str, Any], field: str, known: set[str]
) -> Iterator[Problem]:
    named = entry.get(field)
    for index, id in enumerate(named if isinstance(named, list) else ()):
        if isinstance(id, str) and id not in known:
            yield source.problem((*path, field, index), _unknown_id(field, id, known))


def _unknown_need_of_group(
    source: Source, path: Path, audience: dict[str, Any], needs: set[str]
) -> Iterator[Problem]:
    group = audience.get("group")
    need = group.get("need") if isinstance(group, dict) else None
    if isinstance(need, str) and need not in needs:
        yield source.problem((*path, "group", "need"), _unknown_id("need", need, needs))


def _unknown_id(field: str, found: str, known: set[str]) -> Text:
    near = process.extractOne(found, sorted(known), score_cutoff=50)
    return text("catalogue.unknown-id", field=field, found=found, near=near[0] if near else "—")


def _names_of_files(by_file: dict[str, Source]) -> Iterator[Problem]:
    """A need's file and an institution's folder carry its id, so that a keeper finds them."""
    for file, source in by_file.items():
        folder, _, name = file.rpartition("/")
        if _kind(file) in ("needs", "small_talk"):
            expected = name.removesuffix(".yaml")
        elif _kind(file) == "institution":
            expected = folder
        else:
            continue
        for path, entry in source.entries():
            if entry["id"] != expected:
                yield source.problem(
                    (*path, "id"), text("catalogue.id-file", found=entry["id"], expected=expected)
                )


def _needs_and_themes(by_file: dict[str, Source]) -> Iterator[Problem]:
    """Each need stands in exactly one theme, and no two needs or kinds claim one phrase."""
    themes = by_file.get("themes.yaml")
    if themes is not None and themes.value is not None:
        placed = [need for theme in themes.value for need in theme.needs]
        for source in by_file.values():
            if isinstance(source.value, Need) and placed.count(source.value.id) != 1:
                yield source.problem(("id",), text("catalogue.need-theme", need=source.value.id))
    claimed: dict[str, str] = {}
    for source in by_file.values():
        need = source.value
        if not isinstance(need, Need | SmallTalk):
            continue
        for language in ("nl", "en"):
            for index, phrase in enumerate(getattr(need.phrases, language)):
                known = claimed.setdefault(phrase.casefold(), need.id)
                if known != need.id:
                    yield source.problem(
                        ("phrases", language, index),
                        text("catalogue.phrase-twice", phrase=phrase, need=known),
                    )
