"""What Instagram counts, theirs → ours
(https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights and
https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights, read 2026-06).
"""

from __future__ import annotations

from datetime import date, timedelta

from socialhub.platforms.metrics import Metric, MetricTable, Term, Unit

SOURCE = "https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights"
WIDER = "Only by Facebook Login. What it adds is not documented."
STORIES = "Stories only, and only while the story lives: 24 hours."
FEED_AND_STORIES = "Not told of reels."
FROM_100 = "Not told below 100 followers; small groups are left out."

COMMON = ("reach", "views", "shares", "reposts", "total_interactions")
TOTAL = ("total_comments", "total_likes", "total_views")
NAVIGATION = "navigation"
POST_METRICS = {
    "FEED": (*COMMON, "likes", "comments", "saved", "follows", "profile_visits", "profile_activity"),
    "REELS": (
        *COMMON,
        "likes",
        "comments",
        "saved",
        "ig_reels_avg_watch_time",
        "ig_reels_video_view_total_time",
        "reels_skip_rate",
    ),
    "STORY": (*COMMON, "replies", "follows", "link_clicks", "profile_visits", "profile_activity"),
}
"""What may be asked of a product; a strange name fails the whole question."""
PROFILE = ("followers_count", "follows_count", "media_count")
SERIES = ("reach", "follower_count")
HOURS = "online_followers"
TOTALS = (
    "views", "accounts_engaged", "total_interactions", "likes", "comments", "saves", "shares", "replies",
    "reposts", "profile_links_taps",
)  # fmt: skip
FLOW = "follows_and_unfollows"
DEMOGRAPHICS = ("follower_demographics", "engaged_audience_demographics")

TABLE = MetricTable(
    post=(
        Term("views", Metric.VIEWS, "How often it was shown or played.", replaces="impressions"),
        Term("reach", Metric.REACH, "Accounts that saw it, each counted once."),
        Term("likes", Metric.LIKES, "Likes."),
        Term("comments", Metric.COMMENTS, "Comments."),
        Term("replies", Metric.COMMENTS, "Messages that answer the story.", note=STORIES),
        Term("saved", Metric.SAVES, "How often it was saved.", note="The account's is called saves."),
        Term("shares", Metric.SHARES, "How often it was sent on."),
        Term("reposts", Metric.REPOSTS, "How often it was reposted.", note="Since December 2025."),
        Term(
            "total_interactions",
            Metric.INTERACTIONS,
            "Likes, comments, saves and shares, less what was undone.",
        ),
        Term("follows", Metric.FOLLOWS, "Accounts that followed after seeing it.", note=FEED_AND_STORIES),
        Term(
            "profile_visits", Metric.PROFILE_VISITS, "Visits to the profile from it.", note=FEED_AND_STORIES
        ),
        Term(
            "profile_activity",
            Metric.OTHER,
            "What people did on the profile after seeing it.",
            note=FEED_AND_STORIES,
        ),
        Term("link_clicks", Metric.CLICKS, "Taps on the story's links.", note=STORIES),
        Term(
            NAVIGATION,
            Metric.OTHER,
            "Taps forward and back, exits, and swipes on.",
            replaces="taps_forward",
            note=STORIES,
        ),
        Term(
            "ig_reels_avg_watch_time",
            Metric.AVERAGE_WATCH,
            "How long a play of the reel lasted.",
            Unit.MILLISECONDS,
        ),
        Term(
            "ig_reels_video_view_total_time",
            Metric.WATCH_TIME,
            "How long the reel was watched, replays included.",
            Unit.MILLISECONDS,
        ),
        Term(
            "reels_skip_rate",
            Metric.OTHER,
            "Plays of the reel that were left in the first three seconds.",
            Unit.PERCENT,
            note="Since December 2025; estimated by Instagram.",
        ),
        Term("total_views", Metric.OTHER, "Views by a wider count of Instagram's.", note=WIDER),
        Term("total_likes", Metric.OTHER, "Likes by a wider count of Instagram's.", note=WIDER),
        Term("total_comments", Metric.OTHER, "Comments by a wider count of Instagram's.", note=WIDER),
    ),
    account=(
        Term("followers_count", Metric.FOLLOWERS, "Accounts that follow this one.", lag=timedelta(0)),
        Term("follows_count", Metric.FOLLOWING, "Accounts that this one follows.", lag=timedelta(0)),
        Term("media_count", Metric.POSTS, "Posts and reels of the account.", lag=timedelta(0)),
        Term("reach", Metric.REACH, "Accounts that saw anything of this one on the day."),
        Term(
            "follower_count",
            Metric.FOLLOWS,
            "Accounts that began to follow on the day.",
            note=f"The last 30 days only. {FROM_100}",
        ),
        Term(
            "views",
            Metric.VIEWS,
            "How often posts, reels and stories were shown or played.",
            replaces="impressions",
        ),
        Term("accounts_engaged", Metric.OTHER, "Accounts that did something with a post, each counted once."),
        Term(
            "total_interactions",
            Metric.INTERACTIONS,
            "What people did with posts, reels and stories, all together.",
        ),
        Term("likes", Metric.LIKES, "Likes of posts and reels."),
        Term("comments", Metric.COMMENTS, "Comments on posts and reels."),
        Term("saves", Metric.SAVES, "Saves of posts and reels.", note="A post's is called saved."),
        Term("shares", Metric.SHARES, "How often posts, reels and stories were sent on."),
        Term("replies", Metric.OTHER, "Messages that answer stories."),
        Term("reposts", Metric.REPOSTS, "Reposts of posts, reels and stories."),
        Term(
            "profile_links_taps",
            Metric.CLICKS,
            "Taps on the profile's buttons: address, call, mail, text.",
            replaces="website_clicks",
        ),
        Term(FLOW, Metric.OTHER, "Follows and unfollows, by Instagram's own kinds.", note=FROM_100),
        Term(HOURS, Metric.OTHER, "Followers who were online, by hour of the day.", note=FROM_100),
        Term(
            "follower_demographics",
            Metric.AUDIENCE,
            "Followers by age, gender, country and city.",
            replaces="audience_city",
            note=FROM_100,
        ),
        Term(
            "engaged_audience_demographics",
            Metric.OTHER,
            "Accounts that did something with a post, by the same groups.",
            note=FROM_100,
        ),
    ),
    checked=date(2026, 11, 28),
    source=SOURCE,
    lag=timedelta(hours=48),
)
