"""A mail to staff that came back: `wegwijs mail bounced` reads what a mail server hands it.

Only a report of a failure that is final counts (RFC 3464); holiday answers and "not yet" do not.
Which mail it was stands in the Message-ID, which only who got the mail can know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

MOST_BYTES = 1 << 20  # of one mail; a report is small, but may carry ours along
_MARK = re.compile(r"<([0-9a-f]{64})@")
_NAMES_IT = ("Message-ID", "References", "In-Reply-To", "Original-Message-ID")


def bounced(raw: bytes) -> bytes | None:
    """The hash of the reference of the mail that could not be delivered; None: this is no such
    report, or about no mail of ours."""
    report = message_from_bytes(raw[:MOST_BYTES], policy=default)
    if not isinstance(report, EmailMessage) or not _has_failed(report):
        return None
    for text in _original(report):
        found = _MARK.search(text)
        if found is not None:
            return bytes.fromhex(found[1])
    return None


def _has_failed(report: EmailMessage) -> bool:
    return any(
        (block.get("Action") or "").strip().casefold() == "failed"
        for part in report.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in part.walk()
    )


def _original(report: EmailMessage) -> Iterator[str]:
    """Where the id of the mail may stand: in what is sent back of it, or in the report's head."""
    for part in report.walk():
        for name in _NAMES_IT:
            yield from map(str, part.get_all(name, ()))
        if part.get_content_type() == "text/rfc822-headers":
            yield part.get_content()
