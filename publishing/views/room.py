"""How much room the platforms' quotas leave, in words: for the channel picker, the checks and the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.models import ConnectedAccount
from publishing.quotas import Outlook, Room
from publishing.views.cards import label_of, name_of
from publishing.views.verdicts import Check, Target

DAY = timedelta(days=1)


class DayRoom(NamedTuple):
    """The fullest quota of a day."""

    platform: str
    label: str
    figure: str
    title: str
    tone: str


def words(room: Room) -> str:
    """“3 of 50 today”, “3 of 300 in 3 hours”."""
    span = "today" if room.quota.window == DAY else room.window
    return f"{room.used:,} of {room.limit:,} {span}"


def beside(label: str, rooms: Sequence[Room]) -> str:
    """A platform's name with what is used of its daily limit, where it has one."""
    return f"{label}, {words(rooms[0])}" if rooms else label


def room_checks(targets: Iterable[Target], outlook: Outlook, at: datetime) -> list[Check]:
    """A warning for each channel whose platform would not take the post at that time. It forbids nothing."""
    lines = []
    for target in targets:
        posts = len(target.content.posts)
        full = next((room for room in outlook.rooms(target.id, at) if room.left < posts), None)
        if full is not None:
            lines.append(
                Check(
                    "warn",
                    f"{target.label} takes {full.limit:,} posts {full.window}",
                    f"{full.used:,} of them are used or planned around this time",
                    "#go",
                    f"It would wait until {'a place is' if posts == 1 else f'{posts} places are'} free, or be held if"
                    " that is too late. Choose another time.",
                    target.platform,
                    target.name,
                )
            )
    return lines


def of_day(
    accounts: Iterable[ConnectedAccount], outlook: Outlook, day: date, zone: ZoneInfo
) -> DayRoom | None:
    """The fullest daily limit at noon of a day, where anything of it is used or planned."""
    noon = datetime.combine(day, time(12), zone)
    found = [
        (room, account)
        for account in accounts
        for room in outlook.rooms(account.pk, noon)[:1]
        if room.quota.window == DAY and room.used
    ]
    if not found:
        return None
    room, account = max(found, key=lambda pair: pair[0].share)
    label = label_of(account.platform)
    title = (
        f"{label}, {name_of(account)}: {room.used:,} of {room.limit:,} posts {room.window} used or planned"
    )
    tone = "bad" if room.share > 1 else "warn" if room.share >= 0.9 else ""
    return DayRoom(account.platform, label, f"{room.used:,} of {room.limit:,}", title, tone)
