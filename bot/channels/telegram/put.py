"""A turn as Telegram messages: HTML, a keyboard, and what becomes of the keyboard before it.

All text from students and catalogues is escaped here and nowhere else. What Telegram refuses cannot
be made: 4096 characters, 64 bytes in a button, web addresses only behind buttons.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import Base64Bytes, TypeAdapter

from bot.catalogue import Catalogue
from bot.channels.email import MAIL, Mail
from bot.channels.telegram import links
from bot.conversation import Message, SendFile
from bot.engine import Spoken, record_as_text
from bot.store.port import Outgoing, TicketKind
from bot.text import Language, Text, text
from bot.words import Shown, ShownButton, Translator, render

MOST_CHARACTERS = 4096
MOST_BYTES = 64
_SHORT = 18  # characters: two such buttons fit beside each other on a phone
_TAGS = {
    "plain": ("", ""),
    "title": ("<b>", "</b>"),
    "step": ("<b>", "</b>"),
    "quiet": ("<i>", "</i>"),
}
CHOSEN = "chosen"  # what a button says that was pressed; pressing it again is an old button


@dataclass(frozen=True, slots=True)
class Key:
    """One button: it says something back, or it opens a page."""

    text: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Close:
    """The keyboard of an older message goes; what was chosen stays to be seen."""

    message_id: int
    keyboard: Keyboard


@dataclass(frozen=True, slots=True)
class Say:
    """A new message. With `screen` its keyboard is the one in use.

    `closing`: what becomes of older keyboards once this message is there. If a crash comes between
    they stay, which is no harm: a button of an older screen does nothing. `passing`: once it
    arrived nothing may tell that it was ever said.
    """

    html: str
    keyboard: Keyboard = ()
    screen: bool = True
    closing: tuple[Close, ...] = ()
    passing: bool = False
    asks: bool = False  # whoever reads it is asked to reply
    edits: int | None = None  # the message whose place it takes


@dataclass(frozen=True, slots=True)
class Hand:
    """A file."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG with words in HTML below it."""

    content: Base64Bytes
    html: str


SAY, HAND, PICTURE = TypeAdapter(Say), TypeAdapter(Hand), TypeAdapter(Picture)


def put(spoken: Spoken, translators: Mapping[Language, Translator]) -> tuple[Outgoing, ...]:
    """All that goes out for one turn, in order."""
    translator = translators[spoken.turn.state.language]
    shown = [render(message, translator, spoken.catalogue) for message in spoken.turn.say]
    says = _messages(shown, spoken.stamp, _closing(spoken), passing=spoken.turn.passes)
    out = [Outgoing("say", SAY.dump_json(say)) for say in says]
    for action in spoken.turn.do:
        if isinstance(action, SendFile):
            file = Hand(action.name, action.content)
            out.append(Outgoing("hand", HAND.dump_json(file)))
    if spoken.record is not None:
        file = Hand("wegwijs.json", record_as_text(spoken.record))
        out.append(Outgoing("hand", HAND.dump_json(file)))
    return tuple(out)


@dataclass(frozen=True)
class TelegramDeliver:
    """`cases.Deliver`: what is said beside a turn, to students and to staff."""

    translators: Mapping[Language, Translator]
    catalogue: Callable[[], Catalogue]
    links: str | None  # where the links in a mail lead; None: no mail
    username: str = ""  # of the bot, for links that open it; "": there are none

    def to_student(self, message: Message, language: Language) -> tuple[Outgoing, ...]:
        return self._say(message, language, "say")

    def to_staff(self, message: Message, language: Language, kind: str) -> tuple[Outgoing, ...]:
        return self._say(message, language, kind)

    def _say(self, message: Message, language: Language, kind: str) -> tuple[Outgoing, ...]:
        shown = render(message, self.translators[language], self.catalogue())
        says = _messages([shown], "", (), passing=False)
        if kind == "card" and len(says) > 1:  # one message that can be edited, however long
            says = [replace(says[-1], html=says[0].html)]
        return tuple(
            Outgoing(
                kind,
                SAY.dump_json(replace(say, screen=False, asks=kind in ASKING)),
            )
            for say in says
        )

    def handed_out(self, payload: str, language: Language) -> tuple[Outgoing, ...]:
        if not self.username:
            return ()
        address = links.link(self.username, payload)
        caption = self.translators[language].say(text("teacher.link", link=address))
        picture = Picture(links.qr_png(address), html.escape(caption, quote=False))
        return (Outgoing("picture", PICTURE.dump_json(picture)),)

    def edit(self, message_id: int, out: Outgoing) -> Outgoing:
        return replace(out, body=SAY.dump_json(replace(_say_in(out), edits=message_id)))

    def by_mail(
        self,
        message: Message,
        language: Language,
        to: str,
        reference: str,
        keys: Mapping[TicketKind, str],
    ) -> Outgoing:
        translator = self.translators[language]
        shown = render(message, translator, self.catalogue())
        first, *rest = [part.text for part in shown.parts]
        lines = [first, *rest]
        for kind, key in keys.items():
            lines.append(f"{translator.say(_LINK[kind])}\n{self.links}/{key}")
        lines.append(translator.say(text("mail.end")))
        mail = Mail(to, first, "\n\n".join(lines), reference)
        return Outgoing("mail", MAIL.dump_json(mail))

    def in_words(self, message: Message, language: Language) -> str:
        return render(message, self.translators[language], self.catalogue()).text


_LINK: Mapping[TicketKind, Text] = {
    "seen": text("mail.link-seen"),
    "taken": text("mail.link-taken"),
    "done": text("mail.link-done"),
    "right": text("mail.link-right"),
    "change": text("mail.link-change"),
    "hide": text("mail.link-hide"),
}
ASKING = ("answer", "note")  # messages that want a reply; what that is, their kind says


def _say_in(out: Outgoing) -> Say:
    return SAY.validate_json(out.body)


def _closing(spoken: Spoken) -> tuple[Close, ...]:
    """What was pressed stays visible on its message; other buttons go away."""
    pressed, screen = spoken.arrived.pressed, spoken.screen
    if pressed is None:
        return (Close(screen, ()),) if screen is not None else ()
    if not spoken.current:  # the choice was made before, and stays as it is
        other = screen is not None and screen != pressed.message_id
        return (Close(screen, ()),) if screen is not None and other else ()
    found: list[Close] = []
    if pressed.label:
        chosen = Key(f"✓ {pressed.label.removeprefix('✓ ')}", data=f"{spoken.stamp}.{CHOSEN}")
        found.append(Close(pressed.message_id, ((chosen,),)))
    if screen is not None and screen != pressed.message_id:
        found.append(Close(screen, ()))
    return tuple(found)


def one_line(said: str) -> Outgoing:
    """A message of our own with nothing to press."""
    return Outgoing("say", SAY.dump_json(Say(html.escape(said, quote=False), screen=False)))


def _messages(
    shown: Sequence[Shown], stamp: str, closing: tuple[Close, ...], *, passing: bool
) -> list[Say]:
    """One message where it fits: less to read past. The last one has all the buttons."""
    keyboard = _keyboard([button for message in shown for button in message.buttons], stamp)
    texts: list[str] = []
    for message in shown:
        for paragraph in _paragraphs(message):
            if texts and len(texts[-1]) + len(paragraph) + 2 <= MOST_CHARACTERS:
                texts[-1] += f"\n\n{paragraph}"
            else:
                texts.append(paragraph)
    return [
        *(Say(said, screen=False, passing=passing) for said in texts[:-1]),
        *(Say(said, keyboard, closing=closing, passing=passing) for said in texts[-1:]),
    ]


def _paragraphs(message: Shown) -> list[str]:
    """Its parts in HTML; then phone numbers and addresses, which Telegram allows in text only."""
    found = []
    for part in message.parts:
        before, after = _TAGS[part.style]
        for piece in _pieces(part.text):
            found.append(f"{before}{html.escape(piece, quote=False)}{after}")
    said = "".join(part.text for part in message.parts)
    reach = [
        html.escape(button.label, quote=False)
        for button in message.buttons
        if button.url
        and not button.url.startswith("http")
        and _reached_by(button) not in _plain(said)
    ]
    return [*found, "\n".join(reach)] if reach else found


def _pieces(said: str) -> list[str]:
    """In pieces of which each fits, between words where it can: one sign may become five."""
    most, pieces = MOST_CHARACTERS // 6, []
    while len(said) > most:
        at = max(said.rfind(" ", 1, most), said.rfind("\n", 1, most))
        at = at if at > 0 else most
        pieces.append(said[:at])
        said = said[at:].lstrip(" ")
    return [*pieces, said]


def _reached_by(button: ShownButton) -> str:
    """The number or address behind a button, as it would stand in a text."""
    return _plain((button.url or "").partition(":")[2])


def _plain(said: str) -> str:
    return said.replace(" ", "").replace("-", "")


def _keyboard(buttons: Iterable[ShownButton], stamp: str) -> Keyboard:
    """Pages first, a row for each choice or two short ones, and what always works in the end."""
    rows: list[tuple[Key, ...]] = []
    seen: set[str] = set()
    always: list[Key] = []
    for button in buttons:
        if button.id in seen or (button.url and not button.url.startswith("http")):
            continue
        seen.add(button.id)
        if button.url:
            rows.insert(0, (Key(button.label, url=button.url),))
        elif button.kind == "always":
            always.append(_key(button, stamp))
        elif rows and len(rows[-1]) == 1 and _short(rows[-1][0]) and len(button.label) <= _SHORT:
            rows[-1] = (*rows[-1], _key(button, stamp))
        else:
            rows.append((_key(button, stamp),))
    for start in range(0, len(always), 2):
        rows.append(tuple(always[start : start + 2]))
    return tuple(rows)


def _short(key: Key) -> bool:
    return key.url is None and len(key.text) <= _SHORT


def _key(button: ShownButton, stamp: str) -> Key:
    data = f"{stamp}.{button.id}"
    if len(data.encode()) > MOST_BYTES:
        raise ValueError(f"the id of a button is too long: {button.id}")
    return Key(button.label, data=data)
