"""Settings from the environment, each with what it is for."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.text import Language, Text, text

_INSIDE_WHEEL = Path(__file__).parent / "data"
_BESIDE_PACKAGE = Path(__file__).parent.parent


class SettingsError(Exception):
    """A setting cannot be used; `text` says which and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.key)
        self.text = text


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and which language to begin in; the rest is for the bot on Telegram."""

    catalogue: Path  # WEGWIJS_CATALOGUE: the folder with the catalogue; default: the shipped one
    shipped: Path  # the catalogue that is shipped: its safety rules serve where others are broken
    locales: Path  # the folder with the words; always the shipped one
    language: Language  # from the system's locale (LC_ALL, LC_MESSAGES, LANG): Dutch or English
    data: Path  # WEGWIJS_DATA: the folder for everything that is kept; default: the user's own
    key: Path | None  # WEGWIJS_KEY_FILE: the file with the keys; default: `key` in the data folder
    token: str | None = field(repr=False)  # WEGWIJS_TELEGRAM_TOKEN, or a file in …_TOKEN_FILE
    telegram: str | None  # WEGWIJS_TELEGRAM_API: the root of another Bot API server
    idle_days: int  # WEGWIJS_IDLE_DAYS: a silent conversation is erased after so many days
    sent_days: int  # WEGWIJS_SENT_DAYS: what was sent is erased after so many days
    webhook: str | None  # WEGWIJS_WEBHOOK_URL: Telegram pushes to this address; absent: polling
    listen: str  # WEGWIJS_WEBHOOK_LISTEN: host:port that the webhook listens on
    case_days: int  # WEGWIJS_CASE_DAYS: a request to a person is erased so many days after its end
    # WEGWIJS_SMTP_URL (or a file in …_FILE): where mail to staff is handed in; absent: no mail
    smtp: str | None = field(repr=False)
    mail_from: str | None  # WEGWIJS_MAIL_FROM: the address that mail to staff comes from
    links: str | None  # WEGWIJS_LINKS_URL: the public address of the links in mails to staff
    links_listen: str  # WEGWIJS_LINKS_LISTEN: host:port that those links arrive at


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises SettingsError for one that cannot be used."""
    shipped = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else _BESIDE_PACKAGE
    named = environment.get("WEGWIJS_CATALOGUE")
    return Settings(
        catalogue=Path(named) if named else shipped / "catalogue",
        shipped=shipped / "catalogue",
        locales=shipped / "locales",
        language=_language(environment),
        data=_data(environment),
        key=Path(environment["WEGWIJS_KEY_FILE"]) if environment.get("WEGWIJS_KEY_FILE") else None,
        token=_secret(environment, "WEGWIJS_TELEGRAM_TOKEN"),
        telegram=(environment.get("WEGWIJS_TELEGRAM_API") or "").rstrip("/") or None,
        idle_days=_days(environment, "WEGWIJS_IDLE_DAYS", 30),
        sent_days=_days(environment, "WEGWIJS_SENT_DAYS", 2),
        webhook=environment.get("WEGWIJS_WEBHOOK_URL") or None,
        listen=environment.get("WEGWIJS_WEBHOOK_LISTEN") or "127.0.0.1:8080",
        case_days=_days(environment, "WEGWIJS_CASE_DAYS", 60),
        smtp=_secret(environment, "WEGWIJS_SMTP_URL"),
        mail_from=environment.get("WEGWIJS_MAIL_FROM") or None,
        links=(environment.get("WEGWIJS_LINKS_URL") or "").rstrip("/") or None,
        links_listen=environment.get("WEGWIJS_LINKS_LISTEN") or "127.0.0.1:8081",
    )


def _data(environment: Mapping[str, str]) -> Path:
    named = environment.get("WEGWIJS_DATA")
    if named:
        return Path(named)
    base = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "wegwijs"


def _secret(environment: Mapping[str, str], name: str) -> str | None:
    """A file goes before the variable itself: it is not seen in a list of processes."""
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name, "").strip() or None
    try:
        return Path(file).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(text("settings.token-file", file=file)) from None


def _days(environment: Mapping[str, str], name: str, otherwise: int) -> int:
    given = environment.get(name, "").strip()
    if not given:
        return otherwise
    if not given.isdecimal() or not 1 <= int(given) <= 3650:
        raise SettingsError(text("settings.days", name=name, given=given))
    return int(given)


def _language(environment: Mapping[str, str]) -> Language:
    """Dutch for a Dutch system, English for any other that says so, Dutch where nothing is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value and value not in ("C", "POSIX", "C.UTF-8", "C.utf8"):
            return "nl" if locale.normalize(value).startswith("nl") else "en"
    return "nl"
