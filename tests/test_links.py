"""Links that people copy out of their browser: whose they are, and which post they lead to where they say so."""

from __future__ import annotations

import pytest

from socialhub.platforms import registry
from socialhub.platforms.login import OAuth2
from socialhub.platforms.values import Account

LINKS = [
    ("x", "https://x.com/northwind/status/1790000000000000001?s=20", "1790000000000000001"),
    ("x", "https://twitter.com/northwind/status/17", "17"),
    ("x", "https://x.com.evil.example/northwind/status/17", None),
    ("linkedin", "https://www.linkedin.com/feed/update/urn:li:share:71/", "urn:li:share:71"),
    ("linkedin", "https://www.linkedin.com/posts/northwind_coffee-activity-71-abcd", ""),
    ("linkedin", "https://www.linkedin.com/feed/update/urn:li:activity:71/", ""),
    ("youtube", "https://youtu.be/dQw4w9WgXcQ?t=3", "dQw4w9WgXcQ"),
    ("youtube", "https://www.youtube.com/shorts/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
    ("youtube", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "dQw4w9WgXcQ"),
    ("pinterest", "https://www.pinterest.com/pin/813744226420795884/", "813744226420795884"),
    ("pinterest", "https://www.pinterest.co.uk/pin/flat-white--813744226420795884/", "813744226420795884"),
    ("tiktok", "https://www.tiktok.com/@northwind/video/7106594312292453675", "7106594312292453675"),
    ("tiktok", "https://vm.tiktok.com/ZMabc/", ""),
    ("bluesky", "https://bsky.app/profile/northwind.bsky.social/post/3kabc", ""),
    ("facebook", "https://www.facebook.com/northwind/posts/pfbid02abc", ""),
    ("facebook", "https://www.facebook.com.evil.example/northwind/posts/1", None),
    ("instagram", "https://www.instagram.com/p/Cabc123/", ""),
    ("instagram", "https://www.instagram.com/northwind/reel/Cabc123/", ""),
    ("instagram", "https://www.instagram.com/northwind/", None),
    ("threads", "https://www.threads.com/@northwind/post/Cabc123", ""),
    ("mastodon", "https://social.example/@northwind/110", ""),
    ("mastodon", "https://elsewhere.example/@northwind/110", None),
]


@pytest.mark.parametrize(("platform", "link", "found"), LINKS)
def test_a_link_says_whose_it_is_and_sometimes_which_post(
    platform: str, link: str, found: str | None
) -> None:
    publishing = registry.get(platform).publishing
    assert publishing is not None
    account = Account(
        external_id="1", handle="northwind", host="social.example" if platform == "mastodon" else ""
    )
    assert publishing.read_link(link, account) == found


@pytest.mark.parametrize("platform", sorted(registry.connectors()))
def test_every_platform_knows_its_own_links(platform: str) -> None:
    connector = registry.get(platform)
    assert connector.publishing is not None
    runs_anywhere = any(isinstance(login, OAuth2) and login.user_host for login in connector.logins)
    assert connector.publishing.link is not None or runs_anywhere
    assert (
        connector.publishing.read_link("https://evil.example/x.com/a/status/1", Account("1", "northwind"))
        is None
    )
