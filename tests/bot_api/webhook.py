"""Push: updates go to the bot's own address, in order in each queue, until it says 2xx."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from .updates import Pending

if TYPE_CHECKING:
    from .state import State

FIRST_PAUSE = 0.05  # seconds before the second try; the real one waits longer and longer too
LONGEST_PAUSE = 1.0
PATIENCE = 60.0


def is_local(url: str) -> bool:
    """Whether this address is on this machine; nothing is sent anywhere else."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost")


@dataclass
class Webhook:
    """Where updates go; without a url they wait for getUpdates."""

    url: str = ""
    secret: str = ""
    max_connections: int = 40
    error: str = ""
    error_date: int = 0

    def as_json(self, pending: int, allowed: list[str]) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": pending,
        }
        if self.url:
            answer |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if allowed:
            answer["allowed_updates"] = allowed
        if self.error:
            answer |= {"last_error_date": self.error_date, "last_error_message": self.error}
        return answer


async def push_updates(state: State) -> None:
    """Runs as long as the server does; one task for each queue that has something waiting."""
    with state.changed:
        woken = state.updates.listener(asyncio.get_running_loop())
    busy: dict[object, asyncio.Task[None]] = {}
    served: Webhook | None = None
    # Only this machine is called, over http: loading certificates would be time lost.
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE) as client:
        try:
            while True:
                with state.changed:
                    webhook = state.webhook
                    waiting = list(state.updates.pending) if webhook.url else []
                if webhook is not served:
                    served, free = webhook, asyncio.Semaphore(webhook.max_connections)
                for queue in dict.fromkeys(item.queue for item in waiting):
                    if queue not in busy or busy[queue].done():
                        task = asyncio.create_task(_deliver(state, webhook, queue, client, free))
                        task.add_done_callback(lambda _: woken.set())
                        busy[queue] = task
                await woken.wait()
                woken.clear()
        finally:
            for task in busy.values():
                task.cancel()


async def _deliver(
    state: State,
    webhook: Webhook,
    queue: object,
    client: httpx.AsyncClient,
    free: asyncio.Semaphore,
) -> None:
    """Everything of one queue, one by one, as long as this webhook is the one that is set."""
    pause = FIRST_PAUSE
    while True:
        with state.changed:
            item = next((p for p in state.updates.pending if p.queue == queue), None)
            if item is None or state.webhook is not webhook:
                return
        async with free:
            error = await _post(webhook, item, client)
        with state.changed:
            if not error:
                state.updates.pending = [p for p in state.updates.pending if p is not item]
                pause = FIRST_PAUSE
            else:
                webhook.error, webhook.error_date = error, int(state.now())
            state.changed.notify_all()
        if error:
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _post(webhook: Webhook, item: Pending, client: httpx.AsyncClient) -> str | None:
    """Sends one update; gives what went wrong, in Telegram's words, or None."""
    if not is_local(webhook.url):
        return "Connection refused"
    headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
    try:
        answer = await client.post(webhook.url, json=item.update, headers=headers)
    except httpx.ConnectError:
        return "Connection refused"
    except httpx.TimeoutException:
        return "Read timeout expired"
    except httpx.HTTPError:
        return "Connection reset by peer"
    if answer.is_success:
        return None
    status = f"{answer.status_code} {answer.reason_phrase}"
    return f"Wrong response from the webhook: {status}"
