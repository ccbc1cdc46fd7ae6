"""What Facebook counts of Pages, theirs → ours
(https://developers.facebook.com/docs/graph-api/reference/insights and
https://developers.facebook.com/docs/pages-api/platforminsights/page/deprecated-metrics, read 2026-06).

By June 2026 most of the names that books and tutorials know had ended: impressions, fans, and all that was "unique".
"""

from __future__ import annotations

from datetime import date, timedelta

from socialhub.platforms.metrics import Metric, MetricTable, Term, Unit

SOURCE = "https://developers.facebook.com/docs/graph-api/reference/insights"
FROM_100 = "Only for Pages with 100 likes or more."
FIELD = "Read from the post itself, so without delay."
VIDEOS = "Videos and reels only."
REELS = "Reels only."

COUNTERS = {
    "comments": "comments.limit(0).summary(true)",
    "reactions": "reactions.limit(0).summary(true)",
    "shares": "shares",
}
CLICKS, REACTIONS = "post_clicks_by_type", "post_reactions_by_type_total"
LINK_CLICKS, LINKS = f"{CLICKS}/link clicks", "link clicks"
POST = ("post_media_view", "post_total_media_view_unique", "post_clicks", CLICKS, REACTIONS)
VIDEO = (
    "post_video_view_time", "post_video_avg_time_watched", "post_video_followers", "post_video_social_actions",
    "post_video_retention_graph",
)  # fmt: skip
REEL = (*VIDEO, "blue_reels_play_count", "fb_reels_total_plays", "fb_reels_replay_count")
STORY = ("PAGE_STORY_TOTAL_MEDIA_VIEW_UNIQUE",)
BY = {
    CLICKS: "type",
    REACTIONS: "reaction",
    "post_video_social_actions": "type",
    "post_video_retention_graph": "second",
}
PROFILE = ("followers_count", "fan_count")
DAYS = (
    "page_media_view", "page_total_media_view_unique", "page_post_engagements", "page_views_total", "page_follows",
    "page_daily_follows_unique", "page_daily_unfollows_unique", "page_total_actions", "page_video_views",
    "page_video_view_time",
)  # fmt: skip
DAY_REACTIONS = "page_actions_post_reactions_total"
DAY_REACTION_KINDS = {
    f"page_actions_post_reactions_{kind}_total": kind
    for kind in ("like", "love", "wow", "haha", "sorry", "anger")
}
"""Asked for kind by kind."""
PLACES = {"page_follows_country": "country", "page_follows_city": "city"}

TABLE = MetricTable(
    post=(
        Term(
            "post_media_view",
            Metric.VIEWS,
            "How often the post was shown or played.",
            replaces="post_impressions",
        ),
        Term(
            "post_total_media_view_unique",
            Metric.REACH,
            "People who saw the post, each counted once.",
            replaces="post_impressions_unique",
        ),
        Term("reactions", Metric.LIKES, "Reactions of every kind.", lag=timedelta(0), note=FIELD),
        Term("comments", Metric.COMMENTS, "Comments and the answers to them.", lag=timedelta(0), note=FIELD),
        Term(
            "shares",
            Metric.SHARES,
            "How often the post was shared.",
            lag=timedelta(0),
            note=f"{FIELD} Facebook leaves it out while there are none.",
        ),
        Term("post_clicks", Metric.OPENS, "Clicks anywhere on the post."),
        Term(
            LINK_CLICKS,
            Metric.CLICKS,
            "Clicks on the post's link.",
            note=f"The part of {CLICKS} that is about links.",
        ),
        Term(CLICKS, Metric.OTHER, "Clicks on the post by what was clicked."),
        Term(REACTIONS, Metric.LIKES, "Reactions by kind."),
        Term(
            "post_video_view_time",
            Metric.WATCH_TIME,
            "How long it was watched.",
            Unit.MILLISECONDS,
            note=VIDEOS,
        ),
        Term(
            "post_video_avg_time_watched",
            Metric.AVERAGE_WATCH,
            "How long a play lasted, replays included.",
            Unit.MILLISECONDS,
            note=VIDEOS,
        ),
        Term("post_video_followers", Metric.FOLLOWS, "People who followed after seeing it.", note=VIDEOS),
        Term("post_video_social_actions", Metric.OTHER, "Comments and shares of the video.", note=VIDEOS),
        Term(
            "post_video_retention_graph",
            Metric.OTHER,
            "Who was still there, second by second.",
            Unit.SHARE,
            note=VIDEOS,
        ),
        Term("blue_reels_play_count", Metric.VIDEO_VIEWS, "Plays of the reel, replays left out.", note=REELS),
        Term("fb_reels_total_plays", Metric.OTHER, "Plays of the reel, replays included.", note=REELS),
        Term("fb_reels_replay_count", Metric.OTHER, "Replays of the reel.", note=REELS),
        Term(
            STORY[0],
            Metric.REACH,
            "People who saw the story, each counted once.",
            note="Stories only, since February 2026.",
        ),
    ),
    account=(
        Term("followers_count", Metric.FOLLOWERS, "People who follow the Page.", lag=timedelta(0)),
        Term("fan_count", Metric.OTHER, "People who like the Page.", lag=timedelta(0)),
        Term(
            "page_media_view",
            Metric.VIEWS,
            "How often anything of the Page was shown or played.",
            replaces="page_impressions",
        ),
        Term(
            "page_total_media_view_unique",
            Metric.REACH,
            "People who saw anything of the Page on the day.",
            replaces="page_impressions_unique",
        ),
        Term(
            "page_post_engagements", Metric.INTERACTIONS, "Reactions, comments, shares and clicks on posts."
        ),
        Term("page_views_total", Metric.PROFILE_VISITS, "How often the Page itself was looked at."),
        Term(
            "page_follows",
            Metric.FOLLOWERS,
            "People who followed the Page at the end of the day.",
            replaces="page_fans",
        ),
        Term(
            "page_daily_follows_unique",
            Metric.FOLLOWS,
            "People who began to follow.",
            replaces="page_fan_adds",
        ),
        Term("page_daily_unfollows_unique", Metric.UNFOLLOWS, "People who ceased to follow."),
        Term("page_total_actions", Metric.CLICKS, "Clicks on the Page's address, number and buttons."),
        Term("page_video_views", Metric.VIDEO_VIEWS, "Plays of three seconds or more of the Page's videos."),
        Term(
            "page_video_view_time",
            Metric.WATCH_TIME,
            "How long the Page's videos were watched.",
            Unit.MILLISECONDS,
        ),
        Term(
            DAY_REACTIONS,
            Metric.LIKES,
            "Reactions to the Page's posts, by kind.",
            note="Asked for kind by kind; the sum is told only where no kind is missing.",
        ),
        Term(
            "page_follows_country",
            Metric.AUDIENCE,
            "Followers by country.",
            replaces="page_fans_country",
            note=FROM_100,
        ),
        Term(
            "page_follows_city",
            Metric.AUDIENCE,
            "Followers by city.",
            replaces="page_fans_city",
            note=FROM_100,
        ),
    ),
    checked=date(2026, 11, 28),
    source=SOURCE,
    lag=timedelta(hours=24),
    left_out={Metric.SAVES: "Facebook tells nobody how often a Page's post was saved."},
)
