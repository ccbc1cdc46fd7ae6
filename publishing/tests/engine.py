"""A made-up platform with troubles, and a clock that can be pushed: what the engine's properties are tried on.

Time goes on by moving every time that is stored into the past, so that nobody waits and no clock is replaced.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import F

from accounts.models import Budget, ConnectedAccount, Cooldown
from accounts.tally import as_stored, uses_from
from publishing import claiming
from publishing.claiming import Claim
from publishing.loading import load
from publishing.models import Batch, Delivery, Post
from publishing.publisher import set_back
from publishing.states import State
from publishing.tests.conftest import Platform, build
from publishing.turning import take_turn
from socialhub.platforms.api import LimitReading
from socialhub.platforms.connector import Connector, Publishing
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.flow import Back, Finding, Flow, Go, Job, Live, Outcome, Stay, Step, Unsure, partly
from socialhub.platforms.policy import Quota
from socialhub.platforms.rules import KindRules, Rules, Text
from socialhub.platforms.transport import TooLate, current_guard
from socialhub.platforms.values import Kind

TIMES = {
    Delivery: ("due_at", "next_at", "lease_until", "step_since", "sent_at", "published_at", "charged_at"),
    Post: ("due_at",),
    Cooldown: ("until", "seen_at"),
    Batch: ("until", "start_at", "first_due", "after_due", "created_at", "worked_at", "finished_at"),
}
LANDS = 5.0
"""Seconds that a request may still be under way after it was given up."""
HIDDEN = 40.0
"""Seconds for which a listing does not show a new post."""
LEASE_AND_MORE = 60.0
SOME_TIME = 20.0
"""Less than a lease."""
SLOW_DOWN = 90.0
"""Seconds for which the platform wants to be left alone when it says so."""


class Killed(BaseException):
    """Stands for the end of the process: nothing of the product may catch it."""


class Mishap(Exception):
    """An error of our own."""


def refusal(kind: Fault, reach: Reach, status: int = 0, after: float | None = None) -> PlatformError:
    wait = timedelta(seconds=after) if after is not None else None
    return PlatformError(kind, http_status=status, reach=reach, retry_after=wait)


WITHDRAWN = "access withdrawn"
WITHOUT_EFFECT = {
    "refused": lambda: refusal(Fault.INVALID_REQUEST, Reach.REFUSED, 400),
    "limited": lambda: refusal(Fault.RATE_LIMIT, Reach.REFUSED, 429, SLOW_DOWN),
    "limited, nobody says how long": lambda: refusal(Fault.RATE_LIMIT, Reach.REFUSED, 429),
    "unreachable": lambda: refusal(Fault.SERVER_ERROR, Reach.NOT_SENT),
    "500 before": lambda: refusal(Fault.SERVER_ERROR, Reach.UNKNOWN, 500),
    "timeout before": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    WITHDRAWN: lambda: refusal(Fault.REVOKED, Reach.REFUSED, 401),
}  # fmt: skip
WITH_EFFECT: dict[str, Callable[[], Exception]] = {
    "502 after": lambda: refusal(Fault.SERVER_ERROR, Reach.UNKNOWN, 502),
    "timeout after": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    "timeout, lands later": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    "timeout, listing lags": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    "refused though live": lambda: refusal(Fault.INVALID_REQUEST, Reach.REFUSED, 400),
    "error of ours after": Mishap,
}
DEATHS = ("before doubt", "after doubt", "before effect", "after effect", "before save", "after save")
SLEEPS = ("sleeps before", "sleeps after")
SLOW = "takes long"
TROUBLES = tuple(name for name in (*WITHOUT_EFFECT, *WITH_EFFECT, *SLEEPS, SLOW) if name != WITHDRAWN)
LOOKS = ("find fails", "find cannot tell", "find says later")


class Copy(NamedTuple):
    """Something that people see: its text, whose it is, from when it is there and listed."""

    text: str
    account: str
    there: float
    listed: float


@dataclass
class Ground:
    """The platform, the troubles that come next, and publishers that are taken step by step."""

    quotas: tuple[Quota, ...] = ()
    has_lanes: bool = False
    pause: float = 0.0
    """Seconds that the platform wants between the parts of a thread."""
    is_telling: bool = False
    """Whether answers say how much of the first quota is left."""
    others: int = 0
    """Posts that other tools have made on each account."""
    passed: float = 0.0
    born: list[Copy] = field(default_factory=list)
    lies: set[str] = field(default_factory=set)
    """Texts that the platform refused although it took them."""
    trouble: str = ""
    death: str = ""
    look: str = ""
    flying: list[tuple[Claim, Delivery]] = field(default_factory=list)
    asleep: list[tuple[Claim, Delivery]] = field(default_factory=list)
    """What publishers hold whose turn has not begun."""
    met: list[str] = field(default_factory=list)
    writing: set[str] = field(default_factory=set)
    """Accounts to which a publisher writes right now, with a lease."""
    told: dict[str, float] = field(default_factory=dict)
    """Until when the platform wants to be left alone, by account."""
    heard: dict[str, float] = field(default_factory=dict)
    """The same, once the hub has had the time to keep it."""
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.offer(*self.quotas)

    def offer(self, *quotas: Quota) -> None:
        """Let these be the platform's quotas."""
        self.quotas = quotas
        self.connector = self._connect()

    def _connect(self) -> Connector:
        words, comment = Text(50, required=True), Text(50)
        plain = Flow(
            (Step("upload", self.upload), Step("create", self.create, find=self.find, settle=timedelta(0))),
            after=(Step("comment", self.comment, find=self.find_comment),),
        )
        thread = Flow((Step("say", self.create, find=self.find, settle=timedelta(0)),))
        kinds = {
            Kind.TEXT: KindRules(words, first_comment=comment),
            Kind.THREAD: KindRules(words, parts=(2, 5)),
        }
        return replace(
            build(Platform()),
            rules=Rules(date(2026, 11, 1), "https://northpost.example/docs", kinds),
            publishing=Publishing(
                {Kind.TEXT: plain, Kind.THREAD: thread},
                lane=(lambda account, options: "board") if self.has_lanes else None,
                posts_of=lambda facts: tuple(facts.get("posts", ())),
                refuses_twins=True,
            ),
            quotas=self.quotas,
        )

    @property
    def clock(self) -> float:
        """Seconds since it began, those included that were only let pass."""
        return self.passed + time.monotonic() - self.began

    def let_pass(self, seconds: float) -> None:
        """Let it be so much later, for rows and for publishers that hold some."""
        self.passed += seconds
        delta = timedelta(seconds=seconds)
        for model, names in TIMES.items():
            model._default_manager.update(**{name: F(name) - delta for name in names})
        for budget in Budget.objects.all():
            uses = [
                replace(use, first=use.first - delta, last=use.last - delta) for use in uses_from(budget.uses)
            ]
            told = budget.told and [*budget.told[:2], *(moment - seconds for moment in budget.told[2:])]
            Budget.objects.filter(pk=budget.pk).update(uses=as_stored(uses), told=told)
        for claim, _ in self.flying + self.asleep:
            claim.until, claim.taken_at = claim.until - delta, claim.taken_at - delta
            claim.taken_monotonic -= seconds
            claim.monotonic_end, claim.wall_end = claim.monotonic_end - seconds, claim.wall_end - seconds

    def copies(self) -> Counter[str]:
        """How often each text is live, or on its way."""
        return Counter(copy.text for copy in self.born)

    def work(self, *, steps: int = 4, rounds: int = 1) -> int:
        """A publisher takes what is due; how much that was. When it dies, what else it held waits for the end of
        its lease.
        """
        taken = 0
        for _ in range(rounds):
            claims = claiming.claim(5)
            taken += len(claims)
            if not claims or not all(self.fly(claim, row, steps=steps) for claim, row in load(claims)):
                break
        return taken

    def take(self, limit: int) -> None:
        """Another publisher takes what is due, and has not begun with it."""
        self.asleep += load(claiming.claim(limit))

    def fly(self, claim: Claim, delivery: Delivery, *, steps: int = 4) -> bool:
        """One turn, as a publisher takes it; whether the publisher lives."""
        self.flying.append((claim, delivery))
        try:
            try:
                take_turn(claim, delivery, steps=steps)
            except Mishap as problem:
                set_back(claim, problem)
        except Killed:
            self.told.clear()
            return False
        finally:
            self.flying.remove((claim, delivery))
        self.heard |= self.told
        return True

    def die(self, moment: str) -> None:
        """The end of the process, if it comes here."""
        if self.death == moment:
            self.death = ""
            self.met.append(f"died {moment}")
            raise Killed

    # What the platform does.

    def upload(self, job: Job) -> Outcome:
        """A private step."""
        with self._request("upload", job):
            return Go({"upload": 1})

    def create(self, job: Job) -> Outcome:
        """The public step: one post, or the next part of a thread."""
        done, count = len(job.facts.get("posts", ())), len(job.content.posts)
        try:
            with self._request("create", job) as trouble:
                number = self._write(job, job.content.posts[done].text, trouble)
        except PlatformError as error:
            return partly(error, done=done, count=count)
        return self._settle(job, number)

    def find(self, job: Job) -> Finding:
        """The truth of the present part, as far as listings show it."""
        done = len(job.facts.get("posts", ()))
        found = self._look(job, job.content.posts[done].text)
        if not isinstance(found, int):
            return found
        outcome = self._settle(job, found)
        return Back("say", outcome.facts) if isinstance(outcome, Stay) else outcome

    def comment(self, job: Job) -> Outcome:
        """An after-step."""
        with self._request("comment", job) as trouble:
            if job.content.first_comment:
                self._write(job, job.content.first_comment, trouble)
            return Go()

    def find_comment(self, job: Job) -> Finding:
        """Whether the after-step's comment is there."""
        found = self._look(job, job.content.first_comment)
        return Go() if isinstance(found, int) else found

    def _settle(self, job: Job, number: int) -> Live | Stay:
        posts: list[int] = [*job.facts.get("posts", ()), number]
        if len(posts) < len(job.content.posts):
            return Stay({"posts": posts}, timedelta(seconds=self.pause), len(posts) / len(job.content.posts))
        first = posts[0]
        return Live(f"post-{first}", f"https://northpost.example/{first}", {"posts": posts})

    def _look(self, job: Job, text: str) -> int | Stay | Unsure | None:
        look, self.look = self.look, ""
        if look:
            self.met.append(look)
        match look:
            case "find fails":
                raise refusal(Fault.TIMEOUT, Reach.UNKNOWN)
            case "find cannot tell":
                return Unsure("Two posts look alike.")
            case "find says later":
                return Stay(wait=timedelta(seconds=30), note="Listings lag.")
        for number, copy in enumerate(self.born, 1):
            if copy.text == text and copy.there <= self.clock:
                if copy.listed > self.clock:
                    return Stay(wait=timedelta(seconds=30), note="Listings lag.")
                return number
        return None

    @contextmanager
    def _request(self, step: str, job: Job) -> Iterator[str]:
        """A request reaches the platform; gives what goes wrong while it is answered."""
        account = job.account.external_id
        self._is_welcome(account)
        trouble, self.trouble = self.trouble, ""
        if trouble:
            self.met.append(trouble)
        if trouble == "sleeps before":
            self._sleep()
        try:
            current_guard()()  # the last look at the lease, as the transport takes it
        except TooLate:
            raise refusal(Fault.SERVER_ERROR, Reach.NOT_SENT) from None
        if trouble == SLOW:
            self._take_long(account)
        if step == "create":
            self.die("before effect")
        if trouble in WITHOUT_EFFECT:
            problem = WITHOUT_EFFECT[trouble]()
            job.api.hear_refusal(problem)
            if problem.retry_after:
                self.told[account] = self.clock + problem.retry_after.total_seconds()
            raise problem
        yield trouble

    def _is_welcome(self, account: str) -> None:
        """What no publisher may do: write where it was asked to wait, beside another, or for a lost account."""
        _, delivery = self.flying[-1]
        state = delivery.account.state
        assert self.clock >= self.heard.get(account, 0) - 0.1, f"{delivery}: sent while it was asked to wait"
        assert account not in self.writing, f"{delivery}: two write at once to one lane"
        if delivery.state != State.PUBLISHED:
            assert state == ConnectedAccount.State.ACTIVE, f"{delivery}: sent for an account that is {state}"

    def _write(self, job: Job, text: str, trouble: str) -> int:
        there = self.clock + (LANDS if trouble == "timeout, lands later" else 0)
        listed = there + (HIDDEN if trouble == "timeout, listing lags" else 0)
        self.born.append(Copy(text, job.account.external_id, there, listed))
        number = len(self.born)
        self.die("after effect")
        if trouble == "refused though live":
            self.lies.add(text)
        if trouble in WITH_EFFECT:
            problem = WITH_EFFECT[trouble]()
            raise problem
        if trouble == "sleeps after":
            self._sleep()
        if self.is_telling and self.quotas:
            self._tell(job)
        return number

    def _tell(self, job: Job) -> None:
        quota = self.quotas[0]
        begin = self.clock - quota.window.total_seconds()
        account = job.account.external_id
        used = self.others + sum(copy.there > begin and copy.account == account for copy in self.born)
        job.api.hear([LimitReading(quota.name, quota.limit, max(0, quota.limit - used), reason="Used up.")])

    def _sleep(self) -> None:
        """This publisher is suspended for longer than its lease, and others go on."""
        self.let_pass(LEASE_AND_MORE)
        self.work(rounds=3)

    def _take_long(self, account: str) -> None:
        """The answer takes longer than a lease that is renewed meanwhile, and others go on."""
        lane = {account} if self.has_lanes else set()
        self.writing |= lane
        for _ in range(2):
            self.let_pass(SOME_TIME)
            claiming.renew([claim for claim, _ in self.flying])
            with suppress(Killed):
                self.work(rounds=2)
        self.writing -= lane
