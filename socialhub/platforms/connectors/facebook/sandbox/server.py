"""Facebook Pages as a whole: hosts, cast, what may be asked for, and how a post is kept."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.connectors._graph.sandbox.calling import Calling, tell_of_person
from socialhub.platforms.connectors._graph.sandbox.errors import graph_error
from socialhub.platforms.connectors._graph.sandbox.login import FacebookLogin
from socialhub.platforms.connectors._graph.sandbox.simulator import (
    GRAPH,
    RUPLOAD,
    GraphSimulator,
    missing_object,
)
from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Media, Post
from socialhub.platforms.sandbox.simulator import Call, Limit
from socialhub.platforms.sandbox.world import World

from .store import KEY, Comment, Habits, comments, films, habits, messages, photos
from .tables import SCOPES

SITE = "www.facebook.com"
HOSTS = (GRAPH, RUPLOAD, SITE)
CALLS = Limit("pages", 4800, 86_400)
WRITING = ("pages_manage_posts", "pages_read_engagement", "pages_show_list")


class FacebookSimulator(GraphSimulator):
    """Pages, each with the person who runs it."""

    key = KEY
    name = "Facebook"
    use_case, limit_code = "pages", "80001"
    capabilities = {
        "pages": {GRAPH: ("pages_show_list",)},
        "publish": {GRAPH: WRITING, RUPLOAD: WRITING},
        "read": {GRAPH: ("pages_read_engagement",)},
        "comment": {GRAPH: ("pages_manage_engagement",)},
        "insights": {GRAPH: ("pages_read_engagement", "read_insights")},
        "manage": {GRAPH: ("pages_manage_metadata",)},
        "others": {GRAPH: ("pages_read_user_content",)},
        "message": {GRAPH: ("pages_messaging",)},
    }

    def claims(self, world: World, host: str) -> bool:
        """The Graph API, the upload host, the site."""
        return host in HOSTS

    def prepare(self, world: World) -> None:
        """Two Pages of Nora's, one of Ravi's."""
        for table in (photos, films, comments, messages):
            table(world)
        kept = world.table(f"{KEY}.habits", Habits)
        if world.is_loaded:
            return
        kept.add(Habits())
        for person, handle, name in (
            (NORA, "northwindcoffee", "Northwind Coffee"),
            (NORA, "northwindroasters", "Northwind Roasters"),
            (RAVI, "harborbooks", "Harbor Books"),
        ):
            self.create_account(world, {"person": person, "handle": handle, "name": name})

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """A Page. `tasks` are what the person may do there; all when left out."""
        return world.accounts.add(
            Account(
                id=str(200_000_000_000_000 + world.serial() * 15_485_863),
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITE,
                kind="page",
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
                extra={"tasks": list(spec["tasks"])} if "tasks" in spec else {},
            )
        )

    def profile_url(self, account: Account) -> str:
        """`https://www.facebook.com/<name>`."""
        return f"https://{SITE}/{account.handle[1:]}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Kind, link, title, comments, the fingerprint of the cover."""
        post, film = world.posts.get(post_id), films(world).get(post_id)
        cover = world.media.get(film.cover) if film else None
        texts = [comment.text for comment in comments(world).where(post=post_id, author="")]
        return {**(post.extra if post else {}), "comments": texts} | (
            {"cover": world.blobs.sha256(cover.blob)} if cover else {}
        )

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """A visitor comments on a post or answers a comment."""
        found = self.live_post(world, post)
        if found is None or (parent and comments(world).get(parent) is None):
            raise LookupError("there is no such post or comment")
        key = f"{found.id.rpartition('_')[2]}_{number(world)}"
        comments(world).add(
            Comment(key, found.id, found.account, text, world.clock.now(), author=person, parent=parent)
        )
        tell_comment(world, key, "add")
        return key

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A post in words of that time."""
        key = f"{account.id}_{number(world)}"
        url = f"https://{SITE}/{account.handle[1:]}/posts/{key.rpartition('_')[2]}"
        extra = {"kind": "status", "link": ""}
        return world.posts.add(
            Post(key, self.key, account.id, text, created_at=at, host=SITE, url=url, extra=extra)
        )

    def tell_withdrawal(self, world: World, app: App, person: str, *, erase: bool) -> int:
        """The callbacks of the app's settings."""
        return tell_of_person(world, self, app, person, erase=erase)


simulator = FacebookSimulator()
facebook_login = FacebookLogin(simulator, SCOPES)
calling = Calling(simulator, "page", frozenset({"feed", "mention", "messages"}))
facebook_login.pages.readers["tasks"] = lambda call, page, inner: page.extra.get(
    "tasks", ["ANALYZE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"]
)


def open_page(call: Call) -> Account:
    """The Page that the path names. Only its own token acts for it, a person's never does."""
    node, token = call.args["node"], call.token
    page = call.world.accounts.get(token.account if node == "me" else node)
    if page is None or page.platform != KEY or page.id not in (token.account, *token.accounts):
        raise missing_object(node, call.method.lower())
    if token.kind != "page_token":
        raise graph_error("200", "(#200) This call needs the access token of the Page.", status=403)
    return page


def number(world: World) -> str:
    """The id of a new object."""
    return str(700_000_000_000_000 + world.serial() * 15_485_863)


def make_post(
    call: Call,
    page: Account,
    text: str,
    files: list[Media],
    *,
    path: str,
    extra: dict[str, Any],
    post_id: str = "",
) -> Post:
    """Something on the Page from now on. Feed posts get an id of the form PAGE_POST."""
    key = post_id or f"{page.id}_{number(call.world)}"
    for item in files:
        item.post = key
        call.world.media.add(item)
    return call.world.posts.add(
        Post(
            id=key,
            platform=KEY,
            account=page.id,
            text=text,
            created_at=call.now,
            host=SITE,
            url=f"https://{SITE}/{path.format(name=page.handle[1:], id=key.rpartition('_')[2])}",
            media=[item.id for item in files],
            client_id=call.token.client_id,
            extra=extra,
        )
    )


def tell_comment(world: World, key: str, verb: str) -> None:
    """Tell whoever listens to the Page's feed what became of a comment."""
    item = comments(world).get(key)
    if item is None:
        return
    author = {"id": item.author_id, "name": item.author_name(world)}
    value = {
        "item": "comment",
        "verb": verb,
        "comment_id": key,
        "post_id": item.post,
        "parent_id": item.parent or item.post,
        "from": author,
        "message": item.text,
        "created_time": int(item.created_at),
    }
    calling.tell(world, item.page, "feed", {"changes": [{"field": "feed", "value": value}]})


@simulator.control("POST", "habits")
def set_habits(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Choose what the documentation leaves open: any field of `Habits`."""
    kept = world.table(f"{KEY}.habits", Habits).add(Habits(**{**vars(habits(world)), **wish}))
    return dict(vars(kept))
