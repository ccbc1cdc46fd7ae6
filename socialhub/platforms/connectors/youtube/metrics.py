"""What YouTube counts, theirs → ours (https://developers.google.com/youtube/analytics/metrics,
https://developers.google.com/youtube/v3/docs/videos, read 2026-11).

Names that end in ``Count`` are counters of the Data API, nearly up to date; the others are of the Analytics API,
two to three days late, by days of California.
"""

from __future__ import annotations

from datetime import date, timedelta

from socialhub.platforms.metrics import Metric, MetricTable, Term, Unit

LATE = timedelta(days=3)
EVERY_START = (
    "Since 2026-08-24 every start counts, in all formats (of Shorts since 2025-03-31): figures from before are lower."
    " The older way of counting lives on as engaged views."
)

COUNTERS = (
    Term("viewCount", Metric.VIEWS, "How often the video was started.", note=EVERY_START),
    Term("likeCount", Metric.LIKES, "Likes of the video.", note="Absent where the channel hides it."),
    Term("commentCount", Metric.COMMENTS, "Comments and answers.", note="Absent where comments are off."),
)
WATCHED = (
    Term(
        "engagedViews",
        Metric.ENGAGED_VIEWS,
        "Views of people who stayed beyond the first moments.",
        lag=LATE,
        note="What views were before they began to count every start.",
    ),
    Term("shares", Metric.SHARES, "How often the share button was used.", lag=LATE),
    Term(
        "estimatedMinutesWatched",
        Metric.WATCH_TIME,
        "How long people watched, estimated.",
        Unit.MINUTES,
        lag=LATE,
    ),
    Term("averageViewDuration", Metric.AVERAGE_WATCH, "How long a view lasted.", Unit.SECONDS, lag=LATE),
    Term(
        "videosAddedToPlaylists",
        Metric.SAVES,
        "How often it was put into a playlist, “Watch later” included.",
        lag=LATE,
    ),
    Term("subscribersGained", Metric.FOLLOWS, "How many subscribed because of it.", lag=LATE),
)
ASIDE = (
    Term(
        "averageViewPercentage", Metric.OTHER, "How much of the video a view lasted.", Unit.PERCENT, lag=LATE
    ),
    Term("cardClicks", Metric.OTHER, "Clicks on cards in the video, wherever they lead.", lag=LATE),
    Term("dislikes", Metric.OTHER, "Dislikes, which only the owner sees.", lag=LATE),
)
LEVELS = (
    Term(
        "subscriberCount",
        Metric.FOLLOWERS,
        "Subscribers of the channel.",
        note="Rounded by YouTube to three significant figures.",
    ),
    Term("viewCount", Metric.VIEWS, "How often videos of the channel were started since it began."),
    Term("videoCount", Metric.POSTS, "Public videos of the channel."),
)
DAYS = (
    Term("views", Metric.VIEWS, "How often videos of the channel were started.", note=EVERY_START),
    Term("engagedViews", Metric.ENGAGED_VIEWS, "Views of people who stayed beyond the first moments."),
    Term("likes", Metric.LIKES, "Likes given, less those taken back."),
    Term("comments", Metric.COMMENTS, "Comments written."),
    Term("shares", Metric.SHARES, "How often the share button was used."),
    Term("estimatedMinutesWatched", Metric.WATCH_TIME, "How long people watched, estimated.", Unit.MINUTES),
    Term("averageViewDuration", Metric.AVERAGE_WATCH, "How long a view lasted.", Unit.SECONDS),
    Term("videosAddedToPlaylists", Metric.SAVES, "How often videos were put into a playlist."),
    Term("subscribersGained", Metric.FOLLOWS, "How many subscribed."),
    Term("subscribersLost", Metric.UNFOLLOWS, "How many ceased to subscribe."),
)
VIEWERS = Term(
    "viewerPercentage",
    Metric.VIEWERS,
    "Who watched in the last 90 days, by age and by gender, of the viewers of whom YouTube knows it.",
    Unit.PERCENT,
    note="Withheld while there are too few. Since 2026-03-09 the ages hold estimated minors.",
)

TABLE = MetricTable(
    post=(*COUNTERS, *WATCHED, *ASIDE),
    account=(*LEVELS, *DAYS, VIEWERS),
    lag=LATE,
    checked=date(2026, 11, 28),
    source="https://developers.google.com/youtube/analytics/metrics",
    left_out={
        Metric.REACH: "YouTube tells unique viewers in YouTube Studio alone.",
        Metric.CLICKS: "YouTube counts clicks on cards, which lead anywhere, and none on links in the description.",
        Metric.AUDIENCE: "YouTube tells who watched, not who subscribed.",
    },
)
