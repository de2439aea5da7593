"""What owners say about their offerings: into the files, or as a list of what still waits."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from bot.catalogue import Catalogue, Offering
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.models import Checked
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import Document, read_yaml
from bot.conversation.colleague.review import may_hide
from bot.handover.freshness import mark_of
from bot.reviews import Outcome, Wanted
from bot.staff.replace_file import put_changed
from bot.staff.sheet.columns import ORDER
from bot.staff.sheet.source import file_of
from bot.staff.yaml_edit import EditError, replace_value
from bot.staff.yaml_write import New
from bot.store.port import Review
from bot.text import Text, text

_OFFERINGS: TypeAdapter[tuple[Offering, ...]] = TypeAdapter(tuple[Offering, ...])
_WAITS = dt.timedelta(days=90)  # for an answer; after that the same may be asked again


@dataclass(frozen=True)
class OfferingFiles:
    """The files with offerings in this folder (`reviews.Files`)."""

    folder: Path

    def place_of(self, school: str, offering: str) -> str:
        """Where an offering stands: `leiden/offerings.yaml:12`; the file alone if not in it."""
        name = file_of(school)
        try:
            document = read_yaml((self.folder / name).read_bytes(), name)
        except OSError:
            return name
        entries = document.value if isinstance(document.value, list) else []
        for index, entry in enumerate(entries):
            if isinstance(entry, dict) and entry.get("id") == offering:
                return f"{name}:{document.position((index,))[0]}"
        return name

    def apply(self, wanted: Sequence[Wanted]) -> list[Outcome]:
        """Write what was answered into the files; what came of each, in words.

        Comments and order stay. What is gone or was changed since is skipped; where a file cannot
        be read or written, or has mistakes, its answers wait.
        """
        by_school: dict[str, list[Wanted]] = defaultdict(list)
        for one in wanted:
            by_school[one.school].append(one)
        return [
            outcome
            for school, some in by_school.items()
            for outcome in _apply(self.folder, file_of(school), some)
        ]


def listed(
    reviews: Iterable[Review], catalogue: Catalogue, files: OfferingFiles, now: dt.datetime
) -> list[Text]:
    """One line for each question that still waits: for an answer, for `apply`, or for a change."""
    lines = []
    for one in reviews:
        id = f"{one.school}/{one.offering}"
        asked = one.asked_at.astimezone(AMSTERDAM).date().isoformat()
        offering = catalogue.offerings.get(one.offering)
        if one.answer is None:
            if now - one.asked_at < _WAITS:
                lines.append(text("freshness.asked", id=id, staff=one.staff, date=asked))
        elif one.answer == "change":
            if offering is not None and mark_of(offering) == one.mark:
                place = files.place_of(one.school, one.offering)
                note = one.note.decode() if one.note else ""
                said = text("freshness.change", id=id, staff=one.staff, note=note, place=place)
                lines.append(said if note else text("freshness.no-note", id=id, staff=one.staff))
        elif one.applied_at is None:
            right = text("freshness.right", id=id, staff=one.staff)
            hide = text("freshness.hide", id=id, staff=one.staff)
            lines.append(right if one.answer == "right" else hide)
    return lines or [text("freshness.nothing")]


def _apply(folder: Path, name: str, wanted: Sequence[Wanted]) -> list[Outcome]:
    """The same for one file: written once, or not at all."""

    def all_wait(said: Text) -> list[Outcome]:
        return [Outcome(one.number, said, settled=False) for one in wanted]

    path = folder / name
    try:
        content = path.read_bytes()
        document = read_yaml(content, name)
        offerings = _offerings(document)
        if offerings is None:
            return all_wait(text("freshness.bad-file", file=name))
        outcomes, lines = [], content.decode("utf-8")
        for one in wanted:
            try:
                outcome, lines, offerings = _one(one, lines, offerings)
            except EditError:  # the others need not wait for this one
                said = text("freshness.cannot-edit", file=name)
                outcome = Outcome(one.number, said, settled=False)
            outcomes.append(outcome)
        new = lines.encode("utf-8")
        if new != content and not put_changed(path, content, new):
            return all_wait(text("freshness.busy", file=name))
    except OSError as error:
        return all_wait(text("freshness.not-written", file=name, reason=str(error.strerror)))
    return outcomes


def _offerings(document: Document) -> tuple[Offering, ...] | None:
    """What the file says; None where there are mistakes in it."""
    value, problems = shape(document, _OFFERINGS)
    return None if problems or value is None else value


def _one(
    wanted: Wanted, lines: str, offerings: tuple[Offering, ...]
) -> tuple[Outcome, str, tuple[Offering, ...]]:
    """What comes of one answer; the text of the file after it, and what that says then.

    Raises EditError where something else than was meant would change.
    """
    id = f"{wanted.school}/{wanted.offering}"

    def skipped(said: Text) -> tuple[Outcome, str, tuple[Offering, ...]]:
        return Outcome(wanted.number, said, settled=True), lines, offerings

    found = [index for index, one in enumerate(offerings) if one.id == wanted.offering]
    if not found or offerings[found[0]].use == "hidden":
        return skipped(text("freshness.gone", id=id))
    index, offering = found[0], offerings[found[0]]
    hides = wanted.answer == "hide"
    if mark_of(offering) != wanted.mark or (hides and not may_hide(offering)):
        return skipped(text("freshness.changed", id=id))
    if hides:
        said = text("freshness.hidden", id=id)
        new = offering.model_copy(update={"use": "hidden"})
        lines = replace_value(lines, (index, "use"), "hidden", ORDER)
    else:
        if offering.checked is not None and offering.checked.on >= wanted.on:
            return skipped(text("freshness.already", id=id, date=offering.checked.on.isoformat()))
        said = text("freshness.stamped", id=id, date=wanted.on.isoformat(), by=wanted.by)
        new = offering.model_copy(update={"checked": Checked(on=wanted.on, by=wanted.by)})
        lines = _stamped(lines, index, offering, wanted)
    now = (*offerings[:index], new, *offerings[index + 1 :])
    if _offerings(read_yaml(lines.encode("utf-8"), file_of(wanted.school))) != now:
        raise EditError
    return Outcome(wanted.number, said, settled=True), lines, now


def _stamped(lines: str, index: int, offering: Offering, wanted: Wanted) -> str:
    """With the day and the role; a stamp that is there keeps its form."""
    if offering.checked is None:
        stamp: New = {"on": wanted.on, "by": wanted.by}
        return replace_value(lines, (index, "checked"), stamp, ORDER)
    lines = replace_value(lines, (index, "checked", "on"), wanted.on, ORDER)
    return replace_value(lines, (index, "checked", "by"), wanted.by, ORDER)
