"""A PostgreSQL database with a long history, written by the database itself in minutes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

PER_WORKSPACE, CHANNELS, CROWD = 5_000, 5, 5_000
TABLES = ("publishing_post", "publishing_delivery")
FIGURES = (
    "analytics_postsnapshot",
    "analytics_accountsnapshot",
    "analytics_daygain",
    "analytics_trackedpost",
)
HOST = "social{}.example"

# column → what row n gets; every other column is that of a template row, so that new columns do no harm.
_POST = {
    "id": "n",
    "workspace_id": "%(workspace)s + a / 5",
    "parts": "jsonb_build_array('Post ' || n || ' of a long year')",
    "due_at": "due",
    "created_at": "due",
    "updated_at": "due",
}
_DELIVERY = {
    "id": "n",
    "post_id": "n",
    "account_id": "%(account)s + a",
    "workspace_id": "%(workspace)s + a / 5",
    "server": "'mastodon social' || a %% 20 || '.example'",
    "lane": "CASE WHEN a %% 5 = 4 THEN 'board-' || a ELSE '' END",
    "key": "gen_random_uuid()",
    "fingerprint": "md5(n::text)",
    "state": "how",
    "due_at": "due",
    "created_at": "due",
    "next_at": "CASE WHEN how = 'scheduled' THEN due END",
    "remote_id": "CASE WHEN how = 'published' THEN 'post-' || n ELSE '' END",
    "published_at": "CASE WHEN how = 'published' THEN due END",
}
# Some rows of the first part are due, one of ten is scheduled, two of a hundred wait for a person.
_ROWS = """
SELECT n, (n + n / 1000) %% %(accounts)s AS a,
       CASE WHEN {is_due} THEN %(now)s - interval '1 second' * (n %% 60 + {late})
            WHEN n %% 10 = 1 THEN %(now)s + interval '1 hour' + interval '30 days' * share
            ELSE %(now)s - interval '1 day' - interval '365 days' * share END AS due,
       CASE WHEN {is_due} OR n %% 10 = 1 THEN 'scheduled' WHEN n %% 100 = 2 THEN 'failed'
            WHEN n %% 100 = 4 THEN 'missed' ELSE 'published' END AS how
  FROM (SELECT n, (hashint8(n) & 1048575) / 1048576.0 AS share
          FROM generate_series(%(first)s, %(last)s) AS n) AS numbers
"""
TEMPLATE = -1


@dataclass
class History:
    """What has been written so far. ``due`` deliveries wait at any size; the rest is future and past."""

    rows: int
    due: int
    written: int = 0
    workspace: int = 0
    account: int = 0
    accounts: int = 0
    owner: Any = field(default=None, repr=False)

    def begin(self) -> None:
        """Workspaces of five channels each, enough for 5,000 posts a workspace."""
        from accounts.membership import create_workspace
        from accounts.models import ConnectedAccount, User, Workspace
        from publishing.models import Delivery, Post

        self.owner = User.objects.create_user("maya@northwind.test", "a long enough word", name="Maya")
        first = create_workspace(owner=self.owner, name="Northwind Coffee", zone="Europe/London")
        spaces = max(20, self.rows // PER_WORKSPACE)
        more = [Workspace(name=f"Space {n}", slug=f"space-{n}") for n in range(1, spaces + 1)]
        Workspace.objects.bulk_create(more, batch_size=1000)
        self.workspace, self.accounts = first.pk, spaces * CHANNELS
        made = ConnectedAccount.objects.bulk_create(
            [
                ConnectedAccount(
                    workspace_id=self.workspace + n // CHANNELS, platform="mastodon", login="server",
                    host=HOST.format(n % 20), handle=f"bench{n}", external_id=str(n),
                )
                for n in range(self.accounts)
            ],
            batch_size=1000,
        )  # fmt: skip
        self.account = min(row.pk for row in made)
        post = Post.objects.create(pk=TEMPLATE, workspace=first, parts=["A template"])
        Delivery.objects.create(pk=TEMPLATE, post=post, account=made[0], kind="text")

    def grow(self, rows: int) -> None:
        """Write on until there are that many posts, each with one delivery."""
        is_due = "false" if self.written else f"n %% {max(rows // self.due, 1)} = 0"
        with without_indexes(TABLES):
            self._write(self.written + 1, rows, is_due)
        self.written = rows

    def crowd(self) -> int:
        """5,000 more due posts of one workspace, ahead of everybody; its id."""
        from django.db import connection

        self._write(self.rows + 1, self.rows + CROWD, "true", channel=3 * CHANNELS, late=600)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE publishing_delivery")
        return self.workspace + 3

    def _write(
        self, first: int, last: int, is_due: str, *, channel: int | None = None, late: int = 0
    ) -> None:
        """Rows from ``first`` to ``last``, of all accounts in turn or of one ``channel`` alone."""
        from django.db import connection
        from django.utils import timezone

        values: dict[str, Any] = {
            "first": first, "last": last, "now": timezone.now(), "template": TEMPLATE,
            "accounts": self.accounts if channel is None else 1,
            "account": self.account + (channel or 0), "workspace": self.workspace + (channel or 0) // CHANNELS,
        }  # fmt: skip
        rows = _ROWS.format(is_due=is_due, late=late)
        with connection.cursor() as cursor:
            for table, columns in zip(TABLES, (_POST, _DELIVERY), strict=True):
                cursor.execute(_insert(table, columns, rows), values)
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")


def _insert(table: str, columns: dict[str, str], rows: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        names = [each.name for each in connection.introspection.get_table_description(cursor, table)]
    values = ", ".join(columns.get(name, f't."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    template = f"(SELECT * FROM {table} WHERE id = %(template)s) AS t"
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM ({rows}) AS rows, {template}"


@contextlib.contextmanager
def without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Indexes are built once at the end, and foreign keys are not looked up row by row: the data is our own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid::regclass::text = ANY(%s) AND contype = 'u'",
            [list(tables)],
        )
        constraints = cursor.fetchall()
        for name, table, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes AS i "
            "LEFT JOIN pg_constraint AS c ON c.conname = i.indexname "
            "WHERE i.tablename = ANY(%s) AND c.oid IS NULL",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        for name, table, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        cursor.execute("SET session_replication_role = DEFAULT; RESET synchronous_commit")
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
