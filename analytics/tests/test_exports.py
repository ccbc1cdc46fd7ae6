"""Files hold the same numbers as the page, absent figures stay empty, and no text becomes a formula."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import ConnectedAccount, User, Workspace
from accounts.permissions import Role
from analytics import exporting
from analytics.exporting import Sheet
from analytics.tests import history

HERE = "/w/northwind-coffee/analytics/"


@pytest.fixture
def days(ridge: ConnectedAccount, brook: ConnectedAccount, yesterday: date) -> None:
    for back in range(60):
        day = yesterday - timedelta(days=back)
        history.gain(ridge, day, views=1234 + back, reach=800, likes=30 + back % 7, clicks=3)
        history.gain(brook, day, likes=5)
        history.followers(ridge, day, 5000 - back)
    for number in range(30):
        at = history.at(yesterday - timedelta(days=number % 20), 9)
        account = brook if number % 3 == 0 else ridge
        totals = (
            {"likes": 7.0 + number}
            if account == brook
            else {"likes": 9.0, "reach": 90.0, "views": 5000.0 + number}
        )
        history.tracked(account, at, totals, text=f"Cup {number}", labels="Beans" if number == 4 else "")


def lines(browser: Client, path: str) -> list[list[str]]:
    answer = browser.get(HERE + path)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith('.csv"')
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def cells(page: str, row: str) -> list[str]:
    """What the cells of the table row that holds `row` say: a figure's exact value, or nothing where it is absent."""
    found = next(part for part in page.split("<tr")[1:] if row in part).partition("</tr>")[0]
    figures = re.findall(
        r'<td[^>]*data-num>(?:<data value="([^"]*)">|(<span class="absent")|(\d+)</td>)', found
    )
    return [exact or plain for exact, _, plain in figures]


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize(
    ("metric", "column"), [("views", "Views"), ("reach", "Reach of posts"), ("saves", "Saves")]
)
def test_the_days_of_the_file_are_those_of_the_page(
    browser: Client, yesterday: date, metric: str, column: str
) -> None:
    page = browser.get(f"{HERE}?range=7&metric={metric}").content.decode()
    file = lines(browser, "export/days.csv?range=7")
    at = file[0].index(column)
    for back in range(7):
        day = yesterday - timedelta(days=back)
        row = next(line for line in file if line[0] == f"{day}")
        assert cells(page, f"{day:%a %-d %b %Y}")[0] == row[at], day
    total = next(line for line in file if line[0] == "Total")
    tile = page.partition(f"<dt>{column}</dt>")[2].partition("</dd>")[0]
    shown = re.search(r'<data value="([^"]*)"', tile)
    assert (shown[1] if shown else "") == total[at]


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("query", ["", "sort=-views", "sort=likes", "kind=image&made=elsewhere&sort=-reach"])
def test_the_posts_of_the_file_are_those_of_the_page_in_its_order(browser: Client, query: str) -> None:
    file = lines(browser, f"export/posts.csv?{query}")
    shown: list[str] = []
    for number in (1, 2):
        page = browser.get(f"{HERE}posts/?{query}&page={number}").content.decode()
        shown += [
            html.unescape(title)
            for title in re.findall(r'<a class="clip" href="[^"]+" title="([^"]+)"', page)
        ]
        if "page=2" not in page:
            break
    title, views, likes = (file[0].index(name) for name in ("Post", "Views", "Likes"))
    assert [line[title] for line in file[1:]] == shown
    first = browser.get(f"{HERE}posts/?{query}").content.decode()
    for line in file[1:5]:
        figures = cells(first, f'title="{line[title]}"')
        assert figures[0] == line[views]
        assert "likes" not in query or figures[-1] == line[likes]


@pytest.mark.usefixtures("days")
def test_the_workbook_holds_the_same_table_and_its_notes(browser: Client) -> None:
    file = lines(browser, "export/days.csv?range=7")
    answer = browser.get(f"{HERE}export/days.xlsx?range=7")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    total = next(line for line in file if line[0] == "Total")
    assert f"<v>{total[file[0].index('Views')]}</v>" in sheet
    assert "<f>" not in sheet
    assert "Engagements ÷ reach" in words
    assert sheet.count("<row ") == len(file)


@pytest.mark.parametrize("text", ["=SUM(A1)", "+1", "-2+3", "@x", "\t=1", "\r=1", " =1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    sheet = Sheet("Posts", (), ("Post",), [[text]])
    line = exporting.as_csv(sheet).decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")
    with zipfile.ZipFile(io.BytesIO(exporting.as_xlsx(sheet))) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()


def test_numbers_stay_numbers_and_what_is_absent_stays_empty() -> None:
    sheet = Sheet("Days", (), ("a", "b", "c", "d"), [[-5.0, 0.25, None, "plain"]])
    assert exporting.as_csv(sheet).decode("utf-8-sig").splitlines()[1] == "-5,0.25,,plain"


@pytest.mark.usefixtures("days")
@pytest.mark.parametrize("what", ["days.pdf", "users.csv"])
def test_there_are_no_other_files(browser: Client, what: str) -> None:
    assert browser.get(f"{HERE}export/{what}").status_code == 404


def test_a_stranger_gets_no_file_and_a_viewer_does(
    client: Client, workspace: Workspace, ridge: ConnectedAccount
) -> None:
    olu = User.objects.create_user("olu@northwind.test", "a long enough word")
    client.force_login(olu)
    assert client.get(f"{HERE}export/days.csv").status_code == 404
    workspace.memberships.create(user=olu, role=Role.VIEWER)
    assert client.get(f"{HERE}export/days.csv").status_code == 200
