"""Doubts about the whole catalogue: gaps, phrases, people, and links on paper and over the network.

Where a doubt is told, and with which words, is in `tests/test_planted_mistakes.py`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from bot.catalogue import Offering, Problem, Reading, School, StaffMember, read
from bot.catalogue.models import Localised, Phrases
from bot.settings import read_settings
from bot.staff.doubts import gaps, links, people, phrases
from bot.staff.doubts.links import Seen, dead_links, over_http
from bot.text import Several

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read(read_settings({}).catalogue)


def only(reading: Reading, school: School) -> Reading:
    """The same catalogue with the example school like this, and no other."""
    catalogue = dataclasses.replace(reading.catalogue, schools={"voorbeeld": school})
    return dataclasses.replace(reading, catalogue=catalogue)


def keys(problems: Iterator[Problem]) -> list[str]:
    return [problem.text.key for problem in problems]


def test_each_doubt_is_a_warning_in_a_file_that_is_there(shipped: Reading) -> None:
    found = [
        *gaps.doubts(shipped),
        *phrases.doubts(shipped),
        *people.doubts(shipped),
        *links.doubts(shipped, TODAY),
    ]
    assert found
    for problem in found:
        assert problem.severity == "warning"
        assert problem.file in shipped.documents
    assert len(found) == len({(p.file, p.line, p.text.key, str(p.text.args)) for p in found})


# Gaps


def with_offerings(shipped: Reading, offerings: tuple[Offering, ...]) -> Reading:
    school = shipped.catalogue.schools["voorbeeld"]
    return only(shipped, dataclasses.replace(school, offerings=offerings))


def test_a_school_without_anything_lacks_everything_in_one_line_each(shipped: Reading) -> None:
    found = list(gaps.doubts(with_offerings(shipped, ())))
    kinds = [problem.text.key for problem in found]
    assert sorted(set(kinds)) == [
        "gaps.elements",
        "gaps.needs",
        "gaps.needs-nowhere",
        "gaps.no-dutch",
        "gaps.no-english",
        "gaps.unused",
    ]
    assert len(kinds) - len(set(kinds)) == 1  # faculties and programmes
    needs = next(problem for problem in found if problem.text.key == "gaps.needs")
    missing = needs.text.args["missing"]
    assert isinstance(missing, Several)
    assert len(missing.items) == 11  # ten, and how many more


def test_what_is_for_a_crisis_only_is_no_help_with_a_need(shipped: Reading) -> None:
    offerings = shipped.catalogue.schools["voorbeeld"].offerings
    hidden = tuple(o.model_copy(update={"use": "crisis"}) for o in offerings)
    found = keys(gaps.doubts(with_offerings(shipped, hidden)))
    assert {"gaps.needs", "gaps.no-english"} <= set(found)


def test_a_need_without_national_help_is_told_apart(shipped: Reading) -> None:
    reading = with_offerings(shipped, ())
    nowhere = dataclasses.replace(reading.catalogue.national, offerings=())
    catalogue = dataclasses.replace(reading.catalogue, national=nowhere)
    found = keys(gaps.doubts(dataclasses.replace(reading, catalogue=catalogue)))
    assert "gaps.needs-nowhere" in found
    assert "gaps.needs" not in found


def test_places_count_only_where_offerings_name_any(shipped: Reading) -> None:
    offerings = shipped.catalogue.schools["voorbeeld"].offerings
    nameless = tuple(o.model_copy(update={"locations": ()}) for o in offerings)
    assert "gaps.locations" not in keys(gaps.doubts(with_offerings(shipped, nameless)))
    one = (offerings[0].model_copy(update={"locations": ("utrecht",)}), *nameless[1:])
    assert "gaps.locations" in keys(gaps.doubts(with_offerings(shipped, one)))


# Phrases


def test_the_shipped_phrases_lead_where_they_stand(shipped: Reading) -> None:
    assert list(phrases.doubts(shipped)) == []


@pytest.mark.parametrize(
    ("of_stress", "of_sleep", "expected"),
    [
        (("geen rust",), ("Géén rust!",), ["phrases.same"]),
        (("ik kan het niet meer aan",), ("ik kan het niet meer aam",), ["phrases.near"]),
        (("ik kan het niet meer aan",), ("jk kan het niet meer aan",), ["phrases.near"]),
        (("ik kan niet meer",), ("ik kan niets meer",), []),  # short: another word says more
        (("moe", "te druk"), tuple(f"zo moe {n}" for n in range(12)), ["phrases.inside"]),
        (("zo moe", "druk"), tuple(f"ben zo moe {n}" for n in range(12)), ["phrases.inside"]),
        (("moe", "te druk"), tuple(f"zo moe {n}" for n in range(11)), []),
        (("moe", "zo moe", "heel moe", "erg moe"), tuple(f"moe {n}" for n in range(12)), []),
        (("moe", "moe!"), ("slaap",), []),  # twice in one need does no harm
        (("...",), ("!!!",), []),
    ],
)
def test_phrases(
    shipped: Reading, of_stress: tuple[str, ...], of_sleep: tuple[str, ...], expected: list[str]
) -> None:
    needs = {
        id: shipped.catalogue.needs[id].model_copy(
            update={"phrases": Phrases(nl=said, en=(f"only {id}",))}
        )
        for id, said in (("stress", of_stress), ("sleep", of_sleep))
    }
    catalogue = dataclasses.replace(shipped.catalogue, needs=needs)
    assert keys(phrases.doubts(dataclasses.replace(shipped, catalogue=catalogue))) == expected


# People

STAFF = {"name": "A", "role": Localised(nl="r", en="r"), "languages": ("nl", "en")}


def colleague(id: str, hours: str = "ma-vr 9-17", **more: object) -> StaffMember:
    return StaffMember.model_validate({"id": id, "hours": hours, **STAFF, **more})


DESK = colleague("vb-desk", kind="desk")


@pytest.mark.parametrize(
    ("staff", "expected"),
    [
        ((), []),
        ((DESK,), []),
        ((DESK, colleague("vb-a", needs=("stress",), backup="vb-desk")), []),
        ((DESK, colleague("vb-a", needs=("stress",))), ["people.no-backup"]),
        ((DESK, colleague("vb-a", backup="vb-desk")), ["people.for-nothing"]),
        ((DESK, colleague("vb-a", needs=("stress",), team="vb-desk")), ["people.not-a-team"]),
        (
            (
                DESK,
                colleague("vb-t", kind="team", backup="vb-desk"),
                colleague("vb-a", needs=("stress",), team="vb-t"),
            ),
            [],
        ),
        ((colleague("vb-desk", "ma-di, do 9-17", kind="desk"),), ["people.nobody-there"]),
        ((colleague("vb-desk", "ma-di 9-17, za 9-12", kind="desk"),), ["people.nobody-there"]),
        ((colleague("vb-desk", kind="desk", languages=("nl",)),), ["people.no-english"]),
        ((colleague("vb-desk", kind="desk", languages=("en",)),), ["people.no-dutch"]),
        ((colleague("vb-desk", kind="desk", reach=("telegram",)),), []),
        ((colleague("vb-desk", kind="desk", reach=("email",)),), ["people.no-address"]),
        ((colleague("vb-desk", kind="desk", reach=("email",), email="a@b.nl"),), []),
        (
            (colleague("vb-a", needs=("stress",), backup="vb-a"),),
            ["people.no-desk", "people.own-backup"],
        ),
    ],
)
def test_staff(shipped: Reading, staff: tuple[StaffMember, ...], expected: list[str]) -> None:
    school = shipped.catalogue.schools["voorbeeld"]
    offerings = tuple(o.model_copy(update={"staff": ()}) for o in school.offerings)
    reading = only(shipped, dataclasses.replace(school, staff=staff, offerings=offerings))
    assert keys(people.doubts(reading)) == expected


def test_the_days_on_which_nobody_is_there_are_named(shipped: Reading) -> None:
    school = shipped.catalogue.schools["voorbeeld"]
    staff = (colleague("vb-desk", "ma-di, do 9-17", kind="desk"),)
    reading = only(shipped, dataclasses.replace(school, staff=staff, offerings=()))
    (problem,) = people.doubts(reading)
    days = problem.text.args["days"]
    assert isinstance(days, Several)
    assert [getattr(day, "key", "") for day in days.items] == ["people.wednesday", "people.friday"]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ("ma-do 9:00-17:00", None),
        ("ma 25:00", "people.no-clock"),
        ("ma 9.75-17.00", "people.no-clock"),
        ("ma 9-25 uur", "people.no-clock"),
        ("ma 9.00-8.00", "people.hours-order"),
        ("ma 17:00 tot 9:30, di 9:00-17:00", "people.hours-order"),
        ("di 12:00-12:00", "people.hours-order"),
        ("ma 16-10 uur", "people.hours-order"),
        ("Werkdagen 17.00-8.00", None),  # the night
        ("vr 22:00-2:00", None),
        ("0:00-24:00", None),
        ("0:00-0:00", None),
        ("24/7", None),
        ("Mon 9:00-5:00 pm", None),
        ("31.12.2026 en 25.12.2026", None),
        ("€ 12.75 per keer, di 9:00-10:00", None),
        ("€12.75", None),
        ("bel 085 000 01 01", None),
        ("week 40-39", None),
        ("ISO 9001:2015", None),
        ("elke twee weken, wo 17:00-18:30", None),
    ],
)
def test_hours_in_words(shipped: Reading, hours: str, expected: str | None) -> None:
    school = shipped.catalogue.schools["voorbeeld"]
    words = Localised(nl=hours, en="always")
    offering = school.offerings[0].model_copy(update={"hours": words})
    reading = only(shipped, dataclasses.replace(school, staff=(), offerings=(offering,)))
    assert keys(people.doubts(reading)) == [expected] * (expected is not None)


def test_hours_of_the_shipped_offerings_can_be_right(shipped: Reading) -> None:
    wrong = ("people.no-clock", "people.hours-order")
    assert [p.place for p in people.doubts(shipped) if p.text.key in wrong] == []


# Links, by how they look


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.nl/hulp?pagina=2", None),
        ("https://a.nl/search", None),
        ("https://a.nl/research?q=1", None),
        ("https://google.nl/maps", None),
        ("https://a.nl/gids-2025-2026.pdf", None),
        ("https://a.nl/gids.pdf", None),
        ("https://a.nl/12024.pdf", None),
        ("https://a.nl/gids-2019.html", None),
        ("https://a.nl/x?side=left", None),
        ("http://a.nl/x", "links.http"),
        ("https://a.nl/x?utm_medium=rss", "links.tracking"),
        ("https://a.nl/x?b=1&fbclid=", "links.tracking"),
        ("https://www.bing.com/search?q=a", "links.search"),
        ("https://a.nl/Zoeken/?zoekterm=a", "links.search"),
        ("https://tinyurl.com/a", "links.shortener"),
        ("https://www.bit.ly/a", "links.shortener"),
        ("https://a.nl/2024/05/gids.PDF?x=1", "links.old-pdf"),
        ("https://a.nl/x?PHPSESSID=1", "links.session"),
        ("https://a.nl/x;jsessionid=1", "links.session"),
        ("https://intranet/x.html", "links.host"),
        ("https://[a.nl", "links.host"),
        ("https://./a.b", "links.host"),
        ("http://a.nl/x?utm_medium=rss", "links.http"),  # one for each link: the worst
    ],
)
def test_links(shipped: Reading, url: str, expected: str | None) -> None:
    found = keys(links.doubts(at(shipped, url), TODAY))
    assert found == [expected] * (expected is not None)


def at(shipped: Reading, *urls: str, website: str = "https://goed.nl") -> Reading:
    """A catalogue with these links, each at an offering, and this website of both schools."""
    school, nation = shipped.catalogue.schools["voorbeeld"], shipped.catalogue.national
    offerings = tuple(
        offering.model_copy(
            update={"source": url, "access": offering.access.model_copy(update={"url": url})}
        )
        for offering, url in zip(school.offerings, urls, strict=False)
    )
    here, there = (
        School(one.institution.model_copy(update={"website": website}), offered)
        for one, offered in ((school, offerings), (nation, ()))
    )
    catalogue = dataclasses.replace(shipped.catalogue, schools={"voorbeeld": here}, national=there)
    return dataclasses.replace(shipped, catalogue=catalogue)


# Links, by visiting them


class Web:
    """Pages that answer as they are told to, and who asked for what, and how many at once."""

    def __init__(self, answers: dict[str, Seen], to_head: dict[str, Seen] | None = None) -> None:
        self.answers, self.to_head = answers, to_head or {}
        self.asked: list[tuple[str, str]] = []
        self.busy: list[str] = []
        self.most_at_once = 0
        self.twice_at_one_host = False

    async def fetch(self, method: str, url: str) -> Seen:
        host = urlsplit(url).netloc
        self.asked.append((method, url))
        self.twice_at_one_host |= host in self.busy
        self.busy.append(host)
        self.most_at_once = max(self.most_at_once, len(self.busy))
        await asyncio.sleep(0)
        self.busy.remove(host)
        if method == "HEAD" and url in self.to_head:
            return self.to_head[url]
        return self.answers.get(url, 200)


async def visited(reading: Reading, web: Web) -> tuple[list[str], list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    found = await dead_links(reading, web.fetch, lambda *done: told.append(done), pause=0)
    return [problem.text.key for problem in found], told


@pytest.mark.parametrize(
    ("answer", "expected", "requests"),
    [
        (200, None, 1),
        (304, None, 1),
        (404, "links.gone", 2),
        (410, "links.gone", 2),
        (403, "unseen.refused", 2),
        (500, "unseen.refused", 2),
        (503, "unseen.refused", 2),
        (429, "unseen.refused", 1),
        ("no-host", "links.no-host", 1),
        ("no-answer", "unseen.no-answer", 1),
    ],
)
async def test_what_came_of_a_visit(
    shipped: Reading, answer: Seen, expected: str | None, requests: int
) -> None:
    url = "https://a.nl/x"
    web = Web({url: answer})
    found, told = await visited(at(shipped, url), web)
    assert found == [expected] * (expected is not None)
    assert len([1 for _, asked in web.asked if asked == url]) == requests
    assert told == [(1, 2), (2, 2)]


async def test_a_server_that_refuses_head_is_asked_with_get(shipped: Reading) -> None:
    url = "https://a.nl/x"
    web = Web({}, to_head={url: 405})
    assert (await visited(at(shipped, url), web))[0] == []
    assert [method for method, asked in web.asked if asked == url] == ["HEAD", "GET"]


@pytest.mark.parametrize("answer", [429, "no-host", "no-answer"])
async def test_a_host_that_does_not_want_it_is_left_alone(shipped: Reading, answer: Seen) -> None:
    urls = [f"https://a.nl/{n}" for n in range(4)]
    web = Web({urls[1]: answer})
    found, told = await visited(at(shipped, *urls, "https://b.nl"), web)
    asked = [url for _, url in web.asked]
    assert urls[2] not in asked
    assert urls[3] not in asked
    assert "https://b.nl" in asked
    assert len(found) == 3
    assert told[-1] == (6, 6)


async def test_politely(shipped: Reading) -> None:
    """One page of a host at a time, eight hosts at most, and no page twice."""
    urls = [f"https://{n % 15}.nl/{n}" for n in range(30)]
    web = Web({})
    found, told = await visited(at(shipped, *urls, urls[0]), web)
    assert found == []
    assert not web.twice_at_one_host
    assert web.most_at_once == 8
    assert sorted(url for _, url in web.asked) == sorted({*urls, "https://goed.nl"})
    assert told == [(n, 31) for n in range(1, 32)]


class _Pages(BaseHTTPRequestHandler):
    agents: ClassVar[set[str | None]] = set()

    def do_HEAD(self) -> None:
        self._answer(405 if self.path == "/no-head" else self._status())

    def do_GET(self) -> None:
        self._answer(self._status())

    def _status(self) -> int:
        return {"/gone": 410, "/moved": 301, "/round": 302, "/secret": 403}.get(self.path, 200)

    def _answer(self, status: int) -> None:
        self.agents.add(self.headers["User-Agent"])
        self.send_response(status)
        if status in (301, 302):
            self.send_header("Location", "/good" if status == 301 else self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is asked for is looked at in the test."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_over_http(shipped: Reading, site: str) -> None:
    pages = ("good", "no-head", "moved", "round", "gone", "secret")
    async with over_http() as fetch:
        seen = {page: await fetch("GET", f"{site}/{page}") for page in pages}
        reading = at(shipped, f"{site}/gone", f"{site}/no-head", website=f"{site}/moved")
        found = await dead_links(reading, fetch, lambda *_: None, pause=0)
    assert seen == {
        "good": 200,
        "no-head": 200,
        "moved": 200,
        "round": "no-answer",
        "gone": 410,
        "secret": 403,
    }
    assert {problem.text.key for problem in found} == {"links.gone"}
    assert _Pages.agents == {"wegwijs-check"}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "https://[a.nl", "http://a..nl/x", "x://a.b"]
)
async def test_what_cannot_be_reached_is_no_traceback(url: str) -> None:
    async with over_http() as fetch:
        assert await fetch("HEAD", url) in ("no-answer", "no-host")
