"""What a server takes. The numbers are Mastodon's defaults; each account's own server may say otherwise.

Length: grapheme clusters of content warning and text together, a link counts 23, of a mention only the user
counts (https://github.com/mastodon/mastodon, app/validators/status_length_validator.rb).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from socialhub.platforms.rules import Image, KindRules, Rules, Text, Video
from socialhub.platforms.text import Count
from socialhub.platforms.values import Account, Kind

from .instance import Instance

LONGEST_THREAD = 25
"""Our own bound: the server has none, its 300 posts in 3 hours aside."""


def rules_of(instance: Instance) -> Rules:
    """The rules that a server with these limits has."""
    text = _text(instance)
    image, video = _image(instance), _video(instance)
    still = KindRules(text=text, media=(1, 1), image=image)
    return Rules(
        checked=date(2026, 11, 22),
        source="https://docs.joinmastodon.org/entities/Instance/",
        kinds={
            Kind.TEXT: KindRules(text=replace(text, required=True)),
            Kind.IMAGE: still,
            Kind.GALLERY: replace(still, media=(2, instance.files), solo=frozenset({"image/gif"})),
            Kind.VIDEO: KindRules(text=text, media=(1, 1), video=video),
            Kind.THREAD: KindRules(
                text=text,
                media=(0, instance.files),
                image=image,
                video=video,
                solo=frozenset({"image/gif"}),
                parts=(2, LONGEST_THREAD),
            ),
        },
    )


def _text(instance: Instance) -> Text:
    if not instance.is_mastodon:
        # Others count code points and give links no price: the plain length is right or too careful.
        return Text(max=instance.characters, count=Count.CODEPOINTS, with_options=("spoiler_text",))
    return Text(
        max=instance.characters,
        count=Count.GRAPHEMES,
        url_cost=instance.url_cost,
        local_mentions=True,
        with_options=("spoiler_text",),
    )


def _image(instance: Instance) -> Image:
    return Image(
        mimes=frozenset(name for name in instance.mimes if name.startswith("image/")),
        max_bytes=instance.image_bytes,
        max_pixels=instance.image_pixels,
        alt=instance.description,
    )


def _video(instance: Instance) -> Video:
    return Video(
        mimes=frozenset(name for name in instance.mimes if name.startswith("video/")),
        max_bytes=instance.video_bytes,
        max_pixels=instance.video_pixels,
        max_fps=instance.video_fps,
        alt=instance.description,
    )


RULES = rules_of(Instance())


def refine(rules: Rules, account: Account) -> Rules:
    """The rules of the server that the account lives on."""
    return rules_of(Instance.of(account))
