"""The commands of staff in the menu of their own chat: given, taken away, and when it fails."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Bot, BotCommandScopeChat
from telegram.error import BadRequest

from bot.app import App
from bot.channels.telegram.setup import COMMANDS
from bot.channels.telegram.staff_menu import StaffMenus, menu_of_staff
from bot.conversation.colleague import STAFF_COMMANDS
from bot.store import open_store
from bot.store.port import Account, Step
from bot.text import LANGUAGES, Language
from tests.bot_api import BotApi, Fault
from tests.handover_story import story
from tests.process import started, until
from tests.test_cases import MILAN, SANNE, Desk
from tests.test_store_contract import Clock

SET, DELETE = "setMyCommands", "deleteMyCommands"
EACH = len(LANGUAGES)  # calls for a chat


@pytest.fixture
def menus(bot: Bot, app: App) -> StaffMenus:
    return StaffMenus(bot, app.translators)


@pytest.fixture
async def desk(app: App, tmp_path: Path) -> AsyncIterator[Desk]:
    """Cases on a real store, with nobody linked."""
    clock = Clock()
    store = await open_store(tmp_path / "data", None, clock)
    yield Desk(app, store, clock)
    await store.close()


def menu(api: BotApi, chat: int, language: str = "nl") -> list[str]:
    return list(api.commands(language, f"chat {chat}"))


def calls(api: BotApi, method: str = SET) -> int:
    return sum(call.method == method for call in api.calls)


async def linked(desk: Desk, chat: int, staff: str) -> None:
    await desk.store.commit(Step(None, None, links=Account(chat, "voorbeeld", staff, "nl")))


async def places(desk: Desk) -> frozenset[int]:
    await desk.cases.refresh(now=True)
    return desk.cases.places


# ---- what stands in it --------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_what_staff_can_do_then_what_everybody_can(app: App, language: Language) -> None:
    listed = menu_of_staff(app.translators[language])
    names = [name for name, _ in listed]
    assert names[-len(COMMANDS) :] == list(COMMANDS)
    assert len(set(names)) == len(names)
    assert set(names) - set(COMMANDS) == set(STAFF_COMMANDS) - {"start", "help"}
    assert all(3 <= len(said) <= 40 for _, said in listed)


# ---- who has it ---------------------------------------------------------------------------------


async def test_who_is_linked_has_it_until_the_link_is_undone(
    api: BotApi, menus: StaffMenus, desk: Desk
) -> None:
    for chat in (101, 102):
        api.user(chat).starts()
    await linked(desk, 101, MILAN)
    await linked(desk, 102, SANNE)
    await menus.update(await places(desk))
    assert menu(api, 101)[:4] == ["inbox", "staff", "away", "hours"]
    assert api.commands("nl", "chat 102")["inbox"] == "Vragen van studenten"
    assert api.commands("", "chat 102")["inbox"] == "Requests from students"
    assert await desk.store.unlink("voorbeeld", MILAN)
    await menus.update(await places(desk))
    assert not menu(api, 101)
    assert not menu(api, 101, "")
    assert menu(api, 102)
    assert await desk.store.forget(102)
    await menus.update(await places(desk))
    assert not menu(api, 102)


async def test_who_goes_on_in_another_chat_has_it_there(
    api: BotApi, menus: StaffMenus, desk: Desk
) -> None:
    for chat in (101, 102):
        api.user(chat).starts()
        await linked(desk, chat, MILAN)
        await menus.update(await places(desk))
    assert not menu(api, 101)
    assert menu(api, 102)


async def test_it_is_set_once_and_never_in_a_group(
    api: BotApi, menus: StaffMenus, desk: Desk
) -> None:
    api.user(101).starts()
    group = api.group(-100)
    await linked(desk, 101, MILAN)
    await linked(desk, group.id, "vb-servicepunt")
    for _ in range(3):
        await menus.update(await places(desk))
    assert calls(api) == EACH
    assert not menu(api, group.id)


async def test_who_blocked_the_bot_has_it_again_when_they_come_back(
    api: BotApi, menus: StaffMenus, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    api.user(101).starts()
    await linked(desk, 101, MILAN)
    await menus.update(await places(desk))
    await desk.store.blocked(101)
    await menus.update(await places(desk))
    await desk.store.unblocked(101)
    await menus.update(await places(desk))
    assert menu(api, 101)
    assert not caplog.records


# ---- when it fails ------------------------------------------------------------------------------


async def test_a_chat_that_is_refused_keeps_no_other_from_it(
    api: BotApi, menus: StaffMenus, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = 987_654
    api.user(1_000_001).starts()
    with caplog.at_level(logging.WARNING, "bot"):
        await menus.update({unknown, 1_000_001})
    assert menu(api, 1_000_001)
    assert "BadRequest" in caplog.text
    assert str(unknown) not in caplog.text
    asked = calls(api)
    await menus.update({unknown, 1_000_001})
    assert calls(api) == asked  # Telegram would say the same
    api.user(unknown).starts()
    await menus.update({unknown})  # other staff: asked again
    assert menu(api, unknown)
    assert not menu(api, 1_000_001)


@pytest.mark.parametrize("fault", [Fault.INTERNAL, Fault.FLOOD, Fault.DROPPED_AFTER])
async def test_what_failed_is_tried_again(
    api: BotApi, menus: StaffMenus, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    for chat in (101, 102):
        api.user(chat).starts()
    api.faults.next(fault, SET)
    await menus.update({101, 102})
    assert not menu(api, 101)
    assert bool(menu(api, 102)) == (fault is not Fault.FLOOD)  # that one holds up all
    await menus.update({101, 102})
    assert menu(api, 101)
    assert menu(api, 102)
    api.faults.next(fault, DELETE)
    await menus.update({102})
    await menus.update({102})
    assert not menu(api, 101)
    assert not menu(api, 101, "")
    assert len(caplog.records) == 2


async def test_what_was_set_in_part_is_taken_away_too(api: BotApi, menus: StaffMenus) -> None:
    api.user(101).starts()
    api.faults.next(Fault.DROPPED_AFTER, SET)  # it was done, but we do not know
    await menus.update({101})
    assert menu(api, 101, "")
    await menus.update(())
    assert not menu(api, 101, "")


async def test_not_for_more_than_a_hundred_in_one_go(api: BotApi, menus: StaffMenus) -> None:
    chats = range(1, 103)
    for chat in chats:
        api.user(chat)
    await menus.update(chats)
    assert calls(api) == 100 * EACH
    await menus.update(chats)
    assert calls(api) == 102 * EACH


# ---- the stand-in for Telegram ------------------------------------------------------------------


async def test_commands_of_one_chat(api: BotApi, bot: Bot) -> None:
    api.user(7).starts()
    here = BotCommandScopeChat(7)
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands([("inbox", "Vragen")], scope=here, language_code="nl")
    assert api.commands("nl", "chat 7") == {"inbox": "Vragen"}
    assert api.commands("", "chat 7") == {}
    assert await bot.delete_my_commands(scope=here, language_code="nl")
    assert await bot.delete_my_commands(scope=here, language_code="nl")  # once more is no harm
    assert await bot.get_my_commands(scope=here, language_code="nl") == ()
    assert api.commands() == {"help": "Help"}
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.delete_my_commands(scope=BotCommandScopeChat(8))


# ---- the real program ---------------------------------------------------------------------------


def test_from_invitation_to_revocation(tmp_path: Path) -> None:
    with story(tmp_path) as school:
        milan, student = school.api.user(101), school.api.user(7)
        started(student)
        school.staff(milan, MILAN)
        until(lambda: menu(school.api, 101), "the menu of staff is there")
        assert not menu(school.api, 7)
        asked = calls(school.api)
        school.restart()  # it is not noted anywhere, so it is set once more
        until(lambda: _chats(school.api)[asked:].count(101) == EACH, "it is set once more")
        school.command("staff", "revoke", MILAN)
        school.forward(minutes=1)
        until(
            lambda: not menu(school.api, 101) and not menu(school.api, 101, ""), "it is taken away"
        )
        assert school.process is not None
        assert "ERROR" not in school.process.said


def _chats(api: BotApi) -> list[int | None]:
    """Whose menu each call set; None: that of everybody."""
    scopes = [call.params.get("scope") for call in api.calls if call.method == SET]
    return [scope["chat_id"] if isinstance(scope, dict) else None for scope in scopes]
