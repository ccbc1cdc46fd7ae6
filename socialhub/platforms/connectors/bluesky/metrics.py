"""What Bluesky counts, theirs → ours
(lexicons app.bsky.feed.defs#postView and app.bsky.actor.defs#profileViewDetailed, read 2026-08).
"""

from __future__ import annotations

from datetime import date

from socialhub.platforms.metrics import Metric, MetricTable, Term

MAY_FALL = "What is taken back is taken off again."
NOT_COUNTED = "Bluesky counts this nowhere."

TABLE = MetricTable(
    post=(
        Term("likeCount", Metric.LIKES, "Likes of the post.", note=MAY_FALL),
        Term("repostCount", Metric.REPOSTS, "Reposts without words.", note=MAY_FALL),
        Term("quoteCount", Metric.QUOTES, "Posts that quote the post.", note=MAY_FALL),
        Term("replyCount", Metric.COMMENTS, "Direct replies to the post.", note=MAY_FALL),
        Term(
            "bookmarkCount", Metric.SAVES, "How often it was kept as a bookmark.", note="Newer servers alone."
        ),
    ),
    account=(
        Term("followersCount", Metric.FOLLOWERS, "Accounts that follow this one."),
        Term("followsCount", Metric.FOLLOWING, "Accounts that this one follows."),
        Term("postsCount", Metric.POSTS, "Posts of the account, replies included."),
    ),
    checked=date(2026, 11, 28),
    source="https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky",
    left_out={
        Metric.VIEWS: NOT_COUNTED,
        Metric.REACH: NOT_COUNTED,
        Metric.CLICKS: NOT_COUNTED,
        Metric.PROFILE_VISITS: NOT_COUNTED,
        Metric.VIDEO_VIEWS: NOT_COUNTED,
        Metric.WATCH_TIME: NOT_COUNTED,
        Metric.AUDIENCE: "Who follows is public by name, but Bluesky counts no groups.",
        Metric.FOLLOWS: "Bluesky tells how many follow now, not who came or went.",
    },
)
