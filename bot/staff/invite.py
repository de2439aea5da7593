"""`wegwijs staff`: who is linked, one-time invitations, and taking them back. The bot may run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from bot.cases import new_ticket
from bot.catalogue import NATIONAL, Catalogue, School
from bot.handover.invitation import INVITATION
from bot.store.port import Store
from bot.text import At, Several, Text, text

_VALID_FOR = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Member:
    """A staff entry, and the school it belongs to."""

    school: str
    staff: str
    is_person: bool


def member_named(id: str, catalogue: Catalogue) -> Member | None:
    """The entry with this id; None where there is none, or more than one."""
    found = [
        Member(school.institution.id, member.id, member.kind == "person")
        for school in catalogue.schools.values()
        for member in school.staff
        if id in (member.id, f"{school.institution.id}/{member.id}")
    ]
    return found[0] if len(found) == 1 else None


def giver_of(offering: str, staff: str, catalogue: Catalogue) -> tuple[str | None, Text | None]:
    """School and staff entry that may give this offering; or why that cannot be."""
    if offering not in catalogue.offerings:
        return None, text("link.from-offering", target=offering)
    member = member_named(staff, catalogue)
    if member is None:
        return None, text("staff-list.unknown", found=staff or "-")
    owner = catalogue.owner[offering]
    if owner not in (member.school, NATIONAL):
        return None, text("link.from-school", target=offering, staff=staff)
    return f"{member.school}/{member.staff}", None


async def invite(store: Store, member: Member, bot: str, now: dt.datetime) -> str:
    """A new link for this entry; an older one that was not used no longer works."""
    key, ticket = new_ticket("invite", member.school, member.staff, now + _VALID_FOR)
    await store.make_ticket(ticket)
    where = "start" if member.is_person else "startgroup"
    return f"https://t.me/{bot}?{where}={INVITATION}{key}"


async def listed(store: Store, schools: Callable[[], tuple[School, ...]]) -> list[Text]:
    """One line for each entry: how it can be reached, or that it is invited."""
    accounts = {(a.school, a.staff): a for a in await store.accounts()}
    invited = {(t.school, t.staff): t for t in await store.invitations()}
    lines = []
    for school in schools():
        for member in school.staff:
            id = (school.institution.id, member.id)
            account, ticket = accounts.get(id), invited.get(id)
            ways: list[Text] = []
            if account is not None:
                blocked = account.blocked
                ways.append(text("staff-list.blocked") if blocked else text("staff-list.telegram"))
                if account.away_until is not None:
                    ways.append(text("staff-list.away", until=At(account.away_until)))
            if ticket is not None:
                ways.append(text("staff-list.invited", until=At(ticket.expires_at)))
            if "email" in member.reach and member.email:
                ways.append(text("staff-list.email", email=member.email))
            said = Several(tuple(ways)) if ways else text("staff-list.nothing")
            where = "/".join(id)
            lines.append(text("staff-list.line", id=where, name=member.name, ways=said))
    return lines
