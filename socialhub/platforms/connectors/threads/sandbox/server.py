"""Threads as a whole: hosts, cast, what may be asked for."""

from __future__ import annotations

from typing import Any

from socialhub.platforms.connectors._graph.sandbox.calling import connect_address, tell_of_person
from socialhub.platforms.connectors._graph.sandbox.containers import ContainerSimulator, new_id, shortcode_of
from socialhub.platforms.connectors._graph.sandbox.errors import MESSAGES, graph_error
from socialhub.platforms.connectors._graph.sandbox.simulator import missing_object
from socialhub.platforms.sandbox.cast import NORA, RAVI
from socialhub.platforms.sandbox.records import Account, App, Post, Token
from socialhub.platforms.sandbox.simulator import Call, Limit, RefusalError
from socialhub.platforms.sandbox.world import World

from . import talk

KEY = "threads"
HOSTS = ("graph.threads.net", "graph.threads.com")
SITES = ("threads.com", "www.threads.com", "threads.net", "www.threads.net")
SITE = SITES[1]
CALLS = Limit("calls", 48_000, 86_400)
DOOR = KEY
SCOPES = {
    "threads_basic": "See your profile",
    "threads_content_publish": "Create and publish posts",
    "threads_delete": "Delete posts",
    "threads_manage_insights": "See insights",
    "threads_manage_replies": "Manage replies",
    "threads_read_replies": "Read replies",
    "threads_manage_mentions": "Manage mentions",
}
MESSAGES.update(
    {
        "9/2207042": "You reached the maximum number of posts that can be published by the API.",
        "24/4279009": "The requested resource does not exist: the media container was not found.",
        "24/4279013": "The Threads account is restricted.",
    }
)


class ThreadsSimulator(ContainerSimulator):
    """Profiles, each with one person."""

    key = KEY
    name = "Threads"
    quota = 250
    doors = (DOOR,)
    capabilities = {
        name: dict.fromkeys(HOSTS, scopes)
        for name, scopes in {
            "basic": ("threads_basic",),
            "publish": ("threads_basic", "threads_content_publish"),
            "replies": ("threads_basic", "threads_read_replies"),
            "manage_replies": ("threads_basic", "threads_manage_replies"),
            "mentions": ("threads_basic", "threads_manage_mentions"),
            "delete": ("threads_basic", "threads_delete"),
            "insights": ("threads_basic", "threads_manage_insights"),
        }.items()
    }

    def claims(self, world: World, host: str) -> bool:
        """Both names of the API, the site."""
        return host in (*HOSTS, *SITES)

    def prepare(self, world: World) -> None:
        """Nora's and Ravi's profiles."""
        self.keep_containers(world)
        if world.is_loaded:
            return
        self.create_account(world, {"person": NORA, "handle": "northwindcoffee", "name": "Northwind Coffee"})
        self.create_account(world, {"person": RAVI, "handle": "harborbooks", "name": "Harbor Books"})

    def create_account(self, world: World, spec: dict[str, Any]) -> Account:
        """A profile. Its id is a number past 2^53."""
        return world.accounts.add(
            Account(
                id=str(26_000_000_000_000_000 + world.serial() * 104_729),
                platform=self.key,
                person=spec["person"],
                handle="@" + spec["handle"].lstrip("@"),
                name=spec["name"],
                host=SITE,
                bio=spec.get("bio", ""),
                created_at=world.clock.now(),
            )
        )

    def profile_url(self, account: Account) -> str:
        """`https://www.threads.com/@<user>`."""
        return f"https://{SITE}/{account.handle}"

    def describe_post(self, world: World, post_id: str) -> dict[str, Any]:
        """Type, link, options."""
        post = world.posts.get(post_id)
        return dict(post.extra) if post else {}

    def say(self, world: World, *, post: str, person: str, text: str, parent: str = "") -> str:
        """Somebody answers a post, or the answer `parent`."""
        target = self.live_post(world, parent or post)
        if target is None:
            raise LookupError("there is no such post")
        return talk.write(
            world, self, person, text, target.id, lambda name: self.make_profile(world, name)
        ).id

    def past_post(self, world: World, account: Account, text: str, at: float) -> Post:
        """A post in words of that time."""
        key = new_id(world)
        code = shortcode_of(key)
        return world.posts.add(
            Post(
                id=key, platform=self.key, account=account.id, text=text, created_at=at, host=SITE,
                url=f"https://{SITE}/{account.handle}/post/{code}",
                extra={"type": "TEXT_POST", "shortcode": code, "link": "", "options": {}},
            )
        )  # fmt: skip

    def make_profile(self, world: World, person: str) -> Account:
        """A profile for somebody who has none."""
        known = world.persons.get(person)
        return self.create_account(
            world, {"person": person, "handle": person, "name": known.name if known else person}
        )

    def connect_callbacks(self, world: World, app: App) -> str:
        """The address in the settings of the use case."""
        return connect_address(self, app)

    def tell_withdrawal(self, world: World, app: App, person: str, *, erase: bool) -> int:
        """The callbacks of the use case; they name the profile."""
        tokens = world.tokens.where(platform=self.key, person=person, client_id=app.client_id)
        profiles = sorted({token.account for token in tokens})
        return sum(
            tell_of_person(world, self, app, person, erase=erase, known_as=profile) for profile in profiles
        )

    def failure(self, call: Call, status: int, code: str) -> RefusalError:
        """As on the Graph API. Which code a symbol of Threads' own comes with is not documented."""
        if code.startswith("THREADS_API__"):
            text = "Application request failed"
            return graph_error("100", text, status=status or 400, more={"error_user_title": code})
        return super().failure(call, status, code)

    def home_of(self, token: Token) -> str:
        """Tokens are good on both names of the API."""
        return "threads"


simulator = ThreadsSimulator()


def own_account(call: Call) -> Account:
    """The profile of the token, named by id or as `me`; else 100/33."""
    node = call.args["node"]
    if node not in ("me", call.token.account):
        raise missing_object(node, call.method.lower())
    return call.account


simulator.control("POST", "habits")(simulator.choose_habits)


@simulator.control("POST", "mentions")
def mention(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """Somebody posts of their own: `person`, `text` with an @name in it."""
    post = talk.write(
        world, simulator, wish["person"], wish["text"], "", lambda name: simulator.make_profile(world, name)
    )
    return {"id": post.id}


@simulator.control("POST", "removals")
def take_back(world: World, wish: dict[str, Any]) -> dict[str, Any]:
    """The author of the answer `id` takes it back. Nobody is told."""
    post = simulator.live_post(world, wish["id"])
    if post is None:
        raise ValueError("there is no such answer")
    post.deleted_at = world.clock.now()
    return {}
