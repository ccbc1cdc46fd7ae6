"""A hub with one workspace, and a platform made of plain functions whose every effect can be counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from publishing import scheduling
from publishing.composing import Composition, Target, save
from publishing.models import Delivery, Post
from socialhub.platforms import registry
from socialhub.platforms.api import Service
from socialhub.platforms.connector import Connector, Publishing
from socialhub.platforms.errors import ErrorTable
from socialhub.platforms.flow import Finding, Flow, Go, Job, Live, Outcome, Step
from socialhub.platforms.login import OAuth2
from socialhub.platforms.policy import Quota
from socialhub.platforms.rules import Image, KindRules, Rules, Text
from socialhub.platforms.values import Capability, Kind, Secret

PLATFORM = "northpost"
Quotas = Callable[..., None]


@dataclass
class Platform:
    """What the made-up platform holds, and hooks that make it misbehave."""

    posts: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    uploads: int = 0
    before: Callable[[str, Job], Outcome | None] = lambda step, job: None
    after: Callable[[str, Job], Outcome | None] = lambda step, job: None
    finding: Callable[[Job], Finding] | None = None

    def upload(self, job: Job) -> Outcome:
        """A private step."""
        early = self.before("upload", job)
        if early is not None:
            return early
        self.uploads += 1
        return self.after("upload", job) or Go({"upload": self.uploads})

    def create(self, job: Job) -> Outcome:
        """The public step."""
        early = self.before("create", job)
        if early is not None:
            return early
        self.posts.append(job.content.text)
        number = len(self.posts)
        return self.after("create", job) or Live(f"post-{number}", f"https://northpost.example/{number}")

    def find(self, job: Job) -> Finding:
        """Whether the public step's post is there."""
        if self.finding is not None:
            return self.finding(job)
        for number, text in enumerate(self.posts, 1):
            if text == job.content.text and f"post-{number}" not in job.taken:
                return Live(f"post-{number}", f"https://northpost.example/{number}")
        return None

    def comment(self, job: Job) -> Outcome:
        """An after-step."""
        early = self.before("comment", job)
        if early is not None:
            return early
        if job.content.first_comment:
            self.comments.append(job.content.first_comment)
        return Go()

    def found_comment(self, job: Job) -> Finding:
        """Whether the after-step's comment is there."""
        return Go() if job.content.first_comment in self.comments else None


def build(platform: Platform) -> Connector:
    """A connector over a :class:`Platform`."""
    steps = (
        Step("upload", platform.upload),
        Step("create", platform.create, find=platform.find, settle=timedelta(0)),
    )
    flow = Flow(steps, after=(Step("comment", platform.comment, find=platform.found_comment),))
    text = Text(50, required=True)
    picture = Image(frozenset({"image/jpeg"}), 1_000_000, alt=100)
    kinds = {
        Kind.TEXT: KindRules(text, first_comment=Text(50)),
        Kind.IMAGE: KindRules(Text(50), media=(1, 1), image=picture),
    }
    login = OAuth2(
        key=PLATFORM, label="Northpost", app_key=PLATFORM, authorize_url="https://northpost.example/authorize",
        token_url="https://northpost.example/token", scopes={Capability.PUBLISH: ("post",)},
        discover=lambda context, tokens: (),
    )  # fmt: skip
    return Connector(
        key=PLATFORM, name="Northpost", service=Service("https://northpost.example", ErrorTable()),
        logins=(login,), rules=Rules(date(2026, 11, 1), "https://northpost.example/docs", kinds),
        publishing=Publishing(
            dict.fromkeys(kinds, flow), refuses_twins=True,
            link=re.compile(r"https://northpost\.example/(?P<id>\d+)$"),
        ),
    )  # fmt: skip


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The made-up platform, the only one for one test."""
    made = Platform()
    known = MappingProxyType({PLATFORM: build(made)})
    monkeypatch.setattr(registry, "connectors", lambda: known)
    return made


@pytest.fixture
def quotas(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Quotas:
    """Gives the made-up platform quotas."""

    def given(*these: Quota) -> None:
        known = MappingProxyType({PLATFORM: replace(build(platform), quotas=these)})
        monkeypatch.setattr(registry, "connectors", lambda: known)

    return given


@pytest.fixture
def mara(db: None) -> User:
    """Mara, who writes."""
    return User.objects.create_user("mara@northwind.test", "a long enough word", name="Mara")


@pytest.fixture
def workspace(mara: User) -> Workspace:
    """Northwind Coffee, in London."""
    return create_workspace(owner=mara, name="Northwind Coffee", zone="Europe/London")


@pytest.fixture
def account(workspace: Workspace, platform: Platform) -> ConnectedAccount:
    """Northwind's account on the made-up platform."""
    return ConnectedAccount.objects.create(
        workspace=workspace, platform=PLATFORM, login=PLATFORM, external_id="1", handle="northwind",
        access_token=Secret("token-of-northwind"), scopes=["post"],
    )  # fmt: skip


@pytest.fixture
def compose(workspace: Workspace, mara: User, account: ConnectedAccount) -> Callable[..., Delivery]:
    """Compose a text for the account; ``due`` queues it, ``once`` unless it was said before."""

    def made(
        text: str = "Hello",
        *,
        due: datetime | None = None,
        once: bool = False,
        comment: str = "",
        **options: Any,
    ) -> Delivery:
        post: Post = save(
            workspace=workspace, author=mara,
            composition=Composition((text,), (Target(account.pk, **options),), first_comment=comment),
        )  # fmt: skip
        if due is not None:
            scheduling.schedule(post, due, again=not once)
        return post.deliveries.get()

    return made


@pytest.fixture
def now() -> datetime:
    """A due time that has come."""
    return datetime.now(UTC)
