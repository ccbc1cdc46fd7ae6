"""A made-up platform with troubles, and a clock that can be pushed: what the engine's properties are tried on.

Time goes on by moving every time that is stored into the past, so that nobody waits and no clock is replaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F

from accounts.models import Cooldown
from publishing import claiming
from publishing.claiming import Claim
from publishing.loading import load
from publishing.models import Delivery, Post
from publishing.publisher import set_back
from publishing.tests.conftest import Platform
from publishing.turning import take_turn
from socialhub.platforms.errors import Fault, PlatformError, Reach
from socialhub.platforms.flow import Finding, Job, Live, Outcome, Stay, Unsure
from socialhub.platforms.transport import TooLate, current_guard

TIMES = {
    Delivery: ("due_at", "next_at", "lease_until", "step_since", "sent_at", "published_at", "charged_at"),
    Post: ("due_at",),
    Cooldown: ("until",),
}
LANDS = 5.0
"""Seconds that a request may still be under way after it was given up."""
HIDDEN = 40.0
"""Seconds for which a listing does not show a new post."""
LEASE_AND_MORE = 60.0


class Killed(BaseException):
    """Stands for the end of the process: nothing of the product may catch it."""


class Mishap(Exception):
    """An error of our own."""


def refusal(kind: Fault, reach: Reach, status: int = 0, after: float | None = None) -> PlatformError:
    wait = timedelta(seconds=after) if after is not None else None
    return PlatformError(kind, http_status=status, reach=reach, retry_after=wait)


WITHOUT_EFFECT = {
    "refused": lambda: refusal(Fault.INVALID_REQUEST, Reach.REFUSED, 400),
    "limited": lambda: refusal(Fault.RATE_LIMIT, Reach.REFUSED, 429, 90),
    "limited, nobody says how long": lambda: refusal(Fault.RATE_LIMIT, Reach.REFUSED, 429),
    "unreachable": lambda: refusal(Fault.SERVER_ERROR, Reach.NOT_SENT),
    "500 before": lambda: refusal(Fault.SERVER_ERROR, Reach.UNKNOWN, 500),
    "timeout before": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
}  # fmt: skip
WITH_EFFECT: dict[str, Callable[[], Exception]] = {
    "502 after": lambda: refusal(Fault.SERVER_ERROR, Reach.UNKNOWN, 502),
    "timeout after": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    "timeout, lands later": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    "timeout, listing lags": lambda: refusal(Fault.TIMEOUT, Reach.UNKNOWN),
    "error of ours after": Mishap,
}
DEATHS = ("before doubt", "after doubt", "before effect", "after effect", "before save", "after save")
SLEEPS = ("sleeps before", "sleeps after")
TROUBLES = (*WITHOUT_EFFECT, *WITH_EFFECT, *SLEEPS)
LOOKS = ("find fails", "find cannot tell", "find says later")


@dataclass
class Ground:
    """The platform, the troubles that come next, and publishers that are taken step by step."""

    platform: Platform
    passed: float = 0.0
    born: list[tuple[str, float, float]] = field(default_factory=list)
    """Text, when it is there, when it is listed."""
    trouble: str = ""
    death: str = ""
    look: str = ""
    flying: list[Claim] = field(default_factory=list)
    met: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.platform.before = self._before
        self.platform.after = lambda step, job: None
        self.platform.finding = self.find

    def let_pass(self, seconds: float) -> None:
        """Let it be so much later, for rows and for publishers that hold some."""
        self.passed += seconds
        delta = timedelta(seconds=seconds)
        for model, names in TIMES.items():
            model._default_manager.update(**{name: F(name) - delta for name in names})
        for claim in self.flying:
            claim.until, claim.taken_at = claim.until - delta, claim.taken_at - delta
            claim.taken_monotonic -= seconds
            claim.monotonic_end, claim.wall_end = claim.monotonic_end - seconds, claim.wall_end - seconds

    def copies(self) -> Counter[str]:
        """How often each text is live, or on its way."""
        return Counter(text for text, _, _ in self.born)

    def work(self, *, steps: int = 4, rounds: int = 1) -> None:
        """A publisher takes what is due. When it dies, what else it held waits for the end of its lease."""
        for _ in range(rounds):
            claims = claiming.claim(5)
            if not claims or not all(self.fly(claim, row, steps=steps) for claim, row in load(claims)):
                return

    def fly(self, claim: Claim, delivery: Delivery, *, steps: int = 4) -> bool:
        """One turn, as a publisher takes it; whether the publisher lives."""
        self.flying.append(claim)
        try:
            take_turn(claim, delivery, steps=steps)
        except Killed:
            return False
        except Mishap as problem:
            set_back(claim, problem)
        finally:
            self.flying.remove(claim)
        return True

    def die(self, moment: str) -> None:
        """The end of the process, if it comes here."""
        if self.death == moment:
            self.death = ""
            self.met.append(f"died {moment}")
            raise Killed

    def find(self, job: Job) -> Finding:
        """The truth, as far as listings show it."""
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
        for number, (text, there, listed) in enumerate(self.born, 1):
            if text == job.content.text and there <= self.passed:
                if listed > self.passed:
                    return Stay(wait=timedelta(seconds=30), note="Listings lag.")
                return Live(f"post-{number}", f"https://northpost.example/{number}")
        return None

    def _before(self, step: str, job: Job) -> Outcome | None:
        trouble, self.trouble = self.trouble, ""
        if trouble:
            self.met.append(trouble)
        if trouble == "sleeps before":
            self._sleep()
        try:
            current_guard()()  # the last look at the lease, as the transport takes it
        except TooLate:
            raise refusal(Fault.SERVER_ERROR, Reach.NOT_SENT) from None
        if step == "create":
            self.die("before effect")
        if trouble in WITHOUT_EFFECT:
            problem = WITHOUT_EFFECT[trouble]()
            raise problem
        return self._create(job, trouble) if step == "create" else None

    def _create(self, job: Job, trouble: str) -> Outcome:
        there = self.passed + (LANDS if trouble == "timeout, lands later" else 0)
        listed = there + (HIDDEN if trouble == "timeout, listing lags" else 0)
        self.born.append((job.content.text, there, listed))
        number = len(self.born)
        self.die("after effect")
        if trouble in WITH_EFFECT:
            problem = WITH_EFFECT[trouble]()
            raise problem
        if trouble == "sleeps after":
            self._sleep()
        return Live(f"post-{number}", f"https://northpost.example/{number}")

    def _sleep(self) -> None:
        """This publisher is suspended for longer than its lease, and others go on."""
        self.let_pass(LEASE_AND_MORE)
        self.work(rounds=3)
