"""Facts that nobody has looked at for long, or never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from bot.catalogue import Problem, Reading
from bot.catalogue.models import Checked
from bot.text import Text, text

_HALF_A_YEAR = dt.timedelta(days=183)
_A_YEAR = dt.timedelta(days=366)
_YEARS_OF_A_SOURCE = 3


def doubts(reading: Reading, today: dt.date) -> Iterator[Problem]:
    """Offerings to be checked again, by whom, and why; `today` is the day of the check."""
    catalogue = reading.catalogue
    for school in catalogue.all_schools():
        file = f"{school.institution.id}/offerings.yaml"
        confirmed = school.institution.status == "confirmed"
        for index, offering in enumerate(school.offerings):
            if offering.checked:
                if said := _of_check(offering.checked, today):
                    yield reading.doubt(file, (index, "checked"), said)
                continue
            if confirmed:
                yield reading.doubt(file, (index, "id"), text("ages.never-checked"))
            if offering.source_year and today.year - offering.source_year > _YEARS_OF_A_SOURCE:
                old = text("ages.source-old", year=str(offering.source_year))
                yield reading.doubt(file, (index, "source_year"), old)


def _of_check(checked: Checked, today: dt.date) -> Text | None:
    on, by = checked.on, checked.by
    if on > today:
        return text("ages.future", date=on.isoformat(), today=today.isoformat())
    if today - on > _A_YEAR:
        return text("ages.year", date=on.isoformat(), by=by)
    if today - on > _HALF_A_YEAR:
        return text("ages.half-year", date=on.isoformat(), by=by)
    return None
