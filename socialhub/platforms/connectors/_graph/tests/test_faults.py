"""Every row of the error tables can be ordered in the sandbox, and comes out as the table says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from socialhub.platforms import registry
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Desk, connect, payloads
from socialhub.platforms.values import Secret

CONNECTORS = [registry.get(key) for key in ("facebook", "instagram", "threads")]
UPLOADS = {
    "facebook": "https://rupload.facebook.com/video-upload/v26.0/1",
    "instagram": "https://rupload.facebook.com/ig-api-upload/v26.0/1",
}
EDGES = {"facebook": "me/feed", "instagram": "me/media", "threads": "me/threads"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    """One world for all: nothing in it changes."""
    with SandboxServer() as server:
        yield server


def ordered(body: Mapping[str, Any]) -> str:
    """What a recorded answer is ordered by: `code/subcode`, the type of the upload host, a symbol of Threads."""
    if "debug_info" in body:
        return str(body["debug_info"]["type"])
    title = str(body["error"].get("error_user_title", ""))
    if title.startswith("THREADS_API__"):
        return title
    subcode = body["error"].get("error_subcode")
    return f"{body['error']['code']}/{subcode}" if subcode else str(body["error"]["code"])


def answer_to(desk: Desk, payload: Mapping[str, Any]) -> PlatformError:
    """The error that comes back when the sandbox is told to give that answer."""
    is_upload = "debug_info" in payload["body"]
    path = UPLOADS[desk.connector.key] if is_upload else EDGES[desk.connector.key]
    code = ordered(payload["body"])
    desk.server.control.fault("status", match={"method": "POST"}, status=payload["status"], code=code)
    with pytest.raises(PlatformError) as caught:
        desk.api().post(path, form={})
    desk.server.control.clear_faults()
    return caught.value


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.key)
def test_every_row_of_the_table_is_reached_by_a_fault(connector: Connector, sandbox: SandboxServer) -> None:
    desk, table = connect(connector, connector.logins[0], sandbox), connector.service.errors
    reached = set()
    for name, payload in payloads(connector.key, "error"):
        if not isinstance(payload["body"], Mapping) or payload["body"].keys().isdisjoint(
            {"error", "debug_info"}
        ):
            continue
        error, expected = answer_to(desk, payload), payload["expect"]
        _, recorded = table.meaning(table.read(payload["body"]), payload["status"])
        if recorded in table.codes:
            assert (error.kind, error.code) == (Fault(expected["kind"]), recorded), name
            assert error.is_ambiguous == expected.get("ambiguous", False), name
            reached.add(recorded)
    # The login's old form is what a wrong code gets, see below.
    assert set(table.codes) - reached <= {"login/400"}


@pytest.mark.parametrize("connector", CONNECTORS[1:], ids=lambda connector: connector.key)
def test_a_code_that_nobody_gave_out_is_told_in_the_old_form(
    connector: Connector, sandbox: SandboxServer
) -> None:
    desk = connect(connector, connector.consents[0], sandbox)
    assert desk.app.client_secret is not None
    form = {"client_id": desk.app.client_id, "client_secret": desk.app.client_secret.reveal()}
    form |= {"grant_type": "authorization_code", "redirect_uri": "https://hub.test/", "code": "made up"}
    with pytest.raises(PlatformError) as caught:
        desk.api().post(connector.consents[0].token_url, form=form, auth=False)
    assert (caught.value.kind, caught.value.code) == (Fault.INVALID_REQUEST, "login/400")
    assert Secret("made up").reveal() not in str(caught.value)


@pytest.mark.parametrize("connector", CONNECTORS[:2], ids=lambda connector: connector.key)
def test_the_usage_headers_are_read_on_every_answer(connector: Connector, sandbox: SandboxServer) -> None:
    """Also on refusals: it is then that they matter."""
    desk = connect(connector, connector.login("page"), sandbox)
    api = desk.api()
    api.get(desk.account.external_id, params={"fields": "id"})
    good = {limit.name: limit for limit in api.limits}
    with pytest.raises(PlatformError):
        api.get("1", params={"fields": "id"})
    bad = {limit.name: limit for limit in api.limits}
    business = "pages" if connector.key == "facebook" else "instagram"
    assert {"app", business} <= set(good)
    assert {"app", business} <= set(bad)
    assert good[business].used is not None
