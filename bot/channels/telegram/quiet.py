"""No token and no student in a log: what the libraries would write is turned down or masked."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

_log = logging.getLogger(__name__)
_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")


class MaskTokens(logging.Filter):
    """Masks whatever looks like a bot token, in the text and in its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if _TOKEN.search(said):
            record.msg, record.args = _TOKEN.sub("[token]", said), None
        if record.exc_info:  # a traceback holds what was being handled
            kind = record.exc_info[0]
            record.msg = f"{record.getMessage()} ({kind.__name__ if kind else 'error'})"
            record.args = record.exc_info = record.exc_text = None
        return True


def log_quietly(level: str = "INFO") -> None:
    """Logging for the running bot, to standard error: our own lines, and warnings of the rest.

    What the libraries say below a warning holds addresses with the token, and students' texts.
    """
    handler = logging.StreamHandler()
    handler.addFilter(MaskTokens())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("bot").setLevel(level)
    logging.captureWarnings(True)
    sys.excepthook = _tell_kind
    threading.excepthook = lambda failed: _tell_kind(failed.exc_type, None, None)


def _tell_kind(kind: type[BaseException], error: object, trace: object) -> None:
    """An error that ends a thread or the program: its text may quote a student, its kind does not.

    Where it happened is told too: file and line, without what was being handled.
    """
    place = traceback.extract_tb(trace)[-1] if isinstance(trace, TracebackType) else None
    where = f" in {Path(place.filename).name}, line {place.lineno}" if place else ""
    _log.critical("Unforeseen: %s%s.", kind.__name__, where)
