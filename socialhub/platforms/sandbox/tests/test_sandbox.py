"""The sandbox itself: trouble on demand, its clock, its memory, what it tells about itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from socialhub.platforms.sandbox.client import ControlError
from socialhub.platforms.sandbox.records import App, Token
from socialhub.platforms.sandbox.server import SandboxServer

HOST = "social.example"
CREDENTIALS = "/api/v1/accounts/verify_credentials"


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A fresh world."""
    with SandboxServer() as server:
        yield server


def token_of(sandbox: SandboxServer) -> str:
    """A token for an account of the cast, put there without the consent page."""
    world = sandbox.world
    account = world.accounts.where(platform="mastodon", host=HOST)[0]
    world.apps.add(App("client", "hidden", "mastodon", "Client", [], host=HOST, extra={"website": None}))
    token = Token(
        "token-1",
        "mastodon",
        "access_token",
        "client",
        account.person,
        ["read", "write"],
        0.0,
        account=account.id,
    )
    return world.tokens.add(token).value


def send(
    sandbox: SandboxServer, method: str, path: str, timeout: float = 10, **more: Any
) -> requests.Response:
    """A call to the first server as its first account."""
    headers = {"Authorization": "Bearer token-1"}
    return requests.request(method, f"{sandbox.url}/{HOST}{path}", headers=headers, timeout=timeout, **more)


def post(sandbox: SandboxServer, text: str, timeout: float = 10) -> requests.Response:
    """A status."""
    return send(sandbox, "POST", "/api/v1/statuses", timeout, json={"status": text})


def texts(sandbox: SandboxServer) -> list[str]:
    """What is live."""
    return [line["text"] for line in sandbox.control.posts()]


@pytest.mark.parametrize(("kind", "live"), [("reset_before", []), ("reset_after", ["Hello"])])
def test_a_reset_breaks_the_connection_before_or_after_the_effect(
    sandbox: SandboxServer, kind: str, live: list[str]
) -> None:
    token_of(sandbox)
    sandbox.control.fault(kind, match={"method": "POST", "path": "/statuses$"})
    with pytest.raises(requests.ConnectionError):
        post(sandbox, "Hello")
    assert texts(sandbox) == live
    assert post(sandbox, "Again").ok


def test_a_lost_answer_leaves_the_client_waiting_although_the_post_is_live(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    sandbox.control.fault("lost_answer", match={"method": "POST"})
    with pytest.raises(requests.Timeout):
        post(sandbox, "Hello", timeout=0.3)
    assert texts(sandbox) == ["Hello"]


def test_a_slow_answer_holds_up_nobody_else(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    sandbox.control.fault("slow", match={"method": "POST"}, seconds=0.8)
    slow = threading.Thread(target=post, args=(sandbox, "Slow"))
    started = time.monotonic()
    slow.start()
    assert send(sandbox, "GET", CREDENTIALS).ok
    assert time.monotonic() - started < 0.7
    slow.join()
    assert time.monotonic() - started >= 0.8


def test_an_ordered_status_comes_in_the_words_of_the_platform_at_the_nth_request_only(
    sandbox: SandboxServer,
) -> None:
    token_of(sandbox)
    sandbox.control.fault("status", match={"path": "credentials", "nth": 2, "times": 1}, status=503)
    answers = [send(sandbox, "GET", CREDENTIALS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 503, 200]
    assert "temporary problem" in answers[1].json()["error"]


def test_an_ordered_expiry_kills_the_token_for_good(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    sandbox.control.fault("expired_token", match={"path": "credentials"})
    assert [send(sandbox, "GET", CREDENTIALS).status_code for _ in range(2)] == [401, 401]


def test_a_lagging_listing_hides_what_is_young(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    account = post(sandbox, "Young").json()["account"]["id"]
    sandbox.control.fault(
        "lagging_listing", match={"path": "/statuses$", "method": "GET", "times": 0}, seconds=30
    )
    path = f"/api/v1/accounts/{account}/statuses"
    assert send(sandbox, "GET", path).json() == []
    sandbox.control.advance(31)
    assert len(send(sandbox, "GET", path).json()) == 1


@pytest.mark.parametrize(("when", "live"), [("before_effect", []), ("after_effect", ["Hello"])])
def test_a_process_is_killed_before_or_after_the_effect_of_its_request(
    sandbox: SandboxServer, when: str, live: list[str]
) -> None:
    token_of(sandbox)
    code = (
        "import os,requests,sys\n"
        "print(os.getpid(), flush=True); sys.stdin.readline()\n"
        f"requests.post('{sandbox.url}/{HOST}/api/v1/statuses', json={{'status': 'Hello'}},"
        " headers={'Authorization': 'Bearer token-1'}, timeout=20)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdin
        assert client.stdout
        pid = int(client.stdout.readline())
        sandbox.control.fault("kill", match={"method": "POST"}, signal={"pid": pid, "when": when})
        client.stdin.write("go\n")
        client.stdin.flush()
        assert client.wait(timeout=20) == -9
    assert texts(sandbox) == live


def test_a_process_that_is_stopped_at_its_request_finds_the_answer_when_it_goes_on(
    sandbox: SandboxServer,
) -> None:
    token_of(sandbox)
    code = (
        "import os,requests,sys\n"
        "print(os.getpid(), flush=True); sys.stdin.readline()\n"
        f"got = requests.post('{sandbox.url}/{HOST}/api/v1/statuses', json={{'status': 'Hello'}},"
        " headers={'Authorization': 'Bearer token-1'}, timeout=20)\n"
        "sys.exit(got.status_code % 100)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdin
        assert client.stdout
        pid = int(client.stdout.readline())
        sandbox.control.fault("stop", match={"method": "POST"}, signal={"pid": pid, "when": "after_effect"})
        client.stdin.write("go\n")
        client.stdin.flush()
        assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
        assert texts(sandbox) == ["Hello"]
        os.kill(pid, signal.SIGCONT)
        assert client.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"status": 503}, "temporary problem"),
        ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "<h1>Bad gateway"),
    ],
)
def test_an_answer_may_be_an_error_although_the_effect_happened(
    sandbox: SandboxServer, details: dict[str, Any], said: str
) -> None:
    token_of(sandbox)
    sandbox.control.fault("status_after", match={"method": "POST"}, **details)
    answer = post(sandbox, "Hello")
    assert (answer.status_code, said in answer.text) == (details["status"], True)
    assert texts(sandbox) == ["Hello"]


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "earthquake"},
        {"kind": "stop"},
        {"kind": "slow", "match": {"verb": "GET"}},
        {"kind": "slow", "match": {"path": "("}},
    ],
)
def test_an_impossible_fault_is_refused_with_a_reason(sandbox: SandboxServer, wish: dict[str, Any]) -> None:
    with pytest.raises(ControlError, match=r"kind|match"):
        sandbox.control.call("POST", "faults", wish)


def test_the_journal_tells_every_request_and_no_secret(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    send(sandbox, "GET", CREDENTIALS + "?access_token=abc&limit=3&client_secret=xyz")
    entry = sandbox.control.requests()[-1]
    assert (entry["method"], entry["host"], entry["status"]) == ("GET", HOST, 200)
    assert entry["path"] == f"{CREDENTIALS}?access_token=…&limit=3&client_secret=…"


def test_a_dropped_request_stands_in_the_journal_without_a_status(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    sandbox.control.fault("reset_after", match={"method": "POST"})
    with pytest.raises(requests.ConnectionError):
        post(sandbox, "Hello")
    assert (sandbox.control.requests()[-1]["status"], sandbox.control.requests()[-1]["faults"]) == (
        0,
        ["reset_after"],
    )


def test_bytes_are_counted_also_of_a_sender_who_dies_midway(sandbox: SandboxServer) -> None:
    before = sandbox.control.received()
    place = urlsplit(sandbox.url)
    head = f"POST /{HOST}/api/v1/statuses HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection((place.hostname, place.port or 0), timeout=10) as sender:
        sender.sendall(head.encode() + b"x" * 400)
    wait_for(lambda: sandbox.control.received() == before + 400)


def test_a_host_that_nobody_runs_is_named(sandbox: SandboxServer) -> None:
    answer = requests.get(f"{sandbox.url}/nowhere.example/x", timeout=5)
    assert answer.status_code == 502
    assert "nowhere.example" in answer.text


def test_world_time_runs_ahead_and_faster_and_the_platforms_tell_it(sandbox: SandboxServer) -> None:
    before = sandbox.clock.now()
    sandbox.control.advance(3600)
    sandbox.control.set_rate(1000)
    wait_for(lambda: sandbox.clock.now() > before + 3650)
    assert sandbox.control.call("GET", "clock")["rate"] == 1000


def wait_for(fact: Callable[[], bool]) -> None:
    """Look until the fact holds."""
    end = time.monotonic() + 5
    while not fact():
        assert time.monotonic() < end, "the fact never held"
        time.sleep(0.005)


def test_a_saved_world_keeps_posts_tokens_and_files_over_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "world.json"
    with SandboxServer(state=state) as first:
        token_of(first)
        media = send(first, "POST", "/api/v2/media", files={"file": ("a.png", png())}).json()
        send(first, "POST", "/api/v1/statuses", json={"status": "Kept", "media_ids": [media["id"]]})
        wait_for(lambda: state.exists() and "Kept" in state.read_text())
    with SandboxServer(state=state) as second:
        assert send(second, "GET", CREDENTIALS).ok
        assert texts(second) == ["Kept"]
        assert requests.get(second.url + media["url"].replace("https:/", ""), timeout=5).content == png()
        assert len(second.world.accounts.where(platform="mastodon")) == 3


def png() -> bytes:
    """One pixel."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301"
        "0100c9fe92ef0000000049454e44ae426082"
    )


def test_a_reset_leaves_the_cast_and_nothing_else(sandbox: SandboxServer) -> None:
    token_of(sandbox)
    post(sandbox, "Gone")
    sandbox.control.reset()
    assert texts(sandbox) == []
    assert send(sandbox, "GET", CREDENTIALS).status_code == 401
    assert len(sandbox.world.accounts.where(platform="mastodon")) == 3


def test_the_consent_page_names_app_scopes_and_person_and_lets_another_sign_in(
    sandbox: SandboxServer,
) -> None:
    wish = {"client_name": "Hub <b>", "redirect_uris": "http://127.0.0.1/cb", "scopes": "read"}
    app = requests.post(f"{sandbox.url}/mastodon.example/api/v1/apps", data=wish, timeout=5).json()
    query = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": wish["redirect_uris"],
        "scope": "read",
    }
    url = f"{sandbox.url}/mastodon.example/oauth/authorize"
    first = requests.get(url, params=query, timeout=5)
    second = requests.get(url, params={**query, "_person": "ravi"}, timeout=5)
    assert "Hub &lt;b&gt; wants access" in first.text
    assert "Nora Lindqvist</strong>" in first.text
    assert "@harborbooks" in second.text
    assert "default-src 'none'" in first.headers["Content-Security-Policy"]
    assert "<script" not in first.text
    assert " style=" not in first.text


def test_every_issued_secret_is_listed(sandbox: SandboxServer) -> None:
    wish = {"client_name": "Hub", "redirect_uris": "http://127.0.0.1/cb"}
    app = requests.post(f"{sandbox.url}/{HOST}/api/v1/apps", data=wish, timeout=5).json()
    issued = [line["value"] for line in sandbox.control.issued()]
    assert app["client_secret"] in issued


def test_the_start_page_links_every_account(sandbox: SandboxServer) -> None:
    page = requests.get(sandbox.url, timeout=5).text
    for account in sandbox.control.call("GET", "accounts"):
        assert f'href="{account["url"].replace("https:/", "")}"' in page


def test_the_sandbox_needs_neither_django_nor_a_connectors_behaviour(tmp_path: Path) -> None:
    code = (
        "import json,sys,socialhub.platforms.connectors as c\n"
        "import pkgutil,types\n"
        "for folder in pkgutil.iter_modules(c.__path__):\n"
        "    name = f'{c.__name__}.{folder.name}'\n"
        "    package = types.ModuleType(name); package.__path__ = [f'{c.__path__[0]}/{folder.name}']\n"
        "    sys.modules[name] = package\n"
        "from socialhub.platforms.sandbox.server import SandboxServer\n"
        "SandboxServer()\n"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] in ('django', 'socialhub')]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    assert not [name for name in loaded if name.startswith("django")]
    assert all(".sandbox" in name or name.count(".") <= 3 for name in loaded)
