"""E-mail to staff who do not use Telegram: one mail, one connection, and what came of it.

`RefusedError` means never again, `UnreachableError` means later. Neither says to whom the mail was
or what was in it; the error that they came from may quote both, and does not travel along.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import ipaddress
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as LINES_OF_MAIL
from email.utils import format_datetime
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import aiosmtplib
from pydantic import TypeAdapter

Security = Literal["tls", "starttls", "none"]
Kind = Literal[
    "no-connection",  # no such host, or nobody listens there
    "hung-up",  # it broke off in the middle
    "timeout",  # it does not answer in time
    "no-starttls",  # it does not offer to encrypt
    "certificate",  # it is not who it should be: another name, another authority, out of date
    "ca-file",  # the file of our own authority cannot be read
    "tls",  # anything else while encrypting
    "login",  # user or password are not taken, or are asked for and not set
    "sender",  # we may not send from this address
    "not-now",  # any other "no" of the server; `code` says which
    "unforeseen",
]
_SECURITY: dict[str, tuple[Security, ...]] = {"smtps": ("tls",), "smtp": ("starttls", "none")}
_PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}
_HERE = ("localhost", "127.0.0.1", "::1")  # where no network lies between
_HOST = re.compile(r"(?!.*[^.]{64})[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_ADDRESS = re.compile(
    r"(?=.{3,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}"
    r"@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]+")
_OUR_NAME = "[127.0.0.1]"  # as others do; asking the system may take seconds and tells its name
_NO_SUCH_MAILBOX = 553
_WANTS_LOGIN = (530, 535)
_GOODBYE = 2.0  # seconds for the server to say goodbye too
# ASCII only, so that every server can take it. Long lines are wrapped by the encoding.
_POLICY = LINES_OF_MAIL.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one person. `reference`: the same for the same mail, so that who gets it twice
    sees it once; nobody can read it back from the mail."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    reference: str


MAIL = TypeAdapter(Mail)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in, as which user, and from which address it comes."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    ca: Path | None = None  # PEM with the only authorities to trust; absent: the system's


class RefusedError(Exception):
    """The server never takes this mail: no such mailbox, or not with this content."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused ({code})")
        self.code = code


class UnreachableError(Exception):
    """The mail could not be handed in now; later it may."""

    def __init__(self, kind: Kind, code: int | None = None) -> None:
        super().__init__(kind if code is None else f"{kind} ({code})")
        self.kind = kind
        self.code = code


# ---- where to --------------------------------------------------------------------------------


def is_address(said: str) -> bool:
    """Whether mail can be sent to or from it: name@host in ASCII, without a name before it."""
    return _ADDRESS.fullmatch(said) is not None and ".." not in said


def smtp_from(url: str, sender: str) -> SmtpServer:
    """The server that a URL means; `sender` is the address that mail comes from.

    `smtps://user:password@host` (port 465), `smtp://user:password@host` (port 587, must encrypt
    by STARTTLS) or `smtp://localhost?security=none` (port 25, on this machine only). With
    `?ca=/path/ca.pem` that authority is trusted, and no other. What is special in a user or
    password is written as in any URL: `%40` for @.

    Raises ValueError, which repeats nothing of the URL or the address.
    """
    parts, port = _split(url.strip())
    if parts is None:
        raise ValueError("it is not a URL, or has no proper port")
    if parts.scheme not in _SECURITY:
        raise ValueError("it must begin with smtps:// or smtp://")
    host = parts.hostname or ""
    if not _is_host(host):
        raise ValueError("it has no proper host")
    if port == 0:
        raise ValueError("it has no proper port")
    if parts.path not in ("", "/") or parts.fragment:
        raise ValueError("after host and port only ?security= and ?ca= may follow")
    if bool(parts.username) != bool(parts.password):
        raise ValueError("user and password go together")
    options = parse_qsl(parts.query, keep_blank_values=True)
    named = dict(options)
    if len(named) < len(options) or not named.keys() <= {"security", "ca"}:
        raise ValueError("after host and port only ?security= and ?ca= may follow")
    possible = _SECURITY[parts.scheme]
    wanted = named.get("security", possible[0])
    security = next((one for one in possible if one == wanted), None)
    if security is None:
        raise ValueError("security can be starttls or none, and only with smtp://")
    if security == "none" and host not in _HERE:
        raise ValueError("without encryption mail goes to this machine only, not over a network")
    if named.get("ca") == "":
        raise ValueError("ca must be the path of a file")
    if not is_address(sender):
        raise ValueError("the sender is not a mail address")
    return SmtpServer(
        host=host,
        port=port or _PORTS[security],
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        sender=sender,
        ca=Path(named["ca"]) if "ca" in named else None,
    )


def _split(url: str) -> tuple[SplitResult | None, int | None]:
    """Python's own complaint quotes the URL, with the password: it must not get out of here."""
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        return None, None


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _HOST.fullmatch(host) is not None and ".." not in host
    with contextlib.suppress(ValueError):
        return bool(ipaddress.IPv6Address(host))
    return False


# ---- sending ---------------------------------------------------------------------------------


async def send(mail: Mail, server: SmtpServer, timeout: float = 30.0) -> None:
    """Hand in one mail; it returns when the server has taken it.

    `timeout`: seconds for all of it. Raises RefusedError or UnreachableError. After `hung-up` and
    `timeout` the mail may have arrived all the same.
    """
    if not is_address(mail.to):
        raise RefusedError(_NO_SUCH_MAILBOX)
    content = _written(mail, server.sender).as_bytes()

    async def hand_in(client: aiosmtplib.SMTP) -> None:
        await client.mail(server.sender)
        await client.rcpt(mail.to)
        await client.data(content)

    await _connected(server, timeout, hand_in)


async def check(server: SmtpServer, timeout: float = 30.0) -> None:
    """Connect, encrypt and log in as for a mail, and send none.

    `timeout`: seconds for all of it. Raises UnreachableError.
    """

    async def nothing(client: aiosmtplib.SMTP) -> None:
        pass

    await _connected(server, timeout, nothing)


def _written(mail: Mail, sender: str) -> EmailMessage:
    """With headers that ask for no holiday answer, for nobody reads it."""
    message = EmailMessage(_POLICY)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = _CONTROL.sub(" ", mail.subject).strip()
    message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    mark = hashlib.sha256(mail.reference.encode("utf-8", "replace")).hexdigest()
    message["Message-ID"] = f"<{mark}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_CONTROL_IN_TEXT.sub(" ", mail.text))
    return message


async def _connected(
    server: SmtpServer, timeout: float, do: Callable[[aiosmtplib.SMTP], Awaitable[None]]
) -> None:
    """Do this with a server that listens to us; what goes wrong comes out as one of our errors.

    Not a context manager: within its `with` the error that we hide would go along.
    """
    failed: RefusedError | UnreachableError | None = None
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=_OUR_NAME,
        use_tls=server.security == "tls",
        start_tls=False,  # we do that ourselves, to tell what went wrong
        timeout=None,  # one limit for everything instead
    )
    # Without CRAM-MD5, which would be tried first: every try of a wrong password counts with those
    # who lock a user out, and hardly anyone has it.
    client.AUTH_METHODS = ("plain", "login")
    try:
        async with asyncio.timeout(timeout):
            await _open(client, server)
            await do(client)
    except Exception as error:
        failed = _told(error)
    else:
        # Taken is taken, whatever comes of the goodbye.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_GOODBYE):
                await client.execute_command(b"QUIT")
    finally:
        transport = client.transport
        client.close()
        if isinstance(transport, asyncio.Transport):
            transport.abort()  # TLS would wait half a minute for a goodbye of its own
    if failed is not None:  # here and not above: nothing of `error` goes along
        raise failed


async def _open(client: aiosmtplib.SMTP, server: SmtpServer) -> None:
    if server.security != "none":
        client.tls_context = await asyncio.to_thread(_trusting, server.ca)
    await client.connect()
    await client.ehlo()
    if server.security == "starttls":
        if not client.supports_extension("starttls"):
            raise UnreachableError("no-starttls")
        await client.starttls()
        await client.ehlo()
    if server.user is not None and server.password is not None:
        if not client.supported_auth_methods:
            raise UnreachableError("login")
        await client.login(server.user, server.password)


def _trusting(ca: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError:
        raise UnreachableError("ca-file") from None


def _told(error: Exception) -> RefusedError | UnreachableError:
    """What an error means for the mail, and nothing of what it says."""
    match error:
        case UnreachableError(kind=kind):
            return UnreachableError(kind)  # a new one, without what came before it
        case aiosmtplib.SMTPAuthenticationError(code=code):
            return UnreachableError("login", code)
        case aiosmtplib.SMTPResponseException(code=code):
            return _answered(error, code)
        case TimeoutError():
            return UnreachableError("timeout")
        case aiosmtplib.SMTPServerDisconnected():
            return UnreachableError("hung-up")
        case aiosmtplib.SMTPConnectError():
            cause = error.__cause__
            if isinstance(cause, ssl.SSLError | aiosmtplib.SMTPServerDisconnected):
                return _told(cause)
            return UnreachableError("no-connection")
        case ssl.SSLCertVerificationError():
            return UnreachableError("certificate")
        case ssl.SSLError():
            return UnreachableError("tls")
        case OSError():
            return UnreachableError("hung-up")
    return UnreachableError("unforeseen")


def _answered(error: Exception, code: int) -> RefusedError | UnreachableError:
    """The server said no. Only a no to this recipient or this text is one to this mail."""
    if code in _WANTS_LOGIN:
        return UnreachableError("login", code)
    if code >= 500 and isinstance(error, aiosmtplib.SMTPSenderRefused):
        return UnreachableError("sender", code)
    of_mail = isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError)
    return RefusedError(code) if code >= 500 and of_mail else UnreachableError("not-now", code)
