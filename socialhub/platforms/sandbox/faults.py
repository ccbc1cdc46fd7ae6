"""Trouble on demand: which requests go wrong, how, and how often."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

BEFORE = "before_effect"
AFTER = "after_effect"

KINDS = {
    "slow": "answers `seconds` late",
    "status": "answers `status`, or the platform's recorded error `code`; nothing happens",
    "reset_before": "resets the connection; nothing happens",
    "reset_midway": "takes the first `bytes` of an upload, then resets the connection",
    "status_after": "the effect happens, then answers `status`, the recorded error `code`, or `status` with `body`",
    "reset_after": "the effect happens, then the connection is reset",
    "lost_answer": "the effect happens, nothing comes back until the client gives up",
    "expired_token": "the token of the request is dead from now on",
    "rejected_media": "the file of the request is found faulty",
    "lagging_listing": "listings hide what is younger than `seconds`",
    "kill": "sends SIGKILL to `signal.pid`, then answers nothing",
    "stop": "sends SIGSTOP to `signal.pid`, then answers as usual: whoever continues the process finds the answer",
}
SIGNALS = {"kill", "stop"}


class UnknownFaultError(ValueError):
    """The control API was asked for a fault that does not exist or is half described."""


@dataclass
class Fault:
    """One rule. It fires from the `nth` matching request on, `times` times (0: always)."""

    id: int
    kind: str
    platform: str = ""
    method: str = ""
    host: str = ""
    path: str = ""
    nth: int = 1
    times: int = 1
    details: dict[str, Any] = field(default_factory=dict)
    pid: int = 0
    when: str = AFTER
    seen: int = 0
    fired: int = 0

    def fires(self, platforms: set[str], method: str, host: str, path: str) -> bool:
        """Whether this request goes wrong. Counts the request."""
        wanted = ((self.method.upper(), {method}), (self.host, {host}), (self.platform, platforms))
        if any(want and want not in have for want, have in wanted) or not re.search(self.path, path):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times and self.fired >= self.times):
            return False
        self.fired += 1
        return True

    def describe(self) -> dict[str, Any]:
        """The rule and what it has done so far, for the control API."""
        return dict(vars(self))


class Faults:
    """The rules in force."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()
        self._last = 0

    def add(self, wish: dict[str, Any]) -> Fault:
        """A rule from the control API's JSON; raises `UnknownFaultError` with the reason."""
        wish = dict(wish)
        match, signal = dict(wish.pop("match", {})), dict(wish.pop("signal", {}))
        kind = wish.pop("kind", "kill" if signal else "")
        if kind not in KINDS:
            raise UnknownFaultError(f"kind must be one of {', '.join(KINDS)}")
        strange = set(match) - {"platform", "method", "host", "path", "nth", "times"}
        if strange or set(signal) - {"pid", "when"} or (kind in SIGNALS and "pid" not in signal):
            raise UnknownFaultError(
                "match takes platform, method, host, path, nth, times; signal takes pid, when"
            )
        if signal.get("when", AFTER) not in (BEFORE, AFTER):
            raise UnknownFaultError(f"signal.when is {BEFORE} or {AFTER}")
        try:
            re.compile(match.get("path", ""))
        except re.error as error:
            raise UnknownFaultError(f"match.path is no regular expression: {error}") from error
        with self._lock:
            self._last += 1
            rule = Fault(id=self._last, kind=kind, details=wish, **match, **signal)
            self._rules.append(rule)
        return rule

    def take(self, platforms: set[str], method: str, host: str, path: str) -> list[Fault]:
        """The rules that fire for this request."""
        with self._lock:
            return [rule for rule in self._rules if rule.fires(platforms, method, host, path)]

    def clear(self) -> None:
        """Forget every rule."""
        with self._lock:
            self._rules.clear()

    def describe(self) -> list[dict[str, Any]]:
        """All rules for the control API."""
        with self._lock:
            return [rule.describe() for rule in self._rules]
