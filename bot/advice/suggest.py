"""The one offering to name, the next one after a no, the person to talk to, and the reasons why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.advice.fit import LOW_THRESHOLD, Fit, can_be_had, likes_company, may_use, rank
from bot.advice.student import Student
from bot.catalogue import Catalogue, Offering

MOST_SUGGESTIONS = 3
# A low-threshold option is named instead of the next best only if it fits at least this well.
_LOW_THRESHOLD_FITS = 0.4
# What fits less than this is no help; then there is nothing to name.
_FITS_AT_ALL = 0.12
# What makes little difference is left out: below this part of the best, nothing fits any more.
_STILL_FITS = 0.15


def suggest(fits: Sequence[Fit], declined: Sequence[str], catalogue: Catalogue) -> Fit | None:
    """What to name now, after these were turned down; None when there is nothing (more) to name.

    One of the suggestions is the lowest-threshold option (a peer or a small group) where one fits.
    """
    if len(declined) >= MOST_SUGGESTIONS or not fits:
        return None
    least = fits[0].score * _STILL_FITS
    left = [
        fit
        for fit in fits
        if fit.offering.id not in declined
        and fit.score >= least
        and fit.answers * fit.sure >= _FITS_AT_ALL
    ]
    if not left:
        return None
    turned_down = [catalogue.offerings[id] for id in declined if id in catalogue.offerings]
    if turned_down and not any(o.form in LOW_THRESHOLD for o in turned_down):
        enough = left[0].score * _LOW_THRESHOLD_FITS
        low = (f for f in left if f.offering.form in LOW_THRESHOLD and f.score >= enough)
        return next(low, left[0])
    return left[0]


def person_for(student: Student, catalogue: Catalogue, today: dt.date) -> Offering | None:
    """Whom to talk to at the student's own institution: who fits the need, else the contact."""
    school = catalogue.schools.get(student.institution or "")
    if school is None:
        return None
    own = {offering.id for offering in school.offerings}
    for fit in rank(student, catalogue, today):
        if fit.offering.id in own and fit.offering.form == "one-to-one" and fit.sure >= 0.5:
            return fit.offering
    named = school.institution.contact
    contacts = [catalogue.offerings[id] for id in named if id in catalogue.offerings]
    usable = [offering for offering in contacts if may_use(offering, student) > 0]
    return next(iter(usable or contacts), None)


def reasons(offering: Offering, student: Student) -> tuple[str, ...]:
    """Why this one: the needs it answers, then the answers it meets, as ids."""
    why = [need for need in student.needs if need in offering.needs]
    if student.with_whom and likes_company(offering, student.with_whom) >= 0.7:
        why.append(student.with_whom)
    if student.how and can_be_had(offering, student.how):
        why.append(student.how)
    if student.location and student.location in offering.locations:
        why.append(student.location)
    audience = offering.audience
    if student.facts.get("first-year") and 1 in audience.years:
        why.append("first-year")
    if student.facts.get("international") and (
        audience.international or "international-arrival" in offering.needs
    ):
        why.append("international")
    if student.facts.get("job") and "work-study-balance" in offering.needs:
        why.append("job")
    if student.facts.get("caring") and "personal-circumstances" in offering.needs:
        why.append("caring")
    for level in ("master", "phd"):
        if student.facts.get(level) and level in audience.levels:
            why.append(level)
    if student.faculty in audience.faculties:
        why.append(str(student.faculty))
    return tuple(why)
