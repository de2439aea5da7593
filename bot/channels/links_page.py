"""The pages behind the one-time links in mails to staff: about a request, or an offering.

Opening a link does nothing yet: programs that look for viruses open every link in a mail. A button
on the page does it. What the student shared is on the page only after that.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot.cases import Cases, hash_of, new_ticket
from bot.conversation import Message
from bot.handover.case import Answered, Done, Happening, Seen, Taken
from bot.reviews import Reviews
from bot.store.port import Store, Ticket
from bot.text import Language, Text, text
from bot.words import Translator

_MOST_BYTES = 64 * 1024
_MOST_WORDS = 3500
_DO: Mapping[str, Text] = {
    "seen": text("page.do-seen"),
    "taken": text("page.do-taken"),
    "done": text("page.do-done"),
    "answer": text("page.do-answer"),
}
_REVIEW: Mapping[str, Text] = {
    "right": text("page.do-right"),
    "change": text("page.do-change"),
    "hide": text("page.do-hide"),
}
_DONE: Mapping[str, Text] = {
    "seen": text("page.seen"),
    "taken": text("page.taken"),
    "done": text("page.done"),
    "answer": text("page.answered"),
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:38rem;margin:2rem auto;padding:0 1rem;"
    "color:#1d1d1f;background:#fff}h1{font-size:1.4rem}textarea{width:100%;min-height:9rem;"
    "font:inherit;box-sizing:border-box}button{font:inherit;padding:.6rem 1.2rem;border:0;"
    "border-radius:.4rem;background:#00539b;color:#fff}.card{background:#f3f5f7;padding:.5rem 1rem;"
    "border-radius:.4rem}"
)


def links_app(
    store: Store, cases: Cases, reviews: Reviews, translators: Mapping[Language, Translator]
) -> Starlette:
    """The web server's program."""
    pages = _Pages(store, cases, reviews, translators)
    return Starlette(routes=[Route("/case/{key}", pages.page, methods=["GET", "POST"])])


class _Pages:
    def __init__(
        self,
        store: Store,
        cases: Cases,
        reviews: Reviews,
        translators: Mapping[Language, Translator],
    ) -> None:
        self._store = store
        self._cases = cases
        self._reviews = reviews
        self._translators = translators

    async def page(self, request: Request) -> Response:
        ticket = await self._store.ticket(hash_of(request.path_params["key"]))
        if ticket is None or ticket.kind not in (*_DO, *_REVIEW):
            return self._html("nl", text("page.void"), status=410)
        await self._cases.refresh()
        language = self._cases.language_of(ticket.school, ticket.staff)
        if ticket.review is not None and not self._reviews.may_answer(ticket):
            return self._html(language, text("page.void"), status=410)
        if request.method != "POST":  # HEAD comes here too
            if ticket.review is not None:
                return await self._about_review(ticket, language, _REVIEW[ticket.kind])
            return self._html(language, _DO[ticket.kind], form=ticket.kind)
        body = await request.body()
        if len(body) > _MOST_BYTES:
            return self._html(language, text("page.void"), status=413)
        form = parse_qs(body.decode("utf-8", "replace"))
        words = form.get("words", [""])[0].strip()
        if ticket.review is not None:
            if ticket.kind == "change" and not words:
                return await self._about_review(ticket, language, text("page.empty-change"))
            seen = form.get("seen", [None])[0]
            reply = await self._reviews.by_ticket(ticket, words[:_MOST_WORDS], seen)
            if reply is not None and reply.again:
                return await self._about_review(ticket, language, text("page.changed"))
            return self._said(language, reply.say if reply is not None else None)
        if ticket.kind == "answer" and not words:
            return self._html(language, text("page.empty"), form="answer")
        return await self._do(ticket, words[:_MOST_WORDS], language)

    async def _do(self, ticket: Ticket, words: str, language: Language) -> Response:
        case, refused = await self._cases.by_ticket(ticket, _happening(ticket, words))
        if case is None:
            return self._html(language, text("page.void"), status=410)
        if refused is not None:
            said = self._cases.refused(refused, case.school)
            return self._html(language, said, status=409)
        if not case.is_open:
            return self._html(language, _DONE[ticket.kind])
        until = ticket.expires_at
        key, answer = new_ticket("answer", ticket.school, ticket.staff, until, case.id)
        await self._store.make_ticket(answer)
        lines = self._cases.on_paper(case, language)
        return self._html(language, _DONE[ticket.kind], lines=lines, form="answer", action=key)

    async def _about_review(self, ticket: Ticket, language: Language, heading: Text) -> Response:
        """What the link will do, and the offering as it is now."""
        shown = await self._reviews.shown(ticket)
        if shown is None:
            return self._html(language, text("review.gone"), status=410)
        message, mark = shown
        lines = self._reviews.on_paper(message, language)
        return self._html(language, heading, lines=lines, form=ticket.kind, seen=mark)

    def _said(self, language: Language, said: Message | None) -> Response:
        if said is None:
            return self._html(language, text("page.void"), status=410)
        heading, *lines = self._reviews.on_paper(said, language)
        return self._html(language, heading, lines=lines)

    def _html(
        self,
        language: Language,
        heading: Text | str,
        *,
        status: int = 200,
        lines: Sequence[str] = (),
        form: str = "",
        action: str = "",
        seen: str = "",
    ) -> Response:
        say = self._translators[language].say
        body = [f"<h1>{_safe(say(heading))}</h1>"]
        if lines:
            shown = "".join(f"<p>{_safe(line)}</p>" for line in lines)
            body.append(f'<div class="card">{shown}</div>')
        if form:
            writes = form in ("answer", "change")
            button = _safe(say(text("page.send") if writes else text("page.yes")))
            label = _safe(
                say(text("page.your-change") if form == "change" else text("page.your-answer"))
            )
            area = f'<p><label>{label}<textarea name="words" maxlength="{_MOST_WORDS}" required>'
            area = f"{area}</textarea></label></p>" if writes else ""
            target = f' action="{action}"' if action else ""
            mark = f'<input type="hidden" name="seen" value="{seen}">' if seen else ""
            inside = f"{mark}{area}<button>{button}</button>"
            body.append(f'<form method="post"{target}>{inside}</form>')
        page = (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>Wegwijs</title><style>{_STYLE}</style>{''.join(body)}"
        )
        return HTMLResponse(page, status, headers=_HEADERS)


def _safe(said: str) -> str:
    return html.escape(said).replace("\n", "<br>")


def _happening(ticket: Ticket, words: str) -> Happening:
    match ticket.kind:
        case "taken":
            return Taken(ticket.staff)
        case "done":
            return Done(ticket.staff)
        case "answer":
            return Answered(ticket.staff, words)
    return Seen(ticket.staff)
