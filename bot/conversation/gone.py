"""When the catalogue has changed under a conversation: what is no longer there is let go of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.advice.tips import Wishes
from bot.catalogue import Catalogue
from bot.conversation.message import Message
from bot.conversation.reference import member_of
from bot.conversation.state import FLOW, State, Story
from bot.conversation.world import World
from bot.handover.case import Case
from bot.text import Arg, FromCatalogue, Several, Text

OTHER = "other"  # a faculty that is none of those that are named


def without_what_is_gone(state: State, world: World) -> State:
    """The same state where all that it is about is still there. Else without what is gone, and
    without what was on the screen: its buttons no longer mean what they say."""
    kept = replace(
        state,
        answers=_answers(state, world.catalogue),
        story=_story(state.story, world.catalogue),
        also=tuple(need for need in state.also if need in world.catalogue.needs),
        declined=tuple(id for id in state.declined if id in world.catalogue.offerings),
        referred=state.referred if state.referred in world.catalogue.offerings else None,
        referrer=state.referrer if _is_giver(state.referrer, world.catalogue) else None,
        promised=state.promised if state.promised in world.catalogue.offerings else None,
        saved=tuple(one for one in state.saved if one.offering in world.catalogue.offerings),
        tips=_wishes(state.tips, world.catalogue),
        choosing=_wishes(state.choosing, world.catalogue),
        draft=state.draft if state.draft and _is_whole(state.draft, world) else None,
    )
    if kept == state and all(_is_there(ref, world.catalogue) for ref in _named(state.last)):
        return state
    lost_draft = state.draft is not None and kept.draft is None
    return replace(kept, screen=FLOW if lost_draft else state.screen, last=())


def _answers(state: State, catalogue: Catalogue) -> dict[str, str]:
    answers = dict(state.answers)
    if answers.get("need") and answers["need"] not in catalogue.needs:
        del answers["need"]
    school = catalogue.schools.get(answers.get("institution", ""))
    if school is None and answers.get("institution"):
        del answers["institution"]
    parts = {part.id for part in school.institution.parts} if school is not None else set()
    for question in ("where", "faculty"):
        if answers.get(question, "") not in {*parts, "", OTHER}:
            del answers[question]
    return answers


def _is_giver(referrer: str | None, catalogue: Catalogue) -> bool:
    return referrer is not None and member_of(referrer, catalogue) is not None


def _wishes(wishes: Wishes | None, catalogue: Catalogue) -> Wishes | None:
    if wishes is None or all(theme in catalogue.themes for theme in wishes.themes):
        return wishes
    left = tuple(theme for theme in wishes.themes if theme in catalogue.themes)
    return replace(wishes, themes=left) if left else None


def _story(story: Story | None, catalogue: Catalogue) -> Story | None:
    if story is None:
        return None
    needs = tuple(found for found in story.needs if found.need in catalogue.needs)
    return None if story.needs and not needs else replace(story, needs=needs)


def _is_whole(draft: Case, world: World) -> bool:
    """Whether what would be sent can still be shown, and goes to somebody who is there."""
    desk = world.desks.get(draft.school)
    named = {draft.wish.offering, *draft.summary.suggested} - {None}
    return (
        desk is not None
        and draft.owner in desk.colleagues
        and named <= world.catalogue.offerings.keys()
        and {*draft.wish.needs, *draft.summary.needs} <= world.catalogue.needs.keys()
    )


def _named(messages: tuple[Message, ...]) -> Iterator[FromCatalogue]:
    """What the messages name of the catalogue."""
    for message in messages:
        for part in message.parts:
            yield from _in(part.text)
        for button in message.buttons:
            yield from _in(button.label)


def _in(what: Arg) -> Iterator[FromCatalogue]:
    match what:
        case FromCatalogue():
            yield what
        case Text(args=args):
            for arg in args.values():
                yield from _in(arg)
        case Several(items=items):
            for item in items:
                yield from _in(item)


def _is_there(what: FromCatalogue, catalogue: Catalogue) -> bool:
    if what.kind == "offering" and what.id not in catalogue.offerings:
        return False  # a hidden one still has words
    try:
        catalogue.words(what, "nl")
    except (KeyError, StopIteration, AttributeError):
        return False
    return True
