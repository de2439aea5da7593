"""Mail to staff is set up whole, or the operator is told what is missing."""

from __future__ import annotations

import pytest

from bot.app import smtp_of
from bot.settings import SettingsError, read_settings

SMTP = {"WEGWIJS_SMTP_URL": "smtps://wegwijs:secret-word@mail.example"}
FROM = {"WEGWIJS_MAIL_FROM": "wegwijs@voorbeeld.example"}
LINKS = {"WEGWIJS_LINKS_URL": "https://wegwijs.voorbeeld.example/"}


def test_without_a_server_there_is_no_mail() -> None:
    assert smtp_of(read_settings({**FROM, **LINKS})) is None


def test_with_all_three_there_is() -> None:
    server = smtp_of(read_settings({**SMTP, **FROM, **LINKS}))
    assert server is not None
    assert (server.host, server.port, server.security) == ("mail.example", 465, "tls")


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({**SMTP, **FROM}, "settings.mail"),
        ({**SMTP, **LINKS}, "settings.mail"),
        ({**SMTP, **LINKS, "WEGWIJS_MAIL_FROM": "wegwijs"}, "settings.smtp"),
        ({**FROM, **LINKS, "WEGWIJS_SMTP_URL": "mail.example"}, "settings.smtp"),
        (
            {**FROM, **LINKS, "WEGWIJS_SMTP_URL": "smtp://far.example?security=none"},
            "settings.smtp",
        ),
    ],
)
def test_half_of_it_is_told(given: dict[str, str], key: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        smtp_of(read_settings(given))
    assert refusal.value.text.key == key
    assert "secret-word" not in str(refusal.value.text)
