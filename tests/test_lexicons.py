"""The lexicons of the AT Protocol and the official client's rich text, as npm ships them, judge what we write, what
we ask and what our sandbox answers.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from socialhub.platforms import registry
from socialhub.platforms.connectors.bluesky.facets import facets_of, find_mentions
from socialhub.platforms.login import Login
from socialhub.platforms.metrics import Listing, Span
from socialhub.platforms.redaction import Redactor
from socialhub.platforms.sandbox.server import SandboxServer
from socialhub.platforms.testing import Fragile, connect
from socialhub.platforms.tests.samples import file_of, film, picture
from socialhub.platforms.transport import Exchange, Request, Response
from socialhub.platforms.values import Content, Kind, Part
from tests.real_pds import install, node

pytestmark = pytest.mark.pds

CONNECTOR = registry.get("bluesky")
POST = "app.bsky.feed.post"
CUP = file_of(picture(), "image/jpeg", alt="A cup")
TAN = file_of(picture("tan"), "image/jpeg")
POURING = file_of(film(), "video/mp4", alt="Hot water")
LINK = "https://northwind.coffee/beans"
CONTENTS: dict[str, tuple[Content, dict[str, str]]] = {
    "text": (
        Content(Kind.TEXT, f"☕ für @nora.pds.example und @nobody.example: {LINK} #röst"),
        {"language": "de"},
    ),
    "link": (Content(Kind.LINK, f"New: {LINK}", link=LINK), {"card_title": "Beans", "card_text": "Fresh"}),
    "image": (Content(Kind.IMAGE, "A cup", media=(CUP,)), {"label": "nudity", "language": "pt-BR"}),
    "gallery": (Content(Kind.GALLERY, "", media=(CUP, TAN, CUP, TAN)), {}),
    "video": (Content(Kind.VIDEO, "Pouring #coffee", media=(POURING,)), {"label": "graphic-media"}),
    "thread": (
        Content(Kind.THREAD, parts=(Part("One", (CUP, TAN)), Part("Two", (POURING,)), Part(f"Three {LINK}"))),
        {},
    ),
}


class Judge:
    """The process that answers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **question: Any) -> Any:
        """One question, one answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def verdict(self, kind: str, nsid: str, value: Any) -> str:
        """What is wrong with it; empty where nothing is."""
        return str(self.ask(**{kind: nsid, "value": value})["said"])


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """One process for all questions. Stopped by closing its input."""
    home = install()
    pipe = subprocess.PIPE
    with subprocess.Popen([node(home), "judge.mjs"], cwd=home, stdin=pipe, stdout=pipe, text=True) as process:
        yield Judge(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=10)


@dataclass(frozen=True)
class Heard:
    """One call: its name, what was sent in query and body, and the good answer."""

    nsid: str
    query: dict[str, str]
    sent: Any
    answer: Any


class Eavesdropper(Fragile):
    """Keeps every good call of the protocol with its JSON."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.heard: list[Heard] = []

    def send(
        self,
        request: Request,
        *,
        redactor: Redactor | None = None,
        record: Callable[[Exchange], None] | None = None,
    ) -> Response:
        """Send and listen."""
        response = super().send(request, redactor=redactor, record=record)
        parts = urlsplit(request.url)
        if parts.path.startswith("/xrpc/") and response.status == 200:
            sent = None
            if request.body is not None and request.body.content_type == "application/json":
                opened = request.body.open()
                sent = json.loads(opened if isinstance(opened, bytes) else opened.read())
            answer = json.loads(response.content) if response.content else None
            self.heard.append(
                Heard(parts.path.removeprefix("/xrpc/"), dict(parse_qsl(parts.query)), sent, answer)
            )
        return response


@pytest.mark.parametrize("login", CONNECTOR.logins, ids=lambda one: one.key)
@pytest.mark.parametrize("name", CONTENTS)
def test_every_call_and_every_record_is_what_the_lexicons_say(judge: Judge, login: Login, name: str) -> None:
    content, options = CONTENTS[name]
    with SandboxServer() as sandbox:
        transport = Eavesdropper(sandbox.url)
        desk = connect(CONNECTOR, login, sandbox, transport=transport)
        row = desk.publish(content, options)
        assert row.held == ""
        assert CONNECTOR.publishing is not None
        assert CONNECTOR.publishing.delete is not None
        assert CONNECTOR.publishing.flow(content.kind).public.find is not None
        CONNECTOR.publishing.delete(desk.api(), desk.account, row.post_id)
    wrong = [said for call in transport.heard if (said := _verdict(judge, call))]
    assert wrong == []
    names = {call.nsid.rpartition(".")[2] for call in transport.heard}
    assert {"putRecord", "deleteRecord", "describeServer", "getSession"} <= names
    assert ("uploadBlob" in names) == any(part.media for part in content.posts)
    records = [call.sent["record"] for call in transport.heard if call.nsid.endswith("putRecord")]
    assert [record["text"] for record in records] == [part.text for part in content.posts]
    assert [judge.verdict("record", POST, record) for record in records] == [""] * len(records)


@pytest.mark.parametrize("login", CONNECTOR.logins, ids=lambda one: one.key)
def test_figures_are_asked_for_and_told_as_the_lexicons_say(judge: Judge, login: Login) -> None:
    insights = CONNECTOR.insights
    assert insights is not None
    assert insights.list_posts is not None
    with SandboxServer() as sandbox:
        transport = Eavesdropper(sandbox.url)
        desk = connect(CONNECTOR, login, sandbox, transport=transport)
        desk.publish(CONTENTS["text"][0])
        transport.heard.clear()
        now = sandbox.clock.moment()
        listed = insights.list_posts(desk.api(), desk.account, Listing(now - timedelta(days=1), now))
        assert set(insights.read_posts(desk.api(), desk.account, listed.posts, now)) == {
            post.id for post in listed.posts
        }
        insights.parts[0].read(desk.api(), desk.account, Span(now.date(), now.date()), now)
    names: dict[str, dict[str, Any]] = {
        "listRecords": {"limit": 100},
        "getPosts": {"uris": [listed.posts[0].id]},
        "getProfile": {},
    }
    assert [call.nsid.rpartition(".")[2] for call in transport.heard] == list(names)
    for call in transport.heard:
        typed: dict[str, Any] = {**call.query, **names[call.nsid.rpartition(".")[2]]}
        assert judge.verdict("params", call.nsid, typed) == ""
        assert judge.verdict("output", call.nsid, call.answer) == ""


def _verdict(judge: Judge, call: Heard) -> str:
    said = [judge.verdict("params", call.nsid, call.query) if call.query else ""]
    if call.sent is not None:
        said.append(judge.verdict("input", call.nsid, call.sent))
    if call.answer is not None:
        said.append(judge.verdict("output", call.nsid, call.answer))
    return "; ".join(f"{call.nsid}: {one}" for one in said if one)


def test_the_judge_is_strict(judge: Judge) -> None:
    good = {"$type": POST, "text": "Hi", "createdAt": "2026-11-22T12:00:00.000Z"}
    assert judge.verdict("record", POST, good) == ""
    assert "300 graphemes" in judge.verdict("record", POST, {**good, "text": "é" * 301})
    assert judge.verdict("record", POST, {**good, "createdAt": "yesterday"})
    assert judge.verdict("input", "com.atproto.repo.putRecord", {"repo": "x"})
    assert judge.verdict("output", "com.atproto.repo.putRecord", {"uri": "at://x"})


CORPUS = (
    "plain words",
    "@nora.bsky.social at the start",
    "mail nora@pds.example, ask @nora.bsky.social",
    "two @nora.bsky.social @ravi.bsky.social!",
    "(@nora.bsky.social) \n@nora.bsky.social.",
    "👩‍🍳 @nora.bsky.social 👩‍👩‍👧‍👦 https://northwind.coffee/beans 🇸🇪 #fika",
    "早上好 https://例え.テスト/コーヒー #咖啡 今日は",
    "é (e\u0301) @nora.bsky.social e\u0301 #cafe\u0301 https://northwind.coffee/e\u0301",
    "नमस्ते #कॉफ़ी https://northwind.coffee",
    "#coffee, #Röstung! #1 #2026 #4you \uff03full #a-b #a_b",
    "a#b c# # #️⃣ #\u200bhidden",
    "https://northwind.coffee. https://northwind.coffee/a_(b) (https://northwind.coffee/z) https://northwind.coffee/x?y=z#w,",
    "http://northwind.coffee; https://northwind.coffee/x! \nhttps://northwind.coffee/#top #tag",
    "#one#two @nora.bsky.social#three",
    "Zalgo T\u0300\u0301\u0302e\u0303 @nora.bsky.social",
    "\U0001f469\U0001f3fd‍\U0001f52c #lab\U0001f9ea #\U0001f9ea",
    "مرحبا #قهوة https://northwind.coffee @nora.bsky.social",
)


@pytest.mark.parametrize("text", CORPUS)
def test_facets_stand_where_the_official_client_puts_them(judge: Judge, text: str) -> None:
    everybody = {name: name for _, _, name in find_mentions(text)}
    assert facets_of(text, everybody) == _plain(judge.ask(facets=text)["facets"])


def test_where_we_see_it_otherwise_than_the_official_client_we_mean_to(judge: Judge) -> None:
    """A closing bracket around an address that has brackets itself; names under endings that nobody sells."""
    for text, ours, theirs in (
        ("(https://northwind.coffee/a_(b))", (1, 31), (1, 32)),
        ("@nora.pds.example", (0, 17), None),
        ("northwind.coffee", None, (0, 16)),
    ):
        everybody = {name: name for _, _, name in find_mentions(text)}
        assert _place(facets_of(text, everybody)) == ours
        assert _place(judge.ask(facets=text)["facets"]) == theirs


def _place(facets: list[dict[str, Any]]) -> tuple[int, int] | None:
    return (facets[0]["index"]["byteStart"], facets[0]["index"]["byteEnd"]) if facets else None


def _plain(facets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what the client adds by the way."""
    return [
        {
            "index": {key: facet["index"][key] for key in ("byteStart", "byteEnd")},
            "features": [dict(feature) for feature in facet["features"]],
        }
        for facet in sorted(facets, key=lambda one: int(one["index"]["byteStart"]))
    ]
