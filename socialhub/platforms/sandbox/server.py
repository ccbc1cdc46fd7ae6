"""Running the sandbox: in a thread for a test, or in the foreground for a person."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .app import Sandbox
from .cast import add_cast
from .client import Control
from .clock import Clock
from .discovery import find_simulators
from .simulator import Simulator
from .world import World, load_world, save_world

SAVE_EVERY = 0.5
"""Seconds between two looks whether the world has to be saved."""


class SandboxServer:
    """A sandbox on 127.0.0.1. As a context manager it serves from a thread; `control` steers it, `url` is
    where it listens.
    """

    def __init__(
        self, port: int = 0, state: Path | None = None, simulators: tuple[Simulator, ...] | None = None
    ) -> None:
        self._simulators = find_simulators() if simulators is None else simulators
        self._state = state
        self.app = Sandbox(load_world(state, self._seed), self._simulators)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self.app, threaded=True, request_handler=_Handler
        )
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.control = Control(self.url)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        ]
        if state:
            self._threads.append(threading.Thread(target=self._keep_saving, daemon=True))

    @property
    def world(self) -> World:
        """Everything the simulators know."""
        return self.app.world

    @property
    def clock(self) -> Clock:
        """World time."""
        return self.app.world.clock

    def __enter__(self) -> SandboxServer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.app.closing.set()
        self.world.teller.close()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self._save()
        self.world.blobs.close()

    def wait(self) -> None:
        """Serve until interrupted."""
        self.app.closing.wait()

    def _seed(self, world: World) -> None:
        if not world.is_loaded:
            add_cast(world)
        for simulator in self._simulators:
            simulator.prepare(world)

    def _keep_saving(self) -> None:
        while not self.app.closing.wait(SAVE_EVERY):
            if self.app.changed.is_set():
                self._save()

    def _save(self) -> None:
        self.app.changed.clear()
        if self._state:
            save_world(self.world, self._state)


class _Handler(WSGIRequestHandler):
    """Says nothing on the console: the journal has every request, without the secrets of its query."""

    def make_environ(self) -> dict[str, Any]:
        """Keep headers with an underscore in their name, which WSGI servers leave out."""
        environ = super().make_environ()
        environ["sandbox.headers"] = {name.lower(): value for name, value in self.headers.items()}
        return environ

    def send_response(self, code: int, message: str | None = None) -> None:
        """Leave the date to the platforms, which tell world time."""
        self.send_response_only(code, message)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  (the name that is overridden)
        """Stay silent."""


def serve(port: int, state_path: Path | None, announce: Callable[[str], object]) -> None:
    """Run in the foreground until interrupted, telling the address; with `state_path` the world survives a
    restart.
    """
    with SandboxServer(port, state_path) as server:
        signal.signal(signal.SIGTERM, lambda number, frame: server.app.closing.set())
        announce(f"Sandbox on {server.url}")
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
