"""The database's own guard over the audit log: it refuses to change or remove a line, whoever asks.

An operator with the rights to do so can still drop the triggers: a guard against slips and injected statements,
not against the owner of the database.
"""

from __future__ import annotations

from typing import Any

TABLE = "compliance_entry"
_WORDS = "the audit log takes new lines only"

_SQLITE = {
    "raise": [
        f"CREATE TRIGGER {TABLE}_{act} BEFORE {act.upper()} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        for act in ("update", "delete")
    ],
    "lower": [f"DROP TRIGGER IF EXISTS {TABLE}_{act}" for act in ("update", "delete")],
}
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$
"""
_TRIGGER = f"""
CREATE TRIGGER {TABLE}_guard BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()
"""
_POSTGRESQL = {
    "raise": [_FUNCTION, _TRIGGER],
    "lower": [
        f"DROP TRIGGER IF EXISTS {TABLE}_guard ON {TABLE}",
        f"DROP FUNCTION IF EXISTS {TABLE}_refuse()",
    ],
}
STATEMENTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def guard(apps: Any, schema_editor: Any) -> None:
    """Put the guard up. Called by the migration that makes the table."""
    _run(schema_editor.connection, "raise")


def unguard(apps: Any, schema_editor: Any) -> None:
    """Take the guard down, when the migration is undone."""
    _run(schema_editor.connection, "lower")


def _run(connection: Any, way: str) -> None:
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor][way]:
            cursor.execute(statement)
