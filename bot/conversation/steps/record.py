"""What is kept about the student: to see, and to have erased."""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.state import State
from bot.conversation.steps.saved import quiet_button
from bot.conversation.world import World
from bot.text import text

ERASE = "forget:yes"
_BACK = Button("on", text("button.on"))
_ERASE = Button("go:forget", text("button.forget"))


def show_privacy(state: State, world: World) -> Message:
    more = (Button("go:mydata", text("button.mydata")), _ERASE) if world.keeping.kept else ()
    policy = tuple(Part(said) for said in world.keeping.policy)
    return Message("privacy", policy, (*more, *quiet_button(state, world), _BACK))


def show_record(state: State, world: World) -> Message:
    """The record itself follows as a file: the channel adds it."""
    if not world.keeping.kept:
        return Message("mydata", (Part(text("mydata.nothing")),), (_BACK,))
    return Message("mydata", (Part(text("mydata.file")),), (_ERASE, _BACK))


def show_forget(state: State, world: World) -> Message:
    if not world.keeping.kept:
        return Message("forget", (Part(text("mydata.nothing")),), (_BACK,))
    return Message(
        "forget",
        (Part(text("forget.ask")), Part(text("forget.not-all"), "quiet")),
        (Button(ERASE, text("button.forget-yes")), Button("on", text("button.forget-no"))),
    )


def forgotten() -> Message:
    """Said after everything was erased."""
    restart = Button("restart", text("button.restart"), "always")
    return Message("forgotten", (Part(text("forget.done")),), (restart,))
