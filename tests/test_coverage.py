"""`wegwijs coverage`: what is counted, what stands out, and the table in a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.app import App
from bot.catalogue import Catalogue, Offering
from bot.catalogue.models import Localised
from bot.staff.coverage import Coverage, coverage, findings, print_table
from bot.staff.coverage.count import LOW_THRESHOLD, PROFESSIONAL, NeedRow, Say, Tally
from bot.text import LANGUAGES, Arg, FromCatalogue, Language, Several, Text

SCHOOLS = ("avans", "hanze", "leiden", "noorderpoort", "voorbeeld")


def saying(app: App, language: Language, catalogue: Catalogue) -> Say:
    def say(what: Arg) -> str:
        return app.translators[language].say(what, catalogue)

    return say


def with_offerings(catalogue: Catalogue, school: str, *offerings: Offering) -> Catalogue:
    """The same catalogue, in which this school offers only these."""
    theirs = replace(catalogue.schools[school], offerings=offerings)
    return replace(
        catalogue,
        schools={**catalogue.schools, school: theirs},
        offerings={**catalogue.offerings, **{o.id: o for o in offerings}},
        owner={**catalogue.owner, **{o.id: school for o in offerings}},
    )


def made(catalogue: Catalogue, **changed: object) -> Offering:
    """An offering of the example school: for sleep, everywhere, with a professional."""
    some = catalogue.offerings["vb-student-counsellor"]
    plain = {
        "id": "made-up",
        "needs": ("sleep",),
        "elements": ("tailored-support",),
        "form": "one-to-one",
        "mode": ("campus",),
        "languages": ("nl", "en"),
        "locations": (),
        "staff": (),
    }
    return some.model_copy(update={**plain, **changed})


def need(found: Coverage, id: str) -> NeedRow:
    return next(row for row in found.needs if row.id == id)


def named_in(found: Coverage, key: str) -> set[str]:
    """The ids that the finding with this key names."""
    names = set()
    for finding in findings(found):
        if finding.key == key:
            for value in finding.args.values():
                for item in value.items if isinstance(value, Several) else ():
                    assert isinstance(item, Text)
                    name = item.args["what"]
                    assert isinstance(name, FromCatalogue)
                    names.add(name.id)
    return names


@pytest.mark.parametrize("school", SCHOOLS)
def test_everything_is_counted_once(catalogue: Catalogue, school: str) -> None:
    found = coverage(catalogue, school)
    own = [o for o in catalogue.schools[school].offerings if o.use is None]
    assert [row.id for row in found.elements] == list(catalogue.elements)
    assert {row.id for row in found.needs} == set(catalogue.needs)
    assert found.total.own == len(own)
    for row in found.needs:
        assert row.tally.own == sum(row.id in o.needs for o in own)
        assert_possible(row.tally)
    for element in found.elements:
        assert element.tally.own == sum(element.id in o.elements for o in own)
        cell = found.cell(element.id, catalogue.needs)
        assert (len(cell.own), len(cell.national)) == (element.tally.own, element.tally.national)
        assert_possible(element.tally)


def assert_possible(tally: Tally) -> None:
    parts = (tally.dutch_only, tally.english_only, tally.low_threshold, tally.professional)
    assert all(0 <= part <= tally.own for part in (*parts, *tally.by_location.values()))
    assert tally.low_threshold + tally.professional <= tally.own
    assert tally.dutch_only + tally.english <= tally.own
    assert tally.english_only + tally.dutch <= tally.own


def test_an_offering_for_two_needs_is_in_a_cell_once(catalogue: Catalogue) -> None:
    two = made(catalogue, needs=("sleep", "stress"))
    found = coverage(with_offerings(catalogue, "voorbeeld", two), "voorbeeld")
    assert found.cell("tailored-support", ("sleep",)).own == {"made-up"}
    assert found.cell("tailored-support", ("sleep", "stress")).own == {"made-up"}
    assert not found.cell("warm-welcome", ("sleep",)).own


def test_what_only_a_national_service_answers_is_apart(catalogue: Catalogue) -> None:
    found = coverage(with_offerings(catalogue, "voorbeeld"), "voorbeeld")
    nowhere = named_in(found, "coverage.find-nothing")
    national = named_in(found, "coverage.find-national")
    assert nowhere | national == set(catalogue.needs)
    assert not nowhere & national
    assert "grief" in national
    assert national <= {n for o in catalogue.national.offerings for n in o.needs}
    assert named_in(found, "coverage.find-elements") == set(catalogue.elements)
    assert "coverage.find-most" not in {finding.key for finding in findings(found)}


def test_the_local_form_takes_the_place_of_the_national_one(catalogue: Catalogue) -> None:
    service = catalogue.offerings["nat-ease"]
    before = coverage(with_offerings(catalogue, "voorbeeld"), "voorbeeld")
    first, *others = service.needs
    local = made(catalogue, needs=(first,), replaces=("nat-ease",))
    after = coverage(with_offerings(catalogue, "voorbeeld", local), "voorbeeld")
    assert need(after, first).tally.national == need(before, first).tally.national - 1
    for other in others:  # the local form is not for these
        assert need(after, other).tally.national == need(before, other).tally.national


def test_national_services_for_another_level_do_not_count(catalogue: Catalogue) -> None:
    def national(school: str) -> int:
        return coverage(only, school).total.national

    service = catalogue.offerings["nat-ease"]
    for_mbo = service.model_copy(
        update={"audience": service.audience.model_copy(update={"levels": ("mbo",)})}
    )
    only = replace(catalogue, national=replace(catalogue.national, offerings=(for_mbo,)))
    only = with_offerings(with_offerings(only, "noorderpoort"), "leiden")
    assert (national("noorderpoort"), national("leiden")) == (1, 0)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"languages": ("nl",), "form": "group"}, "coverage.find-dutch"),
        ({"languages": ("en",), "form": "group"}, "coverage.find-english"),
        ({"needs": ("undesirable-behaviour",)}, "coverage.find-professional-example"),
        ({"locations": ("utrecht",), "form": "place"}, "coverage.find-location"),
    ],
)
def test_what_stands_out(catalogue: Catalogue, changed: dict[str, object], key: str) -> None:
    offering = made(catalogue, **changed)
    found = coverage(with_offerings(catalogue, "voorbeeld", offering), "voorbeeld")
    assert named_in(found, key) == {offering.needs[0]}
    for other in ("dutch", "english", "professional-example", "location"):
        if key != f"coverage.find-{other}":
            assert not named_in(found, f"coverage.find-{other}")


def test_a_professional_beside_a_group_does_not_stand_out(catalogue: Catalogue) -> None:
    for form in LOW_THRESHOLD | {"course", "self-guided"}:
        both = (made(catalogue), made(catalogue, id="other", form=form))
        found = coverage(with_offerings(catalogue, "voorbeeld", *both), "voorbeeld")
        tally = need(found, "sleep").tally
        assert (tally.professional, tally.low_threshold) == (1, int(form in LOW_THRESHOLD))
        for key in ("coverage.find-professional", "coverage.find-professional-example"):
            assert not named_in(found, key)
    assert not LOW_THRESHOLD & PROFESSIONAL


def test_only_what_cannot_be_had_at_a_distance_is_out_of_reach(catalogue: Catalogue) -> None:
    there = made(catalogue, locations=("utrecht",), mode=("campus", "online"))
    found = coverage(with_offerings(catalogue, "voorbeeld", there), "voorbeeld")
    assert need(found, "sleep").tally.by_location == {"utrecht": 1, "amersfoort": 1}


def test_crisis_offerings_are_named_but_do_not_count(catalogue: Catalogue) -> None:
    only = made(catalogue, use="crisis")
    found = coverage(with_offerings(catalogue, "voorbeeld", only), "voorbeeld")
    assert need(found, "sleep").tally.own == found.total.own == 0
    assert named_in(found, "coverage.find-crisis") == {"made-up"}


def test_an_unknown_language_is_said_and_not_guessed(catalogue: Catalogue) -> None:
    silent = made(catalogue, languages=())
    found = coverage(with_offerings(catalogue, "voorbeeld", silent), "voorbeeld")
    assert named_in(found, "coverage.find-language") == {"made-up"}
    assert not named_in(found, "coverage.find-dutch")


@pytest.mark.parametrize("school", ["national", "nowhere", ""])
def test_only_a_school_can_be_counted(catalogue: Catalogue, school: str) -> None:
    with pytest.raises(KeyError):
        coverage(catalogue, school)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("school", SCHOOLS)
def test_the_table_fits_and_is_plain_when_piped(
    app: App, catalogue: Catalogue, language: Language, width: int, school: str
) -> None:
    printed = _printed(app, catalogue, school, language, width)
    assert "\x1b" not in printed
    assert max(len(line) for line in printed.splitlines()) <= width
    assert "…" not in printed
    for element in catalogue.elements.values():
        assert element.name.in_(language).split()[0] in printed
    if width >= 80:  # below that, long words are folded
        for asked in catalogue.needs.values():
            assert asked.name.in_(language).split()[0] in printed


def test_markup_in_a_title_is_no_markup(app: App, catalogue: Catalogue) -> None:
    hostile = made(
        catalogue, use="crisis", title=Localised(nl="[red]Let op[/red][/]", en="[red]x[/red][/]")
    )
    changed = with_offerings(catalogue, "voorbeeld", hostile)
    assert "[red]Let op[/red][/]" in _printed(app, changed, "voorbeeld", "nl", 200)


def _printed(app: App, catalogue: Catalogue, school: str, language: Language, width: int) -> str:
    out = io.StringIO()
    say = saying(app, language, catalogue)
    print_table(coverage(catalogue, school), say, language, Console(file=out, width=width))
    return out.getvalue()
