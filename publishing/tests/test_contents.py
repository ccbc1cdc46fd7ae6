"""What kind of post words and files become, and how they are put together for it."""

from __future__ import annotations

import pytest

from publishing.contents import assemble, possible_kinds
from socialhub.platforms.values import Kind, Media, Part

PHOTO = Media("1", "image/jpeg", 1000)
FILM = Media("2", "video/mp4", 1000)


@pytest.mark.parametrize(
    ("texts", "media", "kinds"),
    [
        (["Hello"], [], (Kind.TEXT,)),
        (["Read https://northwind.example/blend today"], [], (Kind.LINK, Kind.TEXT)),
        (["northwind.example has no scheme"], [], (Kind.TEXT,)),
        (["Hello"], [PHOTO], (Kind.IMAGE, Kind.STORY)),
        (["Hello"], [PHOTO, FILM], (Kind.GALLERY,)),
        (["Hello"], [FILM], (Kind.VIDEO, Kind.SHORT, Kind.STORY)),
        (["One", "Two"], [PHOTO], (Kind.THREAD,)),
    ],
)
def test_words_and_files_decide_what_a_post_can_be(
    texts: list[str], media: list[Media], kinds: tuple[Kind, ...]
) -> None:
    assert possible_kinds(texts, media) == kinds


def test_a_link_post_carries_the_first_address_of_its_text() -> None:
    text = "See https://northwind.example/a, then https://northwind.example/b"
    assert assemble(kind=Kind.LINK, texts=[text], media=()).link == "https://northwind.example/a"
    assert assemble(kind=Kind.TEXT, texts=[text], media=()).link == ""


def test_a_file_stands_in_the_part_that_it_was_put_into() -> None:
    content = assemble(kind=Kind.THREAD, texts=["One", "Two"], media=[(0, PHOTO), (5, FILM)])
    assert content.parts == (Part("One", (PHOTO,)), Part("Two", (FILM,)))
