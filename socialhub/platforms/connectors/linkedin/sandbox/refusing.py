"""How LinkedIn refuses (https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling)."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.sandbox.simulator import RefusalError

THROTTLE = "Resource level throttle {} DAY limit for calls to this resource is reached."
NAMED: dict[str, tuple[int, int, str, str]] = {
    "INVALID_ACCESS_TOKEN": (401, 65600, "INVALID_ACCESS_TOKEN", "Invalid access token"),
    "REVOKED_ACCESS_TOKEN": (401, 65601, "REVOKED_ACCESS_TOKEN", "The token has been revoked by the user"),
    "EXPIRED_ACCESS_TOKEN": (401, 65602, "EXPIRED_ACCESS_TOKEN", "The token has expired"),
    "ACCESS_DENIED": (403, 100, "ACCESS_DENIED", "Not enough permissions to access: this resource"),
    "member": (429, 101, "TOO_MANY_REQUESTS", THROTTLE.format("MEMBER")),
    "application": (429, 101, "TOO_MANY_REQUESTS", THROTTLE.format("APPLICATION")),
    "CONFLICT": (409, 0, "CONFLICT", "The resource was changed meanwhile"),
    "NONEXISTENT_VERSION": (426, 0, "NONEXISTENT_VERSION", "Requested version is not active"),
    "NOT_FOUND": (404, 0, "RESOURCE_NOT_FOUND", "Could not find entity"),
    "VERSION_MISSING": (
        400,
        0,
        "VERSION_MISSING",
        "A version must be present in the LinkedIn-Version header",
    ),
}
OF_STATUS = {
    401: "INVALID_ACCESS_TOKEN",
    403: "ACCESS_DENIED",
    404: "NOT_FOUND",
    409: "CONFLICT",
    426: "NONEXISTENT_VERSION",
    429: "member",
}


def named(name: str) -> RefusalError:
    """One of the named errors, in the older form."""
    status, number, code, message = NAMED[name]
    body: dict[str, Any] = {"status": status, "code": code, "message": message}
    return RefusalError(status, {**body, "serviceErrorCode": number} if number else body)


def wrong(code: str, path: str, text: str, status: int = 400) -> RefusalError:
    """An input error in the newer form."""
    error = {"description": text, "input": {"inputPath": {"fieldPath": f"/{path}"}}, "code": code}
    body = {
        "message": text,
        "errorDetailType": "com.linkedin.common.error.BadRequest",
        "errorDetails": {"inputErrors": [error]},
        "status": status,
    }
    return RefusalError(status, body)
