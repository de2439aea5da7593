"""One institution: everything it offers, by theme and need, as a student is told of it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.catalogue import Need, Offering, School, Theme
from bot.conversation.message import Part
from bot.conversation.standing import student_of
from bot.conversation.state import State
from bot.conversation.steps.advice import conditions
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import step_parts
from bot.conversation.steps.why import why
from bot.staff.preview.markup import Html, tag, together
from bot.staff.preview.view import View, is_national, link
from bot.text import FromCatalogue, Text, text
from bot.words import ShownButton, language_name

_STATUS = {
    "compiled-from-public-pages": text("preview.compiled"),
    "confirmed": text("preview.confirmed"),
    "example": text("preview.example"),
}


def school_page(school: School, view: View) -> Html:
    """An offering stands in full at its strongest need, and as a link at the others."""
    catalogue = view.world.catalogue
    shown = [offering for offering in school.offerings if offering.use is None]
    in_crisis = [offering for offering in school.offerings if offering.use == "crisis"]
    parts = [
        tag("h1", view.say(FromCatalogue("institution", school.institution.id))),
        about(school, view),
        _contents(in_crisis, view),
    ]
    parts += [_theme(theme, school, shown, view) for theme in catalogue.themes.values()]
    if in_crisis:
        parts.append(
            tag(
                "section",
                tag("h2", view.say(text("preview.only-crisis")), id="only-crisis"),
                tag("p", view.say(text("preview.never-suggested"))),
                *(_card(offering, school, view, "h3") for offering in in_crisis),
            )
        )
    return together(parts)


def about(school: School, view: View) -> Html:
    """How much there is, how much of it somebody confirmed, and where it all comes from."""
    there = [offering for offering in school.offerings if offering.use != "hidden"]
    counts = text(
        "preview.count",
        count=len(there),
        confirmed=sum(offering.checked is not None for offering in there),
    )
    status = "" if is_national(school) else " " + view.say(_STATUS[school.institution.status])
    return tag("p", view.say(counts), status, class_="quiet")


def _contents(in_crisis: list[Offering], view: View) -> Html:
    themes = view.world.catalogue.themes.values()
    links = [link(view.say(FromCatalogue("theme", t.id)), f"#theme-{t.id}") for t in themes]
    if in_crisis:
        links.append(link(view.say(text("preview.only-crisis")), "#only-crisis"))
    title = view.say(text("preview.contents"))
    items = (tag("li", one) for one in links)
    return tag("nav", tag("ul", *items), aria_label=title, class_="contents")


def _theme(theme: Theme, school: School, shown: list[Offering], view: View) -> Html:
    needs = (view.world.catalogue.needs[id] for id in theme.needs)
    name = view.say(FromCatalogue("theme", theme.id))
    return tag(
        "section",
        tag("h2", name, id=f"theme-{theme.id}"),
        *(_need(need, school, shown, view) for need in needs),
    )


def _need(need: Need, school: School, shown: list[Offering], view: View) -> Html:
    here = [offering for offering in shown if offering.needs[0] == need.id]
    also = [offering for offering in shown if need.id in offering.needs[1:]]
    parts = [tag("h3", view.say(FromCatalogue("need", need.id)), id=f"need-{need.id}")]
    parts += [_card(offering, school, view, "h4") for offering in here]
    if also:
        links = together(
            tag("li", link(view.say(FromCatalogue("offering", o.id, "title")), f"#{_place(o)}"))
            for o in also
        )
        parts.append(tag("p", view.say(text("preview.also")), class_="also"))
        parts.append(tag("ul", links, class_="also"))
    if not here and not also:
        parts.append(_nothing(need, school, view))
    return tag("section", *parts)


def _nothing(need: Need, school: School, view: View) -> Html:
    said = view.say(text("preview.none"))
    if is_national(school):
        return tag("p", said, class_="quiet")
    national = view.school_link(view.world.catalogue.national.institution.id, f"need-{need.id}")
    there = link(view.say(text("preview.see-national")), national)
    return tag("p", said, " ", there, class_="quiet")


def offering_link(offering: Offering, view: View) -> Html:
    """To where the offering stands in full."""
    owner = view.world.catalogue.owner[offering.id]
    title = view.say(FromCatalogue("offering", offering.id, "title"))
    return link(title, view.school_link(owner, _place(offering)))


def _place(offering: Offering) -> str:
    return f"offering-{offering.id}"  # an id of its own kind: a need may be called the same


def _card(offering: Offering, school: School, view: View, heading: str) -> Html:
    return tag(
        "article",
        tag(heading, view.say(FromCatalogue("offering", offering.id, "title"))),
        _as_told(offering, school, view),
        _facts(offering, view),
        id=_place(offering),
    )


def _as_told(offering: Offering, school: School, view: View) -> Html:
    """The parts of the advice, for a student who chose the need and answered nothing else."""
    answers = {"need": offering.needs[0]}
    if not is_national(school):
        answers["institution"] = school.institution.id
    state = State(view.language, answers)
    student = student_of(state, view.world)
    parts = (
        Part(FromCatalogue("offering", offering.id, "summary")),
        *step_parts(offering),
        Part(why(offering, student, state)),
        *conditions(offering, student, view.world),
    )
    paragraphs = (tag("p", view.say(part.text), class_=part.style) for part in parts)
    links = (
        ShownButton(button.id, view.say(button.label), button.kind, button.url)
        for button in link_buttons(offering)
    )
    return tag("div", *paragraphs, buttons(links), class_="told")


def buttons(shown: Iterable[ShownButton]) -> Html:
    """What a student can press: only what opens something can be pressed here too."""
    items = [
        tag("li", link(b.label, b.url, rel="noreferrer") if b.url else tag("span", b.label))
        for b in shown
    ]
    return tag("ul", *items, class_="buttons") if items else Html()


def _facts(offering: Offering, view: View) -> Html:
    """What a keeper wants to know beside it."""
    names = ", ".join(language_name(one, view.language) for one in offering.languages)
    elements = (view.say(FromCatalogue("element", one)) for one in offering.elements)
    rows: list[tuple[Text, str]] = [
        (text("preview.languages"), names or view.say(text("preview.unknown"))),
        (text("preview.elements"), ", ".join(elements)),
        (text("preview.checked"), view.say(_checked(offering, view))),
        (text("preview.source"), link(_short(offering.source), offering.source, rel="noreferrer")),
        (text("preview.file"), tag("code", view.place_in_file(offering))),
    ]
    return tag("dl", *(tag("div", tag("dt", view.say(k)), tag("dd", v)) for k, v in rows))


def _checked(offering: Offering, view: View) -> Text:
    checked = offering.checked
    if checked is None:
        return text("preview.not-checked")
    return text("preview.checked-on", date=view.date(checked), who=checked.by)


def _short(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
