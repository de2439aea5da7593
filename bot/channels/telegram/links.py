"""Links that open the bot at a school, an offering or a need; and their QR code for a poster."""

from __future__ import annotations

import io
import re
from urllib.parse import quote

import segno

from bot.catalogue import Catalogue
from bot.conversation.reference import payload_of

_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
MOST_PAYLOAD = 64  # characters, of [A-Za-z0-9_-]


def payload_for(target: str, catalogue: Catalogue, giver: str | None = None) -> str | None:
    """What stands behind `?start=`: for an institution, an offering or a need; None for neither.

    `giver`: the school and staff entry that gives an offering to somebody.
    """
    if target in catalogue.schools:
        return target
    if target in catalogue.offerings:
        return payload_of(target, giver)
    if target in catalogue.needs:
        return f"n-{target}"
    return None


def link(username: str, payload: str) -> str:
    """The address. Raises ValueError for what Telegram would not take."""
    if not _USERNAME.fullmatch(username) or len(payload) > MOST_PAYLOAD:
        raise ValueError(f"no link for {username} and {payload}")
    return f"https://t.me/{username}?start={quote(payload)}"


def qr_svg(address: str) -> bytes:
    """The QR code as a drawing that prints sharp at any size; a quarter of it may be damaged."""
    drawing = io.BytesIO()
    segno.make(address, error="q", micro=False).save(
        drawing, kind="svg", scale=10, border=4, title=address
    )
    return drawing.getvalue()


def qr_png(address: str) -> bytes:
    """The QR code as a picture for a screen; a quarter of it may be damaged."""
    picture = io.BytesIO()
    segno.make(address, error="q", micro=False).save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()


def qr_in_terminal(address: str) -> str:
    """The QR code in block characters."""
    lines = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(lines, compact=True)
    return lines.getvalue()
