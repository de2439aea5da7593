"""Mails that came back, as mail servers write them; and what only looks like it."""

from __future__ import annotations

import pytest

from bot.channels.bounce import MOST_BYTES, bounced

MARK = "ab" * 32
_HEAD = """From: MAILER-DAEMON@mail.school.example (Mail Delivery System)
To: wegwijs@voorbeeld.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b0"

--b0
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b0
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.school.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0100

Final-Recipient: rfc822; studentenpsycholoog@voorbeeld.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

"""
WHOLE = """--b0
Content-Type: message/rfc822

From: wegwijs@voorbeeld.example
Message-ID: <{mark}@voorbeeld.example>
Subject: vraag 1

Er is een vraag.

--b0--
"""
HEADERS = """--b0
Content-Type: text/rfc822-headers

From: wegwijs@voorbeeld.example
Subject: vraag 1
Message-ID: <{mark}@voorbeeld.example>

--b0--
"""
HOLIDAY = """From: studentenpsycholoog@voorbeeld.example
To: wegwijs@voorbeeld.example
Subject: Automatisch antwoord: vraag 1
In-Reply-To: <{mark}@voorbeeld.example>
Auto-Submitted: auto-replied

Ik ben er tot 1 december niet.
"""


def report(rest: str, action: str = "failed", mark: str = MARK) -> bytes:
    """A report of a mail server about the mail with this mark."""
    return (_HEAD.format(action=action) + rest.format(mark=mark)).encode()


@pytest.mark.parametrize("rest", [WHOLE, HEADERS])
@pytest.mark.parametrize("line", ["\n", "\r\n"])
def test_what_came_back(rest: str, line: str) -> None:
    assert bounced(report(rest).replace(b"\n", line.encode())) == bytes.fromhex(MARK)
    assert bounced(report(rest, "Failed")) == bytes.fromhex(MARK)


@pytest.mark.parametrize(
    "raw",
    [
        report(WHOLE, "delayed"),
        report(WHOLE, "delivered"),
        report(WHOLE, mark="not-ours"),
        report("--b0--\n"),
        HOLIDAY.format(mark=MARK).encode(),
        b"",
        b"\xff\xfe\x00" * 1000,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status",
        report(WHOLE)[:200] + b"\x00" * MOST_BYTES,
    ],
)
def test_what_did_not(raw: bytes) -> None:
    assert bounced(raw) is None
