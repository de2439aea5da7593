"""Buttons that open a page, a phone call or a mail."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.catalogue import Offering
from bot.conversation.message import Button
from bot.text import text


def link_buttons(offering: Offering) -> tuple[Button, ...]:
    """What the offering can be reached by. The page a fact was found on is not for students."""
    access = offering.access
    buttons = [call_button(number) for number in access.phone]
    if access.email:
        buttons.append(
            Button(
                f"mail:{access.email}",
                text("button.mail", address=access.email),
                "link",
                f"mailto:{access.email}",
            )
        )
    if access.url:
        buttons.append(page_button(access.url))
    return tuple(buttons)


def call_button(number: str) -> Button:
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    return Button(f"call:{digits}", text("button.call", number=number), "link", f"tel:{digits}")


def page_button(url: str) -> Button:
    site = (urlsplit(url).hostname or url).removeprefix("www.")
    return Button(f"page:{site}", text("button.page", site=site), "link", url)
