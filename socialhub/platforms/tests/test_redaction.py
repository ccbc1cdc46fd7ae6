"""Secrets do not show: not by their value, not by their name, not in logs."""

from __future__ import annotations

import logging
import pickle

import pytest
from hypothesis import given, strategies as st

from socialhub.platforms.redaction import CUT, RedactingFilter, Redactor, redact
from socialhub.platforms.values import Account, App, Secret, Tokens

TOKEN = "EAAB+w/x=y z-1234567890"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /me?access_token={TOKEN.replace(' ', '')}&fields=id",
        f'{{"access_token": "{TOKEN}", "expires_in": 5}}'.replace(" z", "z"),
        '{\\"refresh_token\\":\\"abcdefghijk\\"}',
        "Authorization: Bearer abcdefghijklmnop",
        "Authorization: OAuth abcdefghijklmnop",
        "Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l",
        "client_secret=abcdefghijk&x=1",
        "https://hub.test/callback?code=abcdefghijk&state=abcdefghijk",
        "https://files.test/upload?upload_id=abcdefghijk&upload_token=abcdefghijk",
        "appsecret_proof=abcdefghijk",
        "code_verifier = abcdefghijk",
        "Authorization: DPoP abcdefghijklmnop",
        "DPoP: abcdefghijk.abcdefghijk.abcdefghijk",
        '{"proof_key": "abcdefghijk"}',
        '{"request_uri": "urn:abcdefghijk"}',
        "client_assertion=abcdefghijk&x=1",
    ],
)
def test_what_is_named_like_a_secret_is_cut(text: str) -> None:
    cut = redact(text)
    assert CUT in cut
    assert "abcdefghijk" not in cut
    assert "EAAB" not in cut
    assert "YWxh" not in cut


@pytest.mark.parametrize(
    "text",
    [
        '{"error": {"code": 190, "message": "Invalid OAuth access token"}}',
        '{"state": "succeeded"}',
        "?fields=id,username&limit=5",
        "status_code=FINISHED",
    ],
)
def test_what_only_looks_similar_is_left(text: str) -> None:
    assert redact(text) == text


@given(st.text(min_size=6, max_size=60), st.text(max_size=40), st.text(max_size=40))
def test_a_known_value_is_cut_wherever_it_stands(value: str, before: str, after: str) -> None:
    cut = Redactor([Secret(value)]).text(f"{before}{value}{after}")
    assert value not in cut or value in f"{before}{CUT}{after}"


def test_a_known_value_is_cut_in_its_encoded_form_too() -> None:
    redactor = Redactor([Secret(TOKEN)])
    encoded = "EAAB%2Bw%2Fx%3Dy%20z-1234567890 EAAB%2Bw%2Fx%3Dy+z-1234567890"
    assert redactor.text(f"a {encoded} b") == f"a {CUT} {CUT} b"


def test_values_do_not_show_their_secrets() -> None:
    tokens = Tokens(Secret("access-1234567"), Secret("refresh-1234567"))
    account = Account("1", "@ann", tokens=tokens)
    app = App("client", Secret("app-secret-1234567"))
    shown = f"{account!r} {app} {tokens} {tokens.access!s} {tokens.access:>30}"
    assert "1234567" not in shown
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(account)


def test_a_log_line_loses_its_secrets_arguments_and_traceback_included() -> None:
    record = logging.LogRecord(
        "n", logging.ERROR, "p", 1, "token=%s url=%s", ("x", "?code=abcdefghijk"), None
    )
    try:
        raise ValueError("client_secret=abcdefghijk")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    RedactingFilter().filter(record)
    line = logging.Formatter("%(message)s").format(record)
    assert "abcdefghijk" not in line
    assert "ValueError" in line


def test_a_long_hostile_text_takes_no_time() -> None:
    for piece in ("access_token=", "Bearer ", '"code":', "a=b&"):
        assert isinstance(redact(piece * 20_000), str)
