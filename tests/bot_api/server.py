"""The server itself: routes, faults and connections, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from .calls import Call
from .faults import Fault, Planned
from .methods import METHODS, Said
from .params import Params, read_params
from .refused import RefusedError, too_many
from .state import State
from .webhook import push_updates

_NAMES = {name.lower(): name for name in [*METHODS, "getUpdates"]}
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
_BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Dropped(Response):
    """No answer at all: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["connection"].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class _Uvicorn(uvicorn.Server):
    """Says when it is ready, and stops without its usual pauses."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop
        self.stopping: asyncio.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def run_until_stopped(self, door: socket.socket) -> None:
        self.loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()
        serving = asyncio.create_task(self.serve(sockets=[door]))
        await self.stopping.wait()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=2)
        serving.cancel()
        for server in self.servers:
            server.close()
        for connection in self.server_state.connections:
            connection.transport.abort()
        await asyncio.wait([serving])


class Server:
    """Starts, stops, and starts again on the same port."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.port = 0
        self._uvicorn: _Uvicorn
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        # Named as TCP, so that asyncio sends small answers at once.
        door = socket.socket(proto=socket.IPPROTO_TCP)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", self.port))
        self.port = door.getsockname()[1]
        self._uvicorn = _Uvicorn(self._app())
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(door)), name="bot-api", daemon=True
        )
        self._thread.start()
        if not self._uvicorn.ready.wait(10):
            raise RuntimeError("the stand-in for the Bot API did not start")

    def stop(self) -> None:
        if self._thread and self._thread.is_alive():
            self._uvicorn.loop.call_soon_threadsafe(self._uvicorn.stopping.set)
            self._thread.join(10)

    async def _serve(self, door: socket.socket) -> None:
        pusher = asyncio.create_task(push_updates(self.state))
        try:
            await self._uvicorn.run_until_stopped(door)
        finally:
            pusher.cancel()
            await asyncio.wait([pusher])
            with self.state.changed:
                self.state.updates.stop_listening()

    def _app(self) -> ASGIApp:
        routes = [
            Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self._file),
        ]
        app = Starlette(routes=routes, exception_handlers={404: _not_found})

        async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
            # Only uvicorn's own `send` knows the connection, which a fault may have to cut.
            scope["connection"] = getattr(send, "__self__").transport  # noqa: B009
            await app(scope, receive, send)

        return with_connection

    async def _file(self, request: Request) -> Response:
        file = self.state.files.get(request.path_params["path"].rsplit("/", 1)[-1])
        if request.path_params["token"] != self.state.token or file is None:
            return await _not_found(request, None)
        return Response(file.content, media_type="application/octet-stream")

    async def _call(self, request: Request) -> Response:
        """One call, from its parameters to its answer, with what goes wrong between the two."""
        state = self.state
        given = request.path_params["method"]
        name = _NAMES.get(given.lower(), given)
        try:
            params, unread = await read_params(request), None
        except RefusedError as error:
            params, unread = Params({}), error
        except ClientDisconnect:  # killed in the middle of asking
            return Dropped()
        call = Call(name, dict(params.values))
        with state.changed:
            state.calls.append(call)
            planned = state.faults.pick(name)
            call.fault = planned.fault if planned else None
            state.changed.notify_all()
        gone = asyncio.ensure_future(_until_gone(request))
        try:
            answer = await self._answer(request, call, params, planned, unread, gone)
        finally:
            gone.cancel()
            with state.changed:
                call.done = True
                state.changed.notify_all()
        return answer

    async def _answer(
        self,
        request: Request,
        call: Call,
        params: Params,
        planned: Planned | None,
        unread: RefusedError | None,
        gone: asyncio.Future[None],
    ) -> Response:
        fault = planned.fault if planned else None
        if fault is Fault.DROPPED_BEFORE:
            return Dropped()
        if fault is Fault.BAD_GATEWAY:
            call.code, call.description = 502, "Bad Gateway"
            return Response(_BAD_GATEWAY, 502, media_type="text/html")
        try:
            if unread:
                raise unread
            if planned and fault is Fault.FLOOD:
                raise too_many(planned.retry_after)
            if fault is Fault.INTERNAL:
                raise RefusedError(500, "Internal Server Error")
            answer = await self._result(request.path_params["token"], call.method, params, gone)
            code = 200
        except RefusedError as error:
            answer, code = error.as_json(), error.code
        except Exception as error:  # told to the test when it ends
            self.state.mistakes.append(error)
            answer, code = RefusedError(500, "Internal Server Error").as_json(), 500
        if planned and fault is Fault.SLOW:
            await self._first_of(gone, seconds=planned.seconds)
        if fault is Fault.DROPPED_AFTER or self._uvicorn.stopping.is_set():
            return Dropped()
        call.code, call.description = code, answer.get("description")
        return JSONResponse(answer, code)

    async def _result(
        self, token: str, method: str, params: Params, gone: asyncio.Future[None]
    ) -> dict[str, Any]:
        state = self.state
        if token != state.token:
            raise RefusedError(401, "Unauthorized")
        if state.logged_out:
            raise RefusedError(400, "Logged out")
        if method == "getUpdates":
            return {"ok": True, "result": await self._get_updates(params, gone)}
        if method not in METHODS:
            raise RefusedError(404, "Not Found: method not found")
        with state.changed:
            result = METHODS[method](state, params)
            state.changed.notify_all()
        if isinstance(result, Said):
            return {"ok": True, "result": result.result, "description": result.description}
        return {"ok": True, "result": result}

    async def _get_updates(
        self, params: Params, gone: asyncio.Future[None]
    ) -> list[dict[str, Any]]:
        state = self.state
        with state.changed:
            if state.webhook.url:
                raise RefusedError(409, _WEBHOOK_ACTIVE)
            state.updates.allow(params.json("allowed_updates"))
        stopping = asyncio.ensure_future(self._uvicorn.stopping.wait())
        try:
            return await state.updates.poll(
                state.changed,
                params.integer("offset"),
                params.integer("limit", 100),
                params.integer("timeout"),
                [gone, stopping],
            )
        finally:
            stopping.cancel()

    async def _first_of(self, gone: asyncio.Future[None], *, seconds: float) -> None:
        """A pause that ends early when the caller hangs up or the server stops."""
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self._uvicorn.stopping.wait())
        waited: list[asyncio.Future[Any]] = [gone, stopping]
        try:
            await asyncio.wait(waited, timeout=seconds, return_when="FIRST_COMPLETED")
        finally:
            stopping.cancel()


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _not_found(request: Request, error: Exception | None) -> Response:
    return JSONResponse(RefusedError(404, "Not Found").as_json(), 404)
