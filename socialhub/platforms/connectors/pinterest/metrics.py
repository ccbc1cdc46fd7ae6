"""What Pinterest counts, theirs → ours (https://developers.pinterest.com/docs/api/v5/pins-analytics and
https://developers.pinterest.com/docs/api/v5/user_account-analytics, read 2026-11).
"""

from __future__ import annotations

from datetime import date, timedelta

from socialhub.platforms.metrics import Metric, MetricTable, Term, Unit

LATE = timedelta(days=2)
LAST_90 = "Told for the last 90 days alone: of an older pin no longer."
NOT_OLD = "Of an older pin Pinterest tells only what came together since it was made."

EVERY = (
    Term("IMPRESSION", Metric.VIEWS, "How often the pin was on a screen.", note=NOT_OLD),
    Term("OUTBOUND_CLICK", Metric.CLICKS, "Clicks that led to the pin's own link.", note=NOT_OLD),
    Term("PIN_CLICK", Metric.OPENS, "Clicks that opened the pin on Pinterest or beyond.", note=NOT_OLD),
    Term("SAVE", Metric.SAVES, "How often it was saved to a board.", note=LAST_90),
    Term("SAVE_RATE", Metric.OTHER, "Saves for each impression.", Unit.SHARE, note=LAST_90),
)
LIFETIME = (
    Term("TOTAL_COMMENTS", Metric.COMMENTS, "Comments since the pin was made."),
    Term("TOTAL_REACTIONS", Metric.LIKES, "Reactions of every kind since the pin was made."),
)
STILL = (
    Term("USER_FOLLOW", Metric.FOLLOWS, "How many followed the account from the pin.", note=LAST_90),
    Term("PROFILE_VISIT", Metric.PROFILE_VISITS, "Visits to the profile from the pin.", note=LAST_90),
)
MOVING = (
    Term(
        "VIDEO_MRC_VIEW",
        Metric.VIDEO_VIEWS,
        "Plays of at least two seconds with half of the video in view.",
        note=LAST_90,
    ),
    Term("VIDEO_START", Metric.OTHER, "How often the video began to play.", note=LAST_90),
    Term("VIDEO_10S_VIEW", Metric.ENGAGED_VIEWS, "Plays of at least ten seconds.", note=LAST_90),
    Term(
        "QUARTILE_95_PERCENT_VIEW",
        Metric.COMPLETIONS,
        "Plays of at least 95 per cent of the video.",
        note=LAST_90,
    ),
    Term(
        "VIDEO_V50_WATCH_TIME",
        Metric.WATCH_TIME,
        "How long the video played with half of it in view.",
        Unit.MILLISECONDS,
        note=LAST_90,
    ),
    Term(
        "VIDEO_AVG_WATCH_TIME",
        Metric.AVERAGE_WATCH,
        "How long one play lasted.",
        Unit.MILLISECONDS,
        note=LAST_90,
    ),
)
MEANS = frozenset({"SAVE_RATE", "VIDEO_AVG_WATCH_TIME"})
"""What is no sum over days."""
SINCE_MADE = {
    "impression": "IMPRESSION",
    "clickthrough": "OUTBOUND_CLICK",
    "pin_click": "PIN_CLICK",
    "comment": "TOTAL_COMMENTS",
    "reaction": "TOTAL_REACTIONS",
}
"""The same figures by the names that they have with the pin itself."""
LEVELS = (
    Term("follower_count", Metric.FOLLOWERS, "Accounts that follow this one."),
    Term("following_count", Metric.FOLLOWING, "Accounts that this one follows."),
    Term("pin_count", Metric.POSTS, "Pins of the account."),
)
OWN = "Of the account's own pins, without what was paid for."
DAYS = (
    Term("IMPRESSION", Metric.VIEWS, "How often pins were on a screen.", note=OWN),
    Term("ENGAGEMENT", Metric.INTERACTIONS, "Saves, clicks and swipes together.", note=OWN),
    Term("OUTBOUND_CLICK", Metric.CLICKS, "Clicks that led to the link of a pin.", note=OWN),
    Term("PIN_CLICK", Metric.OPENS, "Clicks that opened a pin on Pinterest or beyond.", note=OWN),
    Term("SAVE", Metric.SAVES, "How often pins were saved to a board.", note=OWN),
)

TABLE = MetricTable(
    post=(*EVERY, *LIFETIME, *STILL, *MOVING),
    account=(*LEVELS, *DAYS),
    lag=LATE,
    checked=date(2026, 11, 28),
    source="https://developers.pinterest.com/docs/api/v5/pins-analytics",
    left_out={
        Metric.REACH: "Pinterest tells how many people saw something to advertisers alone.",
        Metric.SHARES: "Pinterest does not count how often a pin was sent on.",
        Metric.AUDIENCE: "Pinterest tells who an audience is to advertisers alone.",
    },
)
