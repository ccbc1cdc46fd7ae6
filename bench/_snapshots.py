"""Figures of many posts and accounts, written by PostgreSQL itself: as a collector would have left them.

Every published delivery is followed. Each of its readings (the marks of its early life, then nights) has eight
figures; accounts have ninety days and nights of eight figures each, and the gains of those days.
"""

from __future__ import annotations

from typing import Any

from bench._history import FIGURES, without_indexes

NAMES = ("favourites", "reblogs", "replies", "quotes", "views", "reach", "saves", "clicks")
METRICS = ("likes", "reposts", "comments", "quotes", "views", "reach", "saves", "clicks")
MARKS = ("1h", "6h", "24h", "3d", "7d", "28d")
DAYS = 90

_TOTALS = "jsonb_build_object(" + ", ".join(
    [f"'{metric}', (d.id * {place + 7}) %% 997" for place, metric in enumerate(METRICS)]
    + ["'engagements', (d.id * 31) %% 997", "'spread', (d.id * 3) %% 97", "'rate_by_reach', (d.id %% 97) / 970.0",
       "'rate_by_views', (d.id %% 89) / 1780.0"]
) + ")"  # fmt: skip
_TRACKED = f"""
INSERT INTO analytics_trackedpost (id, account_id, delivery_id, external_id, kind, text, url, facts, published_at,
  found_at, told_at, has_past, totals, read_at, night, night_totals, before_totals)
SELECT d.id, d.account_id, d.id, d.remote_id, (ARRAY['text', 'image', 'video', 'link'])[1 + d.id %% 4], '',
       '', '{{}}',
       %(now)s - interval '1 hour' - interval '120 days' * (hashint8(d.id) & 65535) / 65536.0, %(now)s, %(now)s,
       false, {_TOTALS}, %(now)s, %(today)s, {_TOTALS}, '{{}}'
  FROM publishing_delivery AS d WHERE d.state = 'published' AND d.id <= %(posts)s
"""
_OF_POSTS = """
INSERT INTO analytics_postsnapshot (id, post_id, slot, name, metric, "by", value, is_final, read_at)
SELECT row_number() OVER (), p.id, s.slot, m.name, m.metric, '', (p.id * m.place + s.place * 13) %% 9973, true,
       %(now)s - interval '1 day' * (%(slots)s - s.place)
  FROM analytics_trackedpost AS p,
       unnest(%(slot_names)s::text[]) WITH ORDINALITY AS s(slot, place),
       unnest(%(names)s::text[], %(metrics)s::text[]) WITH ORDINALITY AS m(name, metric, place)
"""
_OF_ACCOUNTS = """
INSERT INTO analytics_accountsnapshot (account_id, period, day, name, metric, "by", value, is_final, read_at)
SELECT a.id, CASE WHEN m.place = 1 THEN 'night' ELSE 'day' END, %(today)s - n,
       CASE WHEN m.place = 1 THEN 'followers_count' ELSE m.name END,
       CASE WHEN m.place = 1 THEN 'followers' ELSE m.metric END, '', 1000 + (a.id * m.place - n) %% 997, true, %(now)s
  FROM accounts_connectedaccount AS a, generate_series(0, %(days)s - 1) AS n,
       unnest(%(names)s::text[], %(metrics)s::text[]) WITH ORDINALITY AS m(name, metric, place)
"""
_GAINS = """
INSERT INTO analytics_daygain (account_id, day, metric, value, posts, days)
SELECT a.id, %(today)s - n - 1, m.metric, (a.id * m.place + n * 17) %% 503, 12, 1
  FROM accounts_connectedaccount AS a, generate_series(0, %(days)s - 1) AS n,
       unnest(%(metrics)s::text[] || ARRAY['engagements']) WITH ORDINALITY AS m(metric, place)
"""


def write(rows: int, posts: int) -> int:
    """So many figures of posts, spread over the first ``posts`` deliveries; how many rows there are in all."""
    from django.db import connection
    from django.utils import timezone

    now = timezone.now()
    with without_indexes(FIGURES), connection.cursor() as cursor:
        values: dict[str, Any] = {"now": now, "today": now.date(), "posts": posts, "days": DAYS}
        values |= {"names": list(NAMES), "metrics": list(METRICS)}
        cursor.execute(_TRACKED, values)
        slots = max(1, round(rows / max(cursor.rowcount, 1) / len(NAMES)))
        nights = [(now.date()).fromordinal(now.date().toordinal() - n).isoformat() for n in range(slots)]
        named = [*MARKS, *nights][:slots]
        cursor.execute(_OF_POSTS, {**values, "slots": slots, "slot_names": named})
        count = int(cursor.rowcount)
        for statement in (_OF_ACCOUNTS, _GAINS):
            cursor.execute(statement, values)
            count += cursor.rowcount
    return count
