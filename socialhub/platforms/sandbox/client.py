"""Steering a running sandbox over its control API, from a test, a benchmark or the demo."""

from __future__ import annotations

from typing import Any

import requests

TIMEOUT = 10.0
"""Seconds; a fault never slows the control API."""


class ControlError(RuntimeError):
    """The sandbox refused a command; the text says why."""


class Control:
    """The control API of the sandbox at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """One command: the body goes as JSON, or as the query of a GET."""
        sent: dict[str, Any] = {"params": body} if method == "GET" else {"json": body or {}}
        answer = requests.request(method, f"{self.url}/_control/{path}", timeout=TIMEOUT, **sent)
        data = answer.json()
        if not answer.ok:
            raise ControlError(data.get("error", answer.status_code))
        return data

    def create_app(self, platform: str, redirect_uris: list[str], **more: Any) -> dict[str, Any]:
        """A developer app: `client_id`, `client_secret`."""
        app: dict[str, Any] = self.call(
            "POST", "apps", {"platform": platform, "redirect_uris": redirect_uris, **more}
        )
        return app

    def consent(self, url: str, person: str, *, deny: bool = False, **choices: Any) -> str:
        """Press Allow (or Deny) on the consent page at `url` and hand back where the browser is sent.
        `choices`: accounts, scopes.
        """
        answer = self.call("POST", "consent", {"url": url, "person": person, "deny": deny, **choices})
        if not answer["location"]:
            raise ControlError(answer.get("body", answer["status"]))
        return str(answer["location"])

    def typed(self, platform: str, person: str, *, deny: bool = False) -> dict[str, str]:
        """What the person types to log in where a platform has passwords for apps; with `deny`, a wrong one."""
        typed: dict[str, str] = self.call(
            "POST", f"platforms/{platform}/typed", {"person": person, "deny": deny}
        )
        return typed

    def fault(self, kind: str, *, match: dict[str, Any] | None = None, **details: Any) -> dict[str, Any]:
        """Order trouble for the requests that `match` (platform, method, host, path, nth, times)."""
        fault: dict[str, Any] = self.call("POST", "faults", {"kind": kind, "match": match or {}, **details})
        return fault

    def clear_faults(self) -> None:
        """From now on nothing goes wrong."""
        self.call("DELETE", "faults")

    def advance(self, seconds: float) -> None:
        """Push world time forward."""
        self.call("POST", "clock", {"advance": seconds})

    def set_rate(self, rate: float) -> None:
        """Make a real second last `rate` world seconds."""
        self.call("POST", "clock", {"rate": rate})

    def enforce_limits(self, enforce: bool) -> None:
        """Switch the platforms' rate limits on or off (headers are sent either way)."""
        self.call("POST", "limits", {"enforce": enforce})

    def posts(self, **equal: str) -> list[dict[str, Any]]:
        """What is live, oldest first; filter by platform, host, account."""
        posts: list[dict[str, Any]] = self.call("GET", "posts", equal)
        return posts

    def callbacks(self, platform: str, **where: str) -> dict[str, str]:
        """Enter where apps are called (webhook, verify_token, deauthorise, delete); what the check said, by app."""
        answer = self.call("POST", "callbacks", {"platform": platform, **where})
        return dict(answer["apps"])

    def say(self, platform: str, post: str, text: str, *, person: str, parent: str = "") -> str:
        """Somebody comments on a post; the id of the comment."""
        wish = {"platform": platform, "post": post, "text": text, "person": person, "parent": parent}
        return str(self.call("POST", "say", wish)["id"])

    def withdraw(self, platform: str, person: str, *, erase: bool = False) -> None:
        """The person removes the app in the platform's settings, perhaps asking to delete their data."""
        self.call("POST", "withdraw", {"platform": platform, "person": person, "erase": erase})

    def bend(self, platform: str, **how: Any) -> None:
        """Let a platform's figures be late, missing, unknown, mended or too few (see `growth.Bend`)."""
        self.call("POST", "figures", {"platform": platform, **how})

    def past(self, account: str, text: str, *, seconds: float) -> str:
        """A post that an account made elsewhere, so many seconds ago; its id."""
        return str(self.call("POST", "past", {"account": account, "text": text, "seconds": seconds})["id"])

    def told(self) -> list[dict[str, Any]]:
        """The calls that platforms made to the hub, each try a line."""
        told: list[dict[str, Any]] = self.call("GET", "told")
        return told

    def issued(self) -> list[dict[str, str]]:
        """Every code, token and secret handed out so far."""
        issued: list[dict[str, str]] = self.call("GET", "issued")
        return issued

    def requests(self) -> list[dict[str, Any]]:
        """The journal of what the platforms were asked, without secrets."""
        journal: list[dict[str, Any]] = self.call("GET", "requests")
        return journal

    def received(self) -> int:
        """How many bytes of request bodies were read so far, those of requests under way included."""
        return int(self.call("GET", "traffic")["received"])

    def answered(self) -> int:
        """How many requests to platforms were dealt with so far, those included that were cut off."""
        return int(self.call("GET", "traffic")["answered"])

    def reset(self) -> None:
        """Back to the first day."""
        self.call("POST", "reset")
