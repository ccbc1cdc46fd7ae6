"""What a request came to, as a document that names nobody."""

from __future__ import annotations

from typing import Any

from accounts.models import Workspace
from compliance.models import Request


def report(request: Request, workspace: Workspace) -> dict[str, Any]:
    """Kinds, times and counts, of one workspace's accounts alone."""
    parts = list(request.erasures.filter(workspace_id=workspace.pk))
    return {
        "code": request.code,
        "asked": Request.Kind(request.kind).label,
        "platform": request.platform,
        "received_at": request.received_at.isoformat(),
        "deadline_at": request.deadline_at.isoformat(),
        "finished_at": request.finished_at.isoformat() if request.finished_at else None,
        "state": request.state,
        "accounts": [
            {
                "number": number,
                "platform": part.platform,
                "state": part.state,
                "started_at": part.started_at.isoformat() if part.started_at else None,
                "finished_at": part.finished_at.isoformat() if part.finished_at else None,
                "failed_tries": part.attempts,
                "erased": part.counts,
            }
            for number, part in enumerate(parts, start=1)
        ],
        "erased_in_all": sum(sum(part.counts.values()) for part in parts),
    }
