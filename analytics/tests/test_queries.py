"""What the figures of a period are: sums, changes, coverage, gaps, and what is missing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import ConnectedAccount, User, Workspace
from analytics.mixing import known_accounts, mixable
from analytics.models import Collection, Gap, TrackedPost
from analytics.queries import comparing, health, posts as rows
from analytics.queries.figures import Figure
from analytics.queries.overview import Overview, overview
from analytics.tests import history
from analytics.wishes import Period, Wish
from publishing.models import Delivery, Post, StepLog
from publishing.states import State


@pytest.fixture
def period(yesterday: date) -> Period:
    return Period(yesterday - timedelta(days=6), yesterday)


def read(workspace: Workspace, period: Period, **more: int) -> Overview:
    return overview(workspace, Wish(period, **more))  # type: ignore[arg-type]


def figure(workspace: Workspace, period: Period, key: str, **more: int) -> Figure:
    return read(workspace, period, **more).figures[key]


def test_a_period_is_the_sum_of_its_days_and_is_compared_with_as_many_before(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    for day in period.days:
        history.gain(ridge, day, views=10)
    for day in period.before.days:
        history.gain(ridge, day, views=8)
    history.gain(ridge, period.before.first - timedelta(days=1), views=999)
    views = figure(workspace, period, "views")
    assert (views.value, views.before) == (70, 56)
    assert views.change == pytest.approx(0.25)
    assert [point.value for point in views.points] == [10] * 7
    assert [point.value for point in views.former] == [8] * 7


def test_only_channels_that_gave_it_in_both_periods_are_compared(
    workspace: Workspace, ridge: ConnectedAccount, brook: ConnectedAccount, period: Period
) -> None:
    history.gain(ridge, period.last, likes=30)
    history.gain(ridge, period.before.last, likes=20)
    history.gain(brook, period.last, likes=500)
    engaged = figure(workspace, period, "engagements")
    assert engaged.value == 530
    assert engaged.change == pytest.approx(0.5)
    assert (engaged.covered, engaged.of, engaged.compared) == (2, 2, 1)


def test_what_no_platform_gives_is_missing_with_the_reason_and_never_zero(
    workspace: Workspace, brook: ConnectedAccount, period: Period
) -> None:
    history.gain(brook, period.last, likes=5)
    reach = figure(workspace, period, "reach")
    assert reach.value is None
    assert (reach.covered, reach.of) == (0, 1)
    assert reach.why == ("Brook: Brook counts this nowhere.",)
    assert all(point.value is None for point in reach.points)


def test_a_figure_that_stopped_says_what_was_known_last_and_when(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    history.gain(ridge, period.first - timedelta(days=40), saves=4)
    history.gain(ridge, period.first - timedelta(days=30), saves=9)
    Collection.objects.filter(account=ridge).update(reason="The token was refused.")
    saves = figure(workspace, period, "saves")
    assert saves.value is None
    assert saves.last == (9.0, period.first - timedelta(days=30))
    assert saves.why == ("Ridge: not read. The token was refused.",)


def test_a_gain_of_several_days_counts_in_the_sum_and_is_a_gap_in_the_line(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    history.gain(ridge, period.first, views=10)
    history.gain(ridge, period.first + timedelta(days=4), days=3, views=90)
    views = figure(workspace, period, "views")
    assert views.value == 100
    assert [point.is_gap for point in views.points] == [False, False, True, True, True, False, False]
    assert [point.value for point in views.points] == [10, None, None, None, None, None, None]
    assert views.unread == 3


def test_a_night_that_was_not_read_is_a_gap_of_the_day_before_it(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    for day in period.days:
        history.gain(ridge, day, views=10)
    Gap.objects.create(account=ridge, night=period.first + timedelta(days=3), what="posts")
    Gap.objects.create(account=ridge, night=period.first + timedelta(days=5), what="profile")
    gaps = [point.day for point in figure(workspace, period, "views").points if point.is_gap]
    assert gaps == [period.first + timedelta(days=2)]


def test_the_rate_is_of_channels_that_give_both_and_says_of_what(
    workspace: Workspace, ridge: ConnectedAccount, brook: ConnectedAccount, period: Period
) -> None:
    history.gain(ridge, period.last, reach=200, likes=8, comments=2)
    history.gain(brook, period.last, likes=1000)
    rate = figure(workspace, period, "rate")
    assert rate.value == pytest.approx(0.05)
    assert (rate.covered, rate.of) == (1, 2)
    assert rate.points[-1].value == pytest.approx(0.05)
    assert "÷ reach" in rate.text


def test_without_reach_the_rate_is_of_views(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    history.gain(ridge, period.last, views=100, likes=3)
    history.gain(ridge, period.before.last, views=100, likes=2)
    rate = figure(workspace, period, "rate")
    assert rate.value == pytest.approx(0.03)
    assert rate.change == pytest.approx(0.01)
    assert "÷ views" in rate.text


def test_followers_are_the_last_level_and_a_night_that_was_missed_keeps_the_one_before(
    workspace: Workspace, ridge: ConnectedAccount, brook: ConnectedAccount, period: Period
) -> None:
    for account, start in ((ridge, 100), (brook, 50)):
        history.followers(account, period.first, start)
        history.followers(account, period.first + timedelta(days=2), start + 10)
    history.followers(ridge, period.last + timedelta(days=1), 130)
    found = figure(workspace, period, "followers")
    assert found.value == 190
    assert found.before == 150
    assert found.change == pytest.approx(40 / 150)
    assert found.points[1].value == 170
    assert found.points[-1].value == 190
    assert found.points[3].is_gap


def test_as_of_is_when_all_channels_of_a_figure_had_been_read(
    workspace: Workspace, ridge: ConnectedAccount, brook: ConnectedAccount, period: Period
) -> None:
    early = history.at(period.first)
    Collection.objects.filter(account=brook).update(done_at=early)
    history.gain(ridge, period.last, likes=1, views=1)
    history.gain(brook, period.last, likes=1)
    assert figure(workspace, period, "engagements").as_of == early
    assert figure(workspace, period, "views").as_of != early


def test_a_channel_and_a_label_narrow_everything(
    workspace: Workspace, ridge: ConnectedAccount, brook: ConnectedAccount, period: Period, mara: User
) -> None:
    history.gain(ridge, period.last, likes=7)
    history.gain(brook, period.last, likes=11)
    assert figure(workspace, period, "engagements", channel=brook.pk).value == 11
    beans = history.tracked(ridge, history.at(period.first), {"likes": 9}, labels="Beans")
    other = history.tracked(ridge, history.at(period.first), {"likes": 90}, text="other")
    for number, (night, value) in enumerate(((period.first + timedelta(days=1), 4), (period.last, 9))):
        history.reading(beans, f"{night}", history.at(night, 2), hearts=value)
        history.reading(other, f"{night}", history.at(night, 2), hearts=40 + number)
    found = read(workspace, period, label=workspace.labels.get().pk)
    engaged = found.figures["engagements"]
    assert engaged.value == 9
    assert found.posts == 1
    assert [row.pk for row in found.tops] == [beans.pk]
    assert engaged.points[0].value == 4
    assert engaged.unread == 5


def test_of_an_older_post_with_a_label_the_first_reading_is_no_gain(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    old = history.tracked(
        ridge, history.at(period.first - timedelta(days=90)), {"likes": 500}, labels="Beans"
    )
    for back, value in ((1, 500), (0, 503)):
        night = period.last - timedelta(days=back)
        history.reading(old, f"{night}", history.at(night, 2), hearts=value)
    assert figure(workspace, period, "engagements", label=workspace.labels.get().pk).value == 3


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-views", ["much", "some", "none"]),
        ("views", ["some", "much", "none"]),
        ("-rate_by_reach", ["some", "much", "none"]),
        ("", ["none", "some", "much"]),
        ("-nonsense", ["none", "some", "much"]),
    ],
)
def test_posts_are_sorted_by_the_database_and_what_is_absent_comes_last(
    workspace: Workspace, ridge: ConnectedAccount, period: Period, sort: str, order: list[str]
) -> None:
    history.tracked(
        ridge, history.at(period.first, 9), {"views": 1000, "likes": 1, "reach": 100}, text="much"
    )
    history.tracked(ridge, history.at(period.first, 10), {"views": 20, "likes": 9, "reach": 100}, text="some")
    history.tracked(ridge, history.at(period.first, 11), {}, text="none")
    chosen = mixable(known_accounts(workspace))
    found = rows.found(chosen, Wish(period, sort=sort), workspace.zone)
    assert [row.title for row in rows.rows_of(found, chosen)] == order


def test_a_row_has_its_life_at_the_marks_and_says_where_it_was_made(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    at = history.at(period.first)
    post = history.tracked(ridge, at, {"views": 90}, text="Life")
    for mark, value in (("24h", 60), ("1h", 10), (f"{period.last}", 80)):
        history.reading(post, mark, at, impressions=value)
    row = rows.curves(rows.rows_of(TrackedPost.objects.all(), [ridge]))[0]
    assert row.curve == (("1h", 10.0), ("24h", 60.0), ("now", 90.0))
    assert row.curve_of == "views"
    assert not row.is_ours


def test_kinds_and_labels_are_compared_by_medians(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    for kind, likes in (("image", 1), ("image", 2), ("image", 900), ("video", 5), ("video", 6), ("video", 7)):
        history.tracked(
            ridge, history.at(period.first), {"likes": likes, "reach": 100}, kind=kind,
            labels="Beans" if kind == "video" else "",
        )  # fmt: skip
    found = comparing.comparison(mixable([ridge]), Wish(period), workspace.zone)
    assert [(group.name, group.success) for group in found.kinds] == [("Video", 0.06), ("Picture", 0.02)]
    assert [group.name for group in found.labels] == ["Beans", "no label"]
    assert found.usual == pytest.approx(0.055)


def test_publishing_health_counts_ends_and_measures_lateness(
    workspace: Workspace, ridge: ConnectedAccount, period: Period
) -> None:
    due = history.at(period.first)

    def sent(state: str, late: float | None = None, **more: object) -> Delivery:
        post = Post.objects.create(workspace=workspace, parts=["x"])
        at = due + timedelta(seconds=late) if late is not None else None
        return Delivery.objects.create(
            post=post, account=ridge, state=state, due_at=due, published_at=at, **more
        )

    for late in (*[1] * 18, 30, 500):
        sent(State.PUBLISHED, late)
    sent(State.FAILED, error_kind="invalid_media")
    sent(State.UNCONFIRMED)
    sent(State.SCHEDULED)
    doubted = sent(State.PUBLISHED, 2)
    StepLog.objects.create(delivery=doubted, at=due, event="unconfirmed")
    found = health.health(workspace, period)
    assert (found.share.sends, found.share.on_time, found.share.late) == (23, 20, 1)
    assert found.share.share == pytest.approx(20 / 23)
    assert (found.median, found.p95) == (1, 30)
    assert ("failed", "invalid_media", 1) in found.causes
    assert (found.later_live, found.later_closed) == (1, 0)
    assert [late for _, late in found.latest] == [500]
    assert read(workspace, period).health == found.share


def test_another_workspace_has_no_part_in_any_figure(
    workspace: Workspace, ridge: ConnectedAccount, period: Period, mara: User
) -> None:
    from accounts.membership import create_workspace

    other = history.account(create_workspace(owner=mara, name="Harbour Bakery"), "ridge")
    history.gain(other, period.last, views=1_000_000)
    history.tracked(other, history.at(period.last), {"views": 5})
    found = read(workspace, period)
    assert found.figures["views"].value is None
    assert found.posts == 0
    assert read(workspace, period, channel=other.pk).figures["views"].value is None


def test_a_post_belongs_to_the_local_day_and_hour_at_which_it_went_out(
    workspace: Workspace, ridge: ConnectedAccount
) -> None:
    midnight = datetime(2026, 6, 30, 23, 0, 0, tzinfo=UTC)
    for at in (
        midnight - timedelta(microseconds=1),
        midnight,
        midnight + timedelta(seconds=59, milliseconds=999),
    ):
        history.tracked(ridge, at, {"likes": 3})
    found = read(workspace, Period(date(2026, 6, 30), date(2026, 7, 1)))
    assert found.posts_on == {date(2026, 6, 30): 1, date(2026, 7, 1): 2}
    assert {slot: cell.posts for slot, cell in found.heat.cells.items()} == {(1, 23): 1, (2, 0): 2}
