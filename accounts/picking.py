"""Several accounts came of one login: keep them, encrypted, until the person has chosen."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from accounts.linking import link
from accounts.models import ConnectedAccount, LoginAttempt
from socialhub.platforms.values import Account, Secret, Tokens

_FACTS = ("external_id", "handle", "name", "kind", "host", "url", "avatar_url", "person_id", "login")


def keep(attempt: LoginAttempt, accounts: Collection[Account], *, until: datetime) -> None:
    """Store the candidates with their tokens."""
    attempt.candidates = Secret(json.dumps([_pack(account) for account in accounts]))
    attempt.expires_at = until
    attempt.save(update_fields=["candidates", "expires_at"])


def candidates(attempt: LoginAttempt) -> tuple[Account, ...]:
    """What there is to choose from; empty once chosen or too late."""
    if attempt.candidates is None or attempt.expires_at < datetime.now(UTC):
        return ()
    return tuple(_unpack(facts) for facts in json.loads(attempt.candidates.reveal()))


def names_person(attempt: LoginAttempt, person_id: str) -> bool:
    """Whether what there is to choose from, also what nobody may choose any more, came of that person's login."""
    held = json.loads(attempt.candidates.reveal()) if attempt.candidates else []
    return any(person_id and person_id in (one["person_id"], one["external_id"]) for one in held)


def link_picked(attempt: LoginAttempt, chosen: Collection[str]) -> list[ConnectedAccount]:
    """Connect the chosen external ids; what was not chosen is forgotten with its tokens."""
    rows = [
        link(
            workspace=attempt.workspace,
            platform=attempt.platform,
            login=attempt.login,
            account=account,
            by=attempt.user,
        )
        for account in candidates(attempt)
        if account.external_id in chosen
    ]
    attempt.candidates = None
    attempt.save(update_fields=["candidates"])
    return rows


def _pack(account: Account) -> dict[str, Any]:
    tokens = account.tokens
    assert tokens is not None
    return {
        **{name: getattr(account, name) for name in _FACTS},
        "extra": dict(account.extra),
        "access": tokens.access.reveal(),
        "refresh": tokens.refresh.reveal() if tokens.refresh else None,
        "proof_key": tokens.proof_key.reveal() if tokens.proof_key else None,
        "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else None,
        "refresh_expires_at": tokens.refresh_expires_at.isoformat() if tokens.refresh_expires_at else None,
        "scopes": sorted(tokens.scopes),
    }


def _unpack(facts: dict[str, Any]) -> Account:
    tokens = Tokens(
        access=Secret(facts["access"]),
        refresh=Secret(facts["refresh"]) if facts["refresh"] else None,
        expires_at=_instant(facts["expires_at"]),
        refresh_expires_at=_instant(facts["refresh_expires_at"]),
        scopes=frozenset(facts["scopes"]),
        proof_key=Secret(facts["proof_key"]) if facts.get("proof_key") else None,
    )
    return Account(**{name: facts[name] for name in _FACTS}, extra=facts["extra"], tokens=tokens)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
