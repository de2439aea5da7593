"""What every page is made with: the catalogue, the language and where a link goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from babel.dates import format_date

from bot.catalogue import NATIONAL, Offering, School
from bot.catalogue.models import Checked
from bot.conversation import World
from bot.staff.preview.markup import Html, tag
from bot.staff.preview.watch import Good
from bot.text import Arg, Language
from bot.words import Translator


@dataclass(frozen=True)
class View:
    """A good catalogue as it is shown in one language."""

    good: Good
    world: World
    translator: Translator

    @property
    def language(self) -> Language:
        return self.translator.language

    def say(self, what: Arg) -> str:
        return self.translator.say(what, self.world.catalogue)

    def in_language(self, translator: Translator) -> View:
        return replace(self, translator=translator)

    def schools(self) -> tuple[School, ...]:
        """The institutions, the national one last."""
        return self.world.catalogue.all_schools()

    def date(self, checked: Checked) -> str:
        return format_date(checked.on, "d MMMM y", locale=self.language)

    def school_link(self, school: str, place: str = "") -> str:
        return address(f"/school/{quote(school)}", self.language) + (f"#{place}" if place else "")

    def place_in_file(self, offering: Offering) -> str:
        """Where a keeper finds it: `hanze/offerings.yaml:12`."""
        owner = self.world.catalogue.owner[offering.id]
        file = f"{owner}/offerings.yaml"
        number = self.world.catalogue.school(owner).offerings.index(offering)
        line, _ = self.good.reading.documents[file].position((number,))
        return f"{file}:{line}"


def address(path: str, language: Language, **more: str) -> str:
    return f"{path}?{urlencode({**more, 'lang': language})}"


def link(words: str, to: str, **attributes: str | bool | None) -> Html:
    return tag("a", words, href=to, **attributes)


def is_national(school: School) -> bool:
    return school.institution.id == NATIONAL
