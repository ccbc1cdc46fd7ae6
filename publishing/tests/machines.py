"""Machines that search orders of events on the made-up platform: what may happen, and what holds whatever happens.

:class:`Engine` has posts and threads, publishers, troubles, deaths, people and time; :class:`Crowd` besides has two
accounts that are lost and come back, quotas, cool-downs, lanes, and decisions on all of one cause.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts import disconnecting
from accounts.linking import link
from accounts.models import Budget, ConnectedAccount, User
from accounts.tally import uses_from
from publishing import batches, claiming, scheduling
from publishing.composing import Composition, Target, save
from publishing.models import Batch, Delivery
from publishing.models.posts import ALWAYS
from publishing.scheduling import NotAllowed
from publishing.states import NEEDS_A_PERSON, RUNNING, State
from publishing.tests.engine import DEATHS, LOOKS, TROUBLES, WITHDRAWN, Ground
from socialhub.platforms.policy import Quota, Scope
from socialhub.platforms.values import Secret, Tokens

SETTLING = 80
"""Waits after which a post that meets no more trouble must rest."""
MOST_POSTS, MOST_PARTS = 4, 3
NUMBERS = st.sampled_from(range(MOST_POSTS))
STEPS = st.sampled_from([1, 4])
ACTS = ("retry", "cancel", "discard", "check", "confirm", "later")


class Engine(RuleBasedStateMachine):
    """Posts, publishers and people on one made-up platform."""

    account: ConnectedAccount
    mara: User
    current: Engine

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.ground = Ground()
        self.accounts = [self.account]
        self.count = 0
        self.unused = 0
        """Posts that quotas count although a person has said that they are not live."""
        type(self).current = Engine.current = self

    @initialize(parts=st.sampled_from([1, MOST_PARTS]), pause=st.sampled_from([0, 5]))
    def begin(self, parts: int, pause: float) -> None:
        self.ground.pause = pause
        self._queue(0, parts)

    @rule(
        seconds=st.sampled_from([0, 20, 600]),
        parts=st.sampled_from([1, 2]),
        comment=st.booleans(),
        late=st.sampled_from([None, ALWAYS]),
    )
    @precondition(lambda self: self.count < MOST_POSTS)
    def queue(self, seconds: int, parts: int, comment: bool, late: int | None) -> None:
        self._queue(seconds, parts, comment, late)

    def _queue(self, seconds: int, parts: int, comment: bool = False, late: int | None = None) -> None:
        account = self.accounts[self.count % len(self.accounts)]
        self.count += 1
        texts = tuple(f"Roast {self.count}.{number}" for number in range(parts))
        said = f"First of {self.count}!" if comment else ""
        composition = Composition(texts, (Target(account.pk),), first_comment=said, late_minutes=late)
        post = save(workspace=account.workspace, author=self.mara, composition=composition)
        self._try(lambda: scheduling.schedule(post, datetime.now(UTC) + timedelta(seconds=seconds)))

    @rule(steps=STEPS, rounds=st.sampled_from([1, 2, 3]))
    def work(self, steps: int, rounds: int) -> None:
        self.ground.met.clear()
        self.ground.work(steps=steps, rounds=rounds)

    @rule(trouble=st.sampled_from(TROUBLES), steps=STEPS)
    def work_in_trouble(self, trouble: str, steps: int) -> None:
        self.ground.trouble = trouble
        self.work(steps, 1)

    @rule(death=st.sampled_from(DEATHS), steps=STEPS)
    def work_and_die(self, death: str, steps: int) -> None:
        self.ground.death = death
        self.work(steps, 2)

    @rule(look=st.sampled_from(LOOKS))
    def trouble_looking(self, look: str) -> None:
        self.ground.look = look

    @rule(limit=st.sampled_from([1, 5]))
    def take_and_fall_asleep(self, limit: int) -> None:
        self.ground.take(limit)

    @rule(number=NUMBERS, steps=STEPS)
    @precondition(lambda self: self.ground.asleep)
    def wake_up(self, number: int, steps: int) -> None:
        self.ground.met.clear()
        asleep = self.ground.asleep
        self.ground.fly(*asleep.pop(number % len(asleep)), steps=steps)

    @rule(seconds=st.sampled_from([1, 12, 31, 46, 130, 3700]))
    def let_pass(self, seconds: int) -> None:
        self.ground.let_pass(seconds)

    @rule(number=NUMBERS, act=st.sampled_from(ACTS))
    def person(self, number: int, act: str) -> None:
        row = self._rows()[number % self.count]
        soon = datetime.now(UTC) + timedelta(seconds=20)
        acts: dict[str, Callable[[], Any]] = {
            "retry": lambda: scheduling.retry(row),
            "cancel": lambda: scheduling.cancel(row.post),
            "discard": lambda: scheduling.discard(row),
            "check": lambda: scheduling.check_now(row),
            "confirm": lambda: self._confirm(row),
            "later": lambda: scheduling.schedule(row.post, soon),
        }
        self._try(acts[act])

    def _confirm(self, row: Delivery) -> None:
        """Say what can be seen on the platform, if that is all of the post or no more than is known."""
        live = self._live(row)
        if live == len(row.post.parts):
            scheduling.confirm_live(row, "")
        elif live == self._known(row):
            scheduling.confirm_absent(row)
            self.unused += len(row.post.parts) if row.charged_at and not row.is_begun else 0

    @staticmethod
    def _try(act: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                act()
        except NotAllowed:
            return

    def _rows(self) -> list[Delivery]:
        return list(Delivery.objects.select_related("post").order_by("pk"))

    def _live(self, row: Delivery) -> int:
        copies = self.ground.copies()
        return sum(copies[text] for text in row.post.parts)

    @staticmethod
    def _known(row: Delivery) -> int:
        return len(row.facts.get("posts", ()))

    @invariant()
    def what_must_hold(self) -> None:
        """All of it over one reading of the rows: it is done after every event."""
        self._check(self._rows())

    def _check(self, rows: list[Delivery]) -> None:
        self._everything_is_there_once_and_in_its_order(rows)
        self._every_post_is_live_or_visibly_held(rows)
        self._the_row_is_the_schedule(rows)

    def _everything_is_there_once_and_in_its_order(self, rows: list[Delivery]) -> None:
        copies = self.ground.copies()
        assert max(copies.values(), default=0) <= 1, f"live more than once: {copies}"
        for row in rows:
            there = [copies[text] for text in row.post.parts]
            assert there == sorted(there, reverse=True), f"{row}: live are {there}"

    def _every_post_is_live_or_visibly_held(self, rows: list[Delivery]) -> None:
        for row in rows:
            parts, live = row.post.parts, self._live(row)
            known = f"{parts[0]} is {row.state}, in doubt: {row.in_doubt}, {live} live"
            if row.state == State.PUBLISHED:
                assert live == len(parts), known
            elif row.state != State.UNCONFIRMED and not row.in_doubt and not self.ground.lies & set(parts):
                assert live == self._known(row), known
                assert row.is_begun or not live, f"{known}, not begun"
            if row.state in NEEDS_A_PERSON:
                assert row.error_message or row.state == State.MISSED, known

    def _the_row_is_the_schedule(self, rows: list[Delivery]) -> None:
        for row in rows:
            is_open = row.state in RUNNING or (row.state == State.PUBLISHED and row.step != "")
            assert (row.next_at is not None) == is_open, f"{row}, step {row.step!r}, next at {row.next_at}"
            assert row.lease_until is None or row.next_at is None or row.next_at >= row.lease_until, (
                f"{row}, next at {row.next_at} within its lease"
            )

    def teardown(self) -> None:
        try:
            self._settle()
            self._set_right()
            self._settle()
            self._all_is_well()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def _settle(self) -> None:
        """Without further trouble everything comes to rest, by its own times alone."""
        ground = self.ground
        ground.trouble = ground.death = ground.look = ""
        for _ in range(SETTLING):
            due = claiming.next_due()
            if due is None:
                break
            ground.let_pass(max((due - datetime.now(UTC)).total_seconds(), 0) + 0.01)
            if not ground.work():  # its lane is in use by one that sleeps
                ground.let_pass(5)
            self.what_must_hold()
        assert claiming.next_due() is None, f"not at rest after {SETTLING} waits"
        self.what_must_hold()

    def _set_right(self) -> None:
        """A person lets all that waits for one go on."""
        for row in self._rows():
            self._try(lambda row=row: scheduling.retry(row))  # type: ignore[misc]
            self._try(lambda row=row: scheduling.check_now(row))  # type: ignore[misc]

    def _all_is_well(self) -> None:
        for row in self._rows():
            assert row.state in {State.PUBLISHED, State.DRAFT}, (
                f"not live at the end: {row}, {row.error_message}"
            )


DAY = timedelta(days=1)
TWENTY_MINUTES = timedelta(minutes=20)
LEASE_LATER = timedelta(seconds=60)
"""How much later than it was charged something may be live."""
QUOTAS = (
    (Quota("posts", 3, TWENTY_MINUTES), Quota("points", 20, DAY, Scope.APP, per_post=2)),
    (Quota("posts", 4, DAY),),
)
Act = Batch.Act


class Crowd(Engine):
    """Two accounts that are lost and come back, with limits that all publishers share and decisions on many."""

    other: ConnectedAccount

    def __init__(self) -> None:
        super().__init__()
        self.accounts = [self.account, self.other]

    @initialize(
        quotas=st.sampled_from(QUOTAS),
        lanes=st.booleans(),
        telling=st.booleans(),
        others=st.sampled_from([0, 1]),
    )
    def begin(self, quotas: tuple[Quota, ...], lanes: bool, telling: bool, others: int) -> None:
        self.ground = Ground(quotas=quotas, has_lanes=lanes, is_telling=telling, others=others)
        self._queue(0, 1)
        self._queue(0, MOST_PARTS)
        self._queue(0, 1)

    @rule(
        number=NUMBERS,
        act=st.sampled_from(["pause", "lose", "withdraw", "bring back", "bring back"]),
        steps=STEPS,
    )
    def an_account_goes_or_comes(self, number: int, act: str, steps: int) -> None:
        account = self.accounts[number % 2]
        if act == "pause":
            disconnecting.pause(account)
        elif act == "lose":
            usable = ConnectedAccount.objects.filter(pk=account.pk).usable()
            usable.update(state=ConnectedAccount.State.RECONNECT)
        elif act == "withdraw":
            self.work_in_trouble(WITHDRAWN, steps)
        else:
            self._bring_back()

    def _bring_back(self) -> None:
        for account in ConnectedAccount.objects.exclude(state=ConnectedAccount.State.ACTIVE):
            disconnecting.resume(account)
            tokens = Tokens(Secret(f"token {account.token_version + 1}"), scopes=frozenset({"post"}))
            link(
                workspace=account.workspace, platform=account.platform, login=account.login, by=self.mara,
                account=account.value().with_tokens(tokens),
            )  # fmt: skip

    @rule(trouble=st.sampled_from(["limited", "refused"]))
    def work_on_to_a_refusal(self, trouble: str) -> None:
        self.work(1, 1)
        self.work_in_trouble(trouble, 4)

    @rule(number=NUMBERS, act=st.sampled_from([Act.PUBLISH, Act.RESCHEDULE, Act.DISCARD]))
    def decide_on_one_cause(self, number: int, act: Batch.Act) -> None:
        known = {account.pk: account for account in self.accounts}
        causes = batches.causes(self.account.workspace, known)
        if causes:
            cause = causes[number % len(causes)]
            self._begin_batch(
                State(cause.state), act, account=known[cause.account.pk], error_kind=cause.error_kind
            )

    @rule(state=st.sampled_from(sorted(NEEDS_A_PERSON)), act=st.sampled_from([Act.PUBLISH, Act.DISCARD]))
    def decide_on_all(self, state: State, act: Batch.Act) -> None:
        self._begin_batch(state, act)

    def _begin_batch(self, state: State, act: Batch.Act, **which: Any) -> None:
        chosen = Act.CHECK if state == State.UNCONFIRMED else act
        space = self.account.workspace
        self._try(lambda: batches.begin(workspace=space, by=self.mara, act=chosen, state=state, **which))

    @rule()
    def go_on_with_a_batch(self) -> None:
        batch = Batch.objects.filter(finished_at=None).first()
        if batch is not None:
            before = {row.pk: row.state for row in self._rows()}
            batches.work(batch, seconds=0)
            moved = [row for row in self._rows() if row.state != before[row.pk]]
            if batch.act == Act.PUBLISH:
                self._are_apart(moved)

    def _are_apart(self, moved: list[Delivery]) -> None:
        for account in self.accounts:
            due = sorted(row.due_at for row in moved if row.account_id == account.pk and row.due_at)
            gaps = [later - earlier for earlier, later in pairwise(due)]
            assert all(gap > batches.APART - timedelta(seconds=1) for gap in gaps), f"too close: {due}"

    def _check(self, rows: list[Delivery]) -> None:
        super()._check(rows)
        self._quotas_count_what_is_live_and_nothing_that_was_not_sent(rows)
        self._what_is_charged_is_known(rows)
        self._one_publisher_writes_to_a_lane(rows)

    def _quotas_count_what_is_live_and_nothing_that_was_not_sent(self, rows: list[Delivery]) -> None:
        """Never less than what is live, never more than may be, never more than there is."""
        now = datetime.now(UTC)
        for budget in Budget.objects.all():
            quota = next(each for each in self.ground.quotas if each.name == budget.name)
            is_shared = quota.scope is Scope.APP
            sharing = [row for row in rows if is_shared or budget.scope == f"account {row.account_id}"]
            uses = uses_from(budget.uses)
            counted = sum(use.cost for use in uses if quota.frees(use.last) > now) / quota.per_post
            live = self._live_within(quota.window - LEASE_LATER, sharing)
            known = f"{budget.name} of {budget.scope}: {counted} charged, {live} live, at most {quota.posts}"
            assert live <= counted <= quota.posts + MOST_PARTS * len(self.ground.lies), known
            charged = sum(use.cost for use in uses) / quota.per_post
            sent = sum(len(row.post.parts) for row in sharing if row.charged_at and self._may_be_live(row))
            assert charged <= sent + self.unused, f"{known}; {charged} charged, not all sent"

    def _live_within(self, window: timedelta, rows: list[Delivery]) -> int:
        """How many of these posts are live since, those left out that the platform says it has refused."""
        begin, lies = self.ground.clock - window.total_seconds(), self.ground.lies
        texts = {text for row in rows for text in row.post.parts if row.charged_at or text not in lies}
        return sum(copy.there > begin and copy.text in texts for copy in self.ground.born)

    @staticmethod
    def _may_be_live(row: Delivery) -> bool:
        return row.state in {State.PUBLISHED, State.UNCONFIRMED} or row.in_doubt or row.is_begun

    def _what_is_charged_is_known(self, rows: list[Delivery]) -> None:
        for row in rows:
            assert not row.charged_at or self._may_be_live(row) or self.unused, (
                f"{row}: charged, and not sent"
            )
            if row.in_doubt and row.step in {"create", "say"} and not row.starts_over:
                assert row.charged_at, f"{row}: sent, and not charged"

    def _one_publisher_writes_to_a_lane(self, rows: list[Delivery]) -> None:
        now = datetime.now(UTC)
        held = [row.lane for row in rows if row.lane and row.lease_until and row.lease_until > now]
        assert len(set(held)) == len(held), f"two hold one lane: {held}"

    def _set_right(self) -> None:
        while batch := Batch.objects.filter(finished_at=None).first():
            batches.work(batch, seconds=0)
        self._bring_back()
        super()._set_right()

    def _all_is_well(self) -> None:
        for row in self._rows():
            is_full = row.state == State.HELD and "used up" in row.error_message.lower()
            assert is_full or row.state in {State.PUBLISHED, State.DRAFT}, (
                f"not live at the end: {row}, {row.error_message}"
            )
