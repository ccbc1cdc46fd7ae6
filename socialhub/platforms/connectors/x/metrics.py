"""What X counts, theirs → ours (https://docs.x.com/x-api/fundamentals/metrics).

X tells figures in groups; what is private, it tells the author alone, and for thirty days. A group's name is the
field that asks for it, with ``media.`` before those of the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from socialhub.platforms.metrics import Metric, MetricTable, Term, Unit

PUBLIC, PRIVATE, ORGANIC = "public_metrics", "non_public_metrics", "organic_metrics"
FILES, PLAYS = "media.public_metrics", "media.non_public_metrics"
AUTHOR_ALONE = "Told to the author alone, for 30 days after the post; the last figure is kept."
UNPAID = "Without what advertising brought."
NEWER: Mapping[str, str] = {"retweet_count": "repost_count", "tweet_count": "post_count"}
"""The OpenAPI has new spellings since 2026, the guides still the old ones; both are read."""


def _private(name: str, metric: Metric, meaning: str) -> Term:
    return Term(name, metric, meaning, note=AUTHOR_ALONE)


def _unpaid(name: str, meaning: str) -> Term:
    return Term(f"{ORGANIC}.{name}", Metric.OTHER, meaning, note=f"{UNPAID} {AUTHOR_ALONE}")


def _renamed(old: str, metric: Metric, meaning: str) -> Term:
    return Term(NEWER[old], metric, meaning, replaces=old, note="The new spelling of the same figure.")


GROUPS: Mapping[str, tuple[Term, ...]] = {
    PUBLIC: (
        Term("retweet_count", Metric.REPOSTS, "Reposts without words."),
        Term("reply_count", Metric.COMMENTS, "Replies to the post."),
        Term("like_count", Metric.LIKES, "Likes of the post."),
        Term("quote_count", Metric.QUOTES, "Reposts with words."),
        Term("bookmark_count", Metric.SAVES, "How often it was kept as a bookmark."),
        Term("impression_count", Metric.VIEWS, "How often it was seen, by the same people too."),
    ),
    PRIVATE: (
        _private("url_link_clicks", Metric.CLICKS, "Clicks on a link or its card."),
        _private("user_profile_clicks", Metric.PROFILE_VISITS, "Clicks on name, @name or picture."),
        _private("engagements", Metric.INTERACTIONS, "X's own sum of what people did with it."),
    ),
    ORGANIC: (
        _unpaid("impression_count", "How often it was seen."),
        _unpaid("like_count", "Likes of the post."),
        _unpaid("reply_count", "Replies to the post."),
        _unpaid("retweet_count", "Reposts without words."),
        _unpaid("url_link_clicks", "Clicks on a link or its card."),
        _unpaid("user_profile_clicks", "Clicks on name, @name or picture."),
    ),
    FILES: (
        Term(
            "view_count",
            Metric.VIDEO_VIEWS,
            "How often its videos were played.",
            note="A video that stands in several posts has one count for all of them.",
        ),
    ),
    PLAYS: (
        _private("playback_0_count", Metric.OTHER, "How many began to play a video of it."),
        _private("playback_25_count", Metric.OTHER, "How many reached a quarter of a video."),
        _private("playback_50_count", Metric.OTHER, "How many reached the middle of a video."),
        _private("playback_75_count", Metric.OTHER, "How many reached three quarters of a video."),
        _private("playback_100_count", Metric.COMPLETIONS, "How many played a video to its end."),
    ),
}
WATCHED = Term(
    "watch_time_ms",
    Metric.WATCH_TIME,
    "How long its videos were watched since the post.",
    Unit.MILLISECONDS,
    note="From the analytics of files, which not every plan may have. Asked for 30 days.",
)
ACCOUNT = (
    Term("followers_count", Metric.FOLLOWERS, "Accounts that follow this one."),
    Term("following_count", Metric.FOLLOWING, "Accounts that this one follows."),
    Term("tweet_count", Metric.POSTS, "Posts of the account, reposts and replies included."),
    Term("listed_count", Metric.OTHER, "Lists of others that have the account."),
    Term("media_count", Metric.OTHER, "Files that the account posted."),
)

TABLE = MetricTable(
    post=(
        *(term for group in GROUPS.values() for term in group),
        WATCHED,
        _renamed("retweet_count", Metric.REPOSTS, "Reposts without words."),
    ),
    account=(
        *ACCOUNT,
        _renamed("tweet_count", Metric.POSTS, "Posts of the account, reposts and replies included."),
    ),
    checked=date(2026, 11, 28),
    source="https://docs.x.com/x-api/fundamentals/metrics",
    left_out={
        Metric.REACH: "X counts how often a post is seen, not by how many people.",
        Metric.AVERAGE_WATCH: "X tells the time that all people watched, not of one play.",
        Metric.AUDIENCE: "X tells nothing of who follows.",
        Metric.FOLLOWS: "X tells how many follow now, not who came or went.",
    },
)
