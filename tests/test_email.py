"""E-mail to staff: handed in safely, or an error that says when to try again and nothing else."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.channels.email import (
    MAIL,
    Mail,
    RefusedError,
    SmtpServer,
    UnreachableError,
    check,
    is_address,
    send,
    smtp_from,
)
from tests.smtp_server import Certificates, Security, SmtpStandIn, Trouble, When, certificates_in

SENDER = "wegwijs@hogeschool.test"
TO = "s.jansen@hogeschool.test"
SECRET = "Ik slaap niet meer"
MAIL_TO_STAFF = Mail(TO, "Een student vraagt contact", f"{SECRET}.\nBel mij.\n", "hand-over-17")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def plain() -> Iterator[SmtpStandIn]:
    with SmtpStandIn() as server:
        yield server


@pytest.fixture(params=["tls", "starttls"])
def encrypted(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[SmtpStandIn]:
    security: Security = request.param
    with SmtpStandIn(security=security, certificates=certificates, login=("b@t", "p/s:#é")) as it:
        yield it


def _server(stand_in: SmtpStandIn) -> SmtpServer:
    return smtp_from(stand_in.url, SENDER)


async def _fails(server: SmtpServer, mail: Mail = MAIL_TO_STAFF, timeout: float = 30.0) -> str:
    """The error of sending, as a text; it must give away nothing, nor must what it drags along."""
    with pytest.raises((RefusedError, UnreachableError)) as caught:
        await send(mail, server, timeout)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    return f"{type(error).__name__}: {error}"


# ---- handing in --------------------------------------------------------------------------------


async def test_plain_on_this_machine(plain: SmtpStandIn) -> None:
    await send(MAIL_TO_STAFF, _server(plain))
    [mail] = plain.wait_for(1)
    assert (mail.sender, mail.to) == (SENDER, (TO,))
    assert (mail.message["From"], mail.message["To"]) == (SENDER, TO)
    assert (mail.subject, mail.text) == (MAIL_TO_STAFF.subject, MAIL_TO_STAFF.text)
    assert not mail.encrypted


async def test_encrypted_and_logged_in(encrypted: SmtpStandIn) -> None:
    await check(_server(encrypted))
    assert encrypted.attempts == 0
    await send(MAIL_TO_STAFF, _server(encrypted))
    [mail] = encrypted.wait_for(1)
    assert mail.encrypted
    assert mail.user == "b@t"
    assert mail.text == MAIL_TO_STAFF.text


async def test_no_holiday_answers(plain: SmtpStandIn) -> None:
    await send(MAIL_TO_STAFF, _server(plain))
    headers = plain.wait_for(1)[0].message
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    sent = headers["Date"].datetime
    assert abs(dt.datetime.now(dt.UTC) - sent) < dt.timedelta(minutes=2)


async def test_the_same_mail_has_the_same_id(plain: SmtpStandIn) -> None:
    server = _server(plain)
    await send(MAIL_TO_STAFF, server)
    await send(MAIL_TO_STAFF, server)
    await send(replace(MAIL_TO_STAFF, reference="hand-over-18"), server)
    first, again, other = (mail.id for mail in plain.wait_for(3))
    assert first == again != other
    assert first.endswith("@hogeschool.test>")
    assert "hand-over" not in first


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Één vraag – “met spoed” 🙂", "Ik bén hier…\n\n.\n.punt\nFrom ons\n☎ 06-1\n"),
        ("Een lange regel " * 20, "één heel lange alinea zonder einde " * 200 + "\n"),
        ("プライバシー" * 30, "ل" * 2000 + "\n" + "x" * 3000 + "\n"),
        ("", ""),
    ],
)
async def test_arrives_intact(plain: SmtpStandIn, subject: str, text: str) -> None:
    await send(Mail(TO, subject, text, "1"), _server(plain))
    [mail] = plain.wait_for(1)
    assert mail.subject == subject.strip()
    assert mail.text == (text or "\n")
    assert mail.raw.isascii()
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998


@given(
    subject=st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), max_size=200),
    text=st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.just("\n")),
)
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_says(plain: SmtpStandIn, subject: str, text: str) -> None:
    before = len(plain.mails)
    asyncio.run(send(Mail(TO, subject, text, "1"), _server(plain)))
    mail = plain.wait_for(before + 1)[-1]
    assert mail.subject.split() == subject.split()
    assert mail.text.rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize(
    "trick", ["\nBcc: x@y.nl", "\r\nBcc: x@y.nl", "\r\n\r\nHello", "\x85Bcc: x@y.nl", "\u2028B: x"]
)
async def test_no_header_by_way_of_the_subject(plain: SmtpStandIn, trick: str) -> None:
    await send(replace(MAIL_TO_STAFF, subject=f"Vraag{trick}"), _server(plain))
    await send(replace(MAIL_TO_STAFF, reference=f"17{trick}"), _server(plain))
    for mail in plain.wait_for(2):
        assert mail.to == (TO,)
        assert mail.message["Bcc"] is mail.message["B"] is None
        assert mail.text == MAIL_TO_STAFF.text


@pytest.mark.parametrize(
    "to",
    ["", "jan", "a@b\nBcc: c@d", "a@b\r\nRCPT TO:<c@d>", "a@b, c@d", "Jan <a@b>", "a@b>", "é@b.nl"],
)
async def test_no_address(plain: SmtpStandIn, to: str) -> None:
    """Nobody is asked; it never gets better."""
    assert await _fails(_server(plain), replace(MAIL_TO_STAFF, to=to)) == (
        "RefusedError: refused (553)"
    )
    assert not plain.attempts


async def test_long_names_of_hosts(plain: SmtpStandIn) -> None:
    long = "@" + "studentenwelzijn-en-begeleiding." * 5 + "hogeschool.test"
    server = replace(_server(plain), sender="wegwijs" + long)
    await send(replace(MAIL_TO_STAFF, to="s.jansen" + long), server)
    [mail] = plain.wait_for(1)
    assert mail.to == ("s.jansen" + long,)
    assert (mail.message["To"], mail.message["From"]) == ("s.jansen" + long, server.sender)
    assert b"=?" not in mail.raw
    assert mail.id.endswith(long + ">")


async def test_strange_characters_do_no_harm(plain: SmtpStandIn) -> None:
    await send(Mail(TO, "a\ud800b", "c\ud800d\x00e\r\nf", "\ud800"), _server(plain))
    [mail] = plain.wait_for(1)
    assert (mail.subject, mail.text) == ("a b", "c d e\nf\n")


# ---- never again -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [550, 551, 553, 554])
async def test_no_such_mailbox(plain: SmtpStandIn, code: int) -> None:
    plain.refuse(TO, code)
    assert await _fails(_server(plain)) == f"RefusedError: refused ({code})"
    plain.refuse(TO, 0)
    await send(MAIL_TO_STAFF, _server(plain))
    plain.wait_for(1)


async def test_the_text_is_refused(plain: SmtpStandIn) -> None:
    plain.text_refused = 554
    assert await _fails(_server(plain)) == "RefusedError: refused (554)"


# ---- later -------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [421, 450, 451, 452])
async def test_not_now(plain: SmtpStandIn, code: int) -> None:
    plain.refuse(TO, code)
    assert await _fails(_server(plain)) == f"UnreachableError: not-now ({code})"
    plain.refuse(TO, 0)
    plain.text_refused = code
    assert await _fails(_server(plain)) == f"UnreachableError: not-now ({code})"


async def test_a_sender_that_is_refused_is_no_fault_of_the_mail(plain: SmtpStandIn) -> None:
    plain.sender_refused = 550
    assert await _fails(_server(plain)) == "UnreachableError: sender (550)"
    plain.sender_refused = 451
    assert await _fails(_server(plain)) == "UnreachableError: not-now (451)"


async def test_down_for_an_hour(plain: SmtpStandIn) -> None:
    server, port = _server(plain), plain.port
    plain.stop()
    assert await _fails(server) == "UnreachableError: no-connection"
    with pytest.raises(UnreachableError):
        await check(server)
    plain.start()
    assert plain.port == port
    await send(MAIL_TO_STAFF, server)
    plain.wait_for(1)


async def test_no_such_host() -> None:
    server = smtp_from("smtp://nowhere.invalid", SENDER)
    assert await _fails(server) == "UnreachableError: no-connection"


@pytest.mark.parametrize("when", ["EHLO", "RCPT", "DATA"])
async def test_hangs_up_in_the_middle(plain: SmtpStandIn, when: When) -> None:
    plain.trouble(when, "hangs-up")
    assert await _fails(_server(plain)) == "UnreachableError: hung-up"
    plain.trouble(when, None)
    await send(MAIL_TO_STAFF, _server(plain))
    assert len({mail.id for mail in plain.mails}) == 1  # two came, if it hung up after the first


async def test_goes_down_in_the_middle(encrypted: SmtpStandIn) -> None:
    encrypted.trouble("RCPT", "silent")
    sending = asyncio.create_task(_fails(_server(encrypted)))
    while not encrypted.attempts:
        await asyncio.sleep(0.01)
    await asyncio.to_thread(encrypted.stop)
    assert await sending == "UnreachableError: hung-up"


@pytest.mark.parametrize("when", ["EHLO", "RCPT", "DATA"])
async def test_never_answers(plain: SmtpStandIn, when: When) -> None:
    plain.trouble(when, "silent")
    begun = time.monotonic()
    assert await _fails(_server(plain), timeout=0.3) == "UnreachableError: timeout"
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("url", ["smtp://{}?security=none", "smtp://{}", "smtps://{}"])
async def test_does_not_even_greet(url: str) -> None:
    with _mute() as place:
        server = smtp_from(url.format(place), SENDER)
        assert await _fails(server, timeout=0.3) == "UnreachableError: timeout"
        with pytest.raises(UnreachableError, match="timeout"):
            await check(server, 0.1)


@pytest.mark.parametrize("trouble", ["hangs-up", "silent"])
async def test_taken_is_taken_whatever_comes_of_the_goodbye(
    encrypted: SmtpStandIn, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.email._GOODBYE", 0.2)
    encrypted.trouble("QUIT", trouble)
    await send(MAIL_TO_STAFF, _server(encrypted))
    encrypted.wait_for(1)


async def test_cancelled(plain: SmtpStandIn) -> None:
    plain.trouble("RCPT", "silent")
    sending = asyncio.create_task(send(MAIL_TO_STAFF, _server(plain)))
    while not plain.attempts:
        await asyncio.sleep(0.01)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


# ---- who it is, and who we are -----------------------------------------------------------------


async def test_a_wrong_password(encrypted: SmtpStandIn) -> None:
    server = replace(_server(encrypted), password="wrong")
    assert await _fails(server) == "UnreachableError: login (535)"
    with pytest.raises(UnreachableError, match="login"):
        await check(server)
    assert not encrypted.attempts


async def test_a_login_is_wanted(encrypted: SmtpStandIn) -> None:
    server = replace(_server(encrypted), user=None, password=None)
    assert await _fails(server) == "UnreachableError: login (530)"


async def test_a_login_is_not_offered(certificates: Certificates) -> None:
    with SmtpStandIn(security="starttls", certificates=certificates) as stand_in:
        server = replace(_server(stand_in), user="bot", password="word")
        with pytest.raises(UnreachableError, match="login"):
            await check(server)


async def test_an_authority_we_do_not_trust(encrypted: SmtpStandIn, tmp_path: Path) -> None:
    for ca in (None, certificates_in(tmp_path).ca):
        server = replace(_server(encrypted), ca=ca)
        assert await _fails(server) == "UnreachableError: certificate"
    assert not encrypted.attempts


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_of_another_or_out_of_date(security: Security, tmp_path: Path) -> None:
    other = certificates_in(tmp_path, name="other.test", address="127.0.0.9")
    with SmtpStandIn(security=security, certificates=other) as stand_in:
        assert await _fails(_server(stand_in)) == "UnreachableError: certificate"
    old = certificates_in(tmp_path, until=dt.timedelta(minutes=-1))
    with SmtpStandIn(security=security, certificates=old) as stand_in:
        assert await _fails(_server(stand_in)) == "UnreachableError: certificate"


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_the_file_of_the_authority(
    encrypted: SmtpStandIn, tmp_path: Path, content: str | None
) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_text(content)
    assert await _fails(replace(_server(encrypted), ca=ca)) == "UnreachableError: ca-file"


async def test_encryption_is_not_offered(plain: SmtpStandIn) -> None:
    server = smtp_from(f"smtp://u:p@127.0.0.1:{plain.port}", SENDER)
    assert await _fails(server) == "UnreachableError: no-starttls"
    assert not plain.attempts


async def test_encrypted_from_the_start_is_not_spoken_there(plain: SmtpStandIn) -> None:
    server = smtp_from(f"smtps://u:p@127.0.0.1:{plain.port}", SENDER)
    assert await _fails(server) == "UnreachableError: tls"


# ---- what nobody may see -----------------------------------------------------------------------


async def test_nothing_personal_in_a_log(
    plain: SmtpStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """The stand-in logs everything, as "mail.log"; the bot's own process has no such thing."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    await send(MAIL_TO_STAFF, _server(plain))
    plain.refuse(TO, 550)
    await _fails(_server(plain))
    plain.trouble("RCPT", "hangs-up")
    await _fails(_server(plain))
    said = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    assert not [line for line in said if TO in line or SECRET in line]


def test_nothing_personal_in_what_is_printed() -> None:
    assert repr(MAIL_TO_STAFF) == "Mail(reference='hand-over-17')"
    assert "p4ss" not in repr(smtp_from("smtps://bot:p4ss@mail.test", SENDER))


def test_kept_as_json() -> None:
    assert MAIL.validate_json(MAIL.dump_json(MAIL_TO_STAFF)) == MAIL_TO_STAFF


# ---- the URL -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://u:p@mail.test", SmtpServer("mail.test", 465, "tls", "u", "p", SENDER)),
        ("smtps://u:p@mail.test:4465/", SmtpServer("mail.test", 4465, "tls", "u", "p", SENDER)),
        ("smtp://mail.test", SmtpServer("mail.test", 587, "starttls", None, None, SENDER)),
        (" SMTP://Mail.Test:25\n", SmtpServer("mail.test", 25, "starttls", None, None, SENDER)),
        (
            "smtp://u%40h.nl:p%2F%3A%23%C3%A9@mail.test",
            SmtpServer("mail.test", 587, "starttls", "u@h.nl", "p/:#é", SENDER),
        ),
        ("smtp://localhost?security=none", SmtpServer("localhost", 25, "none", None, None, SENDER)),
        ("smtp://[::1]:2525?security=none", SmtpServer("::1", 2525, "none", None, None, SENDER)),
        (
            "smtp://127.0.0.1?ca=/etc/own%20ca.pem&security=starttls",
            SmtpServer("127.0.0.1", 587, "starttls", None, None, SENDER, Path("/etc/own ca.pem")),
        ),
    ],
)
def test_a_url(url: str, server: SmtpServer) -> None:
    assert smtp_from(url, SENDER) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test",
        "mail.test:587",
        "http://u:s3cret@mail.test",
        "s3cret://mail.test",
        "smtp://",
        "smtp://u:s3cret@",
        "smtp://u:s3cret@:587",
        "smtp://u:s3cret@mail.test:99999",
        "smtp://u:s3cret@mail.test:0",
        "smtp://u:s3cret@mail.test:s3cret",
        "smtp://u:s3cret/x@mail.test",
        "smtp://u:s3cret#x@mail.test",
        "smtp://u:s3cret?x@mail.test",
        "smtp://u:s3cret@[mail.test",
        "smtp://u:s3cret@[::zz]",
        "smtp://u:s3cret@mail\u2100.test",
        "smtp://u:s3cret@mail test",
        "smtp://u:s3cret@mail..test",
        "smtp://u:s3cret@" + "m" * 64 + ".test",
        "smtp://s3cret@mail.test",
        "smtp://:s3cret@mail.test",
        "smtp://u:@mail.test",
        "smtp://mail.test/s3cret",
        "smtp://mail.test?s3cret=1",
        "smtp://mail.test?security=s3cret",
        "smtp://mail.test?security=none",
        "smtp://10.0.0.1?security=none",
        "smtp://localhost.test?security=none",
        "smtp://localhost?security=none&security=starttls",
        "smtps://localhost?security=none",
        "smtps://localhost?security=starttls",
        "smtp://mail.test?ca=",
    ],
)
def test_a_bad_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"^[a-z]") as caught:
        smtp_from(url, SENDER)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("sender", ["", "s3cret", "@s3cret.nl", "s3cret@", "S <s3cret@x.nl>"])
def test_a_bad_sender(sender: str) -> None:
    with pytest.raises(ValueError, match="sender") as caught:
        smtp_from("smtp://mail.test", sender)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("good", ["a@b", "s.jansen+wegwijs@mail.hogeschool-x.nl", "o'neil@x.nl"])
def test_an_address(good: str) -> None:
    assert is_address(good)


@pytest.mark.parametrize(
    "bad",
    [
        *("a", "@b", "a@", "a@b@c", ".a@b", "a..b@c", "a@b..c", "a@-b", "a@b-", "a b@c", "a@b\n"),
        *('"a b"@c', "a" * 65 + "@b.nl", "a@" + "b." * 130 + "nl", "a@[127.0.0.1]"),
    ],
)
def test_no_proper_address(bad: str) -> None:
    assert not is_address(bad)


@contextmanager
def _mute() -> Iterator[str]:
    """host:port of what takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
