"""Opening an address to listen on, for everything that is reached by the web."""

from __future__ import annotations

import socket

from bot.settings import SettingsError
from bot.text import text


def listening(listen: str) -> socket.socket:
    """The open address, `host:port`. Raises SettingsError."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=128)
    except (OSError, ValueError, OverflowError):
        raise SettingsError(text("webhook.listen", listen=listen)) from None
