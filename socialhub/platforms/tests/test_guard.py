"""The guard against requests into private networks."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from socialhub.platforms.errors import Reach
from socialhub.platforms.guard import ForbiddenHost, clean_host, is_public
from socialhub.platforms.transport import Request, Transport, TransportError

from .wire import answer, wire

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("social.example", "social.example"),
        ("  https://Social.Example/@ann?x=1 ", "social.example"),
        ("@ann@social.example", "social.example"),
        ("ann@social.example.", "social.example"),
        ("https://user:pw@social.example/", "social.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("a-b.c.example", "a-b.c.example"),
    ],
)
def test_a_host_is_read_from_whatever_a_person_types(typed: str, host: str) -> None:
    assert clean_host(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "social",
        "127.0.0.1",
        "[::1]",
        "2130706433",
        "0x7f.1",
        "10.1",
        "social.example:8080",
        "printer.local",
        "db.internal",
        "hidden.onion",
        "a..example",
        "-a.example",
        "exa mple.org",
        "a" * 64 + ".example",
        "social.example#x",
    ],
)
def test_what_is_no_public_server_name_is_refused(typed: str) -> None:
    with pytest.raises(ForbiddenHost):
        clean_host(typed)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:0001::",
        "64:ff9b:1::7f00:1",
        "64:ff9b::10.0.0.1",
        "::127.0.0.1",
        "ff02::1",
    ],
)
def test_private_addresses_are_not_public_however_they_are_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


class Names:
    """A resolver that gives one answer after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *rest: Any) -> list[Any]:
        self.asked.append(host)
        found = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


def send(monkeypatch: pytest.MonkeyPatch, names: Names) -> tuple[TransportError, list[str]]:
    """A guarded request with these names; what came of it, and where it connected."""
    reached: list[str] = []

    def connect(address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        reached.append(address[0])
        raise OSError("no network in tests")

    monkeypatch.setattr("socialhub.platforms.guard.socket.getaddrinfo", names)
    monkeypatch.setattr("socialhub.platforms.guard.create_connection", connect)
    with pytest.raises(TransportError) as caught:
        Transport().send(Request("GET", "https://social.example/", is_guarded=True))
    return caught.value, reached


@pytest.mark.parametrize("private", ["127.0.0.1", "169.254.169.254", "10.0.0.7"])
def test_a_name_that_leads_into_a_private_network_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch, private: str
) -> None:
    error, reached = send(monkeypatch, Names([private]))
    assert (error.reason, error.reach, reached) == ("forbidden_host", Reach.NOT_SENT, [])


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    error, reached = send(monkeypatch, Names([PUBLIC, "10.0.0.1"]))
    assert (error.reason, reached) == ("forbidden_host", [])


def test_the_connection_goes_to_the_address_that_was_checked_and_no_second_answer_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    error, reached = send(monkeypatch, names)
    assert error.reach is Reach.NOT_SENT
    assert (names.asked, reached) == (["social.example"], [PUBLIC])


def test_every_address_of_a_name_is_tried_before_it_counts_as_unreachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error, reached = send(monkeypatch, Names(["2606:4700::6810:84e5", PUBLIC]))
    assert (error.reach, reached) == (Reach.NOT_SENT, ["2606:4700::6810:84e5", PUBLIC])


def test_the_guard_stays_out_of_the_way_of_the_sandbox() -> None:
    with wire(answer(body=b'{"ok": true}')) as server:
        transport = Transport(sandbox_url=server.url)
        response = transport.send(Request("GET", "https://social.example/", is_guarded=True))
    assert response.content == b'{"ok": true}'
    assert server.received.startswith(b"GET /social.example/ ")
