"""After the journeys: what the sandbox issued must be nowhere in the database, the logs, the files or the pages."""

from __future__ import annotations

import psycopg
import pytest
from playwright.sync_api import Page

from tests.journeys.acts import HOME
from tests.stack import Stack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.mark.last
def test_no_secret_that_the_sandbox_issued_is_in_database_logs_files_or_pages(
    stack: Stack, instagram: Page, x: Page, mastodon: Page, signed_in: Page, seen: dict[str, str]
) -> None:
    for path in ("", "accounts/", "posts/", "setup/", "settings/", "calendar/month/"):
        signed_in.goto(f"{stack.url}{HOME}{path}")
    for link in signed_in.locator(f"a[href^='{HOME}posts/']").evaluate_all("all => all.map(a => a.href)")[
        :10
    ]:
        signed_in.goto(link)
    places = {f"log {name}": text for name, text in stack.log_texts().items() if name != "sandbox"}
    places |= {f"page {url}": text for url, text in seen.items()}
    places |= database_texts(stack)
    secrets = {one["value"] for one in stack.control.issued() if one["kind"] != "client_id"}
    assert len(secrets) >= 6
    assert len(seen) >= 10
    found = [
        f"{secret[:4]}… in {place}" for place, text in places.items() for secret in secrets if secret in text
    ]
    assert found == []


def database_texts(stack: Stack) -> dict[str, str]:
    """The whole database as text: SQLite's files byte by byte, PostgreSQL row by row."""
    if stack.database_url.startswith("sqlite"):
        files = stack.folder.glob("db.sqlite3*")
        return {f"database {path.name}": path.read_bytes().decode("latin-1") for path in files}
    with psycopg.connect(stack.database_url) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {name: connection.execute(f'SELECT t::text FROM "{name}" t').fetchall() for (name,) in names}
    return {f"table {name}": "\n".join(row[0] for row in found) for name, found in rows.items()}
