"""One turn: (state, event, world) in, Turn(state, say, do) out. No I/O, no clock, no chance."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.advice.questions import HOW, WITH_WHOM
from bot.conversation.event import Commanded, Event, Pressed, Said, Started, Unreadable
from bot.conversation.gone import without_what_is_gone
from bot.conversation.message import (
    Action,
    Button,
    EraseRecord,
    HelpShown,
    Message,
    Part,
    Promised,
    SendRecord,
    Suggested,
    TipsChanged,
    TurnedDown,
)
from bot.conversation.press import press
from bot.conversation.reference import giver_with
from bot.conversation.standing import answer, needs_of, step_of, suggestion_of, with_answers
from bot.conversation.state import FLOW, State, Story, kept_over
from bot.conversation.steps import (
    STEPS,
    coming_back,
    crisis,
    handover,
    out_of_order,
    profile,
    record,
    referred,
    saved,
    tips,
)
from bot.conversation.steps.advice import because
from bot.conversation.steps.language import other, to_language
from bot.conversation.steps.parts import HELP_NOW
from bot.conversation.steps.step import Heard
from bot.conversation.world import World
from bot.safety.detect import Danger
from bot.text import FromCatalogue, Language, Text, text
from bot.understanding import Meaning, normalise
from bot.understanding.answers import institutions_named, is_name_of, part_in
from bot.understanding.language import language_of

# What always works, whatever is on the screen.
NOW = Button("go:now", text("button.now"), "always")
PERSON = Button("go:person", text("button.person"), "always")
ALWAYS = (NOW, PERSON, Button("restart", text("button.restart"), "always"))
_STILL = ("on", *(button.id for button in ALWAYS))  # buttons that are about nothing in particular
COMMANDS = (
    "start",
    "help",
    "language",
    "profile",
    "restart",
    "person",
    "now",
    "saved",
    "tips",
    "privacy",
    "mydata",
    "forget",
)
_A_FEW = 4  # words: "met een professional", "gewoon online"
_A_WISH = 7  # words at most; a longer text is a story of its own
_CLEAR_LANGUAGE = 4  # words in the other language before it is offered to switch
_OFFER_LANGUAGE, _LANGUAGE_OFFERED = "offer-language", "language-offered"
# Steps in which only what is surely something new is taken for a new story. `now` is among them: a
# crisis message may have just been shown, and what was asked before it must not be lost.
_WAITING = ("follow-up", "institution", "change", "advice", "promised", "referred", "now")
_NONSENSE = "nonsense"  # small talk that is answered like anything that is not understood
_GENTLE_TALK = ("about-bot", "thanks")  # the only small talk while who can help is on the screen
_PLAIN_LANGUAGE = 3  # words, before a crisis message is in the language of the text
_NOW = "now"
# Screens on which what is typed is for the person who has the conversation.
_PASSED_ON = (FLOW, _NOW, "add", "sent", "person", "contact", "done", "help")
_WITHOUT_CATALOGUE = (_NOW, "help", "privacy", "language")  # screens that need none
_A_SENTENCE = 3  # words: from here on, an answer that does not fit is read as something new


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from one event: the new state, what to say, and what else to do."""

    state: State
    say: tuple[Message, ...]
    do: tuple[Action, ...] = ()

    @property
    def shows_help(self) -> bool:
        """Whether a crisis message is in it, written or asked for: nothing may come before that."""
        return any(message.name.startswith(crisis.CRISIS) for message in self.say)

    @property
    def passes(self) -> bool:
        """Whether it is not kept once it arrived: with the crisis message or the quiet line in it,
        which advice with care has too, so that neither tells anything."""
        return self.shows_help or any(HELP_NOW in message.parts for message in self.say)


def respond(state: State, event: Event, world: World) -> Turn:
    """What the bot says and does next. The same three arguments always give the same turn."""
    danger = _danger_in(event, world)
    if danger is not None and danger.doubtful:
        turn = with_help_now(_respond(state, event, None, world))
    else:
        turn = _respond(state, event, danger, world)
    if tips.what_counts(turn.state) != tips.what_counts(state):
        return replace(turn, do=(*turn.do, TipsChanged()))
    return turn


def _respond(state: State, event: Event, danger: Danger | None, world: World) -> Turn:
    before, state = state, without_what_is_gone(state, world)
    help_first = _help_first(state, event, danger, world)
    if help_first is not None:
        return help_first
    language = _wanted_language(state, event, world)
    if language is not None:
        return _in_other_language(state, language, world)
    if isinstance(event, Started):
        return _start(state, event, world)
    if event == Commanded("start"):
        return _start(state, Started(state.language, state.answers.get("institution")), world)
    if event == Pressed(record.ERASE) and world.keeping.kept:
        return Turn(State(state.language), (record.forgotten(),), (EraseRecord(),))
    if state is not before and isinstance(event, Pressed) and event.button not in _STILL:
        return _say(state, Heard(state, text("remark.gone")), world)
    heard = _hear(state, event, world)
    return _say(state, heard, world) if heard else _restart(state, world)


def _help_first(state: State, event: Event, danger: Danger | None, world: World) -> Turn | None:
    """The crisis message, where the event calls for one.

    What was asked and answered so far stays as it is, for afterwards. Nothing about the crisis is
    remembered: the state that follows is the one after "help now", which anybody may press.
    """
    do: tuple[Action, ...] = ()
    language: Language | None = None
    to_person: Heard | None = None
    match event:
        case Said(words) | Commanded(words):
            if danger is None:
                return None
            shown = crisis.Crisis.of(danger)
            do = (HelpShown(danger.kind),)
            if isinstance(event, Said):
                to_person = _to_person(state, words, world)
            language = _plainly_in(words)
        case Pressed(button):
            asked = crisis.asked_for(button)
            if asked is None:
                return None
            shown, language = asked
        case _:
            return None
    after = _say(
        state, Heard(replace(state, screen=_NOW, language=language or state.language)), world
    )
    message = crisis.show(shown, after.state, world)
    if to_person is not None and to_person.remark is not None:
        # It was meant for a person, who should read it too; but help that is there now goes first.
        message = replace(message, parts=(*message.parts, Part(to_person.remark, "quiet")))
        do = (*do, *to_person.do)
    return Turn(after.state, (_with_always(message, message.name),), do)


def _danger_in(event: Event, world: World) -> Danger | None:
    match event:
        case Said(words) | Commanded(words):
            return world.danger(words)
        case _:
            return None


def with_help_now(turn: Turn) -> Turn:
    """With the quiet line that help now exists, where it is not there yet."""
    if turn.state.screen == _NOW or turn.passes or not turn.say:
        return turn
    *before, last = turn.say
    if last.name == "share":  # it shows exactly what a person will read: the line is apart from it
        return replace(turn, say=(*before, Message("help-now", (HELP_NOW,)), last))
    at = max(1, len(last.parts) - 1)  # before the last, mostly what the buttons answer
    parts = (*last.parts[:at], HELP_NOW, *last.parts[at:])
    return replace(turn, say=(*before, replace(last, parts=parts)))


def _plainly_in(said: str) -> Language | None:
    """The language of a text, where that is plain."""
    spoken = normalise.words(normalise.fold(said))
    language = language_of(spoken)
    return language if language != "unsure" and len(spoken) >= _PLAIN_LANGUAGE else None


# ---- what was meant ---------------------------------------------------------------------------


def _hear(state: State, event: Event, world: World) -> Heard | None:
    """The state that follows; None means: start again."""
    match event:
        case Commanded(name):
            return _command(state, name)
        case Pressed("restart"):
            return None
        case Pressed(button) if button.startswith(coming_back.BUTTONS):
            back = coming_back.press(state, button, world)
            return back or Heard(state, text("remark.old-button"))
        case Pressed(button) if button.startswith(saved.BUTTONS):
            return saved.press(state, button, world) or Heard(state, text("remark.old-button"))
        case Pressed(button) if button.startswith(handover.BUTTONS):
            heard = handover.press(state, button, world)
            return heard or Heard(state, text("remark.old-button"))
        case Pressed(button) if button.startswith(tips.UNDER_TIPS):
            heard = tips.press_under_tip(state, button, world)
            return heard or Heard(state, text("remark.gone"))
        case Pressed(button) if button.startswith(referred.BUTTONS):
            return referred.press(state, button, world) or Heard(state, text("remark.old-button"))
        case Pressed(button):
            known = {b.id for message in state.last for b in message.buttons} | {"on"}
            known |= {b.id for b in (*ALWAYS, handover.MYSELF)}
            pressed = press(state, button, world) if button in known else None
            return Heard(pressed) if pressed else Heard(state, text("remark.old-button"))
        case Said(words):
            return _said(state, words, world)
        case Unreadable():
            return Heard(state, text("remark.only-text"))
    raise TypeError(f"not an event: {event}")


def _command(state: State, name: str) -> Heard | None:
    if name == "restart":
        return None
    if name in STEPS and (name in COMMANDS or name == "themes"):
        return Heard(replace(state, screen=name))
    return Heard(state, text("remark.unknown-command"))


def _said(state: State, words: str, world: World) -> Heard | None:
    if not words.strip():
        return Heard(state, text("remark.empty"))
    to_person = _to_person(state, words, world)
    if to_person is not None:
        return to_person
    command = _command_in(words, world)
    if command:
        return _command(state, command)
    came_back = coming_back.hear(state, words, world)
    if came_back is not None:
        return came_back
    step = _step(state, world)
    if step not in ("institution", "change"):
        school = _only_a_school(words, world)
        if school not in (None, state.answers.get("institution")):
            return Heard(profile.choose_school(state, str(school)))
    answered = STEPS[step].hear(state, words, world)
    if answered is not None:
        return Heard(replace(answered, misses=0) if step != "clarify" else answered)
    wishes = _short_wishes(words, world) if step != _NOW else {}
    if wishes and (state.story or state.answers.get("need")):
        # The answer to another question than was asked: "liever bellen". It is not lost.
        return Heard(replace(with_answers(state, wishes), promised=None, screen=FLOW))
    return _story(state, step, words, world)


def _to_person(state: State, words: str, world: World) -> Heard | None:
    """Where a person has the conversation the bot keeps out of it, but for help now."""
    if state.screen not in _PASSED_ON or world.answers.whole("command", words) == _NOW:
        return None
    return handover.hear_add(state, words, world)


def _command_in(words: str, world: World) -> str | None:
    """A command that is the whole message, or is clearly asked for in a few words."""
    asked = world.answers.whole("command", words)
    if asked is None and len(words.split()) <= _A_WISH:
        asked = world.answers.in_story(words).get("command")
    return asked


def _only_a_school(words: str, world: World) -> str | None:
    """The school, when its very name is all that was typed."""
    schools = (school.institution for school in world.catalogue.schools.values())
    named = institutions_named(words, schools) if len(words.split()) <= _A_FEW else ()
    exact = [id for id in named if is_name_of(words, world.catalogue.schools[id].institution)]
    return exact[0] if len(exact) == 1 else None


def _short_wishes(words: str, world: World) -> dict[str, str]:
    """What a few words say about with whom or how, whatever was asked."""
    count = len(words.split())
    wishes = dict(world.answers.in_story(words)) if count <= _A_WISH else {}
    wishes.pop("command", None)
    for question, choices in (("with-whom", WITH_WHOM), ("how", HOW)):
        named = world.answers.answer(question, words, choices) if count <= _A_FEW else ()
        if len(named) == 1:
            wishes.setdefault(question, named[0])
    return wishes


def _story(state: State, step: str, words: str, world: World) -> Heard:
    """Words that answer no question tell what is going on, now or instead of before."""
    meaning = world.understand(words)
    if _is_small_talk(meaning, step):
        if state.story is not None and state.story.outcome == "unknown":
            state = replace(state, story=None)  # a chat in between is no second miss
        return Heard(state, FromCatalogue("small-talk", str(meaning.small_talk), "answer"))
    waits_for_an_answer = step in _WAITING
    if waits_for_an_answer and state.screen != "change:story":
        enough = len(words.split()) >= _A_SENTENCE and not world.answers.whole("skip", words)
        # In the middle of a question only what is surely something new is taken for that.
        sure = meaning.outcome == "suggest" or (step, meaning.outcome) == ("institution", "clarify")
        if not sure or not enough:
            return Heard(state, _not_an_answer(step))
    new = step in ("follow-up", "advice", "promised", "referred", "nothing-left")
    state = replace(
        state,
        story=Story(meaning.outcome, meaning.needs),
        misses=state.misses + 1 if meaning.outcome == "unknown" else 0,
        screen=FLOW,
        asked=(),
        declined=(),
        promised=None,
        referred=None,
        referrer=None,
        advised=False,
        also=tuple(found.need for found in meaning.also),
    )
    kept = {name: value for name, value in state.answers.items() if name != "need"}
    state = replace(state, answers=kept)
    state = _wishes(state, words, world)
    state = _noticing_language(state, meaning, words)
    return Heard(state, text("remark.new-story") if new and needs_of(state) else None)


def _is_small_talk(meaning: Meaning, step: str) -> bool:
    """Whether this is answered as small talk."""
    if step == _NOW:
        return meaning.small_talk in _GENTLE_TALK
    return meaning.small_talk not in (None, _NONSENSE)


def _noticing_language(state: State, meaning: Meaning, words: str) -> State:
    """A clear message in the other language: offered once to go on in it."""
    other = meaning.language not in ("unsure", state.language)
    if not other or len(words.split()) < _CLEAR_LANGUAGE or _LANGUAGE_OFFERED in state.told:
        return state
    return replace(state, told=(*state.told, _OFFER_LANGUAGE))


def _not_an_answer(step: str) -> Text:
    if step == "institution":
        return text("remark.unknown-institution")
    if step in ("advice", "promised", "referred"):
        return text("remark.not-understood")
    if step == _NOW:
        return text("remark.take-your-time")
    return text("remark.not-an-answer")


def _wishes(state: State, words: str, world: World) -> State:
    """Answers that the story gives unasked, so that nobody has to say it twice."""
    told = dict(world.answers.in_story(words))
    told.pop("command", None)
    schools = world.catalogue.schools
    if "institution" not in state.answers:
        named = institutions_named(words, (school.institution for school in schools.values()))
        if len(named) == 1 and _names_exactly(named[0], words, world):
            state = answer(state, institution=named[0])
    school = schools.get(state.answers.get("institution", ""))
    if school is not None and len(school.institution.locations) > 1:
        place = part_in(words, school.institution.locations, asked=False)
        if place:
            told["where"] = place
    new = {name: value for name, value in told.items() if not state.answers.get(name)}
    return with_answers(state, new)


def _names_exactly(institution: str, words: str, world: World) -> bool:
    """In a whole story only the name itself counts, not something that looks like it."""
    return world.catalogue.schools[institution].institution.id in words.casefold().split()


# ---- what to say ------------------------------------------------------------------------------


def _start(before: State, event: Started, world: World) -> Turn:
    """The greeting: a bot, no professional, what is kept, and that help now always works."""
    schools = world.catalogue.schools
    institution = event.institution or (next(iter(schools)) if len(schools) == 1 else None)
    state = State(event.language, told=referred.asked_before(before), **kept_over(before))
    if event.offering in world.catalogue.offerings:
        offering = str(event.offering)
        giver = giver_with(event.referrer, offering, world.catalogue)
        state = replace(state, referred=offering, referrer=giver)
        given_at = giver.partition("/")[0] if giver else world.catalogue.owner[offering]
        institution = given_at if given_at in schools else institution
    state = with_answers(state, tips.kept_answers(before, institution))
    if institution in schools:
        state = answer(state, institution=str(institution))
    if event.need in world.catalogue.needs:
        state = answer(state, need=str(event.need))
    greeting = Message(
        "greeting",
        (
            Part(text("greeting.hello")),
            Part(text("greeting.no-professional")),
            Part(world.keeping.said_first),
            Part(text("greeting.now")),
        ),
        (to_language(other(event.language)),),
    )
    return _say(state, Heard(state), world, before=(greeting,))


def _restart(state: State, world: World) -> Turn:
    """A clean slate, but nobody has to say again where they study."""
    kept = {name: value for name, value in state.answers.items() if name == "institution"}
    kept |= tips.kept_answers(state, kept.get("institution"))
    left = world.case.turns if world.case is not None else 0
    clean = State(state.language, kept, told=state.told, left=left, **kept_over(state))
    return _say(clean, Heard(clean, text("remark.restarted")), world)


def _say(before_state: State, heard: Heard, world: World, before: tuple[Message, ...] = ()) -> Turn:
    state = heard.state
    step = _step(state, world)
    do: list[Action] = []
    if heard.remark is not None:
        before = (*before, Message("remark", (Part(heard.remark),)))
    for turned_down in state.declined[len(before_state.declined) :]:
        do.append(TurnedDown(turned_down))
    if step == "promised" and before_state.promised != state.promised:
        do.append(Promised(str(state.promised)))
    if _OFFER_LANGUAGE in state.told:
        before = (*before, _language_offer(state))
        told = tuple(t for t in state.told if t != _OFFER_LANGUAGE)
        state = replace(state, told=(*told, _LANGUAGE_OFFERED))
    if step == "mydata" and world.keeping.kept:
        do.append(SendRecord())
    shown = STEPS[step].show(state, world)
    if step == "promised" and tips.OFFER in shown.buttons:
        state = replace(state, told=(*state.told, tips.OFFERED))
    if step == "advice":
        fit = suggestion_of(state, world)
        if fit is not None:
            do.append(Suggested(fit.offering.id, because(state, world, fit.offering)))
        before = (*before, *_unconfirmed(state, world))
        state = replace(state, advised=True, told=_told(state, world))
    say = (*before, _with_always(shown, step))
    if step == "sent":  # from here on it is the person's
        state = replace(state, draft=None, screen=FLOW, left=0)
    return Turn(replace(state, last=say), say, (*do, *heard.do))


def _with_always(shown: Message, step: str) -> Message:
    present = {button.id for button in shown.buttons}
    always = tuple(b for b in ALWAYS if b.id not in present and b.id != f"go:{step}")
    return replace(shown, buttons=shown.buttons + always)


def _language_offer(state: State) -> Message:
    """In the language that the student writes, whatever the conversation is in."""
    if state.language == "nl":
        offer = text("language.offer-english")
        return Message("offer", (Part(offer),), (to_language("en"),))
    offer = text("language.offer-dutch")
    return Message("offer", (Part(offer),), (to_language("nl"),))


def _unconfirmed(state: State, world: World) -> tuple[Message, ...]:
    """Said once in a conversation: nobody at the institution has confirmed these data yet."""
    told = _told(state, world)
    if told == state.told:
        return ()
    school = world.catalogue.schools[state.answers["institution"]].institution
    name = FromCatalogue("institution", school.id)
    if school.status == "example":
        said = text("unconfirmed.example", institution=name)
    else:
        said = text("unconfirmed.compiled", institution=name)
    return (Message("unconfirmed", (Part(said, "quiet"),)),)


def _told(state: State, world: World) -> tuple[str, ...]:
    school = world.catalogue.schools.get(state.answers.get("institution", ""))
    if school is None or school.institution.status == "confirmed" or "unconfirmed" in state.told:
        return state.told
    return (*state.told, "unconfirmed")


def _step(state: State, world: World) -> str:
    """The step on the screen: what follows from the answers, or what is looked at beside it."""
    if not world.catalogue.needs and state.screen not in _WITHOUT_CATALOGUE:
        return out_of_order.NAME
    if state.screen == FLOW:
        return "with-person" if handover.with_person(state, world) else step_of(state, world)
    return state.screen.partition(":")[0]


# ---- the other language -----------------------------------------------------------------------


def _still_named(state: State, world: World) -> bool:
    fit = suggestion_of(state, world)
    named = f"advice:{fit.offering.id}" if fit else ""
    return any(message.name == named for message in state.last)


def _wanted_language(state: State, event: Event, world: World) -> Language | None:
    match event:
        case Pressed("language:nl"):
            return "nl"
        case Pressed("language:en"):
            return "en"
        case Said(words):
            named = _command_in(words, world)
            return "en" if named == "english" else "nl" if named == "dutch" else None
        case Commanded("language"):
            return other(state.language)
    return None


def _in_other_language(state: State, language: Language, world: World) -> Turn:
    """The last messages again, word for word, in the language that was asked for."""
    state = replace(state, language=language)
    if _step(state, world) == "advice" and not _still_named(state, world):
        return _say(state, Heard(state), world)  # what was named is of no use in this language
    if not state.last:
        return _start(state, Started(language, state.answers.get("institution")), world)
    again = tuple(_turned(message, language) for message in state.last if message.name != "offer")
    return Turn(replace(state, last=again), again)


def _turned(message: Message, language: Language) -> Message:
    """The same message; a button that leads to the language we are in now leads back."""
    back = to_language(other(language))
    here = f"language:{language}"
    if message.name == "language":
        return message
    buttons = tuple(back if button.id == here else button for button in message.buttons)
    return replace(message, buttons=buttons)
