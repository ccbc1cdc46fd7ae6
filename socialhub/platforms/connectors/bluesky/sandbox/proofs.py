"""Proofs of possession, checked strictly (RFC 9449, https://atproto.com/specs/oauth#demonstrating-proof-of-possession-dpop)."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from socialhub.platforms.sandbox.simulator import Call, RefusalError

from .server import simulator

NONCE_SECONDS = 60
"""How long a nonce is handed out; it is good for two of these more."""
SKEW_SECONDS = 60
MEMBERS = ("crv", "kty", *"xy")
"""What a key consists of, in the order of RFC 7638."""


@dataclass
class Seen:
    """The id of a proof that was used."""

    id: str
    at: float


def check_proof(call: Call, *, access: str = "") -> str:
    """The thumbprint of the key that signed the proof of this call. With ``access`` the call is one for a resource,
    and the proof must name that token.
    """
    call.headers["DPoP-Nonce"] = _nonce(call, 0)
    call.headers["Access-Control-Expose-Headers"] = "DPoP-Nonce, WWW-Authenticate"
    given = call.request.headers.getlist("DPoP")
    if len(given) != 1:
        raise refuse_proof(
            call, access, "DPoP proof required" if not given else "Single DPoP header expected"
        )
    try:
        header, claims = _read(given[0])
    except (ValueError, KeyError, TypeError, InvalidSignature) as problem:
        raise refuse_proof(call, access, f"Invalid DPoP proof: {type(problem).__name__}") from None
    _check_claims(call, claims, access)
    if "iss" in claims:
        raise refuse_proof(call, access, "a proof has no issuer")
    table = call.world.table("bluesky.proofs", Seen)
    mark = f"{claims['jti']}@{call.host}"
    if table.get(mark) is not None:
        raise refuse_proof(call, access, "DPoP proof replayed")
    table.add(Seen(mark, call.now))
    return thumbprint(header["jwk"])


def _check_claims(call: Call, claims: dict[str, Any], access: str) -> None:
    wrong = {
        "htm": claims.get("htm") != call.method,
        "htu": claims.get("htu") != f"https://{call.host}{call.path}",
        "iat": not isinstance(claims.get("iat"), int) or not _is_fresh(call, claims["iat"]),
        "jti": not isinstance(claims.get("jti"), str) or not 8 <= len(claims["jti"]) <= 200,
        "ath": claims.get("ath") != (digest(access) if access else None),
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            raise refuse_proof(call, access, f'Invalid DPoP proof: "{name}" mismatch')
    if claims.get("nonce") not in {_nonce(call, back) for back in range(3)}:
        if access:
            raise refuse_proof(call, access, "Resource server requires nonce in DPoP proof", "use_dpop_nonce")
        raise refuse_proof(
            call, access, "Authorization server requires nonce in DPoP proof", "use_dpop_nonce"
        )


def _is_fresh(call: Call, issued: int) -> bool:
    """By the world's clock, or by the wall's: a hub beside a sandbox whose time is pushed keeps its own."""
    return any(abs(issued - now) <= SKEW_SECONDS for now in (call.now, time.time()))


def refuse_proof(call: Call, access: str, said: str, name: str = "invalid_dpop_proof") -> RefusalError:
    """400 at an authorization server, 401 with a challenge at a resource server."""
    if not access:
        return RefusalError(400, {"error": name, "error_description": said})
    challenge = {"WWW-Authenticate": f'DPoP error="{name}", error_description="{said}", algs="ES256"'}
    return RefusalError(401, {"error": name, "message": said}, challenge)


def _read(proof: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a JWT whose seal fits the key in it."""
    first, second, seal = proof.split(".")
    header, claims = json.loads(_raw(first)), json.loads(_raw(second))
    jwk, signature = header["jwk"], _raw(seal)
    if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256" or "d" in jwk or len(signature) != 64:
        raise ValueError("not a proof")
    across, up = (int.from_bytes(_raw(jwk[name])) for name in MEMBERS[2:])
    numbers = ec.EllipticCurvePublicNumbers(across, up, ec.SECP256R1())
    encoded = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    numbers.public_key().verify(encoded, f"{first}.{second}".encode(), ec.ECDSA(hashes.SHA256()))
    return header, claims


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638."""
    wanted = {name: jwk[name] for name in MEMBERS}
    return digest(json.dumps(wanted, separators=(",", ":")))


def digest(value: str) -> str:
    """SHA-256 in base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _nonce(call: Call, back: int) -> str:
    """The nonce of this host so many intervals ago. Servers of one operator do not share theirs."""
    return digest(f"{call.host} {int(call.now // NONCE_SECONDS) - back}")


def issuer_host(call: Call, host: str) -> str:
    """Who lets people in to a server, in this call's world."""
    return simulator.issuer(call.world, host)
