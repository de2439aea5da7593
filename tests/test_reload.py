"""The catalogue is edited while the bot runs: a real process, a real folder, real conversations."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import read_settings
from tests.bot_api import BotApi, User
from tests.process import Process, environment, pressed, running, started, told, until

_ROOT = Path(__file__).parent.parent
_BEHIND = "ik loop heel erg achter met mijn studie en ga mijn punten niet halen"
_OFFERINGS = "voorbeeld/offerings.yaml"


class Edited:
    """A bot that runs on a copy of the catalogue."""

    def __init__(self, api: BotApi, folder: Path) -> None:
        self.api, self.folder = api, folder / "catalogue"
        self.data = folder / "data"
        shutil.copytree(read_settings({}).catalogue, self.folder)
        for name in ("calendar.yaml", "tips.yaml"):  # they name offerings, of which one will go
            (self.folder / "voorbeeld" / name).unlink()
        self.env = {"WEGWIJS_CATALOGUE": str(self.folder), "WEGWIJS_KEY_FILE": ""}
        self.change("voorbeeld/staff.yaml", "  backup: vb-sanne-kolk", "  keeper: true\n{}")

    def change(self, file: str, old: str, new: str) -> None:
        """One place in a file becomes something else; {} is what was there."""
        path = self.folder / file
        before = path.read_text("utf-8")
        assert old in before
        saved = path.with_suffix(".tmp")
        saved.write_text(before.replace(old, new.replace("{}", old), 1), "utf-8")
        saved.replace(path)

    def keeper(self) -> User:
        """A member of staff who is marked as a keeper, on Telegram."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "bot"),
                *("staff", "invite", "vb-milan-brugmans"),
                "--bot",
                "b",
            ],
            cwd=_ROOT,
            env=environment(self.api, self.data, self.env),
            capture_output=True,
            text=True,
            check=True,
        )
        keeper = self.api.user(101, language_code="nl")
        assert "Welkom" in started(keeper, done.stdout.strip().partition("start=")[2]).text
        return keeper


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[tuple[Edited, Process]]:
    with BotApi() as api:
        one = Edited(api, tmp_path)
        with running(api, one.data, program=("-m", "bot", "run"), env=one.env) as process:
            process.wait_until_running()
            yield one, process


def has(user: User, part: str) -> Callable[[], bool]:
    return lambda: any(part in seen.text for seen in user.inbox)


def test_a_change_is_in_use_and_a_broken_one_is_not(edited: tuple[Edited, Process]) -> None:
    one, process = edited
    keeper = one.keeper()
    student = one.api.user(7001, language_code="nl")
    started(student, "voorbeeld")

    one.change(
        "voorbeeld/institution.yaml", "nl: Voorbeeldcollege (verzonnen)", "nl: Nieuwe Hogeschool"
    )
    process.wait_until_said("was changed and is in use")
    other = one.api.user(7002, language_code="nl")
    started(other)
    told(other, _BEHIND)
    assert "Nieuwe Hogeschool" in other.messages[-1].labels

    one.change(_OFFERINGS, "form: one-to-one", "form: one-to-won")
    until(has(keeper, "De catalogus is veranderd, maar er zitten fouten in: 1"), "keeper hears")
    assert f"{_OFFERINGS}:" in keeper.messages[-1].text
    assert told(student, _BEHIND).text  # the one before it goes on
    one.change(_OFFERINGS, "one-to-won", "one-to-too")  # not once more at every save
    one.change(_OFFERINGS, "one-to-too", "one-to-one")
    until(has(keeper, "weer goed"), "keeper hears that it is right")
    assert sum("fouten in" in seen.text for seen in keeper.inbox) == 1


def test_what_a_student_looks_at_disappears(edited: tuple[Edited, Process]) -> None:
    one, process = edited
    student = one.api.user(7003, language_code="nl")
    started(student, "voorbeeld")
    told(student, _BEHIND)
    advice = pressed(student, "Maakt niet uit")
    lines = (one.folder / _OFFERINGS).read_text("utf-8")
    entries = lines.split("\n- id: ")[1:]
    (named,) = [entry for entry in entries if _title(entry) in advice.text.split("\n")]
    # It is also whom to name for a person; that goes first, for the two must fit together.
    institution = (one.folder / "voorbeeld/institution.yaml").read_text("utf-8")
    if (listed := f"{named.splitlines()[0]}, ") in institution:
        one.change("voorbeeld/institution.yaml", listed, "")
    one.change(_OFFERINGS, f"\n- id: {named}", "")
    process.wait_until_said("was changed and is in use")
    after = pressed(student, "Dit ga ik doen")
    assert "is er niet meer" in after.text
    assert _title(named) not in after.text.partition("is er niet meer")[2]


def _title(entry: str) -> str:
    return entry.partition("  title:\n    nl: ")[2].partition("\n")[0]
