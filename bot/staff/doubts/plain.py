"""Texts that are harder to read than they need to be: above B1.

Nothing is scored: every doubt names the sentence or the word, so that a keeper sees what to change.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from bot.catalogue import Problem, Reading
from bot.catalogue.problems import Path, shown
from bot.staff.doubts.translated import in_both_languages
from bot.text import LANGUAGES, Language, Text, text

_TITLE_AT_MOST = 60  # characters
_SENTENCE_AT_MOST = 25  # words
_LONG: Mapping[Language, int] = {"nl": 17, "en": 14}  # letters; Dutch writes compounds as one word
_LONG_AT_MOST = 3  # such words in one text

_FOR_STUDENTS = {
    "offerings.yaml": ("title", "summary", "first_step"),
    "tips.yaml": ("text",),
    "needs": ("description",),
    "small_talk": ("answer",),
}

_END = re.compile(r"(?<=[.!?…])[”\"')]*\s+")
_ADDRESS = re.compile(r"[/@]|www\.")  # what only a word that is an address has in it
_WORD = re.compile(r"[^\W\d_]+")
_SHOUTED = re.compile(r"!\s*!|[!?]{2,}")
_FORMAL_YOU = re.compile(r"(?<![\w.'’-])(?:u|uw|uzelf|uwe)(?![\w'’-]|\.\w)", re.IGNORECASE)

# On each line one or more hard forms, and what to write instead.
_INSTEAD: Mapping[Language, str] = {
    "nl": """
        aangaande, inzake, omtrent, met betrekking tot, ten aanzien van, betreffende = over
        aanvang = begin
        aanvangen = beginnen
        additionele, aanvullende = extra
        adequaat, adequate = goed
        alsmede, evenals = en
        alvorens = voordat
        conform, ingevolge, krachtens, overeenkomstig = volgens
        consulteren, raadplegen = vragen
        continueren = doorgaan
        derhalve, bijgevolg = dus
        desbetreffende, onderhavige = deze
        desgewenst = als je dat wilt
        dient te, dien je te, dienen te = moet
        door middel van, middels, met behulp van = met
        doch, echter = maar
        dusdanig = zo
        eveneens, tevens, voorts = ook
        faciliteren, faciliteert = helpen
        gaarne = graag
        gedurende = tijdens
        gelieve = wil je
        geschieden, geschiedt = gebeuren
        hetgeen = wat
        hieromtrent = hierover
        in de gelegenheid stellen = laten
        in het kader van, ten behoeve van = voor
        in verband met, ten gevolge van, als gevolg van = door
        indien = als
        jegens = tegen
        laatstgenoemde, eerstgenoemde = die
        mogelijkerwijs, wellicht = misschien
        nadien = daarna
        op de hoogte stellen = vertellen
        optimaliseren = beter maken
        participeren, participeert = meedoen
        participatie = meedoen
        per heden, thans, op dit moment in de tijd = nu
        reeds = al
        retourneren = terugsturen
        separaat, afzonderlijk = apart
        te allen tijde = altijd
        teneinde = om
        ter plaatse, aldaar = daar
        tot op heden = tot nu toe
        uitsluitend = alleen
        verstrekken = geven
        verstrekt = geeft
        voornemens zijn, voornemens bent = van plan zijn
        wederom = weer
        wend je tot, zich wenden tot = ga naar
        woonachtig = wonen
        zodoende = zo
        zulks = dat
        zorg dragen voor, draagt zorg voor = zorgen voor
        kenbaar maken = laten weten
        er wordt van je verwacht = je moet
        er dient = je moet
    """,
    "en": """
        aforementioned, aforesaid = this
        ascertain = find out
        assistance = help
        at this point in time = now
        by means of = with
        commence, commences, initiate = start
        pertaining to, with regard to, with respect to, regarding, in respect of = about
        consequently, therefore, hence, thus = so
        demonstrate = show
        due to the fact that = because
        endeavour, endeavours, endeavor = try
        enquire = ask
        enquiries = questions
        ensure, ensures = make sure
        expedite = speed up
        facilitate, facilitates = help
        for the purpose of, in order to = to
        furthermore, moreover, additionally, in addition to this = also
        henceforth = from now on
        hereby, herein, therein = here
        implement = carry out
        in accordance with, pursuant to = by
        in conjunction with = with
        in lieu of = instead of
        in the event of, in the event that, provided that = if
        liaise = talk
        modification, modifications = change
        necessitate, necessitates = need
        nevertheless, nonetheless = still
        notwithstanding = despite
        numerous, a large number of = many
        obtain = get
        optimum, optimal = best
        participate, participates = take part
        per annum = a year
        prior to = before
        purchase = buy
        remuneration = pay
        reside, resides = live
        retain = keep
        shall = will
        subsequent to = after
        subsequently, thereafter = then
        sufficient = enough
        terminate, terminates = end
        the majority of = most
        transmit = send
        upon = on
        utilise, utilises, utilize, utilizes = use
        whilst = while
        with the exception of = except
        you are required to, you are expected to = you must
    """,
}


def _plain_words(lines: str) -> dict[str, str]:
    pairs = (line.split("=") for line in lines.strip().splitlines())
    return {form.strip(): plain.strip() for hard, plain in pairs for form in hard.split(",")}


def _one_of(forms: Iterable[str]) -> re.Pattern[str]:
    """Any of them as whole words; by their first letter, for then few are tried at each place."""
    by_letter: defaultdict[str, list[str]] = defaultdict(list)
    for form in forms:
        by_letter[form[0]].append(re.escape(form[1:]))
    any_of_them = "|".join(f"{letter}(?:{'|'.join(ends)})" for letter, ends in by_letter.items())
    return re.compile(rf"(?<![\w-])(?:{any_of_them})(?![\w-])")


PLAIN = {language: _plain_words(_INSTEAD[language]) for language in LANGUAGES}
_HARD = {language: _one_of(PLAIN[language]) for language in LANGUAGES}


def doubts(reading: Reading) -> Iterator[Problem]:
    """What students read and what could be plainer, in either language."""
    for pair in in_both_languages(reading):
        if not _for_students(pair.file, pair.path):
            continue
        for language in LANGUAGES:
            for said in _in_text(pair.texts[language].split(), language):
                yield reading.doubt(pair.file, (*pair.path, language), said)
            length = len(pair.texts[language])
            if pair.path[-1] == "title" and length > _TITLE_AT_MOST:
                too_long = text("plain.title", length=length, most=_TITLE_AT_MOST)
                yield reading.doubt(pair.file, (*pair.path, language), too_long)


def _for_students(file: str, path: Path) -> bool:
    folder, _, name = file.rpartition("/")
    return path[-1] in _FOR_STUDENTS.get(name, _FOR_STUDENTS.get(folder, ()))


def _in_text(parts: list[str], language: Language) -> Iterator[Text]:
    """Of a text in parts without spaces."""
    words = " ".join(parts)
    if len(parts) > _SENTENCE_AT_MOST:
        yield from _long_sentences(words)
    long = dict.fromkeys(_long_words(parts, _LONG[language]))
    if len(long) > _LONG_AT_MOST:
        yield text("plain.long-words", words=", ".join(long))
    for hard in dict.fromkeys(match[0] for match in _HARD[language].finditer(words.lower())):
        yield text("plain.officialese", word=hard, plain=PLAIN[language][hard])
    if _SHOUTED.search(words):
        yield text("plain.shouted")
    if language == "nl" and (formal := _FORMAL_YOU.search(words)):
        yield text("plain.formal-you", word=formal[0])


def _long_sentences(words: str) -> Iterator[Text]:
    for sentence in _END.split(words):
        length = sum(bool(_WORD.search(part)) for part in sentence.split())
        if length > _SENTENCE_AT_MOST:
            yield text("plain.sentence", sentence=shown(sentence), length=length)


def _long_words(parts: list[str], least: int) -> Iterator[str]:
    for part in parts:
        if len(part) >= least and not _ADDRESS.search(part):
            yield from (word for word in _WORD.findall(part) if len(word) >= least)
