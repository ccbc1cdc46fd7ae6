"""Figures as they were read, who is read when, and what the pages show."""

from __future__ import annotations

from analytics.models.collecting import Collection, Gap
from analytics.models.numbers import Absence, AccountSnapshot, DayGain, Payload, PostSnapshot
from analytics.models.posts import TrackedPost
from analytics.models.reports import ReportSubscription

__all__ = [
    "Absence",
    "AccountSnapshot",
    "Collection",
    "DayGain",
    "Gap",
    "Payload",
    "PostSnapshot",
    "ReportSubscription",
    "TrackedPost",
]
