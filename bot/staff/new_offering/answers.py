"""The answers, and the entry that they come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot.staff.yaml_write import New

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]


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
