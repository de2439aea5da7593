"""HTML in which a text cannot become markup: whatever is not `Html` yet is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable

_WITHOUT_END = frozenset(("br", "input", "link", "meta"))


class Html(str):
    """Markup that is ready to be sent."""

    __slots__ = ()


def together(parts: Iterable[str]) -> Html:
    """The parts after one another; texts among them are escaped."""
    return Html("".join(p if isinstance(p, Html) else html.escape(p) for p in parts))


def tag(name: str, /, *inside: str, **attributes: str | bool | None) -> Html:
    """One element. `for_` is the attribute for, `aria_label` is aria-label; None and False: absent.

    A value of True is an attribute without a value.
    """
    written = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    end = "" if name in _WITHOUT_END else f"</{name}>"
    return Html(f"<{name}{written}>{together(inside)}{end}")


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
