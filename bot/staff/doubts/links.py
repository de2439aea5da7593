"""Links that a student had better not get: by how they look, and (asked for) by visiting them."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, urlsplit

from bot.catalogue import Problem, Reading
from bot.catalogue.problems import Path, shown
from bot.text import Text, text

Seen = int | Literal["no-host", "no-answer"]  # an HTTP status, after redirects
Fetch = Callable[[str, str], Awaitable[Seen]]  # of a method and a URL; never raises
Tell = Callable[[int, int], None]  # how many links are done, of how many

_SHORTENERS = frozenset(
    "bit.ly buff.ly cutt.ly goo.gl is.gd lnkd.in ow.ly rb.gy rebrand.ly shorturl.at t.co t.ly "
    "tiny.cc tinyurl.com".split()
)
_SEARCH_ENGINES = re.compile(r"(?:^|\.)(?:google|bing|duckduckgo|ecosia|startpage)\.[a-z.]+$")
_SEARCH_PAGES = re.compile(r"/(?:search|zoeken|zoekresultaten|zoek)\b", re.I)
_SEARCHED = frozenset(("q", "query", "s", "search", "zoek", "zoekterm", "keyword"))
_TRACKING = re.compile(r"utm_|(?:gclid|fbclid|msclkid|mc_eid|mc_cid|igshid)$", re.I)
_SESSION = re.compile(r"(?:sid|session_?id|jsessionid|phpsessid|aspsessionid\w*)$", re.I)
_SESSION_IN_PATH = re.compile(r";jsessionid=|/\(S\(", re.I)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_OLD = 2  # years: a PDF of last year may still be the newest

_HOSTS_AT_ONCE = 8
_TIMEOUT = 15  # seconds, with all its redirects
_PAUSE = 1.0  # seconds between two questions to one host
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
# A server that has none of this page, or nothing against the visitor, says so to GET as well.
_LEAVE_ALONE = ("no-host", "no-answer", HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class _Link:
    url: str
    file: str
    path: Path


def _links(reading: Reading) -> Iterator[_Link]:
    """Every link that has a field of its own; of two that are the same in one offering, one."""
    catalogue = reading.catalogue
    for school in catalogue.all_schools():
        folder = school.institution.id
        yield _Link(school.institution.website, f"{folder}/institution.yaml", ("website",))
        for index, offering in enumerate(school.offerings):
            file = f"{folder}/offerings.yaml"
            if offering.access.url:
                yield _Link(offering.access.url, file, (index, "access", "url"))
            if offering.source != offering.access.url:
                yield _Link(offering.source, file, (index, "source"))


# By how they look


def doubts(reading: Reading, today: dt.date) -> Iterator[Problem]:
    """A warning for each link that looks wrong, without visiting it."""
    for link in _links(reading):
        what = _suspicion(link.url, today)
        if what is not None:
            yield reading.doubt(link.file, link.path, what)


def _suspicion(url: str, today: dt.date) -> Text | None:
    """The worst that is wrong with it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # brackets that are no address
        return text("links.host", url=shown(url))
    asked = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    if not re.fullmatch(r"[^.]+(\.[^.]+)+", host):
        return text("links.host", url=shown(url))
    if _SESSION_IN_PATH.search(parts.path) or any(map(_SESSION.match, asked)):
        return text("links.session", url=shown(url))
    if _is_search(parts, host, asked):
        return text("links.search", url=shown(url))
    if host.removeprefix("www.") in _SHORTENERS:
        return text("links.shortener", host=shown(host))
    if parts.path.lower().endswith(".pdf"):
        newest = max(map(int, _YEAR.findall(parts.path)), default=today.year)
        if newest <= today.year - _OLD:
            return text("links.old-pdf", year=str(newest))
    if parts.scheme == "http":
        return text("links.http", url=shown(url))
    tracking = next((name for name in asked if _TRACKING.match(name)), None)
    return text("links.tracking", name=shown(tracking)) if tracking else None


def _is_search(parts: SplitResult, host: str, asked: list[str]) -> bool:
    searched = not _SEARCHED.isdisjoint(map(str.lower, asked))
    return searched and bool(_SEARCH_ENGINES.search(host) or _SEARCH_PAGES.search(parts.path))


# By visiting them


async def dead_links(
    reading: Reading, fetch: Fetch, tell: Tell, pause: float = _PAUSE
) -> list[Problem]:
    """Visit every link, politely; a warning wherever one is gone or could not be looked at.

    Of one host one page at a time, with `pause` seconds in between, and of at most eight hosts at
    once. A host that does not answer, or that asks for rest, is not asked again.
    """
    links = list(_links(reading))
    hosts: dict[str, list[str]] = {}
    for url in dict.fromkeys(link.url for link in links):
        hosts.setdefault(_host(url), []).append(url)
    total, seen = sum(map(len, hosts.values())), dict[str, Seen]()
    free = asyncio.Semaphore(_HOSTS_AT_ONCE)

    async def visit(urls: list[str]) -> None:
        async with free:
            async for url, found in _look_at_all(urls, fetch, pause):
                seen[url] = found
                tell(len(seen), total)

    async with asyncio.TaskGroup() as visits:
        for urls in hosts.values():
            visits.create_task(visit(urls))
    found = ((link, _in_words(link.url, seen[link.url])) for link in links)
    return [reading.doubt(link.file, link.path, what) for link, what in found if what]


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return url


async def _look_at_all(
    urls: list[str], fetch: Fetch, pause: float
) -> AsyncIterator[tuple[str, Seen]]:
    """Each page of one host, and what came of it."""
    found: Seen = HTTPStatus.OK
    for number, url in enumerate(urls):
        if found not in _LEAVE_ALONE:
            if number:
                await asyncio.sleep(pause)
            found = await fetch("HEAD", url)
            if found not in _LEAVE_ALONE and not _is_good(found):
                # Some servers refuse HEAD, or say that a page is not there.
                await asyncio.sleep(pause)
                found = await fetch("GET", url)
        yield url, found


def _is_good(seen: Seen) -> bool:
    return isinstance(seen, int) and seen < HTTPStatus.BAD_REQUEST


def _in_words(url: str, seen: Seen) -> Text | None:
    if _is_good(seen):
        return None
    if seen in _GONE:
        return text("links.gone", url=shown(url), status=int(seen))
    if seen == "no-host":
        return text("links.no-host", host=shown(_host(url)))
    if seen == "no-answer":
        return text("unseen.no-answer", url=shown(url))
    return text("unseen.refused", url=shown(url), status=int(seen))


@asynccontextmanager
async def over_http() -> AsyncIterator[Fetch]:
    """The real `fetch`: over the internet, without reading more of a page than its status."""
    import httpx  # only who looks online waits for it to load

    headers = {"User-Agent": "wegwijs-check"}
    async with httpx.AsyncClient(
        follow_redirects=True, headers=headers, timeout=_TIMEOUT
    ) as client:

        async def fetch(method: str, url: str) -> Seen:
            try:
                async with asyncio.timeout(_TIMEOUT), client.stream(method, url) as answer:
                    return answer.status_code
            except httpx.ConnectError as error:
                return "no-host" if _has_no_host(error) else "no-answer"
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError):
                return "no-answer"

        yield fetch


def _has_no_host(error: BaseException | None) -> bool:
    """Whether there is no such name; a computer that is not online itself cannot tell."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return error.errno == socket.EAI_NONAME
        error = error.__cause__ or error.__context__
    return False
