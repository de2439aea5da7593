"""What goes wrong around a review: scanners, people who left, broken files, a stop half-way."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import yaml

from bot.conversation.colleague.review import review_on
from bot.handover.freshness import mark_of
from bot.reviews import Wanted
from bot.staff.yaml_edit import replace_value
from bot.store.port import Step
from tests.test_reviews import (
    BUDDY,
    JIP,
    Story,
    _links,
    page,
    story,
)

__all__ = ["page", "story"]  # fixtures


def fields(html: str) -> dict[str, str]:
    """What the form of a page sends along."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html))


def leaves(story: Story, staff: str) -> None:
    school = story.catalogue.schools["voorbeeld"]
    offerings = tuple(
        o.model_copy(update={"staff": tuple(id for id in o.staff if id != staff)})
        for o in school.offerings
    )
    story._school(staff=tuple(m for m in school.staff if m.id != staff), offerings=offerings)


def offerings(story: Story) -> Path:
    return story.folder / "voorbeeld" / "offerings.yaml"


async def test_a_scanner_that_asks_for_the_head_changes_nothing(
    story: Story, page: httpx.AsyncClient
) -> None:
    for link in _links(await story.mail()):
        for method in ("HEAD", "GET", "HEAD"):
            await page.request(method, link)
    (review,) = await story.store.reviews()
    assert review.answer is None


async def test_what_changed_after_the_page_was_opened_is_shown_anew(
    story: Story, page: httpx.AsyncClient
) -> None:
    right = _links(await story.mail())[0]
    before = await page.get(right)
    story.offering(BUDDY, source="https://example.org/new")
    again = await page.post(right, data=fields(before.text))
    assert "https://example.org/new" in again.text
    assert (await story.store.reviews())[0].answer is None
    assert "vandaag nog klopt" in (await page.post(right, data=fields(again.text))).text
    assert (await story.store.reviews())[0].answer == "right"


async def test_who_left_cannot_answer_by_mail(story: Story, page: httpx.AsyncClient) -> None:
    mail = await story.mail()
    leaves(story, JIP)
    await story.cases.refresh(now=True)
    for link in _links(mail):
        assert (await page.get(link)).status_code == 410
        assert (await page.post(link, data={"words": "x"})).status_code == 410
    assert (await story.store.reviews())[0].answer is None


async def test_who_left_cannot_answer_on_telegram(story: Story) -> None:
    await story.asked()
    leaves(story, JIP)
    await story.cases.refresh(now=True)
    await story.press("right")
    assert (await story.store.reviews())[0].answer is None


@pytest.mark.parametrize("content", [b"- id: [\n", b"\xff\xfe\x00", b"", b"[]\n"])
async def test_a_file_that_broke_meanwhile(story: Story, content: bytes) -> None:
    await story.asked()
    kept = offerings(story).read_bytes()
    offerings(story).write_bytes(content)
    await story.writes("op dinsdag")
    assert "voorbeeld/offerings.yaml" in (await story.heard()).html
    (review,) = await story.store.reviews()
    assert (review.answer, review.note) == ("change", b"op dinsdag")
    assert offerings(story).read_bytes() == content
    offerings(story).write_bytes(kept)


@pytest.mark.parametrize(
    ("button", "about"),
    [
        ("r:12:right", (12, "right")),
        ("r:999999999999:sure", (999_999_999_999, "sure")),
        ("r:9999999999999999999999:right", None),  # no database can look for that
        ("r:-1:right", None),
        ("r:²:right", None),
        ("r::right", None),
        ("r:1", None),
    ],
)
def test_which_review_a_button_is_about(button: str, about: tuple[int, str] | None) -> None:
    assert review_on(button) == about


async def test_killed_between_answer_and_file(story: Story) -> None:
    """The next look at whom to ask writes what still waits."""
    review = await story.asked()
    now = story.clock.now
    answered = replace(review, answer="right", answered_at=now)
    await story.store.commit(Step(None, None, reviews=(answered,)))
    story.clock.forward(minutes=11)
    await story.reviews.tick()
    (review,) = await story.store.reviews()
    assert review.applied_at is not None
    assert story.written() is not None


async def test_what_is_named_in_danger_is_not_taken_away_by_one_press(story: Story) -> None:
    story.offering(BUDDY, use="crisis")
    await story.asked()
    buttons = [key.data for row in (await story.heard()).keyboard for key in row]
    assert buttons == [".r:1:right", ".r:1:change"]
    for what in ("hide", "sure"):
        await story.press(what)
        assert "zeker" not in (await story.heard()).html
    assert (await story.store.reviews())[0].answer == "change"
    assert "use: hidden" not in offerings(story).read_text()


async def test_nor_by_mail(story: Story, page: httpx.AsyncClient) -> None:
    assert len(_links(await story.mail())) == 3
    story.clock.forward(days=400)  # the links of the first question are void by then
    story.offering(BUDDY, use="crisis")
    await story.asked()
    assert len(_links(await story.mail())) == 2


def test_what_became_so_after_the_answer_stays(story: Story) -> None:
    mark = mark_of(story.catalogue.offerings[BUDDY])
    file = offerings(story)
    lines = file.read_text()
    index = [o.id for o in story.catalogue.schools["voorbeeld"].offerings].index(BUDDY)
    file.write_text(replace_value(lines, (index, "use"), "crisis"))
    before = file.read_bytes()
    wanted = Wanted(1, "voorbeeld", BUDDY, "hide", mark, story.clock.now.date(), "balie")
    (outcome,) = story.files.apply([wanted])
    assert (outcome.said.key, outcome.settled) == ("freshness.changed", True)
    assert file.read_bytes() == before


async def test_one_that_cannot_be_edited_waits(story: Story) -> None:
    """A list on one line has no lines to write between."""
    values = yaml.safe_load(offerings(story).read_text())
    flow = yaml.safe_dump(values, default_flow_style=True, allow_unicode=True)
    offerings(story).write_text(flow)
    await story.asked()
    await story.press("right")
    (review,) = await story.store.reviews()
    assert (review.answer, review.applied_at) == ("right", None)
    assert offerings(story).read_text() == flow
