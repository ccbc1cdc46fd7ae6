"""A PostgreSQL database with a long history, written by the database itself in minutes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

PER_WORKSPACE, CHANNELS, CROWD = 5_000, 5, 5_000
TABLES = ("publishing_post", "publishing_delivery")
HOST = "social{}.example"

_POSTS = """
INSERT INTO publishing_post (id, workspace_id, title, parts, first_comment, due_at, created_at, updated_at)
SELECT n, {space}, '', jsonb_build_array('Post ' || n || ' of a long year'), '', {due}, {due}, {due}
  FROM (SELECT n, (n + n / 1000) %% %(accounts)s AS a FROM generate_series(%(first)s, %(last)s) AS n) AS rows
"""
_DELIVERIES = """
INSERT INTO publishing_delivery (
  id, post_id, account_id, workspace_id, server, lane, key, kind, options, state, due_at, next_at, lease_token,
  step, facts, is_begun, in_doubt, attempts, looks, note, error_kind, error_code, error_message, remote_id, url,
  published_at, created_at)
SELECT n, n, %(account)s + a, {space}, 'mastodon social' || a %% 20 || '.example',
       CASE WHEN a %% 5 = 4 THEN 'board-' || a ELSE '' END, gen_random_uuid(), 'text', '{{}}', {state}, {due},
       CASE WHEN {state} = 'scheduled' THEN {due} END, 0, '', '', false, false, 0, 0, '', '', '', '',
       CASE WHEN {state} = 'published' THEN 'post-' || n ELSE '' END,
       CASE WHEN {state} = 'published' THEN 'https://social.example/@bench/' || n ELSE '' END,
       CASE WHEN {state} = 'published' THEN {due} END, {due}
  FROM (SELECT n, (n + n / 1000) %% %(accounts)s AS a FROM generate_series(%(first)s, %(last)s) AS n) AS rows
"""
_SPACE = "%(workspace)s + a / 5"
# Every due_th row of the first part is due, one of ten is scheduled, two of a hundred wait for a person.
_DUE = """CASE WHEN {is_due} THEN now() - interval '1 second' * (n %% 60)
  WHEN n %% 10 = 1 THEN now() + interval '1 hour' + interval '30 days' * random()
  ELSE now() - interval '1 day' - interval '365 days' * random() END"""
_STATE = """CASE WHEN {is_due} OR n %% 10 = 1 THEN 'scheduled' WHEN n %% 100 = 2 THEN 'failed'
  WHEN n %% 100 = 4 THEN 'missed' ELSE 'published' END"""


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

    def grow(self, rows: int) -> None:
        """Write on until there are that many posts, each with one delivery."""
        from django.db import connection

        is_due = f"n <= {rows} AND n %% {max(rows // self.due, 1)} = 0" if not self.written else "false"
        due, state = _DUE.format(is_due=is_due), _STATE.format(is_due=is_due)
        values = {
            "first": self.written + 1, "last": rows, "accounts": self.accounts,
            "account": self.account, "workspace": self.workspace,
        }  # fmt: skip
        with _without_indexes(), connection.cursor() as cursor:
            cursor.execute(_POSTS.format(space=_SPACE, due=due), values)
            cursor.execute(_DELIVERIES.format(space=_SPACE, due=due, state=state), values)
        self.written = rows

    def crowd(self) -> int:
        """5,000 more due posts of one workspace, ahead of everybody; its id."""
        from django.db import connection

        space = self.workspace + 3
        due, state = "now() - interval '10 minutes'", "'scheduled'"
        values = {
            "first": self.rows + 1, "last": self.rows + CROWD, "accounts": 1,
            "account": self.account + 3 * CHANNELS, "workspace": space,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_POSTS.format(space=_SPACE, due=due), values)
            cursor.execute(_DELIVERIES.format(space=_SPACE, due=due, state=state), values)
            cursor.execute("ANALYZE publishing_delivery")
        return space


@contextlib.contextmanager
def _without_indexes() -> Iterator[None]:
    """Indexes are built once at the end, and foreign keys are not looked up row by row: the data is our own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            "SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid::regclass::text = ANY(%s) AND contype = 'u'",
            [list(TABLES)],
        )
        constraints = cursor.fetchall()
        for name, table, _ in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes AS i "
            "LEFT JOIN pg_constraint AS c ON c.conname = i.indexname "
            "WHERE i.tablename = ANY(%s) AND c.oid IS NULL",
            [list(TABLES)],
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
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")
