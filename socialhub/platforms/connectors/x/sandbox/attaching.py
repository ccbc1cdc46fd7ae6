"""Which files a post may carry; what is wrong with a file comes out only here."""

from __future__ import annotations

from socialhub.platforms.sandbox.records import Media
from socialhub.platforms.sandbox.simulator import Call, RefusalError

from .server import invalid, problem, simulator

LIFETIME = 86_400
LONGEST_VIDEO, LONGEST_PREMIUM_VIDEO = 140.0, 7500.0
PROCESSED = ("tweet_gif", "tweet_video", "amplify_video", "dm_gif", "dm_video")


def is_expired(call: Call, media: Media) -> bool:
    """Whether the id is too old to be used in a post."""
    return call.now > media.created_at + LIFETIME


def pays(call: Call) -> bool:
    """Whether the account has a subscription that lets it post more."""
    return call.account.kind.startswith("Premium")


def check_attachable(call: Call, media_ids: list[str]) -> list[Media]:
    """The files for a post; what is wrong with a file comes out only here."""
    found = [call.world.media.get(media_id) for media_id in media_ids]
    media = [item for item in found if item is not None and item.platform == simulator.key]
    usable = all(
        item.account == call.token.account
        and item.extra["is_final"]
        and not item.extra["fault"]
        and item.ready_at <= call.now
        and not is_expired(call, item)
        for item in media
    )
    moving = [item for item in media if item.extra["category"] in PROCESSED]
    if (
        len(media) < len(media_ids)
        or len(set(media_ids)) < len(media_ids)
        or not usable
        or (moving and len(media) > 1)
    ):
        raise _bad_ids(media_ids)
    longest = LONGEST_PREMIUM_VIDEO if pays(call) else LONGEST_VIDEO
    if any(item.seconds > longest for item in media):
        minutes = int(longest // 60)
        raise problem(403, f"This user is not allowed to post a video longer than {minutes} minutes.")
    return media


def _bad_ids(media_ids: list[str]) -> RefusalError:
    error = invalid("Your media IDs are invalid.", "media.media_ids")
    if isinstance(error.body, dict):
        error.body["errors"][0]["parameters"] = {"media.media_ids": [f"[{','.join(media_ids)}]"]}
    return error
