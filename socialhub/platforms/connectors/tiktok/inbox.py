"""Why nothing is heard here (https://developers.tiktok.com/doc/overview, read 2026-11)."""

from __future__ import annotations

from socialhub.platforms.inbox import Inbox, ItemKind

BUSINESS = "only another one, for business accounts, which TikTok approves one by one"
inbox = Inbox(
    left_out={
        ItemKind.COMMENT: f"The API that we post with has no comments, {BUSINESS}. Read them on TikTok.",
        ItemKind.MENTION: "TikTok's API does not tell who names an account.",
        ItemKind.MESSAGE: f"The API that we post with has no messages, {BUSINESS}. Read them on TikTok.",
    }
)
