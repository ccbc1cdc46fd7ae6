"""The composer's form as a browser sends it, and the buttons that change its shape."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from publishing.forms import Draft, act, read


def sent(query: str) -> Draft:
    return read(QueryDict(query))


def test_line_ends_of_browsers_become_those_that_platforms_count() -> None:
    assert sent("text=one%0D%0Atwo").parts == ("one\ntwo",)


def test_a_thread_keeps_its_parts_in_order_and_each_channel_its_own_text() -> None:
    draft = sent("text=a&text=b&text-7=mine&channel=7&channel=3&channel=7")
    assert (draft.parts, dict(draft.own), draft.channels) == (("a", "b"), {7: ("mine",)}, (7, 3))


def test_a_box_that_is_not_ticked_is_an_answer_and_a_ticked_one_wins_over_its_twin() -> None:
    draft = sent("option-7-share=&option-8-share=&option-8-share=true")
    assert draft.options == {7: {"share": ""}, 8: {"share": "true"}}


@pytest.mark.parametrize(
    "nonsense", ["channel=x", "media=1e9", "text-=a", "alt-x=b", "option-7=z", "when=never", "post=-1"]
)
def test_fields_that_make_no_sense_are_left_out(nonsense: str) -> None:
    assert sent(nonsense) == Draft()


def test_a_channel_starts_its_own_text_from_the_shared_one_and_can_go_back() -> None:
    draft = act(sent("text=hello&channel=7"), "customise-7")
    assert (draft.own, draft.tab) == ({7: ("hello",)}, "7")
    assert act(draft, "shared-7").own == {}


def test_parts_are_added_moved_and_removed_in_the_panel_they_belong_to() -> None:
    draft = sent("text=a&text=b&text-7=x")
    assert act(draft, "part-all-0").parts == ("a", "", "b")
    assert act(draft, "up-all-1").parts == ("b", "a")
    assert act(draft, "drop-7-0").own == {7: ("",)}
    assert act(draft, "drop-7-0").parts == ("a", "b")


def test_media_can_be_moved_forward_and_taken_out() -> None:
    draft = sent("media=4&media=5")
    assert act(draft, "left-5").media == (5, 4)
    assert act(draft, "left-4").media == (4, 5)
    assert act(draft, "remove-4").media == (5,)


@pytest.mark.parametrize("wrong", ["", "part-all-9x", "drop-99-0", "left-99", "customise-", "explode-1"])
def test_an_act_that_makes_no_sense_changes_nothing(wrong: str) -> None:
    draft = sent("text=a&media=4&channel=7")
    assert act(draft, wrong) == draft
