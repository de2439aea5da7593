"""What students asked to hear later and was not said any more: the operator can do something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from bot.staff.insights.count import Counts
from bot.staff.insights.suppress import number
from bot.staff.insights.table import shown
from bot.store.port import DueKind
from bot.text import Several, Text, text

_KINDS: Mapping[DueKind, Text] = {
    "check-in": text("insights.check-ins"),
    "reminder": text("insights.reminders"),
    "day-before": text("insights.days-before"),
    "tip": text("insights.dropped-tips"),
}


def dropped(counts: Counts, months: Collection[dt.date]) -> Text | None:
    """How many of each kind in these months, and what to check; None where there was nothing.

    The store has these counts of all institutions together. The sum of all kinds is never told: it
    could give a hidden number away.
    """
    parts = []
    for kind, label in _KINDS.items():
        name = f"dropped:{kind}"
        count = sum(
            of_day.get(name, 0) for day, of_day in counts.items() if day.replace(day=1) in months
        )
        if count:
            parts.append(text("insights.of-kind", kind=label, count=shown(number(count))))
    return text("insights.dropped", parts=Several(tuple(parts))) if parts else None
