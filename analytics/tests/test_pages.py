"""The pages of analytics: what they show, to whom, in how many questions, and that they call nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from accounts.permissions import Role
from analytics.models import Absence, Gap, TrackedPost
from analytics.tests import history
from publishing.models import Delivery
from publishing.states import State
from socialhub.platforms.metrics import Why

MOST_QUERIES = 12
PAGES = (
    "", "?range=7&metric=rate", "?from=2026-01-01&to=2026-02-10", "?channel={ridge}", "?label={label}", "posts/",
    "posts/?sort=-views&made=ours&label={label}", "posts/{post}/", "posts/{lonely}/", "accounts/{ridge}/",
    "accounts/{brook}/", "alone/island/", "best-time/", "comparison/", "audience/", "publishing/", "reports/",
    "export/days.csv", "export/days.xlsx", "export/posts.csv", "export/posts.xlsx",
)  # fmt: skip


def shown(browser: Client, path: str = "") -> str:
    answer = browser.get(f"/w/northwind-coffee/analytics/{path}")
    assert answer.status_code == 200, path
    return answer.content.decode("utf-8", "replace")


@pytest.fixture
def full(
    ridge: ConnectedAccount, brook: ConnectedAccount, island: ConnectedAccount, yesterday: date
) -> dict[str, int]:
    """Three accounts with figures of twenty days and a dozen posts each."""
    for back in range(20):
        day = yesterday - timedelta(days=back)
        history.gain(ridge, day, views=100 + back, reach=80, likes=8, clicks=3)
        history.gain(brook, day, likes=5)
        history.gain(island, day, views=7777)
        history.daily(ridge, day, 50 + back)
        for account in (ridge, brook, island):
            history.followers(account, day + timedelta(days=1), 1000 - back)
    made = {}
    for account in (ridge, brook, island):
        for number in range(12):
            at = history.at(yesterday - timedelta(days=number), 9 + number % 4)
            totals = {"views": 500.0 + number, "likes": 10.0 + number}
            if account == ridge:
                totals |= {"reach": 300.0, "comments": 2.0}
            labels = "Beans" if number % 5 == 0 and account == ridge else ""
            post = history.tracked(
                account, at, totals, text=f"Cup {number}", ours=number % 2 == 0, labels=labels
            )
            history.reading(post, "1h", at + timedelta(hours=1), impressions=50, plays=50, likes=1)
            history.reading(post, "24h", at + timedelta(days=1), impressions=400, plays=300, likes=8)
            made[account.platform] = post.pk
    label = ridge.workspace.labels.get().pk
    return {
        "ridge": ridge.pk, "brook": brook.pk, "post": made["ridge"], "lonely": made["island"], "label": label
    }  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_at_most_twelve_times_and_no_platform(
    browser: Client, full: dict[str, int], path: str
) -> None:
    path = path.format(**full)
    shown(browser, path)
    with CaptureQueriesContext(connection) as asked:
        shown(browser, path)
    assert len(asked) <= MOST_QUERIES, "\n".join(query["sql"][:200] for query in asked)


@pytest.mark.parametrize("path", [page for page in PAGES if "{" not in page and "alone" not in page])
def test_every_page_stands_before_anything_was_connected_or_read(browser: Client, path: str) -> None:
    shown(browser, path)


def test_without_a_channel_the_overview_offers_to_connect_one(browser: Client) -> None:
    assert "Connect an account" in shown(browser)


def test_before_the_first_night_the_overview_says_when_figures_come(
    browser: Client, ridge: ConnectedAccount
) -> None:
    page = shown(browser)
    assert "The first figures come in the night" in page
    assert page.count("data-absent") == 7
    assert '<data value="0">' not in page.partition('class="kpis"')[2].partition("</dl>")[0]


@pytest.mark.parametrize("path", ["posts/{post}/", "accounts/{ridge}/", "?channel={ridge}", "?label={label}"])
def test_what_belongs_to_another_workspace_does_not_exist(
    browser: Client, mara: User, full: dict[str, int], path: str
) -> None:
    create_workspace(owner=mara, name="Harbour Bakery")
    answer = browser.get("/w/harbour-bakery/analytics/" + path.format(**full))
    assert answer.status_code in {200, 302, 404}
    if path.startswith(("posts", "accounts")):
        assert answer.status_code == 404
    assert "northwind-ridge" not in answer.content.decode()


def test_a_viewer_may_look_and_a_stranger_may_not(client: Client, workspace: Workspace) -> None:
    olu = User.objects.create_user("olu@northwind.test", "a long enough word")
    client.force_login(olu)
    assert client.get("/w/northwind-coffee/analytics/").status_code == 404
    workspace.memberships.create(user=olu, role=Role.VIEWER)
    page = shown(client)
    assert 'aria-current="page" data-wide><svg' in page.partition("</nav>")[0]
    assert ">Analytics<" in page.partition("</nav>")[0]


def test_a_tile_says_value_change_coverage_and_meaning(browser: Client, full: dict[str, int]) -> None:
    page = shown(browser, "?range=7")
    tile = page.partition("<dt>Views</dt>")[2].partition("<dt>")[0]
    assert '<data value="721">721</data>' in tile
    assert 'data-tone="bad"' in tile
    assert "6.4 %" in tile
    assert "1 of 2 channels" in tile
    assert "Brook: nothing was given for these days." in tile
    reach = page.partition("<dt>Reach of posts</dt>")[2].partition("<dt>")[0]
    assert "counted once per post" in reach
    assert "Brook: Brook counts this nowhere." in reach


def test_the_trend_is_a_picture_and_a_table_with_posts_gaps_and_the_days_before(
    browser: Client, full: dict[str, int], ridge: ConnectedAccount, yesterday: date
) -> None:
    Gap.objects.create(account=ridge, night=yesterday - timedelta(days=2), what="posts")
    page = shown(browser, "?range=7&metric=views")
    chart = page.partition('class="chart-plot"')[2].partition("</svg>")[0]
    assert chart.count('class="gap"') == 1
    assert chart.partition('class="post-in" d="')[2].partition('"')[0].count("M") == 6
    assert 'class="before"' in chart
    table = page.partition('id="chart-data"')[2].partition("</table>")[0]
    assert table.count("<tr data-x") == 7
    assert "not read in time" in table
    assert 'class="before"' not in shown(browser, "?range=7&metric=views&compare=no")


def test_sorting_is_a_link_in_a_heading_that_says_its_order(browser: Client, full: dict[str, int]) -> None:
    page = shown(browser, "posts/?sort=-views")
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    assert head.count("aria-sort") == 1
    assert 'aria-sort="descending"><a class="sorter" href="?sort=views"' in head
    assert "Average watch" not in head
    assert "Average watch" in shown(browser, "posts/?sort=-average_watch").partition("<thead>")[2]


def test_posts_can_be_filtered_and_those_made_elsewhere_say_so(browser: Client, full: dict[str, int]) -> None:
    elsewhere, ours = shown(browser, "posts/?made=elsewhere"), shown(browser, "posts/?made=ours")
    assert elsewhere.count("made elsewhere</span>") == 11
    assert "made elsewhere</span>" not in ours
    assert "No post fits" in shown(browser, "posts/?kind=story")
    assert shown(browser, f"posts/?label={full['label']}").count('<span class="tag">Beans</span>') == 3


def test_a_dash_says_why(browser: Client, full: dict[str, int]) -> None:
    page = shown(browser, f"posts/?channel={full['brook']}")
    assert 'title="Brook: Brook counts this nowhere."' in page


def test_a_post_shows_each_figure_under_its_platforms_name_with_what_was_told_before(
    browser: Client, ridge: ConnectedAccount, yesterday: date
) -> None:
    at = history.at(yesterday - timedelta(days=9))
    post = history.tracked(ridge, at, {"views": 90.0, "likes": 9.0, "reach": 60.0}, text="Second thoughts")
    history.reading(post, "1h", at + timedelta(hours=1), impressions=10, uniques=8)
    told = [[f"{(at + timedelta(days=1)).isoformat()}", 77, None]]
    history.reading(post, "24h", at + timedelta(hours=24), impressions=70, restated=told)
    Absence.objects.create(
        account=ridge, of_posts=True, name="keeps", metric="saves", why=Why.TOO_FEW, since=at, seen_at=at
    )
    page = shown(browser, f"posts/{post.pk}/")
    assert '<code class="own-words">impressions</code>' in page
    assert "How often it was on a screen." in page
    assert "about 24 hours" in page
    assert "about 6 hours" in page
    assert "Told differently before" in page
    assert "77" in page.partition("Told differently before")[2]
    assert "so few people that the platform keeps it private" in page
    assert "Engagement rate by reach" in page
    assert page.count('class="post-in"') == 2


def test_a_post_that_went_out_from_here_leads_to_its_page(browser: Client, full: dict[str, int]) -> None:
    ours = TrackedPost.objects.filter(delivery__isnull=False)[0]
    assert ours.delivery is not None
    page = shown(browser, f"posts/{ours.pk}/")
    assert f"/w/northwind-coffee/posts/{ours.delivery.post_id}/" in page


def test_an_account_shows_its_days_its_words_and_what_it_does_not_give(
    browser: Client, full: dict[str, int]
) -> None:
    page = shown(browser, f"accounts/{full['ridge']}/?range=7")
    assert "sum of 7 days" in page
    assert f'<data value="{sum(50 + back for back in range(7))}">' in page
    assert "In place of <code>displays</code>" in page
    assert "Told about 24 hours late" in page
    assert "Brook counts this nowhere." in shown(browser, f"accounts/{full['brook']}/")


def test_an_audience_is_shown_where_it_is_given_with_its_day(
    browser: Client, ridge: ConnectedAccount, brook: ConnectedAccount, yesterday: date
) -> None:
    history.audience(ridge, yesterday, {"GB": 30, "FR": 10})
    page = shown(browser, "audience/")
    assert "Followers by group by country" in page
    assert '<meter class="meter" data-plain max="100" value="75.0"' in page
    assert f"As of {yesterday:%-d %b %Y}" in page
    assert "Brook has told nothing of its audience yet." in page


def test_best_time_gives_the_evidence(browser: Client, ridge: ConnectedAccount, yesterday: date) -> None:
    for week in range(16):
        day = yesterday - timedelta(days=7 * week)
        history.tracked(ridge, history.at(day, 12), {"likes": 5.0, "reach": 100.0})
        if week < 5:
            history.tracked(ridge, history.at(day - timedelta(days=2), 12), {"likes": 9.0, "reach": 100.0})
    page = shown(browser, "best-time/")
    assert "the median of 5 posts in 5 weeks" in page
    assert "over 21 posts" in page
    assert "9.0 %" in page


def test_publishing_health_shows_causes_in_words(
    browser: Client, ridge: ConnectedAccount, full: dict[str, int], yesterday: date
) -> None:
    failed = Delivery.objects.filter(account=ridge)[0]
    Delivery.objects.filter(pk=failed.pk).update(state=State.FAILED, error_kind="invalid_media")
    page = shown(browser, "publishing/")
    assert "Failed: media refused" in page
    assert "18 of 19 that were due" in page


@pytest.mark.parametrize(
    "query",
    ["range=x", "from=nonsense&to=2026-01-01", "from=9999-12-31&to=9999-12-31", "from=0001-01-01&to=0001-01-02",
     "channel=abc", "channel=999999", "label=-1", "metric=x&sort=;drop", "page=-4", "from=2020-01-01&to=2026-01-01"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_shows_the_usual_days(
    browser: Client, full: dict[str, int], query: str
) -> None:
    for path in ("", "posts/", "comparison/", "publishing/"):
        shown(browser, f"{path}?{query}")


def test_what_people_write_is_never_markup(browser: Client, ridge: ConnectedAccount, yesterday: date) -> None:
    text = "<script>alert(1)</script>"
    post = history.tracked(
        ridge, history.at(yesterday), {"views": 1.0, "likes": 1.0}, text=text, labels="<b>x</b>"
    )
    for path in ("", "posts/", f"posts/{post.pk}/", "comparison/", f"accounts/{ridge.pk}/"):
        page = shown(browser, path)
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


def test_the_page_of_a_post_says_how_it_does_so_far_in_at_most_twelve_questions(
    browser: Client, full: dict[str, int], ridge: ConnectedAccount, island: ConnectedAccount
) -> None:
    ours = TrackedPost.objects.filter(account=ridge, delivery__isnull=False)[0]
    apart = TrackedPost.objects.filter(account=island, delivery__isnull=False)[0]
    assert ours.delivery is not None
    assert apart.delivery is not None
    Delivery.objects.filter(pk=apart.delivery.pk).update(post=ours.delivery.post_id)
    path = f"/w/northwind-coffee/posts/{ours.delivery.post_id}/"
    browser.get(path)
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(path).content.decode()
    assert len(asked) <= MOST_QUERIES
    told = page.partition("Figures so far")[2].partition("</section>")[0]
    assert f"Views {ours.totals['views']:.0f} · Reach 300" in told
    assert f"/w/northwind-coffee/analytics/posts/{ours.pk}/" in told
    assert f"/w/northwind-coffee/analytics/posts/{apart.pk}/" in told
    assert told.count("Views") == 1
