"""A mail server of our own, on a real port of this machine: what it got, and its bad days.

    with SmtpStandIn() as server:
        ...  # the bot is told server.url
        mail = server.wait_for(1)[0]

It can be stopped and started again on the same port; what it got stays.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import ipaddress
import ssl
import threading
import time
import weakref
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Security = Literal["tls", "starttls", "none"]
Trouble = Literal["hangs-up", "silent"]
When = Literal["EHLO", "RCPT", "DATA", "QUIT"]  # DATA: all of the mail is there, unanswered
_HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Received:
    """A mail as it came in."""

    sender: str
    to: tuple[str, ...]
    message: EmailMessage
    raw: bytes
    encrypted: bool
    user: str | None

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return str(self.message.get_content()).replace("\r\n", "\n")

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files: the authority to trust, and what the server shows (with its key)."""

    ca: Path
    server: Path


class SmtpStandIn:
    """The server; `mails` is what it took, oldest first. `port` 0: a free one, kept ever after."""

    def __init__(
        self,
        port: int = 0,
        security: Security = "none",
        certificates: Certificates | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        assert security == "none" or certificates is not None
        self.port = port
        self.security = security
        self.certificates = certificates
        self.login = login
        self.mails: list[Received] = []
        self.attempts = 0  # mails that were begun, taken or not
        self.sender_refused = 0  # the code for every sender; 0: none is refused
        self.text_refused = 0  # the same for every text
        self._refused: dict[str, int] = {}
        self._troubles: dict[When, Trouble] = {}
        self._changed = threading.Condition()
        self._controller: _OnPort | None = None

    # ---- for tests ----

    @property
    def url(self) -> str:
        """What `smtp_from` reads."""
        scheme = "smtps" if self.security == "tls" else "smtp"
        user = ":".join(quote(part, safe="") for part in self.login) + "@" if self.login else ""
        rest = "?security=none" if self.security == "none" else ""
        if self.certificates is not None:
            rest += ("&" if rest else "?") + f"ca={quote(str(self.certificates.ca))}"
        return f"{scheme}://{user}{_HOST}:{self.port}{rest}"

    def refuse(self, address: str, code: int) -> None:
        """From now on say no to this recipient; 0: no longer."""
        self._refused[address] = code

    def trouble(self, when: When, what: Trouble | None) -> None:
        """From now on be like this at that point of every mail; None: no longer."""
        self._troubles.pop(when, None)
        if what is not None:
            self._troubles[when] = what

    def wait_for(self, count: int, timeout: float = 60.0) -> list[Received]:
        """All mails, when there are at least so many; fails after `timeout` seconds."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.mails) >= count, timeout)
            assert there, f"after {timeout} s not {count} mails but {len(self.mails)}"
            return list(self.mails)

    def start(self) -> None:
        """Listen, on the same port as before."""
        assert self._controller is None
        self._controller = _OnPort(self)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Listen no more; connections break."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> SmtpStandIn:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ---- for aiosmtpd ----

    async def handle_EHLO(  # noqa: N802 - its name for it
        self, smtp: SMTP, session: Session, envelope: Envelope, name: str, answer: list[str]
    ) -> list[str]:
        await self._suffer("EHLO", smtp)
        session.host_name = name
        return answer

    async def handle_MAIL(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.sender_refused:
            return f"{self.sender_refused} not from {address}"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._suffer("RCPT", smtp)
        if code := self._refused.get(address, 0):
            return f"{code} not to {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.original_content or b""
        message = email.message_from_bytes(raw, policy=modern)
        assert isinstance(message, EmailMessage)
        if self.text_refused:
            return f"{self.text_refused} not this: {message['Subject']!r}"
        data = session.auth_data
        received = Received(
            sender=envelope.mail_from or "",
            to=tuple(envelope.rcpt_tos),
            message=message,
            raw=raw,
            encrypted=self.security == "tls" or session.ssl is not None,
            user=data.login.decode() if isinstance(data, LoginPassword) else None,
        )
        with self._changed:
            self.mails.append(received)
            self._changed.notify_all()
        await self._suffer("DATA", smtp)
        return "250 OK"

    async def handle_QUIT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await self._suffer("QUIT", smtp)
        return "221 Bye"

    def authenticate(
        self, smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Whether user and password are right."""
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.login, handled=False, auth_data=data)

    async def _suffer(self, when: When, smtp: SMTP) -> None:
        match self._troubles.get(when):
            case "hangs-up":
                assert isinstance(smtp.transport, asyncio.Transport)
                smtp.transport.abort()
                await asyncio.sleep(60)  # until we are cancelled, for the connection is lost
            case "silent":
                await asyncio.sleep(3600)


class _OnPort(Controller):
    """The thread that serves it."""

    def __init__(self, stand_in: SmtpStandIn) -> None:
        self._stand_in = stand_in
        self._served: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self._tls: ssl.SSLContext | None = None
        if stand_in.security != "none" and stand_in.certificates is not None:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(stand_in.certificates.server)
        super().__init__(
            stand_in,
            hostname=_HOST,
            port=stand_in.port,
            ready_timeout=60.0,
            ssl_context=self._tls if stand_in.security == "tls" else None,
        )

    def factory(self) -> SMTP:
        """One for each connection."""
        wants = self._stand_in.login is not None
        served = SMTP(
            self._stand_in,
            hostname="stand-in.test",  # or it asks the system, which may take seconds
            tls_context=self._tls if self._stand_in.security == "starttls" else None,
            require_starttls=self._stand_in.security == "starttls",
            auth_require_tls=self._stand_in.security == "starttls",
            auth_exclude_mechanism=[] if wants else ["LOGIN", "PLAIN"],
            authenticator=self._stand_in.authenticate,
            loop=self.loop,
        )
        self._served.add(served)
        return served

    def stop(self, no_assert: bool = False) -> None:
        """As a crash would: no goodbye to anybody."""
        self.loop.call_soon_threadsafe(self._break_off)
        super().stop(no_assert)

    def _break_off(self) -> None:
        for served in self._served:
            if isinstance(served.transport, asyncio.Transport):
                served.transport.abort()

    def _trigger_server(self) -> None:
        """Begins with a look at which port it became."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def certificates_in(
    folder: Path, name: str = "localhost", address: str = _HOST, until: dt.timedelta | None = None
) -> Certificates:
    """Make an authority, and have it vouch for a server; both are valid from an hour ago."""
    now = dt.datetime.now(dt.UTC)
    ends = now + (until or dt.timedelta(days=1))
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Authority {time.time_ns()}")])
    begun = now - dt.timedelta(hours=1)
    signs = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    ca = (
        x509.CertificateBuilder(authority, authority, ca_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_may("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(signs, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    server = (
        x509.CertificateBuilder(
            authority,
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
            key.public_key(),
        )
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(ends)
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(address))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_may("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signs), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    made = Certificates(folder / "ca.pem", folder / "server.pem")
    made.ca.write_bytes(ca.public_bytes(Encoding.PEM))
    made.server.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + server.public_bytes(Encoding.PEM)
    )
    return made


def _may(*names: str) -> x509.KeyUsage:
    every = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{one: one in names for one in every})
