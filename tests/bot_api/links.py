"""Which links Telegram takes, in buttons and in text."""

from __future__ import annotations

from urllib.parse import urlsplit


class LinkError(ValueError):
    """What is wrong with a link, in Telegram's words."""


def checked_link(url: str) -> str:
    """The link as Telegram keeps it; a scheme is added and a bare host gets its slash."""
    url = url.strip()
    if not url:
        raise LinkError("URL host is empty")
    scheme, separator, _ = url.partition("://")
    if separator and scheme.lower() in ("tg", "ton", "tonsite"):
        return url
    if separator and scheme.lower() not in ("http", "https"):
        raise LinkError("Unsupported URL protocol")
    whole = url if separator else f"http://{url}"
    try:
        parts = urlsplit(whole)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise LinkError("Wrong HTTP URL") from error
    named = all(host.split(".")) and "." in host and ":" not in host
    if not named or any(char.isspace() for char in whole):
        raise LinkError("Wrong HTTP URL")
    return parts._replace(path=parts.path or "/", scheme=parts.scheme.lower()).geturl()
