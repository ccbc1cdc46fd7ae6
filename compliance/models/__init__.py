"""Requests to erase and how far they are, holds, the audit log, exports, and who is about to leave."""

from __future__ import annotations

from compliance.models.leaving import Export, Leaving
from compliance.models.requests import Erasure, Hold, Request
from compliance.models.trail import Entry

__all__ = ["Entry", "Erasure", "Export", "Hold", "Leaving", "Request"]
