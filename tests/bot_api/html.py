"""Telegram's own small HTML: in goes what the bot sent, out come plain text and its entities.

Stricter than a browser in its tags (an unknown or unclosed tag refuses the whole message) and
milder in its ampersands (an unknown `&name` stays as it stands). Offsets count UTF-16 units, byte
offsets in the complaints count UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .links import LinkError, checked_link
from .refused import RefusedError, bad_request

Entity = dict[str, Any]

MAX_ENTITIES = 100  # what comes after them is shown without its markup

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN = re.compile(r"[^<&]+")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>]+)(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|"""
    r"""(?P<token>[A-Za-z0-9.\-]*)(?=[\s>])))?"""
)


@dataclass(frozen=True)
class _Open:
    """A tag that was opened: its name, its attributes, and where its text begins."""

    name: str
    attributes: dict[str, str]
    offset: int
    begin: int


def utf16(text: str) -> int:
    """How long Telegram says a text is, in offsets and lengths of entities."""
    return len(text) + sum(char > "\uffff" for char in text)


def parse(source: str) -> tuple[str, list[Entity]]:
    """The text without tags, and its entities in Telegram's order; refuses what does not parse."""
    return _Parser(source).run()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.text = ""
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.source):
            if plain := _PLAIN.match(self.source, self.position):
                self._say(plain[0])
                self.position = plain.end()
            elif self.source[self.position] == "&":
                self._reference()
            elif self.source.startswith("</", self.position):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise _unparsed(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"'
            )
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return self.text, self.entities[:MAX_ENTITIES]

    def _say(self, text: str) -> None:
        self.text += text
        self.offset += utf16(text)

    def _reference(self) -> None:
        match = _REFERENCE.match(self.source, self.position)
        char = _decoded(match) if match else None
        self._say(char or "&")
        self.position = match.end() if match and char else self.position + 1

    def _start_tag(self) -> None:
        begin = self.position
        name_match = _TAG_NAME.match(self.source, begin + 1)
        assert name_match
        self.position = name_match.end()
        if self.position == len(self.source):
            raise _unparsed(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        name = name_match[0].lower()
        if name not in _KINDS:
            raise _unparsed(f'Unsupported start tag "{name}" at byte offset {self._bytes(begin)}')
        attributes = self._attributes(begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _unparsed(
                f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}'
            )
        self.open.append(_Open(name, attributes, self.offset, len(self.text)))

    def _attributes(self, begin: int) -> dict[str, str]:
        """The attributes up to the `>`, which is passed."""
        found: dict[str, str] = {}
        while True:
            while self.source[self.position : self.position + 1].isspace():
                self.position += 1
            if self.source.startswith(">", self.position):
                self.position += 1
                return found
            match = _ATTRIBUTE.match(self.source, self.position)
            if not match or match.end() >= len(self.source):
                raise _unparsed(f"Unclosed start tag at byte offset {self._bytes(begin)}")
            if self.source[match.end()] == "=":
                if self.source[match.end() + 1 :].lstrip()[:1] in ("", '"', "'"):
                    raise _unparsed(f"Unclosed start tag at byte offset {self._bytes(begin)}")
                offset = self._bytes(match.end() + 1)
                raise _unparsed(f"Unexpected end of name token at byte offset {offset}")
            value = next((v for v in match.group("double", "single", "token") if v is not None), "")
            found[match["name"].lower()] = _REFERENCE.sub(lambda m: _decoded(m) or m[0], value)
            self.position = match.end()

    def _end_tag(self) -> None:
        begin = self.position
        if not self.open:
            raise _unparsed(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        close = self.source.find(">", begin)
        name = self.source[begin + 2 : close].lower().rstrip()
        if close < 0 or " " in name:
            raise _unparsed(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        expected = self.open[-1].name
        if name and name != expected:
            raise _unparsed(
                f"Unmatched end tag at byte offset {self._bytes(begin)}, "
                f'expected "</{expected}>", found "</{name}>"'
            )
        self.position = close + 1
        self._close(self.open.pop())

    def _close(self, tag: _Open) -> None:
        length = self.offset - tag.offset
        if not length:
            return
        entity: Entity = {"offset": tag.offset, "length": length, "type": _KINDS[tag.name]}
        if tag.name == "a":
            try:
                href = tag.attributes.get("href") or self.text[tag.begin :]
                entity |= {"url": checked_link(href)}
            except LinkError:
                return  # a link that is none stays as plain text, without a complaint
            if user := re.fullmatch(r"tg://user\?id=(\d+)", entity["url"]):
                del entity["url"]
                entity["type"] = "text_mention"
                entity["user"] = {"id": int(user[1]), "is_bot": False, "first_name": ""}
        elif tag.name == "tg-emoji":
            emoji = tag.attributes.get("emoji-id", "")
            if not emoji.isdigit() or not 0 < int(emoji) < 2**63:
                raise _unparsed("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = emoji
        elif tag.name == "blockquote" and "expandable" in tag.attributes:
            entity["type"] = "expandable_blockquote"
        elif tag.name == "pre" and self.entities:
            self._join_code(entity)
        elif tag.name == "code":
            language = tag.attributes.get("class", "")
            if language.startswith("language-"):
                entity["language"] = language.removeprefix("language-")
        self.entities.append(entity)

    def _join_code(self, pre: Entity) -> None:
        """`<pre><code class="language-x">` is one entity, which knows its language."""
        code = self.entities[-1]
        same = (code["offset"], code["length"]) == (pre["offset"], pre["length"])
        if code["type"] == "code" and same and "language" in code:
            pre["language"] = self.entities.pop()["language"]

    def _bytes(self, position: int) -> int:
        return len(self.source[:position].encode())


def _decoded(match: re.Match[str]) -> str | None:
    """The character a reference stands for, or nothing where Telegram leaves it as it is."""
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return None
    return chr(code)


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without space at the end and, up to the first entity, at the beginning."""
    first = min((entity["offset"] for entity in entities), default=len(text))
    begin = min(len(text) - len(text.lstrip()), first)
    text = text[begin:].rstrip()
    end = utf16(text)
    kept = []
    for entity in entities:
        offset = entity["offset"] - begin
        length = min(entity["length"], end - offset)
        if length > 0:
            kept.append({**entity, "offset": offset, "length": length})
    return text, kept


def _unparsed(why: str) -> RefusedError:
    return bad_request(f"can't parse entities: {why}")
