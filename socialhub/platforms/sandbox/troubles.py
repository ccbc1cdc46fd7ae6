"""Carrying out the ordered faults around a call: late answers, cut connections, kills."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import threading

from .faults import AFTER, BEFORE
from .simulator import Call, DroppedError

LONGEST_SILENCE = 600.0
"""Seconds after which even a lost answer lets its connection go."""


def before_effect(call: Call, closing: threading.Event) -> None:
    """What goes wrong before the platform has done anything."""
    for fault in call.faults:
        if fault.pid and fault.when == BEFORE:
            _kill(fault.pid)
            raise DroppedError
        if fault.kind == "slow":
            closing.wait(float(fault.details.get("seconds", 1)))
        elif fault.kind == "reset_before":
            raise DroppedError
        elif fault.kind == "status":
            raise call.simulator.failure(
                call, int(fault.details.get("status", 0)), str(fault.details.get("code", ""))
            )


def after_effect(call: Call, closing: threading.Event) -> None:
    """What goes wrong once the platform has done its part."""
    for fault in call.faults:
        if fault.pid and fault.when == AFTER:
            _kill(fault.pid)
            raise DroppedError
        if fault.kind == "lost_answer":
            _wait_until_gone(call.request.environ["werkzeug.socket"], closing)
            raise DroppedError
        if fault.kind == "reset_after":
            raise DroppedError


def cut(connection: socket.socket) -> None:
    """Reset the connection (RST instead of FIN), so that the client sees it break rather than end."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _wait_until_gone(connection: socket.socket, closing: threading.Event) -> None:
    waited, step = 0.0, 0.25
    while waited < LONGEST_SILENCE and not closing.is_set():
        readable, _, _ = select.select([connection], [], [], step)
        waited += step
        if readable and not connection.recv(1, socket.MSG_PEEK):
            return
