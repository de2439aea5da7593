"""The most explicit expressions, built in: they work also when the catalogue cannot be read.

Small on purpose; `catalogue/safety.yaml` holds the rest. Changes need a second pair of eyes.
"""

from __future__ import annotations

from typing import Literal

from bot.safety.rules import DangerKind, Rule


def _rule(
    kind: DangerKind, language: Literal["nl", "en"], *says: str, unless: tuple[str, ...] = ()
) -> Rule:
    return Rule(
        id=f"core-{kind}-{language}",
        kind=kind,
        reason="Built in: said in so many words.",
        says=says,
        unless=unless,
    )


CORE: tuple[Rule, ...] = ()
