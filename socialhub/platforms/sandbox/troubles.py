"""Carrying out the ordered faults around a call: late answers, cut connections, kills."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import threading

from .faults import AFTER, BEFORE, Fault
from .simulator import Call, DroppedError, RefusalError

LONGEST_SILENCE = 600.0
"""Seconds after which even a lost answer lets its connection go."""


def before_effect(call: Call, closing: threading.Event) -> None:
    """What goes wrong before the platform has done anything."""
    for fault in call.faults:
        if fault.pid and fault.when == BEFORE:
            _signal(fault)
        if fault.kind == "slow":
            closing.wait(float(fault.details.get("seconds", 1)))
        elif fault.kind == "reset_before":
            raise DroppedError
        elif fault.kind == "status":
            raise _failure(call, fault)


def after_effect(call: Call, closing: threading.Event) -> None:
    """What goes wrong once the platform has done its part."""
    for fault in call.faults:
        if fault.pid and fault.when == AFTER:
            _signal(fault)
        if fault.kind == "lost_answer":
            _wait_until_gone(call.request.environ["werkzeug.socket"], closing)
            raise DroppedError
        if fault.kind == "reset_after":
            raise DroppedError
        if fault.kind == "status_after":
            raise _failure(call, fault)


def _failure(call: Call, fault: Fault) -> RefusalError:
    """The platform's own words for it, unless the fault brings others."""
    status = int(fault.details.get("status", 0))
    if "body" in fault.details:
        return RefusalError(status, str(fault.details["body"]))
    return call.simulator.failure(call, status, str(fault.details.get("code", "")))


def cut(connection: socket.socket) -> None:
    """Reset the connection (RST instead of FIN), so that the client sees it break rather than end."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(connection.detach())


def _signal(fault: Fault) -> None:
    """Kill, and answer nothing; or stop, and go on."""
    number = signal.SIGSTOP if fault.kind == "stop" else signal.SIGKILL
    with contextlib.suppress(ProcessLookupError):
        os.kill(fault.pid, number)
    if number == signal.SIGKILL:
        raise DroppedError


def _wait_until_gone(connection: socket.socket, closing: threading.Event) -> None:
    waited, step = 0.0, 0.25
    while waited < LONGEST_SILENCE and not closing.is_set():
        readable, _, _ = select.select([connection], [], [], step)
        waited += step
        if readable and not connection.recv(1, socket.MSG_PEEK):
            return
