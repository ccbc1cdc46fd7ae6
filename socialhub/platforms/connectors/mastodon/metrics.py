"""What Mastodon counts, theirs → ours (https://docs.joinmastodon.org/entities/Status/, /entities/Account/)."""

from __future__ import annotations

from datetime import date

from socialhub.platforms.metrics import Metric, MetricTable, Term

HEARD = "As far as the account's own server has heard of it: what happens on other servers may be missing."
NOT_COUNTED = "Mastodon counts this nowhere."

TABLE = MetricTable(
    post=(
        Term("favourites_count", Metric.LIKES, "Favourites of the status.", note=HEARD),
        Term("reblogs_count", Metric.REPOSTS, "Boosts of the status.", note=HEARD),
        Term("replies_count", Metric.COMMENTS, "Direct replies to the status.", note=HEARD),
        Term("quotes_count", Metric.QUOTES, "Posts that quote the status.", note="Since Mastodon 4.5."),
    ),
    account=(
        Term("followers_count", Metric.FOLLOWERS, "Accounts that follow this one."),
        Term("following_count", Metric.FOLLOWING, "Accounts that this one follows."),
        Term("statuses_count", Metric.POSTS, "Statuses of the account, replies included."),
    ),
    checked=date(2026, 11, 28),
    source="https://docs.joinmastodon.org/entities/Status/",
    left_out={
        Metric.VIEWS: NOT_COUNTED,
        Metric.REACH: NOT_COUNTED,
        Metric.SAVES: NOT_COUNTED,
        Metric.CLICKS: NOT_COUNTED,
        Metric.WATCH_TIME: NOT_COUNTED,
        Metric.AUDIENCE: NOT_COUNTED,
    },
)
