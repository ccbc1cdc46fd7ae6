"""Fair shares of a publisher's threads: nobody fills the pool while others may come.

A party (a workspace, a server) may hold at most ``GREED`` times as many threads as are free. Alone it gets three
quarters of them, two get three sevenths each; the more there are, the smaller each share, and some threads are
always free for whoever comes next. The rule is the dynamic threshold of Choudhury and Hahne for shared buffers
(IEEE/ACM Transactions on Networking 6(2), 1998).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

GREED = 3


@dataclass(frozen=True)
class Party:
    """Whom a turn is taken for."""

    workspace: int
    server: str


@dataclass(frozen=True)
class Crowded:
    """Workspaces (ids) and servers that hold their share."""

    workspaces: frozenset[int] = frozenset()
    servers: frozenset[str] = frozenset()


NOBODY = Crowded()


def crowded(held: Iterable[Party], threads: int) -> Crowded:
    """Who gets nothing more for now, when these turns are under way in a pool of that many threads."""
    parties = list(held)
    most = GREED * (threads - len(parties))
    workspaces = Counter(party.workspace for party in parties)
    servers = Counter(party.server for party in parties)
    return Crowded(
        frozenset(key for key, count in workspaces.items() if count >= most),
        frozenset(key for key, count in servers.items() if count >= most),
    )


def at_once(free: int) -> int:
    """How many to claim in one go when ``free`` threads are idle: a single party may turn out to own them all."""
    return max(1, free * GREED // (GREED + 1))


def is_roomy(held: int, threads: int) -> bool:
    """Whether a turn may go on with a next step that takes its time, or leaves its thread to who is due."""
    return threads - held > threads // (GREED + 1)
