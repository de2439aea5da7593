"""The list of what a student kept or promised, and when they asked to hear of it again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

from bot.conversation.standing import LASTING, needs_of
from bot.conversation.state import Saved, State, from_kept, kept_over, to_json
from bot.conversation.world import World

MOST = 12  # on the list; of more, what was done goes first, then what nothing is to be said about
Kind = Literal["check-in", "reminder", "day-before"]


@dataclass(frozen=True, slots=True)
class Planned:
    """Something to say at this moment about the one on the list with this number."""

    kind: Kind
    number: int
    at: dt.datetime


def numbered(state: State, number: int) -> Saved | None:
    """The one with this number; None where it is not on the list (any more)."""
    return next((one for one in state.saved if one.number == number), None)


def of_offering(state: State, offering: str) -> Saved | None:
    """The one about this offering."""
    return next((one for one in state.saved if one.offering == offering), None)


def keep(
    state: State,
    offering: str,
    today: dt.date,
    needs: tuple[str, ...],
    status: Literal["kept", "promised"],
) -> State:
    """The state with this on the list. What was on it already is promised anew, and stays one."""
    before = of_offering(state, offering)
    if before is not None and (status, before.status) in (
        ("kept", "kept"),
        ("kept", "promised"),
        ("promised", "promised"),
    ):
        return state
    number = max((state.numbers, *(one.number for one in state.saved))) + 1
    rest = [one for one in state.saved if one.offering != offering]
    if len(rest) >= MOST:
        done = (one for one in rest if one.status == "done")
        silent = (one for one in rest if one == quiet(one))
        rest.remove(next(done, None) or next(silent, rest[0]))
    saved = (*rest, Saved(number, offering, today, needs, status))
    return replace(state, saved=saved, numbers=number)


def promise(state: State, offering: str, world: World) -> State:
    """I'll do this."""
    own = world.catalogue.offerings[offering].needs
    wanted = sorted(needs_of(state).items(), key=lambda pair: -pair[1])
    needs = tuple(need for need, _ in wanted) or own[:1]
    kept = keep(state, offering, world.today, needs, "promised")
    return replace(kept, promised=offering)


def change(state: State, changed: Saved) -> State:
    """The state with this in the place of the one with its number."""
    saved = tuple(changed if one.number == changed.number else one for one in state.saved)
    return replace(state, saved=saved)


def drop(state: State, offering: str) -> State:
    """The state without this on the list."""
    saved = tuple(one for one in state.saved if one.offering != offering)
    return replace(state, saved=saved) if len(saved) < len(state.saved) else state


def quiet(one: Saved) -> Saved:
    """The same, with nothing to be said about it any more."""
    return replace(one, check_in=None, reminder=None, day_before=None)


def planned(state: State) -> tuple[Planned, ...]:
    """All that is or was to be said later, of the list."""
    found = []
    for one in state.saved:
        moments: tuple[tuple[Kind, dt.datetime | None], ...] = (
            ("check-in", one.check_in),
            ("reminder", one.reminder),
            ("day-before", one.day_before),
        )
        found += [Planned(kind, one.number, at) for kind, at in moments if at is not None]
    return tuple(found)


def in_silence(state: State) -> State:
    """What is kept of a conversation that fell silent, as long as something is to be said later:
    where the student studies, the list, and what they asked for. Not what they told."""
    stays = ("institution", *LASTING)
    answers = {name: value for name, value in state.answers.items() if name in stays}
    return State(state.language, answers, **kept_over(state))


def silenced(saved: bytes) -> bytes:
    """The same as it is kept; nothing of what another version of the program wrote."""
    state = from_kept(saved)
    return to_json(in_silence(state)) if state is not None else b"{}"
