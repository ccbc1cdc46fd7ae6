"""Signed requests: who sealed them, and what is no such thing."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest

from socialhub.platforms.connectors._graph.privacy import read_signed_request
from socialhub.platforms.values import Secret

SECRET = Secret("northwind-app-secret")


def _request(payload: Any, key: bytes = b"northwind-app-secret") -> dict[str, str]:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=")
    signature = base64.urlsafe_b64encode(hmac.digest(key, body, "sha256")).rstrip(b"=")
    return {"signed_request": f"{signature.decode()}.{body.decode()}"}


@pytest.mark.parametrize("person", [218471, "218471"])
def test_it_names_the_person_as_number_or_text(person: Any) -> None:
    form = _request({"algorithm": "HMAC-SHA256", "issued_at": 1784073600, "user_id": person})
    notice = read_signed_request(form, SECRET)
    assert notice is not None
    assert notice.person_id == "218471"
    assert notice.issued_at is not None
    assert notice.issued_at.isoformat() == "2026-07-15T00:00:00+00:00"


def test_another_spelling_of_the_same_seal_is_the_same_notice() -> None:
    """The last sign of a seal has bits that mean nothing: a replay must not pass for something new."""
    form = _request({"algorithm": "HMAC-SHA256", "user_id": "218471"})
    signature, _, payload = form["signed_request"].partition(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = alphabet[alphabet.index(signature[-1]) ^ 1]
    spelled = read_signed_request({"signed_request": f"{signature[:-1]}{twin}.{payload}"}, SECRET)
    assert spelled == read_signed_request(form, SECRET)
    assert spelled is not None
    assert len(spelled.seal) == 64


def test_the_seal_of_another_app_opens_nothing() -> None:
    form = _request({"algorithm": "HMAC-SHA256", "user_id": "218471"}, key=b"another app's secret")
    assert read_signed_request(form, SECRET) is None


def test_one_changed_sign_of_the_payload_breaks_the_seal() -> None:
    form = _request({"algorithm": "HMAC-SHA256", "user_id": "218471"})
    signature, _, payload = form["signed_request"].partition(".")
    changed = payload[:-1] + ("A" if payload[-1] != "A" else "B")
    assert read_signed_request({"signed_request": f"{signature}.{changed}"}, SECRET) is None


@pytest.mark.parametrize(
    "payload",
    [
        {"algorithm": "none", "user_id": "218471"},
        {"algorithm": "HMAC-SHA256"},
        {"algorithm": "HMAC-SHA256", "user_id": True},
        {"algorithm": "HMAC-SHA256", "user_id": ["218471"]},
        {"algorithm": "HMAC-SHA256", "user_id": ""},
        ["218471"],
    ],
)
def test_what_is_sealed_well_but_names_nobody_is_refused(payload: Any) -> None:
    assert read_signed_request(_request(payload), SECRET) is None


@pytest.mark.parametrize("text", ["", ".", "a.b", "ä.ö", "....", "=.=", "no dot at all", "\udcff.\udcff"])
def test_anything_else_is_just_no(text: str) -> None:
    assert read_signed_request({"signed_request": text}, SECRET) is None
    assert read_signed_request({}, SECRET) is None
