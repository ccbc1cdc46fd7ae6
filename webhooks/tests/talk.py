"""A platform made of functions where people talk to Northwind: every effect can be counted and made to go wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F

from socialhub.platforms.api import Api, Service
from socialhub.platforms.connector import Connector
from socialhub.platforms.errors import ErrorTable, Fault, PlatformError, Reach
from socialhub.platforms.events import (
    Ask,
    Call,
    Event,
    EventKind,
    Subscribed,
    Subscribing,
    Webhooks,
)
from socialhub.platforms.flow import Finding, Flow, Job, Live, Outcome, Step
from socialhub.platforms.inbox import Act, Gone, Haul, Inbox, Item, ItemKind, Person, Watching
from socialhub.platforms.login import OAuth2
from socialhub.platforms.rules import Text
from socialhub.platforms.values import Account, Capability, Secret
from webhooks import answering
from webhooks.models import Answer, Subscription, Watch

PLATFORM = "northtalk"
ALL_ACTS = frozenset(Act)
RAVI = Person("ravi", "Ravi Menon", "ravi")


def lost(fault: Fault = Fault.TIMEOUT) -> PlatformError:
    """The answer did not come: nobody knows what happened there."""
    return PlatformError(fault, platform=PLATFORM, reach=Reach.UNKNOWN)


def refused(fault: Fault = Fault.INVALID_REQUEST, **more: Any) -> PlatformError:
    """A clear no."""
    return PlatformError(fault, platform=PLATFORM, reach=Reach.REFUSED, **more)


@dataclass
class Talk:
    """What the made-up platform holds, and hooks that make it misbehave."""

    replies: list[tuple[str, str]] = field(default_factory=list)
    acted: list[tuple[Act, str]] = field(default_factory=list)
    hauls: list[Haul] = field(default_factory=list)
    asked: list[Watching] = field(default_factory=list)
    subscribed: Subscribed | None = None
    calls: list[str] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    finding: Callable[[Job], Finding] | None = None
    trouble: Callable[[], None] = lambda: None

    def reply(self, job: Job) -> Outcome:
        """The public step of an answer."""
        assert job.about is not None
        self.before()
        self.replies.append((job.about.id, job.content.text))
        number = len(self.replies)
        self.after()
        return Live(f"reply-{number}")

    def find(self, job: Job) -> Finding:
        """Whether the answer is there."""
        assert job.about is not None
        if self.finding is not None:
            return self.finding(job)
        for number, said in enumerate(self.replies, 1):
            if said == (job.about.id, job.content.text) and f"reply-{number}" not in job.taken:
                return Live(f"reply-{number}")
        return None

    def act(self, act: Act) -> Callable[[Api, Account, Item], None]:
        """Anything but a reply."""

        def done(api: Api, account: Account, item: Item) -> None:
            self.before()
            self.acted.append((act, item.id))
            self.after()

        return done

    def fetch(self, api: Api, account: Account, watching: Watching) -> Haul:
        """What was said since."""
        self.asked.append(watching)
        self.trouble()
        return self.hauls.pop(0) if self.hauls else Haul(cursor=watching.cursor)

    def subscribe(self, api: Api, account: Account, ask: Ask) -> Subscribed:
        """Make, renew or repair the subscription."""
        self.calls.append("subscribe")
        self.trouble()
        self.subscribed = self.subscribed or Subscribed(frozenset({"comments"}))
        return self.subscribed

    def check(self, api: Api, account: Account, ask: Ask) -> Subscribed | None:
        """What is subscribed to."""
        self.calls.append("check")
        self.trouble()
        return self.subscribed

    def unsubscribe(self, api: Api, account: Account, ask: Ask) -> None:
        """End it."""
        self.calls.append("unsubscribe")
        self.trouble()
        self.subscribed = None


def read(event: Event, account: Account) -> tuple[Item | Gone, ...]:
    """Events carry the words."""
    if event.data.get("gone"):
        return (Gone(event.subject),)
    return (comment(event.subject, str(event.data.get("text", ""))),)


def parse(body: bytes) -> tuple[Event, ...]:
    """One event a call: its words."""
    return (Event(EventKind.COMMENT, body.decode(), "1", "c1", data={"text": body.decode()}),)


def _verify(call: Call, secret: Secret, now: datetime) -> bool:
    return True


def build(talk: Talk) -> Connector:
    """A connector over a :class:`Talk`."""
    inbox = Inbox(
        kinds=frozenset({ItemKind.COMMENT, ItemKind.MESSAGE}),
        read=read,
        fetch=talk.fetch,
        reply=Flow((Step("send_reply", talk.reply, find=talk.find, settle=timedelta(0)),)),
        reply_text={ItemKind.COMMENT: Text(100), ItemKind.MESSAGE: Text(100)},
        reply_within={ItemKind.MESSAGE: timedelta(hours=24)},
        acts={act: talk.act(act) for act in Act if act is not Act.REPLY},
        left_out={ItemKind.MENTION: "Northtalk tells nobody of mentions."},
    )
    login = OAuth2(
        key=PLATFORM, label="Northtalk", app_key=PLATFORM, authorize_url="https://northtalk.example/authorize",
        token_url="https://northtalk.example/token", scopes={Capability.INBOX: ("talk",)},
        discover=lambda context, tokens: (),
    )  # fmt: skip
    return Connector(
        key=PLATFORM, name="Northtalk", service=Service("https://northtalk.example", ErrorTable()),
        logins=(login,), inbox=inbox,
        webhooks=Webhooks(
            verify=_verify, parse=parse, subscribing=Subscribing(talk.subscribe, talk.check, talk.unsubscribe)
        ),
    )  # fmt: skip


def comment(
    number: str = "c1", text: str = "Is there oat milk?", *, at: datetime | None = None, **more: Any
) -> Item:
    """Ravi says something."""
    given: Mapping[str, Any] = {"author": RAVI, "acts": ALL_ACTS, "at": at or datetime.now(UTC), **more}
    return Item(ItemKind.COMMENT, number, text=text, **given)


def let_pass(delta: timedelta) -> None:
    """Move every time that an engine waits for back by ``delta``."""
    names = {
        Answer: ("next_at", "lease_until", "sent_at", "step_since"),
        Watch: ("next_at", "lease_until", "yields_since"),
        Subscription: ("next_at", "lease_until", "checked_at"),
    }
    for model, columns in names.items():
        model._default_manager.update(**{name: F(name) - delta for name in columns})


SAID = [("c1", "Yes, from Malmö.")]
"""What is live of Maya's answer when it has left once."""


def raising(problem: BaseException) -> Callable[[], None]:
    """Something that goes wrong in this way."""

    def go_wrong() -> None:
        raise problem

    return go_wrong


def work(answer: Answer, rounds: int = 12) -> Answer:
    """Let readers work, skipping over the waits."""
    for _ in range(rounds):
        answering.answer_all()
        answer.refresh_from_db()
        if answer.next_at is None:
            break
        let_pass(answer.next_at - datetime.now(UTC) + timedelta(seconds=1))
    return answer
