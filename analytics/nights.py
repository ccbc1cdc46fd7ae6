"""When accounts are read: each night at 02:00 where the workspace is.

A night is named by the local date on whose small hours it is, and what is read then is about the day before.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

READ_AT = time(2, 0)
LONGEST = 400
"""Days after which a post is read no more."""


def begins(night: date, zone: ZoneInfo) -> datetime:
    """The instant at which a night is read. Where clocks leave 02:00 out, it is an hour that is there."""
    return datetime.combine(night, READ_AT, zone).astimezone(ZoneInfo("UTC"))


def current(now: datetime, zone: ZoneInfo) -> date:
    """The last night that has begun."""
    today = now.astimezone(zone).date()
    return today if begins(today, zone) <= now else today - timedelta(days=1)


def is_due(night: date, published: date) -> bool:
    """Whether a post of that local date is read on a night: young ones each night, older ones each week or month."""
    age = (night - published).days
    for longest, every in ((30, 1), (120, 7), (LONGEST, 28)):
        if age <= longest:
            return age % every == 0
    return False
