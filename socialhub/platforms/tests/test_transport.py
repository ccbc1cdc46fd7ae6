"""The door to the network: how far a request got, what is never followed, what is never kept."""

from __future__ import annotations

import socket

import pytest

from socialhub.platforms.errors import Reach
from socialhub.platforms.multipart import multipart, range_body
from socialhub.platforms.redaction import Redactor
from socialhub.platforms.transport import (
    MAX_ANSWER,
    Body,
    Exchange,
    Request,
    TooLate,
    Transport,
    TransportError,
    wire_guard,
)
from socialhub.platforms.values import Secret

from .wire import answer, go_silent, hang_up, wire

URL = "https://social.example/api"


def post(text: str = "a=1") -> Request:
    """A small request that waits half a second at most."""
    return Request("POST", URL, body=Body.of(text.encode(), "text/plain"), timeout=(0.5, 0.5))


def test_a_redirect_is_handed_back_and_never_followed() -> None:
    with wire(answer("302 Found", b"", "Location: https://elsewhere.example/")) as server:
        response = Transport(sandbox_url=server.url).send(post())
    assert (response.status, response.headers["location"]) == (302, "https://elsewhere.example/")
    assert server.connections == 1


def test_a_refused_connection_has_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransportError) as caught:
        Transport(sandbox_url=f"http://127.0.0.1:{port}").send(post())
    assert caught.value.reach is Reach.NOT_SENT
    assert caught.value.is_retryable


def test_silence_after_the_request_leaves_its_reach_unknown() -> None:
    with wire(go_silent) as server, pytest.raises(TransportError) as caught:
        Transport(sandbox_url=server.url).send(post())
    assert (caught.value.reach, caught.value.is_timeout) == (Reach.UNKNOWN, True)


def test_a_connection_that_ends_after_the_request_leaves_its_reach_unknown() -> None:
    with wire(hang_up) as server, pytest.raises(TransportError) as caught:
        Transport(sandbox_url=server.url).send(post())
    assert caught.value.reach is Reach.UNKNOWN


def test_a_broken_connection_is_not_tried_again_behind_our_back() -> None:
    with wire(hang_up) as server, pytest.raises(TransportError):
        Transport(sandbox_url=server.url).send(post())
    assert server.connections == 1


def test_the_wire_guard_stops_a_request_before_its_first_byte() -> None:
    def too_late() -> None:
        raise TooLate("the lease ended")

    with wire(answer()) as server:
        transport = Transport(sandbox_url=server.url)
        with wire_guard(too_late), pytest.raises(TransportError) as caught:
            transport.send(post())
        assert (caught.value.reach, caught.value.reason) == (Reach.NOT_SENT, "lease_ended")
        assert server.received == b""
        assert transport.send(post()).status == 200


def test_the_wire_guard_is_asked_again_on_a_connection_that_is_kept_open() -> None:
    def two_answers(connection: socket.socket, here: object) -> None:
        for _ in range(2):
            data = b""
            while not data.endswith(b"a=1"):
                piece = connection.recv(65536)
                if not piece:
                    return
                data += piece
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    asked: list[int] = []
    with wire(two_answers) as server:
        transport = Transport(sandbox_url=server.url)
        for number in range(2):
            with wire_guard(lambda number=number: asked.append(number)):  # type: ignore[misc]
                assert transport.send(post()).status == 200
    assert (server.connections, set(asked)) == (1, {0, 1})


def test_the_wire_guard_is_asked_before_the_piece_that_makes_a_request_whole() -> None:
    """A process that sleeps in the midst of an upload wakes up with the rest of it unsent."""
    asked: list[int] = []

    def ends_meanwhile() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise TooLate("the lease ended")

    with wire(answer()) as server:
        body = range_body(lambda offset, length: bytes(length), 0, 1024 * 1024, "video/mp4")
        with wire_guard(ends_meanwhile), pytest.raises(TransportError) as caught:
            Transport(sandbox_url=server.url).send(Request("POST", URL, body=body, timeout=(1, 1)))
    assert (caught.value.reach, caught.value.reason) == (Reach.UNKNOWN, "lease_ended")
    assert server.received == b""


def test_an_endless_answer_is_cut_off() -> None:
    with wire(answer(body=b"x" * (MAX_ANSWER + 2))) as server, pytest.raises(TransportError) as caught:
        Transport(sandbox_url=server.url).send(Request("GET", URL, timeout=(1, 10)))
    assert caught.value.reason == "connection_broken"


def test_a_file_is_read_in_small_pieces_and_arrives_whole() -> None:
    content = bytes(range(256)) * 8192
    reads: list[int] = []

    def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return content[offset : offset + length]

    with wire(answer()) as server:
        body = range_body(read, 1000, len(content) - 1000, "application/octet-stream")
        Transport(sandbox_url=server.url).send(Request("POST", URL, body=body, timeout=(1, 10)))
    assert server.received.partition(b"\r\n\r\n")[2] == content[1000:]
    assert max(reads) <= 256 * 1024


def test_a_form_with_a_file_cannot_be_forged_through_its_name() -> None:
    body = multipart(
        {"description": "A cup"},
        name="file",
        filename='a".png\r\nX-Evil: 1',
        mime="image/png",
        read=lambda offset, length: b"png"[offset : offset + length],
        offset=0,
        length=3,
    )
    with wire(answer()) as server:
        Transport(sandbox_url=server.url).send(Request("POST", URL, body=body, timeout=(1, 5)))
    assert b'filename="a.pngX-Evil: 1"\r\n' in server.received
    assert b'name="description"\r\n\r\nA cup\r\n' in server.received


def test_a_file_that_ends_early_is_an_error_and_no_short_upload() -> None:
    body = range_body(lambda offset, length: b"", 0, 10, "video/mp4")
    with wire(hang_up) as server, pytest.raises(TransportError):
        Transport(sandbox_url=server.url).send(Request("POST", URL, body=body, timeout=(1, 1)))


def test_cookies_of_one_account_are_not_sent_for_another() -> None:
    with wire(answer("200 OK", b"{}", "Set-Cookie: session=ann; Path=/")) as server:
        transport = Transport(sandbox_url=server.url)
        transport.send(post())
        transport.send(post())
    assert b"cookie" not in server.received.lower()


def test_secrets_stay_out_of_the_record_and_of_errors() -> None:
    records: list[Exchange] = []
    secret = Secret("s3cret-value-of-ann")
    request = Request(
        "POST",
        f"{URL}?access_token={secret.reveal()}&q=1",
        headers={"Authorization": f"Bearer {secret.reveal()}"},
        body=Body.of(f"client_secret={secret.reveal()}&b=2".encode(), "application/x-www-form-urlencoded"),
        timeout=(0.5, 0.5),
    )
    echo = b'{"access_token": "another-token-1234", "echo": "s3cret-value-of-ann"}'
    with wire(answer("200 OK", echo, "X-RateLimit-Limit: 3")) as server:
        Transport(sandbox_url=server.url).send(request, redactor=Redactor([secret]), record=records.append)
    with wire(go_silent) as server, pytest.raises(TransportError) as caught:
        Transport(sandbox_url=server.url).send(request, redactor=Redactor([secret]), record=records.append)
    written = f"{records} {caught.value!r} {caught.value}"
    assert len(records) == 2
    assert "s3cret" not in written
    assert "another-token" not in written
    assert "b=2" in records[0].sent
    assert records[0].headers == {"x-ratelimit-limit": "3"}


@pytest.mark.parametrize(
    "url", ["http://social.example/", "https://127.0.0.1/", "https://social.example:8443/"]
)
def test_addresses_that_a_stranger_typed_must_be_plain_public_https(url: str) -> None:
    with wire(answer()) as server:
        with pytest.raises(TransportError) as caught:
            Transport(sandbox_url=server.url).send(Request("GET", url, is_guarded=True))
        assert (caught.value.reach, caught.value.is_retryable) == (Reach.NOT_SENT, False)
        assert server.connections == 0
