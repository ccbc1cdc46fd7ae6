"""What TikTok counts, theirs → ours (https://developers.tiktok.com/docs/en/tiktok-api-v2-video-object,
https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info, read 2026-11).
"""

from __future__ import annotations

from datetime import date

from socialhub.platforms.metrics import Metric, MetricTable, Term

FALLS = "All that has come together so far. It may fall: TikTok takes back what it finds to be false."
ONLY_BUSINESS = "Told by TikTok's API for Business alone, which is another product with its own review."

TABLE = MetricTable(
    post=(
        Term(
            "view_count", Metric.VIEWS, "How often the video was played or the photos were seen.", note=FALLS
        ),
        Term("like_count", Metric.LIKES, "Likes of the post.", note=FALLS),
        Term("comment_count", Metric.COMMENTS, "Comments on the post.", note=FALLS),
        Term("share_count", Metric.SHARES, "How often the post was passed on.", note=FALLS),
    ),
    account=(
        Term("follower_count", Metric.FOLLOWERS, "Accounts that follow this one."),
        Term("following_count", Metric.FOLLOWING, "Accounts that this one follows."),
        Term("likes_count", Metric.LIKES, "Likes of all posts of the account.", note=FALLS),
        Term("video_count", Metric.POSTS, "Public posts of the account."),
    ),
    checked=date(2026, 11, 28),
    source="https://developers.tiktok.com/docs/en/tiktok-api-v2-video-object",
    left_out={
        Metric.REACH: ONLY_BUSINESS,
        Metric.SAVES: ONLY_BUSINESS,
        Metric.CLICKS: ONLY_BUSINESS,
        Metric.WATCH_TIME: ONLY_BUSINESS,
        Metric.AUDIENCE: ONLY_BUSINESS,
    },
)
