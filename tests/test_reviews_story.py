"""The running bot asks a desk whether an offering is still right; one tap, and the file says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import read_settings
from tests.bot_api import BotApi
from tests.handover_story import Story, _free_port, hears, links_in, opened
from tests.process import pressed, until
from tests.smtp_server import SmtpStandIn

DESK = "vb-servicepunt"


class School(Story):
    """With a catalogue of its own, that the bot may write into."""

    @property
    def catalogue(self) -> Path:
        return self._folder / "catalogue"

    @property
    def offerings(self) -> str:
        return (self.catalogue / "voorbeeld" / "offerings.yaml").read_text()

    @property
    def _env(self) -> dict[str, str]:
        return {**super()._env, "WEGWIJS_CATALOGUE": str(self.catalogue)}


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    shutil.copytree(read_settings({}).catalogue, tmp_path / "catalogue")
    with BotApi() as api, SmtpStandIn() as smtp:
        one = School(api, smtp, tmp_path, _free_port())
        try:
            one.begin()
            yield one
            assert one.process is not None
            assert "ERROR" not in one.process.said
        finally:
            one.end()


def test_by_one_tap_or_one_click(school: School) -> None:
    desk = school.staff(school.api.user(301, language_code="nl"), DESK)
    school.at("2027-04-06 09:00")
    asked = hears(desk, "Klopt dit nog?")
    assert asked.labels == ["Ja, klopt nog", "Er moet iets anders", "Niet meer tonen"]
    assert "vandaag nog klopt" in pressed(desk, "Ja, klopt nog").text
    until(lambda: "on: 2027-04-06, by: balie voor al je vragen" in school.offerings, "a stamp")

    # Killed, the next day: no question twice. And who has no Telegram any more gets a mail.
    school.command("staff", "revoke", DESK)
    school.at("2027-04-07 09:00")
    school.restart()
    (mail,) = school.smtp.wait_for(1)
    assert mail.subject.startswith("Klopt dit nog?")
    right, change, hide = links_in(mail)
    assert opened(change, press=False)[0] == 200
    status, page = opened(hide, press=False)
    assert (status, "studenten" in page) == (200, True)
    assert opened(hide)[0] == 200
    until(lambda: "use: hidden" in school.offerings, "that it is hidden")
    assert opened(right)[0] in (200, 410)
    assert "Er wacht niets" in school.command("freshness")
    assert len(school.smtp.mails) == 1
