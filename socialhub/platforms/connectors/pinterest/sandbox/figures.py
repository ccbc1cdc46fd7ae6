"""How often pins are seen, saved and clicked, and how the account stands: by day, with the status of each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from socialhub.platforms.sandbox.clock import iso
from socialhub.platforms.sandbox.growth import DAY, Bend, bend, chance, grown, level, on_day
from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.world import World

EVERY = {"IMPRESSION": 1500.0, "OUTBOUND_CLICK": 40.0, "PIN_CLICK": 90.0, "SAVE": 55.0}
STILL = {"USER_FOLLOW": 4.0, "PROFILE_VISIT": 20.0}
MOVING = {
    "VIDEO_MRC_VIEW": 500.0,
    "VIDEO_START": 900.0,
    "VIDEO_10S_VIEW": 260.0,
    "QUARTILE_95_PERCENT_VIEW": 120.0,
    "VIDEO_V50_WATCH_TIME": 2_500_000.0,
}
MEANS = ("SAVE_RATE", "VIDEO_AVG_WATCH_TIME")
LIFETIME = {"TOTAL_COMMENTS": 6.0, "TOTAL_REACTIONS": 35.0}
ACCOUNT = {
    "ENGAGEMENT": 210.0,
    "IMPRESSION": 5200.0,
    "OUTBOUND_CLICK": 70.0,
    "PIN_CLICK": 160.0,
    "SAVE": 80.0,
}
RATES = {"ENGAGEMENT_RATE": 0.04, "OUTBOUND_CLICK_RATE": 0.013, "PIN_CLICK_RATE": 0.03, "SAVE_RATE": 0.015}
CARRIED = {
    "pin_click": "PIN_CLICK",
    "impression": "IMPRESSION",
    "clickthrough": "OUTBOUND_CLICK",
    "reaction": "TOTAL_REACTIONS",
    "comment": "TOTAL_COMMENTS",
}
MOST = {**EVERY, **STILL, **MOVING, **LIFETIME}


def names_for(pin: Post) -> set[str]:
    """What may be asked about a pin: there is one list for stills and one for videos."""
    if pin.extra["kind"] == "video":
        return {*EVERY, *MOVING, *LIFETIME, *MEANS}
    return {*EVERY, *STILL, *LIFETIME, "SAVE_RATE"}


def status(day: date, now: float, bent: Bend) -> str:
    """How far Pinterest is with a day."""
    ended = _begins(day + timedelta(days=1))
    if now < ended + bent.late_days * DAY:
        return "PROCESSING"
    return "ESTIMATE" if now < ended + bent.settles_days * DAY else "READY"


def _begins(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def told_of_pin(world: World, pin: Post, names: list[str], days: list[date]) -> dict[str, Any]:
    """Days, their sums, and what came together in all. Days that are no figures have a nought beside them."""
    now, bent = world.clock.now(), bend(world, pin.platform)
    daily = [_pin_day(pin, [name for name in names if name not in LIFETIME], day, now, bent) for day in days]
    sums = {
        name: sum(day["metrics"].get(name, 0) for day in daily)
        for name in names
        if bent.tells(name) and name not in LIFETIME
    }
    for name in set(sums) & set(MEANS):
        sums[name] = _mean(pin, name)
    lifetime = {
        name: grown(pin.id, name, pin.created_at, now, most=LIFETIME[name])
        for name in names
        if name in LIFETIME and bent.tells(name)
    }
    return {"all": {"lifetime_metrics": lifetime, "summary_metrics": sums, "daily_metrics": daily}}


def _pin_day(pin: Post, names: list[str], day: date, now: float, bent: Bend) -> dict[str, Any]:
    first, last = _begins(day), _begins(day + timedelta(days=1))
    state = "BEFORE_PIN_CREATED" if last <= pin.created_at else status(day, now, bent)
    metrics: dict[str, float] = {}
    for name in (name for name in names if bent.tells(name)):
        if state not in {"READY", "ESTIMATE"}:
            metrics[name] = 0
        elif name in MEANS:
            metrics[name] = _mean(pin, name)
        else:
            until = grown(pin.id, name, pin.created_at, last, most=MOST[name])
            whole = until - grown(pin.id, name, pin.created_at, max(first, pin.created_at), most=MOST[name])
            metrics[name] = int(whole * (bent.early if state == "ESTIMATE" else 1))
    return {"date": day.isoformat(), "data_status": state, "metrics": metrics}


def _mean(pin: Post, name: str) -> float:
    return round(chance(pin.id, name) * (0.06 if name == "SAVE_RATE" else 5000) + 0.01, 4)


def told_of_account(world: World, account: Account, names: list[str], days: list[date]) -> dict[str, Any]:
    """The account's pins by day."""
    now, bent = world.clock.now(), bend(world, account.platform)
    daily: list[dict[str, Any]] = []
    for day in days:
        state = status(day, now, bent)
        told = {
            name: RATES.get(name)
            or on_day(account.id, name, day, usual=ACCOUNT.get(name, 0), now=now, bent=bent)
            or 0
            for name in names
            if bent.tells(name)
        }
        daily.append({"date": day.isoformat(), "data_status": state, "metrics": told})
    sums = {name: sum(day["metrics"][name] for day in daily) for name in names if bent.tells(name)}
    return {"all": {"summary_metrics": sums, "daily_metrics": daily}}


def carried(world: World, pin: Post) -> dict[str, Any]:
    """What a pin carries itself when it is asked for with its figures."""
    now, bent = world.clock.now(), bend(world, pin.platform)
    told = {
        theirs: grown(pin.id, name, pin.created_at, now, most=MOST[name])
        for theirs, name in CARRIED.items()
        if bent.tells(name)
    }
    recent = {name: told[name] for name in ("pin_click", "impression", "clickthrough") if name in told}
    return {"90d": recent, "lifetime_metrics": told, "last_updated": iso(now, "seconds")[:-1]}


def stands(world: World, account: Account) -> dict[str, int]:
    """Followers and the rest of the profile's numbers."""
    now, bent = world.clock.now(), bend(world, account.platform)
    told = {
        "pin_count": len(world.live_posts(account=account.id)),
        "follower_count": level(account.id, "followers", now, around=1800, a_day=4),
        "following_count": level(account.id, "following", now, around=90),
        "monthly_views": level(account.id, "monthly", now, around=60_000),
    }
    return {name: value for name, value in told.items() if bent.tells(name)}
