"""Errors of the Graph API that all of Meta's platforms share, theirs → ours
(https://developers.facebook.com/docs/graph-api/guides/error-handling, read 2026-06).

Order of reading: a subcode of seven digits (2207026, 1363040), which means the same under every code,
"code/subcode", the code, ``is_transient``, the HTTP status.
Limits come as HTTP 400 with a code, hardly ever as 429.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from socialhub.platforms.errors import ErrorFacts, Fault, Meaning
from socialhub.platforms.policy import Scope

SLOW_DOWN = Meaning(
    Fault.RATE_LIMIT, "Meta asks us to slow down. We go on when it allows.", wait=timedelta(minutes=5)
)
APP_SLOW_DOWN = replace(SLOW_DOWN, scope=Scope.APP)
NO_PERMISSION = Meaning(
    Fault.PERMISSION,
    "Meta says that a permission is missing. Reconnect the account and grant all that is asked.",
)
WITHDRAWN = Meaning(Fault.REVOKED, "Access was withdrawn on Meta's side. Reconnect the account.")
DEAD_TOKEN = Meaning(Fault.INVALID_TOKEN, "Meta no longer accepts our connection. Reconnect the account.")
CHECKPOINT = Meaning(
    Fault.INVALID_TOKEN,
    "Meta wants the person to sign in to its own site first. Do so, then reconnect the account.",
)
TEMPORARY = Meaning(Fault.SERVER_ERROR, "Meta has a problem of its own. We try again by ourselves.")
BLOCKED = Meaning(Fault.POLICY, "Meta has blocked this action for a while. Open the app to see why.")
GONE = Meaning(Fault.NOT_FOUND, "Meta does not find this, or the account may not see it.")

LONG_SUBCODE = 7

COMMON: Mapping[str, Meaning] = {
    **dict.fromkeys(("1", "2"), TEMPORARY),
    "4": APP_SLOW_DOWN,
    **dict.fromkeys(("17", "32", "341", "613", "80001", "80002"), SLOW_DOWN),
    **dict.fromkeys(("3", "10", "200", "294"), NO_PERMISSION),
    "100": Meaning(Fault.INVALID_REQUEST, "Meta refused the post as it is. Change it and try again."),
    "100/33": GONE,
    "102": WITHDRAWN,
    "104": Meaning(
        Fault.INVALID_REQUEST,
        "The app secret that this hub holds does not fit. Its administrator should enter it once more.",
    ),
    "190": DEAD_TOKEN,
    "190/458": WITHDRAWN,
    "190/459": CHECKPOINT,
    "190/460": WITHDRAWN,
    "190/463": Meaning(Fault.TOKEN_EXPIRED),
    "190/464": CHECKPOINT,
    "190/467": DEAD_TOKEN,
    "190/492": Meaning(
        Fault.PERMISSION, "The person who connected this account has lost their role on its Facebook Page."
    ),
    "368": BLOCKED,
    "803": GONE,
}


def read(body: Any) -> ErrorFacts:
    """``{"error": {code, error_subcode, …}}``; the old flat form; ``debug_info`` of the upload host."""
    if not isinstance(body, Mapping):
        return ErrorFacts()
    if isinstance(body.get("debug_info"), Mapping):
        info = body["debug_info"]
        return ErrorFacts(
            codes=(f"rupload/{info.get('type') or ''}",),
            message=str(info.get("message") or ""),
            is_transient=bool(info.get("retriable")),
        )
    error = body.get("error")
    if not isinstance(error, Mapping):
        return ErrorFacts(
            codes=(f"login/{body['code']}",) if "error_type" in body and "code" in body else (),
            message=str(body.get("error_message") or ""),
        )
    code, subcode = str(error.get("code") or ""), str(error.get("error_subcode") or "")
    codes = [subcode] if len(subcode) == LONG_SUBCODE else []
    codes += [f"{code}/{subcode}"] if subcode else []
    return ErrorFacts(
        codes=(*codes, *permission_codes(code)),
        message=str(error.get("message") or ""),
        trace_id=str(error.get("fbtrace_id") or ""),
        is_transient=bool(error.get("is_transient")),
    )


def permission_codes(code: str) -> tuple[str, ...]:
    """The code, and for one of the permission family (200 to 299) its head."""
    is_family = code.isdigit() and 200 < int(code) < 300
    return (code, "200") if is_family else (code,) if code else ()
