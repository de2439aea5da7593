"""The catalogue while somebody edits it: read again after each change, the last good one kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bot.catalogue import Catalogue, CatalogueError, Problem, Reading
from bot.catalogue.stamp import stamp_of
from bot.conversation import World


@dataclass(frozen=True)
class Bot:
    """The bot around one catalogue: its world at this moment, and how it understands a message."""

    world: Callable[[], World]
    explain: Callable[[str], str]


@dataclass(frozen=True)
class Good:
    """A catalogue that could be read, with the bot around it."""

    reading: Reading
    bot: Bot

    @property
    def catalogue(self) -> Catalogue:
        return self.reading.catalogue


@dataclass(frozen=True)
class Standing:
    """How it stands: the last good catalogue, and what is wrong in the files as they are now."""

    stamp: str
    good: Good | None = None
    problems: tuple[Problem, ...] = ()


@dataclass
class Watched:
    """A folder with a catalogue. `read` raises CatalogueError; `around` puts the bot together."""

    folder: Path
    read: Callable[[], Reading]
    around: Callable[[Catalogue], Bot]
    _standing: Standing = field(default=Standing(""), init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def look(self) -> Standing:
        """How it stands now. Reads the files only if one of them changed since the last look."""
        with self._lock:
            # Taken before the reading: what changes during it is seen at the next look.
            stamp = stamp_of(self.folder)
            if stamp != self._standing.stamp:
                self._standing = self._read(stamp)
            return self._standing

    def _read(self, stamp: str) -> Standing:
        try:
            reading = self.read()
        except CatalogueError as error:
            return Standing(stamp, self._standing.good, error.problems)
        return Standing(stamp, Good(reading, self.around(reading.catalogue)))
