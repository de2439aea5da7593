"""Texts that do not say the same in both languages: one was changed and the other was not."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path as FolderPath
from typing import Any

from bot.catalogue import Problem, Reading
from bot.catalogue.problems import Path, shown
from bot.text import LANGUAGES, Language, text

Changed = Mapping[str, Mapping[int, dt.datetime]]  # file → line → when it was last changed

_SENTENCE = 4  # words in small letters: a name or an address has fewer
_TIMES_AS_LONG = 2.5
_SHORT = 40  # characters; of shorter texts the lengths say nothing
_APART = dt.timedelta(days=1)
_SECONDS_FOR_GIT = 20
_GITS_AT_ONCE = 4
_HEADER = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+) (\d+)$")

_OTHER: Mapping[Language, Language] = {"nl": "en", "en": "nl"}

_TELLING = re.compile(r"\d|@|\w\.\w")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(
    r"(?:https?://(?:www\.)?([\w.-]+\w)|\b(?:www\.)?((?:[\w-]+\.)+"
    r"(?:nl|com|org|eu|net|info|be|de|edu|example)))\b(?:/\S*)?",
    re.IGNORECASE,
)
_ABROAD = re.compile(r"\+31[ -]?(?:\(0\))?[ -]?")
_PHONE = re.compile(r"(?<![\d.:,])0\d[\d -]{4,}\d")
_AFTERNOON = re.compile(r"\b(\d{1,2})(?:[.:](\d\d))? ?p\.?m\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SPELLED = {
    "1": "een één eerste one first once a an",
    "2": "twee tweede half two second twice",
    "3": "drie derde three third",
    "4": "vier vierde kwart four fourth quarter",
    "5": "vijf vijfde five fifth",
    "6": "zes zesde six sixth",
    "7": "zeven zevende seven seventh week",
    "8": "acht achtste eight eighth",
    "9": "negen negende nine ninth",
    "10": "tien tiende ten tenth",
    "11": "elf elfde eleven eleventh",
    "12": "twaalf twaalfde twelve twelfth noon",
    "24": "vierentwintig dag day",
}


@dataclass(frozen=True)
class InBothLanguages:
    """One text of the catalogue, with where it stands."""

    file: str
    path: Path
    texts: Mapping[Language, str]


def in_both_languages(reading: Reading) -> Iterator[InBothLanguages]:
    """Every text that the catalogue has in Dutch and in English, in the order of the files."""
    for file, document in reading.documents.items():
        yield from _within(file, (), document.value)


def _within(file: str, path: Path, value: Any) -> Iterator[InBothLanguages]:
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, list):
        parts = enumerate(value)
    elif isinstance(value, dict):
        nl, en = value.get("nl"), value.get("en")
        if isinstance(nl, str) and isinstance(en, str):
            yield InBothLanguages(file, path, {"nl": nl, "en": en})
            return
        parts = value.items()
    for step, part in parts:
        if not isinstance(part, str):  # most are
            yield from _within(file, (*path, step), part)


def doubts(reading: Reading, changed: Changed) -> Iterator[Problem]:
    """Texts of which one language is probably not the translation of the other.

    `changed` is what `changed_lines` gives; with {} nothing is said about when texts changed.
    """
    sources = {
        file: document.source.split("\n")
        for file, document in reading.documents.items()
        if file in changed
    }
    for pair in in_both_languages(reading):
        if _same_sentence(pair.texts):
            message = text("translated.not-translated", found=shown(pair.texts["en"]))
            yield reading.doubt(pair.file, (*pair.path, "en"), message)
            continue
        yield from _details(reading, pair)
        yield from _lengths(reading, pair)
        if pair.file in changed:
            yield from _moments(reading, pair, sources[pair.file], changed[pair.file])


def _same_sentence(texts: Mapping[Language, str]) -> bool:
    first, second = (" ".join(texts[language].split()) for language in LANGUAGES)
    return (
        first == second
        and sum(word.isalpha() and word.islower() for word in first.split()) >= _SENTENCE
    )


def _details(reading: Reading, pair: InBothLanguages) -> Iterator[Problem]:
    """Numbers, times, addresses and sites that stand in one language only."""
    found_in = {language: details(pair.texts[language]) for language in LANGUAGES}
    if found_in["nl"].keys() == found_in["en"].keys():  # also where there is nothing
        return
    only = {
        language: _not_in(found_in[language], found_in[other], pair.texts[other])
        for language, other in _OTHER.items()
    }
    if only["nl"] and only["en"]:
        message = text("translated.details-differ", here=only["en"], there=only["nl"])
        yield reading.doubt(pair.file, (*pair.path, "en"), message)
        return
    for language in LANGUAGES:
        if found := only[language]:
            missing = _OTHER[language]
            message = text("translated.details-missing", found=found, other=language)
            yield reading.doubt(pair.file, (*pair.path, missing), message)


def _not_in(here: Mapping[str, str], there: Mapping[str, str], others: str) -> str:
    """What is here and not there, nor spelled out in the other words."""
    spelled = set(re.findall(r"\w+", others.lower()))
    return ", ".join(
        written
        for detail, written in here.items()
        if detail not in there and spelled.isdisjoint(_SPELLED.get(detail, "").split())
    )


def details(words: str) -> dict[str, str]:
    """What must be in a translation too, in one form for both languages, with how it is written.

    9.00 and 9:00 are the same, and so are 4 pm and 16.00 uur. Of a site only the name counts: the
    English page of a school has another address.
    """
    found: dict[str, str] = {}
    if not _TELLING.search(words):  # most texts
        return found

    def take(match: re.Match[str]) -> str:
        whole = match[match.lastindex or 0]
        found.setdefault(whole.lower(), whole)
        return " "

    rest = _SITE.sub(take, _MAIL.sub(take, words) if "@" in words else words)
    rest = _AFTERNOON.sub(lambda m: f"{int(m[1]) % 12 + 12}.{m[2] or '00'}", rest)
    rest = _PHONE.sub(lambda m: re.sub(r"[ -]", "", m[0]), _ABROAD.sub("0", rest))
    for match in _NUMBER.finditer(rest):
        parts = re.split(r"[.,:]", match[0])
        parts = [part.lstrip("0") or "0" if len(part) < 3 else part for part in parts]
        if len(parts) > 1 and parts[-1] == "0":  # the whole hour, the whole euro
            parts.pop()
        found.setdefault(".".join(parts), match[0])
    return found


def _lengths(reading: Reading, pair: InBothLanguages) -> Iterator[Problem]:
    if pair.path[-1] == "title":
        return  # a Dutch name has its explanation in the English one
    short, long = sorted(LANGUAGES, key=lambda language: len(pair.texts[language]))
    most, least = len(pair.texts[long]), len(pair.texts[short])
    if most >= _SHORT and most > _TIMES_AS_LONG * least:
        message = text("translated.much-shorter", other=long, here=least, there=most)
        yield reading.doubt(pair.file, (*pair.path, short), message)


def _moments(
    reading: Reading, pair: InBothLanguages, source: list[str], changed: Mapping[int, dt.datetime]
) -> Iterator[Problem]:
    """The language that was left as it was when the other one changed."""
    document = reading.documents[pair.file]
    begins = {language: document.position((*pair.path, language))[0] for language in LANGUAGES}
    if begins["nl"] == begins["en"]:
        return  # both on one line: they cannot be told apart
    last: dict[Language, dt.datetime | None] = {}
    for language, other in _OTHER.items():
        lines = _lines(source, begins[language], begins[other])
        last[language] = max((changed[n] for n in lines if n in changed), default=None)
    for language in LANGUAGES:
        here, there = last[language], last[_OTHER[language]]
        if here is None or there is None or there - here <= _APART:
            continue
        if not _checked_after(reading, pair, there):
            message = text(
                "translated.changed-apart",
                other=_OTHER[language],
                there=there.date().isoformat(),
                here=here.date().isoformat(),
            )
            yield reading.doubt(pair.file, (*pair.path, language), message)


def _lines(source: list[str], begin: int, other: int) -> range:
    """The lines of one language, which begins at the one and the other language at the other."""
    indent = _indent(source[begin - 1])
    end = begin + 1
    while end <= len(source) and end != other and _indent(source[end - 1]) > indent:
        end += 1
    return range(begin, end)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _checked_after(reading: Reading, pair: InBothLanguages, moment: dt.datetime) -> bool:
    """Whether somebody said on a later day that the whole offering is right."""
    on = reading.documents[pair.file].at((*pair.path[:1], "checked", "on"))
    return isinstance(on, str) and dt.date.fromisoformat(on) > moment.date()


def changed_lines(folder: FolderPath, files: Iterable[str]) -> dict[str, dict[int, dt.datetime]]:
    """When each line of these files in `folder` was last changed, as Git has it.

    {} where there is no Git or the folder is not in a work tree; without the files that Git does
    not know or that take it too long.
    """
    git = shutil.which("git")
    if git is None or _git(git, folder, "rev-parse", "--is-inside-work-tree") is None:
        return {}

    def blamed(file: str) -> tuple[str, str | None]:
        return file, _git(git, folder, "blame", "--incremental", "--", file)

    with ThreadPoolExecutor(_GITS_AT_ONCE) as pool:
        blames = list(pool.map(blamed, files))
    return {file: dict(_moments_in(blame)) for file, blame in blames if blame is not None}


def _git(git: str, folder: FolderPath, *arguments: str) -> str | None:
    # A hook of Git sets these for its own folder; here they would point to the wrong one.
    around = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, and the names of files behind --
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            timeout=_SECONDS_FOR_GIT,
            env=around,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")


def _moments_in(blame: str) -> Iterator[tuple[int, dt.datetime]]:
    """Line and moment, from the incremental form: a header for lines in a row that one commit
    changed, closed by a file name. What there is to know of a commit comes once, below its first
    header."""
    moments: dict[str, dt.datetime] = {}
    commit, lines = "", range(0)
    for row in blame.split("\n"):
        if row.startswith("filename "):
            yield from ((line, moments[commit]) for line in lines)
        elif row.startswith("author-time "):
            seconds = int(row.removeprefix("author-time "))
            moments[commit] = dt.datetime.fromtimestamp(seconds, dt.UTC)
        elif header := _HEADER.match(row):
            begin = int(header[2])
            commit, lines = header[1], range(begin, begin + int(header[3]))
