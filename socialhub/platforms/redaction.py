"""Keeps secrets out of everything that is written down: by value where we know it, by name elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import regex

from socialhub.platforms.values import Secret

CUT = "•••"

NAMES = (
    "access_token|refresh_token|id_token|client_secret|appsecret_proof|fb_exchange_token|code_verifier|"
    "verifier|password|passwd|secret|signature|sig|assertion|session|sessionid|csrftoken|api_key|apikey|"
    "accessjwt|refreshjwt|input_token|subject_token|oauth_token_secret|signed_request|dpop|client_assertion|proof_key|request_uri|"
    "x-amz-signature|x-amz-security-token"
)
"""Names whose value is cut wherever it stands."""
QUERY_NAMES = f"{NAMES}|token|code|state|session|upload_id|upload_token|ut"
"""Names that are too common for prose and JSON (an error has a code, an upload a state): cut in queries."""
_PAIR = regex.compile(
    rf"""(?P<name>(?<![\w-])(?:{NAMES})(?![\w-]))(?P<between>\\?["']?\s*[=:]\s*\\?["']?)(?P<value>[^\s"'&,;}}\\]++)""",
    regex.IGNORECASE,
)
_QUERY = regex.compile(rf"(?P<name>[?&](?:{QUERY_NAMES})=)[^\s&#\"']++", regex.IGNORECASE)
_HEADER = regex.compile(
    r"\b(?P<scheme>Bearer|Basic|OAuth|DPoP)\s++(?P<value>[A-Za-z0-9._~+/|=-]{8,}+)", regex.IGNORECASE
)
_SHORTEST = 6


class Redactor:
    """Replaces known secrets (plain and percent-encoded) and anything that is named like one."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        """Keep the values to look for; very short ones would cut innocent text and are left to names."""
        self._secrets = tuple(secrets)
        values = {secret.reveal() for secret in self._secrets}
        forms = {form for value in values for form in (value, quote(value, safe=""), quote_plus(value))}
        self._values = sorted((form for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)

    def plus(self, *secrets: Secret | None) -> Redactor:
        """A redactor that also knows these."""
        extra = tuple(secret for secret in secrets if secret is not None)
        return Redactor(self._secrets + extra) if extra else self

    def text(self, value: str) -> str:
        """``value`` without a secret in it.

        It keeps the interpreter's lock: it needs microseconds, and getting it again behind 40 threads needs more.
        """
        for secret in self._values:
            value = value.replace(secret, CUT)
        value = _HEADER.sub(rf"\g<scheme> {CUT}", value, concurrent=False)
        value = _QUERY.sub(rf"\g<name>{CUT}", value, concurrent=False)
        return _PAIR.sub(rf"\g<name>\g<between>{CUT}", value, concurrent=False)


_BY_NAME = Redactor()


def redact(value: str) -> str:
    """Cut everything that is named like a secret; for text whose secrets are not known by value."""
    return _BY_NAME.text(value)


class RedactingFilter(logging.Filter):
    """A logging filter that redacts the finished message and its exception text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always lets it pass."""
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        elif record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True
