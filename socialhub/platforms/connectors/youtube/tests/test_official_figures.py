"""The official discovery documents judge how figures are asked for, and what the sandbox answers."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from socialhub.platforms.metrics import Listing, Span
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Listening, connect
from socialhub.platforms.values import Capability

from .test_official import ALWAYS, CONNECTOR, DOCUMENT, DOCUMENTS, check, method_of

REPORTS = json.loads((DOCUMENTS / "youtubeAnalytics.v2.json").read_text())


def test_figures_are_asked_for_and_told_as_both_documents_say() -> None:
    with SandboxServer() as sandbox:
        transport = Listening(sandbox.url)
        desk = connect(CONNECTOR, CONNECTOR.logins[0], sandbox, transport=transport)
        sandbox.control.past(desk.account.external_id, "Harbour roast", seconds=5 * 86_400)
        insights, now = CONNECTOR.insights, sandbox.clock.moment()
        assert insights is not None
        assert insights.list_posts is not None
        transport.heard.clear()
        listed = insights.list_posts(desk.api(), desk.account, Listing(now - timedelta(days=9), now))
        insights.read_posts(desk.api(), desk.account, listed.posts, now)
        days = Span((now - timedelta(days=12)).date(), (now - timedelta(days=2)).date(), insights.zone)
        for part in insights.parts:
            part.read(desk.api(), desk.account, days, now)
    seen = set()
    for request, response in transport.heard:
        parts = urlsplit(request.url)
        if parts.hostname == urlsplit(REPORTS["rootUrl"]).hostname:
            method, document = REPORTS["resources"]["reports"]["methods"]["query"], REPORTS
            assert parts.path == f"/{method['path']}"
        else:
            known = method_of(request)
            assert known is not None
            method, document = known[0], DOCUMENT
        seen.add(method["id"])
        assert set(parse_qs(parts.query)) <= set(method["parameters"]) | ALWAYS
        assert set(CONNECTOR.logins[0].scopes[Capability.INSIGHTS]) & set(method["scopes"])
        check(json.loads(response.content), method["response"], "response", document)
        assert response.status == 200
    assert seen == {
        "youtube.channels.list",
        "youtube.playlistItems.list",
        "youtube.videos.batchGetStats",
        "youtube.videos.list",
        "youtubeAnalytics.reports.query",
    }
