"""The running bot goes on with a catalogue that was changed: read, checked, swapped in whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from bot.app import App, put_together, read_everything, safety_in
from bot.catalogue import CatalogueError, Problem, read
from bot.catalogue.stamp import stamp_of
from bot.conversation import World
from bot.conversation.keeping import NOTHING, Keeping
from bot.settings import Settings
from bot.text import Language
from bot.words import Translator

_log = logging.getLogger(__name__)
_LOOK = 0.25  # seconds between two looks at the files
Told = Callable[[tuple[Problem, ...]], Awaitable[None]]


class Living:
    """The parts as they are now. A conversation takes them once for each turn."""

    def __init__(self, app: App, settings: Settings) -> None:
        """`app`: read just now; with the empty catalogue where that was broken."""
        self.app = app
        self._settings = settings
        self._stamp = stamp_of(settings.catalogue)
        self._broken = not app.catalogue.needs

    @property
    def translators(self) -> Mapping[Language, Translator]:
        return self.app.translators

    def world(self, keeping: Keeping = NOTHING) -> World:
        return self.app.world(keeping)

    def start(self) -> None:
        self.app.start()

    async def watch(self, swapped: Callable[[], None], told: Told) -> None:
        """Look at the files until cancelled. `swapped` hears of every new catalogue; `told` what
        keeps one from being used, and () when after that one is in use again."""
        seen = self._stamp
        while True:
            await asyncio.sleep(_LOOK)
            try:
                before, seen = seen, await asyncio.to_thread(stamp_of, self._settings.catalogue)
                # Who saves several files, or a long one, is let finish.
                if seen == self._stamp or seen != before:
                    continue
                self._stamp = seen
                await self._take(swapped, told)
            except Exception as error:
                _log.error("The catalogue cannot be looked at (%s).", type(error).__name__)

    async def _take(self, swapped: Callable[[], None], told: Told) -> None:
        """Take the new one, whole; of one that is broken nothing."""
        try:
            self.app = await asyncio.to_thread(self._made)
        except CatalogueError as error:
            first = error.problems[0]
            _log.error(
                "The catalogue was changed and has %d mistakes, the first at %s; "
                "the one before it stays in use.",
                len(error.problems),
                first.place,
            )
            if not self._broken:  # once, not at every save of who is mending it
                self._broken = True
                await told(error.problems)
            return
        _log.info("The catalogue was changed and is in use.")
        swapped()
        if self._broken:
            self._broken = False
            await told(())

    def _made(self) -> App:
        """All that takes a moment, before anybody waits for it. Raises CatalogueError."""
        # Reading the safety rules takes longer than all the rest.
        same_rules = safety_in(self._settings) == self.app.safety and not self._broken
        settings = self._settings
        reading = read(settings.catalogue) if same_rules else read_everything(settings)
        new = put_together(settings, reading.catalogue, before=self.app)
        for part in (new.detector, new.understanding):
            part.ready()
        return new
