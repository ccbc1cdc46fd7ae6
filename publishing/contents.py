"""What is published where: a post and its overrides as the value that connectors and rules work with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accounts.models import ConnectedAccount
from publishing import library
from publishing.models import Delivery, MediaFile, Post, PostMedia
from socialhub.platforms.connector import Connector
from socialhub.platforms.options import Options, OptionType
from socialhub.platforms.text import first_link
from socialhub.platforms.values import Content, Kind, Media, Part


def content_of(delivery: Delivery) -> Content:
    """The content of a scheduled delivery: own texts where it has them, media shared, kind as stored."""
    return assemble(
        kind=Kind(delivery.kind),
        texts=texts_of(delivery.post, delivery),
        media=placed_media(delivery.post),
        first_comment=comment_for(delivery.account, Kind(delivery.kind), delivery.post.first_comment),
    )


def options_of(delivery: Delivery) -> dict[str, Any]:
    """The answered options of a delivery, files of the library as values."""
    connector = delivery.account.connector
    return with_files(connector.options, delivery.options, files_for([(connector.options, delivery.options)]))


def files_for(asked: Iterable[tuple[Options, Mapping[str, Any]]]) -> dict[int, MediaFile]:
    """The library's files that answered options name, by id. The caller has checked whose they are."""
    wanted = {
        stored[option.key]
        for options, stored in asked
        for option in options.items
        if option.type is OptionType.MEDIA and isinstance(stored.get(option.key), int)
    }
    return MediaFile.objects.in_bulk(list(wanted)) if wanted else {}


def with_files(options: Options, stored: Mapping[str, Any], files: Mapping[int, MediaFile]) -> dict[str, Any]:
    """Options with files in place of their ids; the id of a file that is gone stays, and the rules say so."""
    filled = dict(stored)
    for option in options.items:
        number = stored.get(option.key)
        if option.type is OptionType.MEDIA and isinstance(number, int) and number in files:
            filled[option.key] = library.as_value(files[number])
    return filled


def comment_for(account: ConnectedAccount, kind: Kind, comment: str) -> str:
    """The shared first comment where the platform takes one; elsewhere the post goes out without it."""
    rules = account.connector.rules_for(account.value()).kinds.get(kind)
    return comment if rules is not None and rules.first_comment is not None else ""


def texts_of(post: Post, delivery: Delivery | None) -> list[str]:
    """The texts that hold for a delivery: its own, else the shared ones."""
    own = delivery.own_parts if delivery is not None else None
    return list(own if own is not None else post.parts) or [""]


def placed_media(post: Post) -> list[tuple[int, Media]]:
    """The post's media with the part that each belongs to, in order. Whoever loads many posts prefetches them."""
    placed = post.placed.all()
    if "placed" not in getattr(post, "_prefetched_objects_cache", {}):
        placed = placed.select_related("media")
    return [(each.part, media_value(each)) for each in placed]


def media_value(placed: PostMedia) -> Media:
    """A placed file as a value; its alternative text is the post's, else the library's."""
    return library.as_value(placed.media, alt=placed.alt or placed.media.alt)


def assemble(
    *, kind: Kind, texts: Sequence[str], media: Iterable[tuple[int, Media]], first_comment: str = ""
) -> Content:
    """Put texts and media together as ``kind`` wants them: a thread in parts, anything else in one."""
    placed = list(media)
    if kind is Kind.THREAD:
        last = len(texts) - 1
        parts = tuple(
            Part(text, tuple(item for part, item in placed if min(part, last) == index))
            for index, text in enumerate(texts)
        )
        return Content(kind, parts=parts, first_comment=first_comment)
    text = "\n\n".join(texts).strip()
    return Content(
        kind,
        text=text,
        link=first_link(text) if kind is Kind.LINK else "",
        media=tuple(item for _, item in placed),
        first_comment=first_comment,
    )


def possible_kinds(texts: Sequence[str], media: Sequence[Media]) -> tuple[Kind, ...]:
    """What kinds of post this can be, the most usual first."""
    if len(texts) > 1:
        return (Kind.THREAD,)
    if not media:
        return (Kind.LINK, Kind.TEXT) if first_link(texts[0]) else (Kind.TEXT,)
    if len(media) > 1:
        return (Kind.GALLERY,)
    if media[0].is_document:
        return (Kind.DOCUMENT,)
    if media[0].is_video:
        return (Kind.VIDEO, Kind.SHORT, Kind.STORY)
    return (Kind.IMAGE, Kind.STORY)


def choose_kind(
    connector: Connector, texts: Sequence[str], media: Sequence[Media], wanted: str = ""
) -> tuple[Kind, tuple[Kind, ...]]:
    """The kind for this platform and those a person may choose among.

    ``wanted`` wins where it is possible; a kind that the platform does not offer is returned when nothing else
    is possible, so that the rules can say so.
    """
    possible = possible_kinds(texts, media)
    offered = tuple(kind for kind in possible if kind in connector.kinds)
    chosen = next((kind for kind in offered if kind.value == wanted), offered[0] if offered else possible[0])
    return chosen, offered
