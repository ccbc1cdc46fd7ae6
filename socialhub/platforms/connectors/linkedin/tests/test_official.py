"""LinkedIn's own client (linkedin-api-client) creates, finds, reads, changes and deletes on the sandbox: it writes
the paths, queries and headers of Rest.li 2.0 as LinkedIn does.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from linkedin_api.clients.auth.client import AuthClient
from linkedin_api.clients.restli.client import RestliClient
from linkedin_api.common import constants

from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import CALLBACK, Desk

from ..rest import VERSION
from .desks import as_member, as_page, live

POST = {
    "commentary": "Fresh roast",
    "visibility": "PUBLIC",
    "distribution": {
        "feedDistribution": "MAIN_FEED",
        "targetEntities": [],
        "thirdPartyDistributionChannels": [],
    },
    "lifecycleState": "PUBLISHED",
    "isReshareDisabledByAuthor": False,
}


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A fresh world that the client takes for LinkedIn."""
    with SandboxServer() as server:
        monkeypatch.setattr(constants, "VERSIONED_BASE_URL", f"{server.url}/api.linkedin.com/rest")
        monkeypatch.setattr(constants, "NON_VERSIONED_BASE_URL", f"{server.url}/api.linkedin.com/v2")
        monkeypatch.setattr(constants, "OAUTH_BASE_URL", f"{server.url}/www.linkedin.com/oauth/v2")
        yield server


def token_of(desk: Desk) -> str:
    """The account's token in clear, as the client wants it."""
    assert desk.account.tokens is not None
    return desk.account.tokens.access.reveal()


def test_it_exchanges_a_code_and_renews_a_token(sandbox: SandboxServer) -> None:
    desk = as_page(sandbox)
    assert desk.app.client_secret is not None
    client = AuthClient(
        client_id=desk.app.client_id, client_secret=desk.app.client_secret.reveal(), redirect_url=CALLBACK
    )
    address = client.generate_member_auth_url(["w_organization_social", "rw_organization_admin"], "s1")
    back = sandbox.control.consent(address, "nora")
    tokens = client.exchange_auth_code_for_access_token(parse_qs(urlsplit(back).query)["code"][0])
    assert tokens.expires_in == 60 * 86_400
    renewed = client.exchange_refresh_token_for_access_token(tokens.refresh_token)
    assert renewed.access_token not in ("", tokens.access_token)


def test_it_creates_finds_reads_changes_and_deletes_a_post(sandbox: SandboxServer) -> None:
    desk, client = as_page(sandbox), RestliClient()
    always = {"access_token": token_of(desk), "version_string": VERSION}
    author = desk.account.external_id
    made = client.create(resource_path="/posts", entity={**POST, "author": author}, **always)
    assert made.status_code == 201
    urn = made.entity_id
    assert [post["id"] for post in live(desk)] == [urn]
    found = client.finder(
        resource_path="/posts", finder_name="author", query_params={"author": author}, **always
    )
    assert [post["id"] for post in found.elements] == [urn]
    key = {"resource_path": "/posts/{id}", "path_keys": {"id": urn}, **always}
    assert client.get(**key).entity["commentary"] == "Fresh roast"
    changed = client.partial_update(patch_set_object={"commentary": "Fresher roast"}, **key)
    assert (changed.status_code, live(desk)[0]["text"]) == (204, "Fresher roast")
    assert client.delete(**key).status_code == 204
    assert live(desk) == []


def test_it_announces_a_picture_and_knows_the_member(sandbox: SandboxServer) -> None:
    desk, client = as_member(sandbox), RestliClient()
    wish = {"initializeUploadRequest": {"owner": desk.account.external_id}}
    always = {"access_token": token_of(desk), "version_string": VERSION}
    announced = client.action(
        resource_path="/images", action_name="initializeUpload", action_params=wish, **always
    )
    assert announced.value["image"].startswith("urn:li:image:")
    me = client.get(resource_path="/userinfo", access_token=token_of(desk))
    assert f"urn:li:person:{me.entity['sub']}" == desk.account.external_id


def test_a_refusal_has_the_shape_that_it_expects(sandbox: SandboxServer) -> None:
    desk, client = as_page(sandbox), RestliClient()
    refused = client.create(
        resource_path="/posts",
        entity={**POST, "author": "urn:li:organization:1"},
        access_token=token_of(desk),
        version_string=VERSION,
    )
    assert (refused.status_code, refused.response.json()["status"]) == (400, 400)
