"""Figures of a platform whose terms keep it apart are in no sum, no ranking and no file with others."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import ConnectedAccount, Workspace
from analytics import exporting, reporting, timing
from analytics.mixing import Mixable, NotMixable, known_accounts, mixable, stands_alone
from analytics.models import TrackedPost
from analytics.queries import comparing, posts as rows
from analytics.queries.overview import overview
from analytics.queries.samples import published, samples
from analytics.tests import history
from analytics.wishes import Period, Wish
from socialhub.platforms import registry
from socialhub.platforms.metrics import Metric

SECRET = 987_654
HERE = "/w/northwind-coffee/analytics/"


@pytest.fixture
def period(yesterday: date) -> Period:
    return Period(yesterday - timedelta(days=27), yesterday)


@pytest.fixture
def mixed(ridge: ConnectedAccount, island: ConnectedAccount, yesterday: date) -> None:
    """The island's figures are all the same, and seen nowhere else."""
    history.gain(ridge, yesterday, views=10, likes=1)
    history.gain(island, yesterday, **dict.fromkeys(Metric, SECRET))
    history.followers(island, yesterday, SECRET)
    history.followers(ridge, yesterday, 5)
    history.daily(island, yesterday, SECRET)
    for account in (ridge, island):
        number = SECRET if account == island else 10
        for back in range(1, 25):
            at = history.at(yesterday - timedelta(days=back % 20), 9)
            post = history.tracked(
                account, at, {"views": number, "likes": number, "reach": number}, text=f"{account.platform} says",
                labels="Beans",
            )  # fmt: skip
            history.reading(post, "1h", at, impressions=number, plays=number)


def everything(value: Any) -> str:
    """All that stands in a value, however deep."""
    if isinstance(value, ConnectedAccount):
        return ""
    if is_dataclass(value):
        return " ".join(everything(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, dict):
        return " ".join(everything(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple | set):
        return " ".join(map(everything, value))
    return str(value)


def test_only_one_function_makes_a_set_that_may_be_mixed(
    ridge: ConnectedAccount, island: ConnectedAccount
) -> None:
    with pytest.raises(TypeError):
        Mixable([island])
    assert list(mixable([ridge, island])) == [ridge]
    assert list(mixable([ridge, island], only=ridge.pk)) == [ridge]
    with pytest.raises(NotMixable):
        mixable([ridge, island], only=island.pk)


def test_a_platform_whose_folder_is_gone_is_kept_apart(platforms: None) -> None:
    assert stands_alone("gone")
    assert not stands_alone("ridge")


def test_the_terms_decide_for_every_real_platform() -> None:
    apart = {key for key, each in registry.connectors().items() if stands_alone(key)}
    assert apart == {
        key for key, each in registry.connectors().items() if not each.policy.may_mix_with_others
    }
    assert apart


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("labelled", [False, True])
def test_nothing_that_adds_up_or_ranks_holds_a_figure_of_it(
    workspace: Workspace, island: ConnectedAccount, period: Period, labelled: bool
) -> None:
    label = workspace.labels.get().pk if labelled else None
    wish = Wish(period, label=label)
    found = overview(workspace, wish, ranked_by="views")
    chosen, zone = mixable(known_accounts(workspace)), workspace.zone
    rates = samples(published(chosen, period, zone), zone)
    told = [
        found.figures, found.tops, found.heat, found.posts_on, comparing.comparison(chosen, wish, zone), rates,
        timing.heat(rates, zone), [rows.rows_of(rows.found(chosen, wish, zone), chosen)],
    ]  # fmt: skip
    assert "10" in everything(told)
    assert f"{SECRET}" not in everything(told)
    assert "island" not in everything(told)
    assert found.apart == ["island"]
    assert {post.account for post in rates}.isdisjoint({island.pk})


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize(
    "path",
    ["", "?metric=followers", "posts/", "posts/?sort=-views", "best-time/", "comparison/", "audience/", "publishing/",
     "export/days.csv", "export/posts.csv"],
)  # fmt: skip
def test_no_page_or_file_of_several_channels_shows_a_figure_of_it(browser: Client, path: str) -> None:
    answer = browser.get(HERE + path)
    assert answer.status_code == 200
    text = answer.content.decode()
    for written in ("987654", "987,654", "987.7 k", "island says"):
        assert written not in text


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("path", ["", "posts/", "best-time/", "comparison/", "audience/"])
def test_asking_for_it_by_name_leads_to_its_own_page(
    browser: Client, island: ConnectedAccount, path: str
) -> None:
    answer = browser.get(f"{HERE}{path}?channel={island.pk}&range=7")
    assert answer.status_code == 302
    assert answer["Location"] == f"{HERE}alone/island/?range=7"


@pytest.mark.usefixtures("mixed")
def test_no_file_can_be_made_of_it(browser: Client, island: ConnectedAccount) -> None:
    for what in ("days.csv", "posts.xlsx"):
        assert browser.get(f"{HERE}export/{what}?channel={island.pk}").status_code == 404


@pytest.mark.usefixtures("mixed")
def test_its_own_page_shows_its_figures_under_its_own_names_and_its_rules(browser: Client) -> None:
    shown = browser.get(f"{HERE}alone/island/").content.decode()
    assert "987,654" in shown
    assert "<code>plays</code>" in shown
    assert "https://island.example/terms" in shown
    assert "sum of" not in shown
    assert "northwind-ridge" not in shown
    assert browser.get(f"{HERE}alone/ridge/").status_code == 404
    assert browser.get(f"{HERE}alone/nowhere/").status_code == 404


@pytest.mark.usefixtures("mixed")
def test_its_posts_have_no_derived_figure(browser: Client, island: ConnectedAccount) -> None:
    post = TrackedPost.objects.filter(account=island)[0]
    TrackedPost.objects.filter(pk=post.pk).update(
        totals={**post.totals, "engagements": 5, "rate_by_views": 0.5}
    )
    shown = browser.get(f"{HERE}posts/{post.pk}/").content.decode()
    assert "987,654" in shown
    assert "Worked out from them" not in shown
    assert f'href="{HERE}alone/island/"' in shown


@pytest.mark.usefixtures("mixed")
def test_the_report_by_mail_leaves_it_out_and_says_so(workspace: Workspace) -> None:
    row = reporting.subscribe(
        workspace=workspace, user=workspace.memberships.get().user, every="week", weekday=0
    )
    text = reporting.letter(row, row.next_at).body
    assert "987" not in text
    assert "figures of Island stand on pages of their own" in text


@pytest.mark.usefixtures("mixed")
def test_the_total_of_a_file_is_of_the_others(workspace: Workspace, period: Period) -> None:
    sheet = exporting.days_sheet(overview(workspace, Wish(period)))
    lines = list(csv.reader(io.StringIO(exporting.as_csv(sheet).decode("utf-8-sig"))))
    total = next(line for line in lines if line[0] == "Total")
    assert total[lines[0].index("Views")] == "10"
