"""To a person: who it would be, exactly what is sent, and then this student with this person."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.advice import FACTS
from bot.conversation.message import Button, Helped, Message, OpenCase, Part, ToCase
from bot.conversation.standing import WISHES, needs_of, suggestion_of
from bot.conversation.state import FLOW, State
from bot.conversation.steps.step import Heard
from bot.conversation.summary import PART_LABEL, parts_of, shared
from bot.conversation.world import World
from bot.handover.case import (
    PARTS,
    Case,
    Declined,
    MayAsk,
    Reach,
    Sent,
    Shown,
    Summary,
    Wish,
    Withdrawn,
    Wrote,
)
from bot.handover.desk import Colleague, Desk, who_fits
from bot.handover.life import happen, offer
from bot.text import At, FromCatalogue, Several, Text, text

MOST_WORDS = 1500  # characters in their own words
_MOST_NAME = 60
_MOST_SHOWN = 6  # colleagues to choose from
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{7,18}")
# With these it may be about somebody who works there.
_ABOUT_STAFF = ("complaint", "undesirable-behaviour", "contact-teacher")
_BACK = Button("on", text("button.on"))
ADD = Button("case:add", text("button.add-something"))
BACK_TO_BOT = Button("case:back", text("button.back-to-bot"))
_SOMEONE_ELSE = Button("draft:others", text("button.someone-else"))
_WITHDRAW = Button("case:withdraw", text("button.withdraw"))
MYSELF = Button("go:contact", text("button.contact-myself"))
BUTTONS = ("draft:", "case:")  # how the ids of the buttons of this room begin
_REACH_ASK: dict[str, Text] = {
    "email": text("share.ask-email"),
    "phone": text("share.ask-phone"),
    "name": text("share.ask-name"),
}


# ---- who ----------------------------------------------------------------------------------------


def desk_of(state: State, world: World) -> Desk | None:
    return world.desks.get(state.answers.get("institution", ""))


def candidates(state: State, world: World) -> tuple[Colleague, ...]:
    """Whom the student could be brought to now, best first."""
    desk = desk_of(state, world)
    if desk is None:
        return ()
    able = who_fits(desk, _wish(state, world), state.language, world.now)
    case = open_case(state, world)
    if case is None or case.status != "unanswered":
        return able
    # Who did not answer comes after who may.
    return tuple(sorted(able, key=lambda c: c.member.id in (*case.before, case.owner)))


def _wish(state: State, world: World) -> Wish:
    fit = suggestion_of(state, world) if state.advised or state.promised else None
    offering = state.promised or (fit.offering.id if fit else None)
    return Wish(
        tuple(needs_of(state)), offering, state.answers.get("where") or None, never=state.never
    )


def show_offer(state: State, world: World, first: Colleague, others: bool) -> Message:
    """Who it would be: name, role, languages, when they are there, how they get in touch."""
    desk = world.desks[state.answers["institution"]]
    buttons = [Button(f"draft:show:{first.member.id}", text("button.show-what"))]
    if others:
        buttons.append(_SOMEONE_ELSE)
    if set(needs_of(state)) & set(_ABOUT_STAFF) or state.never:
        buttons.append(Button("draft:never", text("button.about-staff")))
    return Message(
        f"offer:{first.member.id}",
        (
            Part(text("offer.who", who=name_and_role(desk, first.member.id)), "title"),
            *_about(desk, first),
            Part(text("offer.how", name=first.member.name)),
            Part(_expect(desk, first, world)),
            Part(text("offer.nothing-yet"), "quiet"),
        ),
        (*buttons, MYSELF, _BACK),
    )


def _label(desk: Desk, colleague: Colleague) -> FromCatalogue:
    return FromCatalogue("staff", f"{desk.school}/{colleague.member.id}")


def name_and_role(desk: Desk, id: str) -> Text:
    """A staff entry as a student reads it: "Ada Smit, study adviser"."""
    return text(
        "offer.name",
        name=desk.name(id),
        role=FromCatalogue("staff", f"{desk.school}/{id}", "role"),
    )


def _about(desk: Desk, colleague: Colleague) -> tuple[Part, ...]:
    names = {"nl": text("offer.dutch"), "en": text("offer.english")}
    spoken = tuple(names[language] for language in colleague.member.languages)
    hours = FromCatalogue("staff", f"{desk.school}/{colleague.member.id}", "hours")
    return (
        Part(text("offer.languages", languages=Several(spoken))),
        Part(text("offer.hours", hours=hours)),
    )


def _expect(desk: Desk, colleague: Colleague, world: World) -> Text:
    until = At(desk.expected(colleague.member.id, world.now))
    return text("offer.expect", until=until)


def show_others(state: State, world: World) -> Message:
    """The others, each with their role."""
    desk = world.desks[state.answers["institution"]]
    some = candidates(state, world)[:_MOST_SHOWN]
    return Message(
        "others",
        (Part(text("offer.others")), *(Part(name_and_role(desk, c.member.id)) for c in some)),
        (*(Button(f"draft:show:{c.member.id}", _label(desk, c)) for c in some), _BACK),
    )


def show_never(state: State, world: World) -> Message:
    """Whom it is about: that person and their team never get it."""
    desk = world.desks[state.answers["institution"]]
    people = [c for c in desk.colleagues.values() if c.member.kind != "desk"]
    return Message(
        "never",
        (
            Part(text("offer.never")),
            *(Part(text("offer.never-now", who=desk.name(id)), "quiet") for id in state.never),
        ),
        (
            *(
                Button(f"draft:never:{c.member.id}", _label(desk, c))
                for c in people
                if c.member.id not in state.never
            ),
            Button("go:person", text("button.nobody-else")),
        ),
    )


# ---- what is sent -------------------------------------------------------------------------------


def show_share(state: State, world: World) -> Message:
    """Exactly what is sent, and every way to change it."""
    case = _draft(state)
    desk = world.desks[case.school]
    return Message(
        "share",
        (
            Part(text("share.intro", name=desk.name(case.owner))),
            *(replace(part, style="step") for part in shared(case)),
            Part(text("share.change"), "quiet"),
            Part(text("share.then", name=desk.name(case.owner)), "quiet"),
        ),
        (
            Button("draft:send", text("button.send")),
            *_left_out(case.summary),
            *_who_and_how(case.summary),
            Button("draft:no", text("button.do-not-send")),
        ),
    )


def _left_out(summary: Summary) -> tuple[Button, ...]:
    found = []
    for part in parts_of(summary):
        back = part in summary.without
        label = text("button.with", part=PART_LABEL[part])
        if not back:
            label = text("button.without", part=PART_LABEL[part])
        found.append(Button(f"draft:part:{part}", label))
    if summary.words:
        found.append(Button("draft:no-words", text("button.without-words")))
    return tuple(found)


def _who_and_how(summary: Summary) -> tuple[Button, ...]:
    found = []
    if summary.name or summary.contact:
        found.append(Button("draft:anonymous", text("button.anonymous")))
    if not summary.name:
        found.append(Button("draft:ask:name", text("button.add-name")))
    if summary.reach != "email":
        found.append(Button("draft:ask:email", text("button.reach-email")))
    if summary.reach != "phone":
        found.append(Button("draft:ask:phone", text("button.reach-phone")))
    return tuple(found)


def hear_share(state: State, said: str, world: World) -> State | None:
    """What is typed here goes along, in the student's own words."""
    return _changed(state, world, words=said.strip()[:MOST_WORDS])


def show_ask(state: State, world: World) -> Message:
    """A name, a mail address or a telephone number, which the student types."""
    return Message(
        "share-ask",
        (Part(_REACH_ASK[_asked(state)]),),
        (Button("draft:back", text("button.back")),),
    )


def hear_ask(state: State, said: str, world: World) -> State | None:
    typed = said.strip()
    match _asked(state):
        case "email" if _EMAIL.fullmatch(typed):
            return _changed(state, world, reach="email", contact=typed)
        case "phone" if _PHONE.fullmatch(typed):
            return _changed(state, world, reach="phone", contact=typed)
        case "name" if typed and len(typed) <= _MOST_NAME and "\n" not in typed:
            return _changed(state, world, name=typed)
    return state  # asked again: it is not read as a story, and goes nowhere


def _asked(state: State) -> str:
    return state.screen.partition(":")[2]


def _draft(state: State) -> Case:
    if state.draft is None:
        raise ValueError("there is nothing to send")
    return state.draft


def _changed(state: State, world: World, **changes: Any) -> State:
    case = _draft(state)
    summary = replace(case.summary, **changes)
    moved = happen(case, Shown(summary), world.desks[case.school], world.now)
    return replace(state, draft=moved.case, screen="share")


def _begin(state: State, staff: str, world: World) -> State | None:
    """The request to this person as it would be sent."""
    desk = desk_of(state, world)
    if desk is None or staff not in {c.member.id for c in candidates(state, world)}:
        return None
    wish = _wish(state, world)
    wishes = [(name, state.answers[name]) for name in WISHES if state.answers.get(name)]
    facts = [(fact, "yes") for fact in FACTS if state.answers.get(fact) == "yes"]
    named = [*state.declined, wish.offering] if wish.offering else [*state.declined]
    summary = Summary(
        tuple(needs_of(state)),
        tuple((name, choice) for name, choice in (*wishes, *facts) if choice != "other"),
        tuple(dict.fromkeys(id for id in named if id)),
    )
    if state.draft is not None:  # what was typed for one person serves for another
        before = state.draft.summary
        summary = replace(
            before, needs=summary.needs, wishes=summary.wishes, suggested=summary.suggested
        )
    draft = offer(0, state.language, wish, summary, desk, staff)
    return _changed(replace(state, draft=draft), world)


# ---- sent ---------------------------------------------------------------------------------------


def show_sent(state: State, world: World) -> Message:
    """The name, and an honest expectation."""
    case = _draft(state)
    desk = world.desks[case.school]
    # Who has it may by now be another than was shown: one goes away, the next takes over.
    case = happen(case, Sent(0), desk, world.now).case or case
    until = At(case.promised) if case.promised else ""
    hours = FromCatalogue("staff", f"{case.school}/{case.owner}", "hours")
    return Message(
        "sent",
        (
            Part(text("sent.done", name=desk.name(case.owner))),
            Part(text("sent.expect", name=desk.name(case.owner), hours=hours, until=until), "step"),
            Part(text("sent.meanwhile")),
        ),
        (
            ADD,
            _WITHDRAW,
            _BACK,
        ),
    )


def open_case(state: State, world: World) -> Case | None:
    """The case of this student that somebody has or will have."""
    return world.case if world.case is not None and world.case.is_open else None


def with_person(state: State, world: World) -> bool:
    """Whether a person has the conversation, and the student did not go back to the bot."""
    case = open_case(state, world)
    return case is not None and case.turns > state.left


def who_has(case: Case, world: World) -> str:
    """The name of whose turn it is."""
    desk = world.desks.get(case.school)
    id = case.holder or case.owner
    return desk.name(id) if desk else id


def show_standing(state: State, world: World, case: Case) -> Message:
    """Where the request stands, for who asks for a person again."""
    name = who_has(case, world)
    parts = [Part(replace(_STANDING[case.status], args={"name": name}))]
    if case.promised is not None:
        parts.append(Part(text("case.until", until=At(case.promised))))
    back = case.turns > 0 and not with_person(state, world)
    return Message(
        "case",
        tuple(parts),
        (
            *((Button("case:resume", text("button.resume", name=name)),) if back else ()),
            *((_SOMEONE_ELSE,) if _may_ask_another(state, world, case) else ()),
            ADD,
            _WITHDRAW,
            MYSELF,
            _BACK,
        ),
    )


def _may_ask_another(state: State, world: World, case: Case) -> bool:
    """Where nobody is left who would answer, the student may choose. What was sent is taken back
    when the new request goes, and not before."""
    return case.status == "unanswered" and bool(candidates(state, world))


_STANDING: dict[str, Text] = {
    "sent": text("case.is-sent"),
    "seen": text("case.is-seen"),
    "taken": text("case.is-taken"),
    "answered": text("case.is-answered"),
    "unanswered": text("case.is-unanswered"),
}


def _of_the_request(show: Callable[[str], Message]) -> Callable[[State, World], Message]:
    """A screen about the request of now, by the name of who has it; it may end in the meantime."""

    def shown(state: State, world: World) -> Message:
        case = open_case(state, world)
        return show(who_has(case, world)) if case is not None else _over()

    return shown


@_of_the_request
def show_add(name: str) -> Message:
    return Message("case-add", (Part(text("case.add", name=name)),), (_BACK,))


@_of_the_request
def show_with_person(name: str) -> Message:
    """The bot keeps out of it; safety and the way back stay."""
    said = Part(text("case.with", name=name), "quiet")
    return Message("with-person", (said,), (BACK_TO_BOT, _WITHDRAW))


@_of_the_request
def show_withdraw(name: str) -> Message:
    return Message(
        "case-withdraw",
        (Part(text("case.withdraw", name=name)),),
        (
            Button("case:withdraw-yes", text("button.withdraw-yes")),
            Button("on", text("button.withdraw-no")),
        ),
    )


def _over() -> Message:
    return Message("case-over", (Part(text("case.over")),), (_BACK,))


def hear_add(state: State, said: str, world: World) -> Heard | None:
    """What was typed goes to the person, when this is where it was typed."""
    case = open_case(state, world)
    adding = state.screen == "add"
    if case is None or not (adding or with_person(state, world)):
        return None
    sent_on = text("case.sent-on", name=who_has(case, world))
    return Heard(replace(state, screen=FLOW), sent_on, (ToCase(Wrote(said)),))


# ---- buttons ------------------------------------------------------------------------------------


def press(state: State, button: str, world: World) -> Heard | None:
    """What a button of this room does; None where it no longer means anything."""
    match button.split(":"):
        case ["draft", *rest]:
            after = _press_draft(state, rest, world)
            return after if isinstance(after, Heard) or after is None else Heard(after)
        case ["case", *rest]:
            return _press_case(state, rest, world)
    return None


def _press_draft(state: State, rest: Sequence[str], world: World) -> State | Heard | None:
    match rest:
        case ["others"]:
            return replace(state, screen="others")
        case ["never"]:
            return replace(state, screen="never")
        case ["never", staff]:
            # What was prepared may have been for that very person.
            return replace(state, never=(*state.never, staff), draft=None, screen="never")
        case ["show", staff]:
            return _begin(state, staff, world)
    if state.draft is None:
        return None
    match rest:
        case ["part", part] if part in PARTS:
            without = state.draft.summary.without
            kept = tuple(p for p in without if p != part)
            return _changed(state, world, without=kept if part in without else (*without, part))
        case ["no-words"]:
            return _changed(state, world, words="")
        case ["anonymous"]:
            chat: Reach = "chat"
            return _changed(state, world, name="", reach=chat, contact="")
        case ["ask", what] if what in _REACH_ASK:
            return replace(state, screen=f"share-ask:{what}")
        case ["back"]:
            return replace(state, screen="share")
        case ["no"]:
            happen(state.draft, Declined(), world.desks[state.draft.school], world.now)
            return Heard(replace(state, draft=None, screen=FLOW), text("share.not-sent"))
        case ["send"]:
            before = open_case(state, world)
            if state.draft.status != "shown" or (before and before.status != "unanswered"):
                return None
            back = (ToCase(Withdrawn()),) if before is not None else ()
            do = (*back, OpenCase(state.draft, show_share(state, world)))
            return Heard(replace(state, screen="sent"), do=do)
    return None


def _press_case(state: State, rest: Sequence[str], world: World) -> Heard | None:
    case = world.case
    if case is None:
        return None
    match rest:
        case ["add"] | ["withdraw"] if case.is_open:
            return Heard(replace(state, screen=rest[0]))
        case ["withdraw-yes"] if case.is_open:
            name = who_has(case, world)
            said = text("case.withdrawn", name=name)
            return Heard(replace(state, screen=FLOW), said, (ToCase(Withdrawn()),))
        case ["on"]:
            return Heard(replace(state, screen=FLOW))
        case ["back"]:
            return Heard(replace(state, left=case.turns, screen=FLOW), text("case.bot-again"))
        case ["resume"] if case.is_open:
            return Heard(replace(state, left=0, screen=FLOW))
        case ["may-ask", "yes"] if case.status == "closed":
            do = (ToCase(MayAsk()),)
            return Heard(replace(state, screen=FLOW), text("case.will-ask"), do)
        case ["may-ask", "no"]:
            return Heard(replace(state, screen=FLOW), text("case.will-not-ask"))
        case ["helped", "yes"]:
            return Heard(replace(state, screen=FLOW), text("helped.yes"), (Helped("yes"),))
        case ["helped", "not-yet"]:
            return Heard(
                replace(state, screen="person"), text("helped.not-yet"), (Helped("not-yet"),)
            )
        case ["helped", "else"]:
            return Heard(_from_the_start(state), text("helped.else"), (Helped("else"),))
    return None


def _from_the_start(state: State) -> State:
    """Back to advice: the next suggestion where a need is known, else the question."""
    named = state.promised
    declined = state.declined if named is None else (*state.declined, named)
    return replace(state, promised=None, declined=declined, screen=FLOW)
