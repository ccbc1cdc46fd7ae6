"""Why nothing is heard here (https://developers.pinterest.com/docs/api/v5/, read 2026-11)."""

from __future__ import annotations

from socialhub.platforms.inbox import Inbox, ItemKind

inbox = Inbox(
    left_out={
        ItemKind.COMMENT: "Pinterest's API counts comments and does not show them. Read them on Pinterest.",
        ItemKind.MENTION: "Pinterest's API does not tell who names an account.",
        ItemKind.MESSAGE: "Pinterest's API has no messages. Read them on Pinterest.",
    }
)
