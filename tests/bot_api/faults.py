"""The bad days of the Bot API, on demand: for the next calls, or for some of them by chance."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with a call."""

    FLOOD = "flood"  # 429 with retry_after; nothing is done
    INTERNAL = "internal"  # 500; nothing is done
    BAD_GATEWAY = "bad gateway"  # 502 from the machine in front, in HTML; nothing is done
    DROPPED_BEFORE = "dropped before"  # the connection closes; nothing is done
    DROPPED_AFTER = "dropped after"  # all is done, but the answer is lost
    SLOW = "slow"  # all is done; the answer comes after some seconds


@dataclass(frozen=True)
class Planned:
    """One fault as it will happen: with a 429 the seconds to wait, with a slow answer how slow."""

    fault: Fault
    retry_after: int
    seconds: float


@dataclass
class _Rule:
    methods: frozenset[str]  # empty is every method
    faults: tuple[Fault, ...]
    retry_after: int
    seconds: float
    times: int | None = None
    chance: float = 1.0
    dice: random.Random = field(default_factory=random.Random)


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def next(
        self,
        fault: Fault,
        *methods: str,
        times: int = 1,
        retry_after: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """The next calls of these methods (of any method, without names) go wrong."""
        self._add(_Rule(frozenset(methods), (fault,), retry_after, seconds, times=times))

    def sometimes(
        self,
        faults: Iterable[Fault],
        *methods: str,
        chance: float,
        seed: int,
        retry_after: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """From now on these methods go wrong by chance, each time with one of these faults."""
        dice = random.Random(seed)
        rule = _Rule(frozenset(methods), tuple(faults), retry_after, seconds, None, chance, dice)
        self._add(rule)

    def clear(self) -> None:
        """From now on everything goes well."""
        self._rules = []

    def pick(self, method: str) -> Planned | None:
        """What goes wrong with this call, if anything."""
        for rule in self._rules:
            if (rule.methods and method not in rule.methods) or rule.times == 0:
                continue
            if rule.chance < 1 and rule.dice.random() >= rule.chance:
                continue
            if rule.times is not None:
                rule.times -= 1
            return Planned(rule.dice.choice(rule.faults), rule.retry_after, rule.seconds)
        return None

    def _add(self, rule: _Rule) -> None:
        self._rules = [*self._rules, rule]
