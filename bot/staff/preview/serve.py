"""The preview on this computer, until Ctrl-C.

With the server of the standard library: one keeper looks at it, on their own computer, and so it
works without the extra that pages for the world outside need.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.settings import SettingsError
from bot.staff.preview.pages import LOCAL, Request, Response, failed, respond
from bot.staff.preview.watch import Standing, Watched
from bot.text import Language, Text, text
from bot.words import Translator

PORT = 8765
_log = logging.getLogger(__name__)
_WAIT = 10  # seconds for a request to arrive whole


@dataclass(frozen=True)
class Preview:
    """The watched catalogue, and the words; `language` is for addresses that name none."""

    watched: Watched
    translators: Mapping[Language, Translator]
    language: Language = "nl"

    def respond(self, request: Request) -> Response:
        """The answer to a request, whatever breaks."""
        standing = Standing("")
        try:
            standing = self.watched.look()
            return respond(request, standing, self.translators, self.language)
        except Exception as error:  # of an error only its kind is logged, as everywhere
            _log.error("A page of the preview failed (%s).", type(error).__name__)
            return failed(request, standing, self.translators[self.language])


def serve(preview: Preview, host: str, port: int, tell: Callable[[Text], None]) -> None:
    """Serve until Ctrl-C. Raises SettingsError for an address that cannot be used."""
    with listening(preview, host, port) as server:
        tell(text("preview.serving", address=f"http://{host}:{server.server_port}/"))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def listening(preview: Preview, host: str, port: int) -> ThreadingHTTPServer:
    """The server, not yet serving; port 0 is any that is free. Raises SettingsError."""
    if host not in LOCAL:
        raise SettingsError(text("preview.only-local", host=host))
    try:
        return _Server((host, port), _handler(preview))
    except (OSError, OverflowError):
        raise SettingsError(text("preview.port", port=str(port))) from None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that left before its page came is no news."""


def _handler(preview: Preview) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version = "wegwijs"
        sys_version = ""
        timeout = _WAIT

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            asked = Request(self.path, self.headers.get("Host", ""))
            response = preview.respond(asked)
            self.send_response(response.status)
            self.send_header("Content-Type", f"{response.kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(response.body)))
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(response.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Addresses hold what was typed as a student: they are not written down."""

    return Handler
