"""Other words for a post that is live, and removing it
(https://developers.facebook.com/docs/pages-api/posts, read 2026-06).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from socialhub.platforms.api import Api
from socialhub.platforms.errors import Fault, PlatformError
from socialhub.platforms.values import Account, Content, Kind

FILMS = (Kind.VIDEO, Kind.SHORT)


def edit(api: Api, account: Account, post_id: str, content: Content, options: Mapping[str, Any]) -> None:
    """Change the message of a post, or the description and title of a video; links and files stay."""
    if content.kind is Kind.STORY:
        raise PlatformError(
            Fault.INVALID_REQUEST,
            platform=api.platform,
            code="edit_not_offered",
            user_message="A story has no words that could be changed.",
        )
    form = {"message": content.text}
    if content.kind in FILMS:
        # The title of a new video is called "title", that of a known one "name".
        form = {"description": content.text, "name": str(options.get("title") or "")}
    api.post(post_id, form=form)


def delete(api: Api, account: Account, post_id: str) -> None:
    """Delete a post, a video or a reel."""
    try:
        api.delete(post_id)
    except PlatformError as error:
        if error.kind is not Fault.NOT_FOUND:
            raise
