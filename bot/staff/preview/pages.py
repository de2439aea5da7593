"""From a request to a response: a pure function of how the catalogue stands."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from bot.catalogue import NATIONAL, Need, Problem, School
from bot.staff.preview.markup import Html, tag, together
from bot.staff.preview.school import about, school_page
from bot.staff.preview.search import (
    MOST_CHARACTERS,
    Question,
    columns,
    search_form,
    search_page,
    table,
)
from bot.staff.preview.view import View, address, is_national, link
from bot.staff.preview.watch import Standing
from bot.text import LANGUAGES, FromCatalogue, Language, Text, text
from bot.words import Translator, language_name

LOCAL = ("127.0.0.1", "localhost")  # the only names by which the preview is known
_MOST_PROBLEMS = 50
_STYLE = Path(__file__).with_name("preview.css").read_bytes()
# Loads the page again once the files changed; not while something typed would be lost.
_SCRIPT = (
    "const page=document.documentElement,box=document.querySelector('textarea');"
    "setInterval(async()=>{try{const now=await(await fetch('/stamp')).text();"
    "if(now!==page.dataset.stamp&&!(box&&box.value!==box.defaultValue))location.reload()}"
    "catch{}},1000)"
)
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'self'; script-src 'sha256-{_SCRIPT_HASH}'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_TITLE = "Wegwijs"


@dataclass(frozen=True)
class Request:
    """What was asked for: the target as it stands in the request (`/ask?lang=en`), and the Host."""

    target: str
    host: str

    @property
    def is_local(self) -> bool:
        """Whether it was meant for us: a page elsewhere may let its own name lead to us."""
        try:
            return urlsplit(f"//{self.host}").hostname in LOCAL
        except ValueError:
            return False

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0], errors="replace")

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The last value of each field."""
        fields = parse_qs(self.target.partition("?")[2], errors="replace")
        return {name: values[-1] for name, values in fields.items()}


@dataclass(frozen=True)
class Response:
    status: HTTPStatus
    kind: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: _HEADERS)


def respond(
    request: Request,
    standing: Standing,
    translators: Mapping[Language, Translator],
    preferred: Language,
) -> Response:
    """The page that is asked for, in the language of its address or else the preferred one."""
    if not request.is_local:
        return Response(HTTPStatus.FORBIDDEN, "text/plain", b"Not for this host.\n")
    if request.path == "/stamp":
        return Response(HTTPStatus.OK, "text/plain", standing.stamp.encode())
    if request.path == "/preview.css":
        return Response(HTTPStatus.OK, "text/css", _STYLE)
    language = _language(request.query.get("lang"), preferred)
    frame = _Frame(request, standing, translators[language])
    if standing.good is None:
        heading = tag("h1", translators[language].say(text("preview.title")))
        return frame.page(HTTPStatus.OK, text("preview.title"), heading)
    view = View(standing.good, standing.good.bot.world(), translators[language])
    return _routed(request, frame, view, translators)


def failed(request: Request, standing: Standing, translator: Translator) -> Response:
    """Instead of a page that could not be made."""
    frame = _Frame(request, standing, translator)
    heading, why = text("preview.failed"), text("preview.failed-why")
    return frame.message(HTTPStatus.INTERNAL_SERVER_ERROR, heading, why)


def _language(named: str | None, otherwise: Language) -> Language:
    return next((one for one in LANGUAGES if one == named), otherwise)


def _routed(
    request: Request, frame: _Frame, view: View, translators: Mapping[Language, Translator]
) -> Response:
    match request.path.split("/")[1:]:
        case [""]:
            return frame.page(HTTPStatus.OK, text("preview.start"), _start(view))
        case ["school", id] if id in view.world.catalogue.schools or id == NATIONAL:
            school = view.world.catalogue.school(id)
            name = FromCatalogue("institution", id)
            return frame.page(HTTPStatus.OK, name, school_page(school, view))
        case ["needs"]:
            return frame.page(HTTPStatus.OK, text("preview.needs"), _needs(view))
        case ["ask"]:
            question = _question(request.query, view)
            found = search_page(question, view, translators)
            return frame.page(HTTPStatus.OK, text("preview.ask"), found)
    heading, why = text("preview.not-there"), text("preview.not-there-why")
    return frame.message(HTTPStatus.NOT_FOUND, heading, why)


def _question(query: Mapping[str, str], view: View) -> Question:
    institution = query.get("institution", "")
    return Question(
        message=query.get("message", "")[:MOST_CHARACTERS],
        institution=institution if institution in view.world.catalogue.schools else None,
        language=_language(query.get("in"), view.language),
    )


# ---- the pages that are small --------------------------------------------------------------------


def _start(view: View) -> Html:
    first = next(iter(view.world.catalogue.schools), None)
    return together(
        (
            tag("h1", view.say(text("preview.title"))),
            tag("p", view.say(text("preview.intro"))),
            tag("h2", view.say(text("preview.institutions"))),
            tag("ul", *(_school(school, view) for school in view.schools()), class_="schools"),
            tag("h2", view.say(text("preview.ask"))),
            search_form(Question("", first, view.language), view),
        )
    )


def _school(school: School, view: View) -> Html:
    id = school.institution.id
    name = text("preview.national") if is_national(school) else FromCatalogue("institution", id)
    return tag("li", link(view.say(name), view.school_link(id)), about(school, view))


def _needs(view: View) -> Html:
    catalogue = view.world.catalogue
    parts = [
        tag("h1", view.say(text("preview.needs"))),
        tag("p", view.say(text("preview.needs-intro")), class_="quiet"),
    ]
    for theme in catalogue.themes.values():
        name = view.say(FromCatalogue("theme", theme.id))
        counts = (
            text("preview.phrases-nl"),
            text("preview.phrases-en"),
            text("preview.offerings"),
        )
        head = columns(view, text("preview.need"), numbers=counts)
        rows = tuple(_need_row(catalogue.needs[id], view) for id in theme.needs)
        parts += [tag("h2", name), table(head, rows=rows, label=name)]
    return together(parts)


def _need_row(need: Need, view: View) -> Html:
    offered = sum(need.id in o.needs for o in view.world.catalogue.offerings.values())
    description = need.description.in_(view.language)
    numbers = (len(need.phrases.nl), len(need.phrases.en), offered)
    return tag(
        "tr",
        tag(
            "th",
            view.say(FromCatalogue("need", need.id)),
            tag("span", description, class_="quiet"),
            tag("code", f"needs/{need.id}.yaml"),
            scope="row",
        ),
        *(tag("td", str(number), class_="number") for number in numbers),
    )


# ---- what is around every page -------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    request: Request
    standing: Standing
    translator: Translator

    def page(self, status: HTTPStatus, title: Text | FromCatalogue, content: Html) -> Response:
        good = self.standing.good
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag(
                "title",
                self.translator.say(title, good.catalogue if good else None),
                f" · {_TITLE}",
            ),
            tag("link", rel="stylesheet", href="/preview.css"),
        )
        body = tag(
            "body",
            link(self._say(text("preview.skip")), "#content", class_="skip"),
            self._top(),
            tag("main", self._problems(), content, id="content", tabindex="-1"),
            tag("script", Html(_SCRIPT)),
        )
        written = tag(
            "html", head, body, lang=self.translator.language, data_stamp=self.standing.stamp
        )
        return Response(status, "text/html", f"<!doctype html>{written}".encode())

    def message(self, status: HTTPStatus, heading: Text, why: Text) -> Response:
        content = together((tag("h1", self._say(heading)), tag("p", self._say(why))))
        return self.page(status, heading, content)

    def _say(self, what: Text) -> str:
        return self.translator.say(what)

    def _top(self) -> Html:
        language = self.translator.language
        pages = (
            ("/", text("preview.start")),
            ("/needs", text("preview.needs")),
            ("/ask", text("preview.ask")),
        )
        links = (
            tag("li", link(self._say(name), address(path, language), aria_current=self._here(path)))
            for path, name in pages
        )
        return tag(
            "header",
            tag("nav", tag("ul", *links), aria_label=self._say(text("preview.pages"))),
            tag(
                "nav", tag("ul", *self._languages()), aria_label=self._say(text("preview.language"))
            ),
        )

    def _here(self, path: str) -> str | None:
        return "page" if self.request.path == path else None

    def _languages(self) -> list[Html]:
        """The same page in each language; the rest of the address stays as it is."""
        path = self.request.target.partition("?")[0]
        links = []
        for one in LANGUAGES:
            to = f"{path}?{urlencode({**self.request.query, 'lang': one})}"
            here = "true" if one == self.translator.language else None
            name = language_name(one, one)
            links.append(tag("li", link(name, to, lang=one, hreflang=one, aria_current=here)))
        return links

    def _problems(self) -> Html:
        problems = self.standing.problems
        if not problems:
            return Html()
        count = len(problems)
        told = text("preview.problems", count=count) if count > 1 else text("preview.one-problem")
        then = text("preview.last-good") if self.standing.good else text("preview.none-good")
        items = [self._problem(problem) for problem in problems[:_MOST_PROBLEMS]]
        if count > _MOST_PROBLEMS:
            items.append(tag("li", self._say(text("preview.more", count=count - _MOST_PROBLEMS))))
        return tag(
            "div",
            tag("p", tag("strong", self._say(told)), " ", self._say(then)),
            tag("ul", *items),
            role="alert",
            class_="problems",
        )

    def _problem(self, problem: Problem) -> Html:
        place = problem.place.rpartition(":")[0]
        return tag("li", tag("code", place), " ", self._say(problem.text))
