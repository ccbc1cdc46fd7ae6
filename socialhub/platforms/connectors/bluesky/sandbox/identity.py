"""Handles and DIDs (https://atproto.com/specs/did and /handle)."""

from __future__ import annotations

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.records import Account
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, RefusalError, reply

from .server import DIRECTORY, GENERAL, refuse, simulator


@simulator.route("GET", "/<did>", host=DIRECTORY)
def directory(call: Call) -> Response:
    """The document of a did:plc."""
    account = call.world.accounts.get(call.args["did"])
    if account is None or not account.id.startswith("did:plc:"):
        raise RefusalError(404, {"message": f"DID not registered: {call.args['did']}"})
    return _document(account)


@simulator.route("GET", "/.well-known/did.json")
def web_document(call: Call) -> Response:
    """The document of a did:web."""
    account = call.world.accounts.get(f"did:web:{call.host}")
    if account is None:
        raise refuse(404)
    return _document(account)


@simulator.route("GET", "/xrpc/com.atproto.identity.resolveHandle", limit=GENERAL)
def resolve_handle(call: Call) -> Response:
    """From a handle to its DID."""
    handle = call.query({"handle": Field(required=True)})["handle"]
    account = simulator.find(call.world, handle) if not handle.startswith("did:") else None
    if account is None:
        raise refuse(400, "InvalidRequest", "Unable to resolve handle")
    return reply({"did": account.id})


def _document(account: Account) -> Response:
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": f"https://{account.host}",
    }
    body = {
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": account.id,
        "alsoKnownAs": [f"at://{account.handle.removeprefix('@')}"],
        "verificationMethod": [],
        "service": [service],
    }
    answer = reply(body)
    answer.mimetype = "application/did+ld+json"
    return answer
