"""Instagram as a whole: its hosts, its cast, what may be asked for, and what its containers are."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.connectors._graph.sandbox.calling import connect_address
from socialhub.platforms.connectors._graph.sandbox.containers import ContainerSimulator, new_id, shortcode_of
from socialhub.platforms.connectors._graph.sandbox.login import FacebookLogin
from socialhub.platforms.connectors._graph.sandbox.simulator import (
    GRAPH,
    RUPLOAD,
    missing_object,
)
from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.simulator import Call, Limit
from socialhub.platforms.sandbox.world import World

from .calling import LinkedCalling, tell_people
from .store import KEY, Comment, comments, comments_of, messages
from .tables import FACEBOOK_SCOPES

IG_GRAPH = "graph.instagram.com"
IG_API = "api.instagram.com"
CDN = "scontent.cdninstagram.com"
SITES = ("www.instagram.com", "instagram.com")
HOSTS = (GRAPH, "www.facebook.com", RUPLOAD, IG_GRAPH, IG_API, CDN, *SITES)
DOORS = ("page", "instagram")
CALLS = Limit("business", 4800, 86_400)


class InstagramSimulator(ContainerSimulator):
    """Both ways in share the accounts, containers and posts."""

    key = KEY
    name = "Instagram"
    quota = 50
    doors = DOORS
    use_case, limit_code = "instagram", "80002"
    capabilities = {
        "pages": {GRAPH: ("pages_show_list",)},
        "basic": {GRAPH: ("instagram_basic",), IG_GRAPH: ("instagram_business_basic",)},
        "publish": {
            GRAPH: ("instagram_basic", "instagram_content_publish", "pages_read_engagement"),
            RUPLOAD: ("instagram_basic", "instagram_content_publish"),
            IG_GRAPH: ("instagram_business_basic", "instagram_business_content_publish"),
        },
        "comment": {GRAPH: ("instagram_manage_comments",), IG_GRAPH: ("instagram_business_manage_comments",)},
        "message": {
            GRAPH: ("instagram_basic", "instagram_manage_messages"),
            IG_GRAPH: ("instagram_business_manage_messages",),
        },
        "insights": {
            GRAPH: ("instagram_basic", "instagram_manage_insights", "pages_read_engagement"),
            IG_GRAPH: ("instagram_business_basic", "instagram_business_manage_insights"),
        },
        "manage": {GRAPH: ("pages_manage_metadata",)},
        "delete": {GRAPH: ("instagram_basic", "instagram_manage_contents")},
    }

    def claims(self, world: World, host: str) -> bool:
        """Both Graph hosts, both sign-in pages, uploads, the site."""
        return host in HOSTS

    def prepare(self, world: World) -> None:
        """A business account and a creator account, each linked to a Page; and a Page without one."""
        self.keep_containers(world)
        for table in (comments, messages):
            table(world)
        if world.is_loaded:
            return
        shop = {
            "person": NORA,
            "handle": "northwindcoffee",
            "name": "Northwind Coffee",
            "page": "Northwind Coffee",
        }
        books = {"person": RAVI, "handle": "harborbooks", "name": "Harbor Books", "page": "Harbor Books"}
        self.create_account(
            world, {**shop, "kind": "BUSINESS", "bio": "Small-batch coffee from the harbour."}
        )
        self.create_account(
            world, {**books, "kind": "MEDIA_CREATOR", "bio": "New and used books by the water."}
        )
        self._create_page(world, NORA, "Northwind Wholesale", "")

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """`kind` BUSINESS or MEDIA_CREATOR; `page` names a Page to be made and linked."""
        serial = world.serial()
        account = world.accounts.add(
            Account(
                id=f"17841{400_000_000_000 + serial * 7919}",
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITES[0],
                kind=spec.get("kind", "BUSINESS"),
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
                extra={"app_scoped_id": str(24_000_000_000_000_000 + serial * 104_729)},
            )
        )
        if spec.get("page"):
            self._create_page(world, spec["person"], spec["page"], account.id)
        return account

    def _create_page(self, world: World, person: str, name: str, linked: str) -> Account:
        page_id = str(100_000_000_000_000 + world.serial() * 15_485_863)
        page = Account(
            page_id, self.key, person, name.lower().replace(" ", ""), name, "www.facebook.com", "page"
        )
        page.extra["linked"] = linked
        return world.accounts.add(page)

    def profile_url(self, account: Account) -> str:
        """`https://www.instagram.com/<user>/`; a Page by its id."""
        if account.kind == "page":
            return f"https://{account.host}/{account.id}"
        return f"https://{SITES[0]}/{account.handle[1:]}/"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Product, shortcode, options, comments, the fingerprint of the cover."""
        post = world.posts.get(post_id)
        if post is None:
            return {}
        cover = world.media.get(post.extra.get("cover", ""))
        own = [item for item in comments_of(world, post_id) if not item.author and not item.parent]
        said = [{"id": item.id, "text": item.text} for item in own]
        return {**post.extra, "comments": said, "cover": world.blobs.sha256(cover.blob) if cover else ""}

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """A visitor comments on a post or answers a comment."""
        found, above = self.live_post(world, post), comments(world).get(parent)
        if found is None or (parent and above is None):
            raise LookupError("there is no such post or comment")
        parent = (above.parent or above.id) if above else ""
        item = make_comment(world, found, text, author=person, parent=parent)
        tell_comment(world, item)
        return item.id

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A picture of that time, whose file nobody kept."""
        key = new_id(world)
        code = shortcode_of(key)
        extra = {
            "product": "FEED",
            "type": "IMAGE",
            "shortcode": code,
            "container": "",
            "options": {},
            "cover": "",
        }
        return world.posts.add(
            Post(
                id=key, platform=self.key, account=account.id, text=text, created_at=at, host=SITES[0],
                url=f"https://{SITES[0]}/p/{code}/", extra=extra,
            )
        )  # fmt: skip

    def connect_callbacks(self, world: World, app: App) -> str:
        """The address that is entered for Instagram Login; by Facebook Login apps name it themselves."""
        return connect_address(self, app)

    def tell_withdrawal(self, world: World, app: App, person: str, *, erase: bool) -> int:
        """The callbacks of the app's settings."""
        return tell_people(world, self, app, person, erase=erase)

    def home_of(self, token: Token) -> str:
        """Tokens of the two ways in are strangers to each other's hosts."""
        return (
            "instagram.com" if token.kind in ("instagram_token", "short_instagram_token") else "facebook.com"
        )


simulator = InstagramSimulator()
facebook_login = FacebookLogin(simulator, FACEBOOK_SCOPES)
calling = LinkedCalling(simulator, IG_GRAPH)


def linked_account(call: Call, page: Account) -> Account | None:
    """The professional account of a Page."""
    return call.world.accounts.get(page.extra.get("linked", ""))


def open_account(call: Call, node: str) -> Account:
    """The professional account `node`, if the token reaches it; else 100/33."""
    world, token = call.world, call.token
    if token.kind.endswith("instagram_token"):
        reachable = [token.account]
    else:
        pages = [world.accounts.get(key) for key in ([token.account] if token.account else token.accounts)]
        reachable = [page.extra.get("linked", "") for page in pages if page]
    account = world.accounts.get(token.account if node == "me" and call.host == IG_GRAPH else node)
    if account is None or account.kind == "page" or account.id not in reachable:
        raise missing_object(node, call.method.lower())
    return account


def find_comment(call: Call) -> Comment | None:
    """The comment that the path names, under a post of an account that the token reaches."""
    item = comments(call.world).get(call.args["node"])
    if item is not None:
        open_account(call, item.account)
    return item


def make_comment(world: World, post: Post, text: str, *, author: str = "", parent: str = "") -> Comment:
    """A comment under a post from now on."""
    key = f"179{world.serial() * 15_485_863 + 10**14}"
    now = world.clock.now()
    return comments(world).add(Comment(key, post.id, post.account, text, now, author=author, parent=parent))


def tell_comment(world: World, item: Comment) -> None:
    """Tell whoever listens of a new comment, the account's own too."""
    post = world.posts.get(item.media)
    media = {"id": item.media, "media_product_type": post.extra["product"] if post else "FEED"}
    parent = {"parent_id": item.parent} if item.parent else {}
    value = {"id": item.id, **parent, "from": item.writer(world), "text": item.text, "media": media}
    calling.tell(world, item.account, "comments", {"changes": [{"field": "comments", "value": value}]})


simulator.control("POST", "habits")(simulator.choose_habits)
