"""What others write, as it arrives on the server of an account."""

from __future__ import annotations

from socialhub.platforms.sandbox.records import Account, Post
from socialhub.platforms.sandbox.simulator import Simulator
from socialhub.platforms.sandbox.world import World


def answer(simulator: Simulator, world: World, above: Post, person: str, text: str) -> str:
    """Somebody answers a post; as every client does, it names the author."""
    author = world.accounts.get(above.account)
    if author is None:
        raise LookupError("nobody wrote this")
    name = author.handle if author.host == above.host else f"{author.handle}@{author.host}"
    words = text if name in text else f"{name} {text}"
    return write(
        simulator, world, above.host, person, words, visibility=above.extra["visibility"], reply_to=above.id
    )


def write(
    simulator: Simulator,
    world: World,
    host: str,
    person: str,
    text: str,
    *,
    visibility: str = "public",
    warning: str = "",
    reply_to: str = "",
) -> str:
    """A status of somebody's, from wherever they are."""
    account = _account_of(simulator, world, person, host)
    key = world.snowflake()
    extra = {"visibility": visibility, "spoiler_text": warning, "sensitive": bool(warning)}
    world.posts.add(
        Post(
            id=key,
            platform=simulator.key,
            account=account.id,
            text=text,
            created_at=world.clock.now(),
            host=host,
            url=f"{simulator.profile_url(account)}/{key}",
            reply_to=reply_to,
            extra={**extra, "language": "en", "poll": None, "quote_approval_policy": "public"},
        )
    )
    return key


def _account_of(simulator: Simulator, world: World, person: str, host: str) -> Account:
    known = world.accounts.where(platform=simulator.key, person=person)
    if not known:
        them = world.persons.get(person)
        spec = {"person": person, "handle": person, "name": them.name if them else person, "host": host}
        return simulator.create_account(world, spec)
    return next((account for account in known if account.host == host), known[0])


def write_earlier(simulator: Simulator, world: World, account: Account, text: str, at: float) -> Post:
    """A public status that the account wrote elsewhere at that time. Ids grow with time, as those of Mastodon do."""
    key = str((int(at * 1000) << 16) + world.serial() % (1 << 16))
    extra = {"visibility": "public", "spoiler_text": "", "sensitive": False, "language": "en", "poll": None}
    return world.posts.add(
        Post(
            id=key, platform=simulator.key, account=account.id, text=text, created_at=at, host=account.host,
            url=f"{simulator.profile_url(account)}/{key}", extra=extra,
        )
    )  # fmt: skip
