"""What Threads counts, theirs → ours (https://developers.facebook.com/docs/threads/insights, read 2026-01)."""

from __future__ import annotations

from datetime import date

from socialhub.platforms.metrics import Metric, MetricTable, Term

SOURCE = "https://developers.facebook.com/docs/threads/insights"
IN_DEVELOPMENT = "Threads calls it “in development”: how it is counted may change."
OWN_POSTS = "Of the profile's posts, on the day."
LINKED = "Only for profiles that an Instagram account is linked to."

POST = ("views", "likes", "replies", "reposts", "quotes", "shares")
SERIES = ("views",)
TOTALS = ("likes", "replies", "reposts", "quotes", "clicks")
PROFILE = ("followers_count",)
DEMOGRAPHICS = ("follower_demographics",)

TABLE = MetricTable(
    post=(
        Term("views", Metric.VIEWS, "How often the post was shown or played.", note=IN_DEVELOPMENT),
        Term("likes", Metric.LIKES, "Likes of the post."),
        Term("replies", Metric.COMMENTS, "Replies to the post."),
        Term("reposts", Metric.REPOSTS, "How often it was reposted as it is."),
        Term("quotes", Metric.QUOTES, "How often it was quoted."),
        Term("shares", Metric.SHARES, "How often it was sent on.", note=IN_DEVELOPMENT),
    ),
    account=(
        Term("followers_count", Metric.FOLLOWERS, "Profiles that follow this one.", note=LINKED),
        Term(
            "views",
            Metric.PROFILE_VISITS,
            "How often the profile was looked at.",
            note="A post's figure of the same name counts how often the post was shown.",
        ),
        Term("likes", Metric.LIKES, f"Likes. {OWN_POSTS}"),
        Term("replies", Metric.COMMENTS, f"Replies right below. {OWN_POSTS}"),
        Term("reposts", Metric.REPOSTS, f"Reposts. {OWN_POSTS}"),
        Term("quotes", Metric.QUOTES, f"Quotes. {OWN_POSTS}"),
        Term("clicks", Metric.CLICKS, "Clicks on links that the profile shared, by link."),
        Term(
            "follower_demographics",
            Metric.AUDIENCE,
            "Followers by country, city, age and gender.",
            note=f"Not told below 100 followers. {LINKED}",
        ),
    ),
    checked=date(2026, 11, 28),
    source=SOURCE,
    left_out={
        Metric.REACH: "Threads tells how often a post was seen, not by how many people.",
        Metric.SAVES: "Threads tells nobody how often a post was saved.",
        Metric.WATCH_TIME: "Threads tells nobody how long a video was watched.",
    },
)
