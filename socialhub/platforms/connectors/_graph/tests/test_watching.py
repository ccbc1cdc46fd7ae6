"""Which posts a poll looks at, and when a comment counts as gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from socialhub.platforms.connectors._graph.watching import Round
from socialhub.platforms.inbox import Watching

NOW = datetime(2026, 7, 15, tzinfo=UTC)


def _round(cursor: dict[str, Any], *posts: str, most: int = 2) -> Round:
    return Round.of(Watching(NOW, cursor, posts), most)


def _looks(*lists: tuple[str, bool]) -> list[list[str]]:
    """What is gone after each look at one post; a list is a word of ids."""
    cursor: dict[str, Any] = {}
    found = []
    for ids, is_whole in lists:
        turn = _round(cursor, "p")
        found.append([gone.id for gone in turn.gone("p", list(ids), is_whole=is_whole)])
        cursor = turn.cursor()
    return found


def test_the_posts_take_turns_whatever_their_number() -> None:
    cursor: dict[str, Any] = {}
    chosen = []
    for _ in range(3):
        turn = _round(cursor, "a", "b", "c")
        chosen.append(turn.chosen)
        cursor = turn.cursor()
    assert chosen == [("a", "b"), ("c", "a"), ("b", "c")]
    assert _round(cursor).chosen == ()
    assert _round({"turn": 7}, "a").chosen == ("a",)


@pytest.mark.parametrize(
    ("lists", "gone"),
    [
        ((("abc", True), ("ac", True), ("ac", True), ("ac", True)), [[], [], ["b"], []]),
        ((("abc", True), ("ac", True), ("abc", True), ("ac", True)), [[], [], [], []]),
        # Newer ones push older ones off the end: nothing is known of those.
        ((("abc", False), ("xya", False), ("xya", False)), [[], [], []]),
        ((("abc", False), ("xac", False), ("xac", False)), [[], [], ["b"]]),
        # What came after it is out of sight too by now.
        ((("abc", False), ("ac", False), ("xya", False)), [[], [], []]),
        ((("abc", True), ("", True), ("", True)), [[], [], ["a", "b", "c"]]),
    ],
)
def test_a_comment_is_gone_when_its_place_is_empty_twice(
    lists: tuple[tuple[str, bool], ...], gone: list[list[str]]
) -> None:
    assert _looks(*lists) == gone


def test_a_post_that_is_no_longer_watched_is_forgotten() -> None:
    turn = _round({}, "a")
    assert turn.gone("a", ["1"], is_whole=True) == []
    assert "a" in turn.cursor()["seen"]
    assert _round(turn.cursor(), "b").cursor()["seen"] == {}
