"""What LinkedIn counts, theirs → ours: pages and members are counted apart, under names of their own
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics,
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/members/post-statistics).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from socialhub.platforms.metrics import Metric, MetricTable, Term, Unit

LAG = timedelta(days=2)
SINCE = "Since version 202604."
BEST_EFFORT = "LinkedIn's best effort, and told since the post was made."

SHARED = (
    Term("impressionCount", Metric.VIEWS, "How often it was shown, without advertising."),
    Term("uniqueImpressionsCount", Metric.REACH, "How many members saw it, each counted once."),
    Term("clickCount", Metric.OPENS, "Clicks on it of every kind: text, link, name, picture."),
    Term(
        "likeCount", Metric.LIKES, "Reactions of every kind.", note="Below zero where more were taken back."
    ),
    Term("commentCount", Metric.COMMENTS, "Comments and answers to them."),
    Term("shareCount", Metric.SHARES, "How often it was shared, with words or without."),
    Term("engagement", Metric.OTHER, "LinkedIn's own share of views that led to anything.", Unit.SHARE),
)
"""Of a page: under each post, and of all its posts by day."""
NAMED = (
    Term("shareMentionsCount", Metric.OTHER, "Posts of others that name the page."),
    Term("commentMentionsCount", Metric.OTHER, "Comments that name the page."),
)
PAGE_FILM = (
    Term("VIDEO_VIEW", Metric.VIDEO_VIEWS, "Plays of at least three seconds."),
    Term("VIEWER", Metric.OTHER, "How many members played it, each counted once."),
    Term("TIME_WATCHED", Metric.WATCH_TIME, "How long it was watched.", Unit.MILLISECONDS),
)
MEMBER_POST = (
    Term("IMPRESSION", Metric.VIEWS, "How often the post was shown.", note=BEST_EFFORT),
    Term("MEMBERS_REACHED", Metric.REACH, "How many members saw it, each counted once.", note=BEST_EFFORT),
    Term("REACTION", Metric.LIKES, "Reactions of every kind.", note=BEST_EFFORT),
    Term("COMMENT", Metric.COMMENTS, "Comments on the post.", note=BEST_EFFORT),
    Term("RESHARE", Metric.SHARES, "How often the post was shared on.", note=BEST_EFFORT),
    Term("POST_SAVE", Metric.SAVES, "How often the post was saved.", note=SINCE),
    Term("POST_SEND", Metric.OTHER, "How often the post was sent on in a message.", note=SINCE),
    Term("LINK_CLICKS", Metric.CLICKS, "Clicks on links of the post.", note=SINCE),
    Term(
        "PROFILE_VIEW_FROM_CONTENT",
        Metric.PROFILE_VISITS,
        "How often somebody came from the post to the profile.",
        note=SINCE,
    ),
    Term("FOLLOWER_GAINED_FROM_CONTENT", Metric.FOLLOWS, "Who began to follow from the post.", note=SINCE),
)
MEMBER_FILM = (
    Term(
        "VIDEO_PLAY", Metric.VIDEO_VIEWS, "Plays of at least two seconds.", note="For a year after the post."
    ),
    Term("VIDEO_VIEWER", Metric.OTHER, "How many members played it, each counted once."),
    Term("VIDEO_WATCH_TIME", Metric.WATCH_TIME, "How long it was watched.", Unit.MILLISECONDS),
)
MEMBER_DAY = tuple(
    term for term in MEMBER_POST if term.name in {"IMPRESSION", "REACTION", "COMMENT", "RESHARE"}
)
"""What LinkedIn tells of all posts of a member by day; of reach it tells no days."""
PAGE_FOLLOWERS = Term(
    "firstDegreeSize",
    Metric.FOLLOWERS,
    "Members that follow the page.",
    lag=timedelta(0),
    note="As it stands.",
)
MEMBER_FOLLOWERS = Term(
    "memberFollowersCount",
    Metric.FOLLOWERS,
    "Members that follow this one.",
    lag=timedelta(0),
    note="As it stands.",
)
GAINS = (
    Term("organicFollowerGain", Metric.FOLLOWS, "Followers won, less those lost, without advertising."),
    Term("paidFollowerGain", Metric.OTHER, "Followers won through advertising."),
)
PAGE_VIEWS = Term("allPageViews", Metric.PROFILE_VISITS, "How often the page itself was looked at.")
FACETS: Mapping[str, tuple[str, str, str]] = {
    "followerCountsByGeoCountry": ("geo", "country", "followerCountsByCountry"),
    "followerCountsByGeo": ("geo", "region", "followerCountsByRegion"),
    "followerCountsByFunction": ("function", "function", ""),
    "followerCountsBySeniority": ("seniority", "seniority", ""),
    "followerCountsByIndustry": ("industry", "industry", ""),
    "followerCountsByStaffCountRange": ("staffCountRange", "company size", ""),
    "followerCountsByAssociationType": ("associationType", "association", ""),
}
"""Breakdowns of followers: their name → the key of the group in a line, what it is by, the name it had before."""

TABLE = MetricTable(
    post=(*SHARED, *PAGE_FILM, *MEMBER_POST, *MEMBER_FILM),
    account=(
        PAGE_FOLLOWERS,
        MEMBER_FOLLOWERS,
        *SHARED,
        *NAMED,
        *GAINS,
        PAGE_VIEWS,
        *MEMBER_DAY,
        *(
            Term(
                name,
                Metric.AUDIENCE,
                f"Followers of the page by {by}; the hundred largest groups.",
                replaces=before,
                note="Groups are named by LinkedIn's own numbers.",
            )
            for name, (_, by, before) in FACETS.items()
        ),
    ),
    checked=date(2026, 11, 28),
    source="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics",
    lag=LAG,
    left_out={
        Metric.QUOTES: "LinkedIn does not tell shares with words from those without.",
        Metric.COMPLETIONS: "LinkedIn does not tell how many watched to the end.",
        Metric.AVERAGE_WATCH: "LinkedIn tells the time that all members watched, not of one play.",
        Metric.UNFOLLOWS: "LinkedIn tells what is left of those who came and went.",
        Metric.FOLLOWING: "LinkedIn tells only who follows.",
    },
)
