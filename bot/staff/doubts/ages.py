"""Facts that nobody has looked at for long, or never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from bot.catalogue import Problem, Reading
from bot.catalogue.models import Checked
from bot.handover.freshness import why_due
from bot.text import Text, text

_A_YEAR = dt.timedelta(days=366)
_YEARS_OF_A_SOURCE = 3


def doubts(reading: Reading, today: dt.date) -> Iterator[Problem]:
    """Offerings to be checked again, by whom, and why; `today` is the day of the check."""
    catalogue = reading.catalogue
    for school in catalogue.all_schools():
        file = f"{school.institution.id}/offerings.yaml"
        # Who made up an example need not look at it; in a trial, one can still be asked.
        confirmed = school.institution.status == "confirmed"
        for index, offering in enumerate(school.offerings):
            if offering.use == "hidden":
                continue
            why = why_due(offering, school, today)
            checked = offering.checked
            if checked and checked.on > today:
                future = text("ages.future", date=checked.on.isoformat(), today=today.isoformat())
                yield reading.doubt(file, (index, "checked"), future)
            elif checked and why:
                yield reading.doubt(file, (index, "checked"), _old(checked, today))
            elif why and confirmed:
                yield reading.doubt(file, (index, "id"), text("ages.never-checked"))
            old = offering.source_year and today.year - offering.source_year > _YEARS_OF_A_SOURCE
            if old and not checked:
                said = text("ages.source-old", year=str(offering.source_year))
                yield reading.doubt(file, (index, "source_year"), said)


def _old(checked: Checked, today: dt.date) -> Text:
    on, by = checked.on, checked.by
    if today - on > _A_YEAR:
        return text("ages.year", date=on.isoformat(), by=by)
    return text("ages.half-year", date=on.isoformat(), by=by)
