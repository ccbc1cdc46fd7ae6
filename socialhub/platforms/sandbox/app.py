"""The sandbox as a WSGI application: the first part of a path names the platform's host."""

from __future__ import annotations

import mimetypes
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from werkzeug.exceptions import ClientDisconnected
from werkzeug.http import http_date
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from . import control, troubles, withdrawing
from .clock import iso
from .pages import message_page
from .simulator import Call, DroppedError, NotMineError, RefusalError, Route, SandboxRequest, Simulator
from .world import World

STATIC = Path(__file__).parent / "static"
SECRET = re.compile(r"(?i)((?:^|&)[\w.-]*(?:token|secret|code|verifier|proof|challenge|state)[\w.-]*=)[^&]*")
Environ = dict[str, Any]


class Sandbox:
    """All simulators behind one port."""

    def __init__(self, world: World, simulators: tuple[Simulator, ...]) -> None:
        self.world = world
        self.simulators = simulators
        self.closing = threading.Event()
        self.changed = threading.Event()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = Metered(environ["wsgi.input"], self.world)
        request = SandboxRequest(environ)
        try:
            response = self.answer(request)
        except (DroppedError, ClientDisconnected):
            if "werkzeug.socket" in environ:
                troubles.cut(environ["werkzeug.socket"])
            raise ConnectionResetError("cut by the sandbox") from None
        finally:
            request.close()
        return response(environ, start_response)

    def answer(self, request: SandboxRequest) -> Response:
        """Route a request to a page of the sandbox itself, its control API, or a platform."""
        host, _, rest = request.path.lstrip("/").partition("/")
        if request.method != "GET":
            self.changed.set()
        if not host:
            return control.start_page(self)
        if host == "_control":
            return control.command(self, request, rest)
        if host == "_static":
            return send_file(STATIC / Path(rest).name, request.environ)
        if host == withdrawing.ADDRESS:
            return withdrawing.apps_page(self, request)
        if host == "_say":
            return control.say_from_page(self, request)
        if host == "_media":
            return self.file(request, rest)
        return self.platform(request, unquote(host).lower(), "/" + rest)

    def file(self, request: SandboxRequest, name: str) -> Response:
        """A file of the world, `<blob>.<extension>`, with byte ranges for players."""
        blob = name.partition(".")[0]
        if not self.world.blobs.path(blob).is_file():
            return message_page("No such file", "It may have been removed.", 404)
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return send_file(self.world.blobs.path(blob), request.environ, mimetype=mime, conditional=True)

    def platform(self, request: SandboxRequest, host: str, path: str) -> Response:
        """A platform's answer to a request, with whatever trouble was ordered for it."""
        claimants = [simulator for simulator in self.simulators if simulator.claims(self.world, host)]
        if not claimants:
            return message_page("No such host", f"No platform of the sandbox answers on {host}.", 502)
        matches = [
            (simulator, *found)
            for simulator in claimants
            if (found := simulator.match(host, path, request.method))
        ]
        simulator = matches[0][0] if matches else claimants[0]
        keys = {simulator.key for simulator, _, _ in matches} or {simulator.key}
        faults = self.world.faults.take(keys, request.method, host, path)
        call = Call(self.world, simulator, request, host, path, faults)
        started = time.monotonic()
        status = 0
        try:
            response = self._run(call, matches)
            status = response.status_code
            try:
                troubles.after_effect(call, self.closing)
            except RefusalError as refusal:
                response = refusal.response()
        except DroppedError:
            status = 0
            raise
        finally:
            self._note(call, status, time.monotonic() - started)
        response.headers.update(call.headers)
        response.headers["Date"] = http_date(call.now)
        return response

    def _run(self, call: Call, matches: list[tuple[Simulator, Route, dict[str, str]]]) -> Response:
        try:
            if not any(route.streams for _, route, _ in matches):
                _read_body(call)
            troubles.before_effect(call, self.closing)
            for simulator, route, args in matches:
                call.simulator, call.args = simulator, args
                try:
                    return self._handle(call, route)
                except NotMineError:
                    continue
            raise call.simulator.failure(call, 404, "")
        except RefusalError as refusal:
            _read_body(call)
            return refusal.response()

    def _handle(self, call: Call, route: Route) -> Response:
        with self.world.lock:
            if route.scopes is not None:
                call.token = call.simulator.authenticate(call, route.scopes)
            if route.limit:
                who = call.simulator.sharers(call)
                allowed, left, resets_at = self.world.take_turn(
                    (call.simulator.key, route.limit.name, who), route.limit.count, route.limit.window
                )
                call.headers.update(call.simulator.limit_headers(call, route.limit, left, resets_at))
                if not allowed:
                    raise call.simulator.limited(call, route.limit, resets_at)
            if not route.streams:
                return route.handler(call)
        return route.handler(call)

    def _note(self, call: Call, status: int, seconds: float) -> None:
        query = SECRET.sub(r"\1…", call.request.query_string.decode("latin-1"))
        self.world.answered += 1
        self.world.journal.append(
            {
                "platform": call.simulator.key,
                "method": call.method,
                "host": call.host,
                "path": call.path + (f"?{query}" if query else ""),
                "status": status,
                "at": iso(call.now),
                "seconds": round(seconds, 4),
                "faults": [fault.kind for fault in call.faults],
            }
        )


class Metered:
    """A request's body that adds to what the world has received, as it is read."""

    def __init__(self, source: Any, world: World) -> None:
        self._source = source
        self._world = world

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        return self._counted(self._source.read(size))

    def readline(self, size: int = -1) -> bytes:
        """The next line."""
        return self._counted(self._source.readline(size))

    def _counted(self, piece: bytes) -> bytes:
        self._world.received += len(piece)
        return piece


def _read_body(call: Call) -> None:
    """Take the body in before anything is locked or cut, so that a slow sender holds up nobody and a
    refusal is heard.
    """
    if call.request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        call.request.form, call.request.files  # noqa: B018  (reading parses)
    else:
        call.request.get_data()
