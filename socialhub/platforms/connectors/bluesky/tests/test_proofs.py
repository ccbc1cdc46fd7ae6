"""Proofs of possession: what a strict server takes and what not."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from socialhub.platforms import dpop
from socialhub.platforms.testing import Desk

from .desks import OWN, held


def test_a_nonce_that_ran_out_costs_one_more_request_and_no_second_post(bound: Desk) -> None:
    bound.server.control.advance(600)
    api = bound.api()
    url = f"https://{OWN}/xrpc/com.atproto.server.getSession"
    statuses = []
    for _ in range(2):
        api.get(url)
        statuses = [e["status"] for e in bound.server.control.requests() if "getSession" in e["path"]]
    assert statuses[-3:] in ([200, 401, 200], [401, 200, 200])


def proof_of(desk: Desk, **claims: Any) -> int:
    """The status of a request whose proof differs in this from a good one."""
    _, tokens = held(desk)
    assert tokens.proof_key is not None
    url = f"https://{OWN}/xrpc/com.atproto.server.getSession"
    desk.api().get(url)
    good = dpop.prove(
        tokens.proof_key, "GET", url, now=desk.server.clock.moment(), access=tokens.access,
        nonce=desk.transport.nonces.get(tokens.proof_key, url),
    )  # fmt: skip
    body = json.loads(_unpadded(good.split(".")[1]))
    header = {"typ": "dpop+jwt", "jwk": dpop.public_key(tokens.proof_key)}
    proof = dpop.sign(tokens.proof_key, header, {**body, **claims})
    headers = {"DPoP": proof, "Authorization": f"DPoP {tokens.access.reveal()}"}
    answer = desk.api().get(url, headers=headers, auth=False, expect=range(400, 500))
    return answer.status


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"htm": "POST"}, 401),
        ({"htu": "https://bsky.social/xrpc/com.atproto.server.getSession"}, 401),
        ({"ath": "x"}, 401),
        ({"iat": 0}, 401),
        ({"nonce": "stale"}, 401),
        ({"jti": ""}, 401),
    ],
    ids=lambda value: str(next(iter(value), "good")) if isinstance(value, dict) else "",
)
def test_the_sandbox_takes_no_proof_for_something_else(
    bound: Desk, claims: dict[str, Any], status: int
) -> None:
    assert proof_of(bound, **claims) == status


def test_the_sandbox_takes_no_proof_twice(bound: Desk) -> None:
    assert proof_of(bound, jti="once-and-for-all") == 200
    assert proof_of(bound, jti="once-and-for-all") == 401
