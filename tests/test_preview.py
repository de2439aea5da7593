"""`wegwijs preview`: every page from a request, whatever is typed or written in the catalogue."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import http.client
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.app import App
from bot.catalogue import NATIONAL, Catalogue, read
from bot.catalogue.stamp import stamp_of
from bot.conversation import World
from bot.settings import SettingsError, read_settings
from bot.staff.ask import Asker
from bot.staff.explain import explain
from bot.staff.preview import Bot, Preview, Watched
from bot.staff.preview.markup import Html, tag
from bot.staff.preview.pages import Request, Response
from bot.staff.preview.serve import listening
from bot.text import LANGUAGES, FromCatalogue, Language

HERE = "127.0.0.1:8765"
LARGEST = 300_000  # bytes
SCHOOLS = ("avans", "hanze", "leiden", "noorderpoort", "voorbeeld", NATIONAL)
ASKED = urlencode({"message": "ik ben zo eenzaam", "institution": "hanze", "in": "nl"})
PATHS = ("/", "/needs", "/ask", f"/ask?{ASKED}", *(f"/school/{school}" for school in SCHOOLS))


class _Page(HTMLParser):
    """What the tests look at: tags with their attributes, and the text."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(response.body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, attribute: str) -> list[str]:
        return [str(found[attribute]) for _, found in self.tags if attribute in found]


def _preview(folder: Path, app: App, world: World) -> Preview:
    def around(catalogue: Catalogue) -> Bot:
        return Bot(
            lambda: dataclasses.replace(world, catalogue=catalogue),
            lambda message: explain(message, app.understanding.ready()),
        )

    return Preview(Watched(folder, lambda: read(folder), around), app.translators)


@pytest.fixture(scope="module")
def preview(app: App, world: World) -> Preview:
    return _preview(read_settings({}).catalogue, app, world)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(read_settings({}).catalogue, tmp_path / "catalogue")


def _get(preview: Preview, target: str, host: str = HERE) -> Response:
    return preview.respond(Request(target, host))


def _in(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def _replace(file: Path, old: str, new: str) -> int:
    """Change the first place in a file; its line."""
    before, found, after = file.read_text("utf-8").partition(old)
    assert found
    file.write_text(before + new + after, "utf-8")
    return before.count("\n") + 1


# ---- the pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_well_made(preview: Preview, path: str, language: Language) -> None:
    response = _get(preview, _in(path, language))
    page = _Page(response)
    assert response.status == 200
    assert len(response.body) < LARGEST
    assert next(found["lang"] for name, found in page.tags if name == "html") == language
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert max(Counter(page.all("id")).values()) == 1
    assert set(page.all("for")) == {
        str(found["id"]) for name, found in page.tags if name in ("textarea", "select")
    }
    assert not page.all("src")
    assert not page.all("style")
    assert [found["href"] for name, found in page.tags if name == "link"] == ["/preview.css"]


def test_every_link_inside_leads_somewhere(preview: Preview) -> None:
    pages = {path: _Page(_get(preview, path)) for path in PATHS}
    ids = {path: set(page.all("id")) for path, page in pages.items()}
    for path, page in pages.items():
        for link in page.all("href"):
            if re.match("[a-z]+:", link):
                assert link.startswith(("http://", "https://", "tel:", "mailto:"))
                continue
            target, _, place = link.partition("#")
            assert not target or _get(preview, target).status == 200
            bare = target.partition("?")[0] or path
            assert not place or place in ids[bare]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_offering_is_there_once_in_full(
    preview: Preview, catalogue: Catalogue, language: Language
) -> None:
    for id in SCHOOLS:
        page = _Page(_get(preview, _in(f"/school/{id}", language)))
        offerings = catalogue.school(id).offerings
        there = [found["id"] for name, found in page.tags if name == "article"]
        assert sorted(map(str, there)) == sorted(f"offering-{o.id}" for o in offerings)
        for offering in offerings:
            for field in ("title", "summary", "first_step", "place", "hours"):
                if getattr(offering, field):
                    what = FromCatalogue("offering", offering.id, field)
                    assert catalogue.words(what, language) in page.text
            for element in offering.elements:
                assert catalogue.elements[element].name.in_(language) in page.text
            if offering.checked:
                assert offering.checked.by in page.text
            assert offering.source in page.all("href")


def test_where_it_stands_in_the_file(preview: Preview, catalogue: Catalogue) -> None:
    lines = (read_settings({}).catalogue / "hanze" / "offerings.yaml").read_text().splitlines()
    page = _get(preview, "/school/hanze").body.decode()
    places = dict(re.findall(r'<article id="offering-([^"]+)">.*?offerings\.yaml:(\d+)<', page))
    assert len(places) == len(catalogue.schools["hanze"].offerings)
    for id, line in places.items():
        assert lines[int(line) - 1] == f"- id: {id}"


def test_the_phrases_are_counted(preview: Preview, catalogue: Catalogue) -> None:
    page = _get(preview, "/needs").body.decode()
    for need in catalogue.needs.values():
        row = page[page.index(f"needs/{need.id}.yaml") :]
        assert re.findall(r">(\d+)</td>", row)[:2] == [
            str(len(need.phrases.nl)),
            str(len(need.phrases.en)),
        ]


@pytest.mark.parametrize(
    "target",
    ["/nope", "/school/nope", "/school/", "/school/hanze/x", "/stamp/", "//", "/%00", "/%ff", "/["],
)
def test_an_unknown_path_is_told_in_words(preview: Preview, target: str) -> None:
    response = _get(preview, target)
    assert response.status == 404
    assert "Deze pagina is er niet" in _Page(response).text


@pytest.mark.parametrize("query", ["lang=fr", "lang=", "lang=en&lang=nl", "%ff=%ff", "&&==", "a;b"])
def test_an_odd_query_does_no_harm(preview: Preview, query: str) -> None:
    assert _get(preview, f"/?{query}").status == 200


# ---- who may look --------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "localhost", "LOCALHOST:1"])
def test_this_computer_may_look(preview: Preview, host: str) -> None:
    assert _get(preview, "/", host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "[::1",
        "192.168.1.2:8765",
    ],
)
@pytest.mark.parametrize("path", ["/", "/stamp", "/ask", "/nope"])
def test_another_name_is_refused(preview: Preview, host: str, path: str) -> None:
    response = _get(preview, path, host)
    assert response.status == 403
    assert b"<" not in response.body


def test_only_our_own_script_may_run(preview: Preview) -> None:
    response = _get(preview, "/")
    policy = response.headers["Content-Security-Policy"]
    [script] = re.findall(r"<script>(.*?)</script>", response.body.decode())
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy


# ---- hostile words -------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;"


def test_what_stands_in_the_catalogue_is_never_markup(folder: Path, app: App, world: World) -> None:
    file = folder / "hanze" / "offerings.yaml"
    quoted = HOSTILE.replace("'", "''")
    for field in ("title", "summary", "first_step"):
        hostile = f"  {field}:\n    nl: '{quoted}'\n    en: '{quoted}'\n"
        before = file.read_text("utf-8")
        # No backslash stands in it, so that it can be put in as it is.
        written = re.sub(rf"(?m)^  {field}:\n(?:    .*\n)+", hostile, before, count=1)
        file.write_text(written, "utf-8")
    preview = _preview(folder, app, world)
    response = _get(preview, "/school/hanze")
    page = _Page(response)
    assert "alert(2)" in page.text
    assert not preview.watched.look().problems
    assert [name for name, _ in page.tags].count("script") == 1
    assert "img" not in [name for name, _ in page.tags]


@pytest.mark.parametrize("field", ["message", "institution", "in", "lang", "else"])
def test_what_is_typed_is_never_markup(preview: Preview, field: str) -> None:
    query = urlencode({"message": "ik ben eenzaam", "institution": "hanze", field: HOSTILE})
    page = _Page(_get(preview, f"/ask?{query}"))
    names = [name for name, _ in page.tags]
    assert names.count("script") == 1
    assert "img" not in names
    assert not page.all("onerror")


def test_markup_escapes_all_but_itself() -> None:
    made = tag("p", HOSTILE, Html("<br>"), title=HOSTILE, hidden=True, lang=None, for_="x")
    escaped = html.escape(HOSTILE)
    assert made == f'<p title="{escaped}" hidden for="x">{escaped}<br></p>'


# ---- what would a student get --------------------------------------------------------------------

MESSAGES = (
    ("ik ben zo eenzaam sinds ik hier woon", "hanze", "nl"),
    ("I can't pay my rent and I have debts", "leiden", "en"),
    ("ik stel alles uit", "avans", "nl"),
    ("ik twijfel aan mijn opleiding", "noorderpoort", "nl"),
    ("I want to learn Dutch", "", "en"),
)


def _ask(preview: Preview, message: str, institution: str, language: str) -> Response:
    query = {"message": message, "institution": institution, "in": language, "lang": language}
    return _get(preview, f"/ask?{urlencode(query)}")


@pytest.mark.parametrize(("message", "institution", "language"), MESSAGES)
def test_the_same_offerings_as_ask(
    preview: Preview, world: World, message: str, institution: str, language: Language
) -> None:
    response = _ask(preview, message, institution, language)
    page = _Page(response)
    asked = Asker(world, institution or None).ask(message)
    fits = [link.partition("#offering-")[2] for link in page.all("href") if "#offering-" in link]
    assert asked.offerings
    assert fits == [offering.id for offering in asked.offerings]
    assert asked.needs[0].because in page.text
    for need in asked.needs:
        assert world.catalogue.needs[need.id].name.in_(language) in page.text


@pytest.mark.parametrize(
    ("message", "language", "line"),
    [("ik wil niet meer leven", "nl", "113"), ("I want to kill myself", "en", "113")],
)
def test_danger_goes_first(preview: Preview, message: str, language: str, line: str) -> None:
    page = _Page(_ask(preview, message, "hanze", language))
    classes = page.all("class")
    assert classes.index("danger") < classes.index("message")
    assert any(link == f"tel:{line}" for link in page.all("href"))
    assert not [link for link in page.all("href") if "#offering-" in link]


def test_small_talk_is_named_with_its_file(preview: Preview, catalogue: Catalogue) -> None:
    page = _Page(_ask(preview, "dankjewel!", "hanze", "nl"))
    assert "small_talk/thanks.yaml" in page.text
    assert catalogue.small_talk["thanks"].answer.nl in page.text


def test_the_step_by_step_is_there(preview: Preview) -> None:
    assert "nearest phrase" in _Page(_ask(preview, "ik stel alles uit", "avans", "nl")).text


@pytest.mark.parametrize("message", ["", "  \n ", "x" * 10_000, "🙂", "\x00\x1b", "ﷺ" * 500])
def test_any_message_gives_a_page(preview: Preview, message: str) -> None:
    assert _ask(preview, message, "hanze", "nl").status == 200


# ---- while somebody edits ------------------------------------------------------------------------


def test_a_change_is_seen_and_nothing_is_read_without_one(
    folder: Path, app: App, world: World
) -> None:
    preview = _preview(folder, app, world)
    before = preview.watched.look()
    assert preview.watched.look() is before
    stamp = _get(preview, "/stamp").body
    assert f'data-stamp="{stamp.decode()}"' in _get(preview, "/").body.decode()
    _replace(folder / "hanze" / "offerings.yaml", "    nl: ", "    nl: Splinternieuw ")
    assert _get(preview, "/stamp").body != stamp
    assert "Splinternieuw" in _Page(_get(preview, "/school/hanze")).text


def test_the_stamp_sees_every_kind_of_change(tmp_path: Path) -> None:
    stamps = [stamp_of(tmp_path / "nowhere"), stamp_of(tmp_path)]
    assert stamps[0] == stamps[1]
    file = tmp_path / "needs" / "a.yaml"
    file.parent.mkdir()
    file.write_text("a")
    stamps.append(stamp_of(tmp_path))
    file.write_text("ab")
    stamps.append(stamp_of(tmp_path))
    file.rename(file.with_name("b.yaml"))
    stamps.append(stamp_of(tmp_path))
    assert len(set(stamps)) == 4
    (tmp_path / "notes.txt").write_text("not of the catalogue")
    assert stamp_of(tmp_path) == stamps[-1]


def test_a_broken_file_is_told_and_the_last_good_one_stays(
    folder: Path, app: App, world: World
) -> None:
    preview = _preview(folder, app, world)
    good = _Page(_get(preview, "/school/hanze"))
    assert not any("problems" in name for name in good.all("class"))
    file = folder / "hanze" / "offerings.yaml"
    written = file.read_text("utf-8")
    line = _replace(file, "  first_step:", "  frist_step:")
    for language, words in (("nl", "1 fout"), ("en", "1 mistake")):
        page = _Page(_get(preview, _in("/school/hanze", language)))
        assert "problems" in page.all("class")
        assert f"hanze/offerings.yaml:{line} " in page.text
        assert words in page.text
        assert [i for i in page.all("id") if i.startswith("offering-")] == [
            i for i in good.all("id") if i.startswith("offering-")
        ]
    file.write_text(written, "utf-8")
    assert "problems" not in _Page(_get(preview, "/school/hanze")).all("class")


@pytest.mark.parametrize("path", ["/", "/school/hanze", "/ask?message=x", "/nope"])
def test_broken_from_the_start(folder: Path, app: App, world: World, path: str) -> None:
    (folder / "themes.yaml").write_text("- id: [\n")
    page = _Page(_get(_preview(folder, app, world), path))
    assert "themes.yaml:1" in page.text
    assert "h1" in [name for name, _ in page.tags]


def test_no_folder_is_told_in_words(tmp_path: Path, app: App, world: World) -> None:
    page = _Page(_get(_preview(tmp_path / "nowhere", app, world), "/"))
    assert "deze map bestaat niet" in page.text


def test_a_page_that_fails_says_what_to_do(
    preview: Preview, app: App, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(message: str) -> str:
        raise RuntimeError(message)

    watched = dataclasses.replace(preview.watched, around=lambda _: Bot(lambda: world, fails))
    response = _get(Preview(watched, app.translators), f"/ask?{ASKED}")
    assert response.status == 500
    assert "wegwijs check" in _Page(response).text
    assert "eenzaam" not in caplog.text


# ---- over the wire -------------------------------------------------------------------------------


@pytest.fixture
def port(preview: Preview) -> Iterator[int]:
    with listening(preview, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_server_serves(port: int, capfd: pytest.CaptureFixture[str]) -> None:
    def ask(method: str, target: str, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()

    assert ask("GET", "/stamp")[0] == 200
    assert ask("GET", "/preview.css")[1].startswith(b":root")
    assert ask("HEAD", "/") == (200, b"")
    assert ask("GET", "/", Host="evil.example")[0] == 403
    assert ask("POST", "/ask")[0] == 501
    assert ask("GET", f"/{'x' * 70_000}")[0] == 414
    assert capfd.readouterr().err == ""


def test_an_address_that_cannot_be_used(preview: Preview, port: int) -> None:
    for host, number, key in (
        ("0.0.0.0", 0, "preview.only-local"),
        ("127.0.0.1", port, "preview.port"),
        ("127.0.0.1", 70_000, "preview.port"),
    ):
        with pytest.raises(SettingsError) as refused:
            listening(preview, host, number)
        assert refused.value.text.key == key
