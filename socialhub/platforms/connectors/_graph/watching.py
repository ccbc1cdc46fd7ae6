"""Looking after comments post by post: which posts are looked at in this poll, and what is no longer under them.

Nobody is told when a visitor takes a comment back on Instagram or Threads, so it is noticed: what was listed once and
is missing from two looks at the same place of the list is gone. One look proves nothing, as lists have gaps at times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from socialhub.platforms.inbox import Gone, Watching

MOST_IDS = 100
"""How many comments of a post are remembered."""


@dataclass
class Round:
    """One poll: the posts in ``chosen``, the next ones the next time. ``kept`` has, for each post, the ids that were
    listed in their order, and those that were missing once with what came after them.
    """

    chosen: tuple[str, ...]
    turn: int
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, watching: Watching, most: int) -> Round:
        """The round that is due."""
        posts, begun = watching.posts, int(watching.cursor.get("turn", 0))
        count = len(posts)
        chosen = tuple(posts[(begun + place) % count] for place in range(min(most, count)))
        known: Mapping[str, Any] = watching.cursor.get("seen") or {}
        kept = {post: dict(known[post]) for post in posts if post in known}
        return cls(chosen, (begun + len(chosen)) % count if count else 0, kept)

    def cursor(self) -> dict[str, Any]:
        """What the next poll begins with."""
        return {"turn": self.turn, "seen": self.kept}

    def gone(self, post: str, listed: Sequence[str], *, is_whole: bool) -> list[Gone]:
        """What was there and is missing for the second time. ``is_whole`` says that nothing else is under the post;
        else only what has a known neighbour further down can be said to be missing.
        """
        now = set(listed)
        before = self.kept.get(post, {})
        missed: dict[str, str] = {
            key: after for key, after in (before.get("missed") or {}).items() if key not in now
        }
        taken = [key for key, after in missed.items() if is_whole or after in now]
        waiting = {key: after for key, after in missed.items() if key not in taken}
        ids: list[str] = [str(key) for key in before.get("ids") or ()]
        for place, key in enumerate(ids):
            neighbour = next((below for below in ids[place + 1 :] if below in now), "")
            if key not in now and key not in missed and (is_whole or neighbour):
                waiting[key] = neighbour
        self.kept[post] = {
            "ids": list(listed)[:MOST_IDS],
            "missed": dict(list(waiting.items())[-MOST_IDS:]),
        }
        return [Gone(key) for key in taken]
