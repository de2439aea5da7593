"""What a link to an offering says behind `?start=`: which one, and perhaps who gave it.

`o-<offering>`, or `o-<offering>_<code>`. The code is worked out from school and staff entry, so no
list of links is kept and no name stands in a link. Whoever left the catalogue is no longer found by
it: then it is a link like any other.
"""

from __future__ import annotations

import base64
import hashlib

from bot.catalogue import Catalogue, StaffMember

OFFERING = "o-"
_BETWEEN = "_"  # no id has this sign
_SIGNS = 6  # of 32 each: within a school no two entries have the same, and `?start=` has room


def payload_of(offering: str, giver: str | None = None) -> str:
    """What stands behind `?start=`; `giver` is the school and staff entry: "leiden/some-desk"."""
    return f"{OFFERING}{offering}" + (f"{_BETWEEN}{code_of(giver)}" if giver else "")


def read_payload(payload: str) -> tuple[str, str | None]:
    """The offering and the code of who gave it, if any. It is from outside: nothing is checked."""
    offering, between, code = payload.removeprefix(OFFERING).partition(_BETWEEN)
    return offering, code if between else None


def code_of(giver: str) -> str:
    """The code of a school and staff entry."""
    digest = hashlib.sha256(giver.encode()).digest()
    return base64.b32encode(digest)[:_SIGNS].decode().lower()


def giver_with(code: str | None, offering: str, catalogue: Catalogue) -> str | None:
    """School and staff entry with this code, who may give this offering; None where nobody has it.

    Of a school's own offering it is somebody of that school.
    """
    owner = catalogue.schools.get(catalogue.owner.get(offering, ""))
    schools = (owner,) if owner is not None else catalogue.schools.values()
    found = [
        giver
        for school in schools
        for member in school.staff
        if code_of(giver := f"{school.institution.id}/{member.id}") == code
    ]
    return found[0] if len(found) == 1 else None


def member_of(giver: str, catalogue: Catalogue) -> StaffMember | None:
    """The staff entry, where it is still there."""
    id, _, staff = giver.partition("/")
    school = catalogue.schools.get(id)
    return next((m for m in school.staff if m.id == staff), None) if school is not None else None
