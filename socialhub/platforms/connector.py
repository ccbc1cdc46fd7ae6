"""A connector is a value: everything SocialHub knows of one platform. An absent part is ``None``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from socialhub.platforms.api import Api, Service
from socialhub.platforms.events import Webhooks
from socialhub.platforms.flow import Facts, Flow
from socialhub.platforms.inbox import Inbox
from socialhub.platforms.login import Login, OAuth2
from socialhub.platforms.metrics import Insights
from socialhub.platforms.options import Choice, Options
from socialhub.platforms.policy import Policy, Quota
from socialhub.platforms.privacy import Privacy
from socialhub.platforms.rules import Rules, Violation, check
from socialhub.platforms.values import Account, Capability, Content, Kind

KEY = re.compile(r"^[a-z][a-z0-9]{0,31}$")


@dataclass(frozen=True)
class Publishing:
    """How posts come to life: a flow by kind.

    ``delete`` removes a published post (``None`` where the API cannot): one that is gone already is as good as
    removed. ``edit`` gives a published post other words: its text and the options named in ``edit_options``;
    repeating it changes nothing more. ``lane`` names what the platform wants written one after the other (a
    board), by the account and the answered options. ``left_out`` says of each other kind why it is not there.
    ``posts_of`` gives the ids of a thread out of its facts. ``link`` matches the address of a live post as people
    see it, with its id as the group ``id`` where the address tells it. ``refuses_twins`` says that the platform
    refuses what it has just been told. ``pulls`` says that it fetches media from the hub by link, so that the hub
    must be reachable from outside.
    """

    flows: Mapping[Kind, Flow]
    delete: Callable[[Api, Account, str], None] | None = None
    edit: Callable[[Api, Account, str, Content, Mapping[str, Any]], None] | None = None
    edit_options: frozenset[str] = frozenset()
    lane: Callable[[Account, Mapping[str, Any]], str] | None = None
    left_out: Mapping[Kind, str] = field(default_factory=dict)
    posts_of: Callable[[Facts], tuple[str, ...]] | None = None
    link: re.Pattern[str] | None = None
    refuses_twins: bool = False
    pulls: bool = False

    def read_link(self, url: str, account: Account) -> str | None:
        """The id in the address of a live post, empty where it tells none; ``None`` for an address elsewhere."""
        if self.link is not None and (found := self.link.match(url)):
            return found.groupdict().get("id") or ""
        home = {urlsplit(known).hostname for known in (account.url, f"https://{account.host}")} - {None, ""}
        return "" if self.link is None and urlsplit(url).hostname in home else None

    def live_ids(self, post_id: str, facts: Facts) -> tuple[str, ...]:
        """Every public post of a delivery, in order of posting: the parts of a thread, else the post alone."""
        return (self.posts_of(facts) if self.posts_of else ()) or (post_id,)

    def flow(self, kind: Kind) -> Flow:
        """The flow for that kind; ``LookupError`` if the platform takes none such."""
        return self.flows[kind]


@dataclass(frozen=True)
class Connector:
    """One platform. Checked when it is made, so that a wrong connector cannot start.

    ``refine`` narrows or widens the rules for one account by what its server or plan allows (read from
    ``Account.extra``). ``learn`` asks the platform for those facts; the answer is kept in ``Account.extra``,
    and ``remote_choices`` reads the list of that name out of it: pages never call a platform.
    """

    key: str
    name: str
    service: Service
    logins: tuple[Login, ...]
    rules: Rules | None = None
    options: Options = field(default_factory=Options)
    publishing: Publishing | None = None
    webhooks: Webhooks | None = None
    inbox: Inbox | None = None
    insights: Insights | None = None
    privacy: Privacy | None = None
    policy: Policy = field(default_factory=Policy)
    quotas: tuple[Quota, ...] = ()
    refine: Callable[[Rules, Account], Rules] | None = None
    learn: Callable[[Api, Account], Mapping[str, Any]] | None = None
    remote_choices: Callable[[Account, str], tuple[Choice, ...]] | None = None
    docs_url: str = ""

    def __post_init__(self) -> None:
        if not KEY.match(self.key):
            raise ValueError(f"connector key {self.key!r} must be lower-case letters and digits")
        if not self.logins:
            raise ValueError(f"connector {self.key}: a way to log in is needed")
        if len({login.key for login in self.logins}) != len(self.logins):
            raise ValueError(f"connector {self.key}: login keys must differ")
        if (self.rules is None) != (self.publishing is None):
            raise ValueError(f"connector {self.key}: rules and publishing come together")
        if self.rules is not None and self.publishing is not None:
            apart = set(self.rules.kinds) ^ set(self.publishing.flows)
            if apart:
                raise ValueError(f"connector {self.key}: rules and flows disagree about {sorted(apart)}")
        unknown = set(self.insights.costs if self.insights else ()) - {quota.name for quota in self.quotas}
        if unknown:
            raise ValueError(f"connector {self.key}: reading figures uses no quota named {sorted(unknown)}")

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this connector can do."""
        has = {
            Capability.PUBLISH: self.publishing,
            Capability.INBOX: self.inbox and self.inbox.kinds,
            Capability.INSIGHTS: self.insights,
        }
        return frozenset(capability for capability, part in has.items() if part)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of post that it publishes, in the common order."""
        return tuple(kind for kind in Kind if self.publishing and kind in self.publishing.flows)

    @property
    def consents(self) -> tuple[OAuth2, ...]:
        """The ways in that lead over a consent page of the platform."""
        return tuple(login for login in self.logins if isinstance(login, OAuth2))

    def login(self, key: str) -> Login:
        """The login method of that key; ``LookupError`` if there is none."""
        for login in self.logins:
            if login.key == key:
                return login
        raise LookupError(f"{self.key} has no login {key!r}")

    def rules_for(self, account: Account) -> Rules:
        """The rules as they hold for this account; ``LookupError`` where the connector publishes nothing."""
        if self.rules is None:
            raise LookupError(f"{self.key} publishes nothing")
        return self.refine(self.rules, account) if self.refine else self.rules

    def quotas_for(self, account: Account) -> tuple[Quota, ...]:
        """The quotas with the limits that the platform told of this account (``quotas`` in ``Account.extra``)."""
        told = account.extra.get("quotas") or {}
        return tuple(replace(quota, limit=int(told.get(quota.name, quota.limit))) for quota in self.quotas)

    def options_for(self, account: Account) -> Options:
        """The options with the lists that only this account knows (boards, playlists) filled in."""
        if self.remote_choices is None:
            return self.options
        filled = (
            replace(option, choices=self.remote_choices(account, option.remote)) if option.remote else option
            for option in self.options.items
        )
        return Options(tuple(filled))

    def check(
        self, content: Content, account: Account, options: Mapping[str, Any] | None = None
    ) -> tuple[Violation, ...]:
        """Everything that keeps ``content`` from being published to ``account``."""
        asked = self.options_for(account)
        chosen = asked.resolve(content.kind, options or {})
        found = check(content, self.rules_for(account), chosen)
        return found + asked.check(content.kind, options or {})
