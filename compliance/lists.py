"""Lists of ids that a platform mails: people who shall be forgotten, one a line."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import Workspace
from accounts.signals import tell_deed
from compliance.models import Request
from compliance.opening import open_request, own_accounts

LARGEST = 5 * 1024 * 1024
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.-]{2,254}")
_AT_ONCE = 500


class NoList(ValueError):
    """A file that is no list of ids; the text says why."""


@dataclass(frozen=True)
class Asked:
    """How many ids were in a list, and of how many there are accounts here."""

    people: int
    known: int


def read(data: bytes) -> list[str]:
    """The ids in the first column of a text. Raises :class:`NoList` for anything else."""
    if len(data) > LARGEST:
        raise NoList("The file is larger than 5 MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoList("This is no text file.") from None
    if "\0" in text:
        raise NoList("This is no text file.")
    cells = (re.split(r"[,;\t]", line, maxsplit=1)[0].strip().strip("\"'") for line in text.splitlines())
    # A heading has no digit; every id has.
    found = [cell for cell in cells if _ID.fullmatch(cell) and any(sign.isdigit() for sign in cell)]
    if not found:
        raise NoList("There are no ids in the first column of this file.")
    return list(dict.fromkeys(found))


def take(*, workspace: Workspace, app_key: str, people: Collection[str]) -> Asked:
    """Ask for everybody of the list who connected an account of this workspace through that app."""
    listed, known = list(people), 0
    for start in range(0, len(listed), _AT_ONCE):
        accounts = own_accounts(workspace, app_key, listed[start : start + _AT_ONCE])
        for person in sorted({account.person_id for account in accounts}):
            theirs = [account for account in accounts if account.person_id == person]
            app = workspace.apps.filter(app_key=app_key, host="").first()
            open_request(
                kind=Request.Kind.LISTED,
                platform=theirs[0].platform,
                accounts=theirs,
                app=app,
                app_key=app_key,
            )
            known += 1
    tell_deed("list.taken", workspace=workspace, app=app_key, people=len(listed), known=known)
    return Asked(len(listed), known)
