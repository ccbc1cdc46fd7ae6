"""A client that is not ours, the Python SDK of the AT Protocol, works with the sandbox."""

from __future__ import annotations

import pytest
from atproto import Client, client_utils, exceptions

from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.tests.samples import picture

from .desks import OWN

# The SDK uploads in a way that its own HTTP library has grown out of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content:DeprecationWarning")


@pytest.fixture
def client(sandbox: SandboxServer) -> Client:
    """Northwind's session on its own server, opened by the SDK."""
    typed = sandbox.control.typed("bluesky", "nora")
    client = Client(base_url=f"{sandbox.url}/{OWN}")
    # Its login would ask the network's index for a profile in full, which the sandbox does not have.
    client.login(typed["handle"].lstrip("@"), typed["password"], fetch_bsky_profile=False)
    return client


def test_a_session_a_post_with_a_picture_and_its_end(sandbox: SandboxServer, client: Client) -> None:
    words = client_utils.TextBuilder().text("Fresh roast ").tag("#coffee", "coffee").text(" ").link(
        "beans", "https://northwind.coffee/beans"
    )  # fmt: skip
    made = client.send_image(words, picture(), "A cup", profile_identify=_did(client))
    (post,) = sandbox.control.posts(platform="bluesky")
    assert (post["id"], post["text"]) == (made.uri, "Fresh roast #coffee beans")
    assert [facet["features"][0]["$type"].partition("#")[2] for facet in post["record"]["facets"]] == [
        "tag",
        "link",
    ]
    assert post["record"]["embed"]["images"][0]["alt"] == "A cup"
    assert client.delete_post(made.uri)
    assert sandbox.control.posts(platform="bluesky") == []


def test_it_reads_our_refusals_as_such(client: Client) -> None:
    with pytest.raises(exceptions.BadRequestError) as refused:
        client.send_post("é" * 301, profile_identify=_did(client))
    assert "300 graphemes" in str(refused.value.response)
    with pytest.raises(exceptions.UnauthorizedError):
        Client(base_url=client._base_url.removesuffix("/xrpc")).login(
            "northwind.bsky.social", "aaaa-bbbb-cccc-dddd", fetch_bsky_profile=False
        )


def _did(client: Client) -> str:
    session = client.com.atproto.server.get_session()
    return str(session.did)
