"""The pages of the inbox: who sees what, what can be done, and how safe it is to show what strangers wrote."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, Membership, User, Workspace
from accounts.permissions import Role
from socialhub.platforms.inbox import Act, Item, ItemKind, Person
from webhooks import answering, hearing, queries
from webhooks.cleaning import showable
from webhooks.models import Answer, Conversation, InboxItem, SavedReply, Subscription
from webhooks.tests.talk import Talk, comment, lost

HOME = "/w/northwind-coffee/inbox/"
MOST_QUERIES = 12


@pytest.fixture
def browser(client: Client, maya: User) -> Client:
    """A browser in which Maya is signed in."""
    client.force_login(maya)
    return client


@pytest.fixture
def item(account: ConnectedAccount) -> InboxItem:
    """Ravi asks."""
    hearing.keep(account, [comment()])
    return InboxItem.objects.get()


def _page(browser: Client, path: str = "", status: int = 200) -> str:
    answer = browser.get(f"{HOME}{path}")
    assert answer.status_code == status
    return answer.content.decode()


def _as(workspace: Workspace, role: Role) -> Client:
    name = role.value
    person = User.objects.create_user(f"{name}@northwind.test", "a long enough word", name=name.title())
    Membership.objects.create(workspace=workspace, user=person, role=role)
    browser = Client()
    browser.force_login(person)
    return browser


def _since(shown: str) -> str:
    found = re.search(r"since=([\w.]+)", shown)
    assert found is not None
    return found.group(1)


def test_what_was_said_stands_in_the_list_and_is_read_by_opening_it(browser: Client, item: InboxItem) -> None:
    shown = _page(browser)
    assert "Ravi Menon" in shown
    assert "Is there oat milk?" in shown
    assert "data-unread" in shown
    opened = _page(browser, f"{item.conversation_id}/")
    assert "100 left" in opened
    assert not Conversation.objects.get().is_unread


def test_an_empty_inbox_says_what_never_comes(browser: Client, account: ConnectedAccount) -> None:
    shown = _page(browser)
    assert "All quiet" in shown
    assert "Northtalk tells nobody of mentions." in shown


def test_a_reply_is_ordered_once_however_often_the_form_is_sent(
    browser: Client, talk: Talk, item: InboxItem
) -> None:
    form = {"text": "Yes, from Malmö.", "key": str(uuid.uuid4())}
    for _ in range(2):
        answer = browser.post(f"{HOME}items/{item.pk}/reply/", form)
        assert answer.status_code == 302
        answering.answer_all()
    assert talk.replies == [("c1", "Yes, from Malmö.")]
    shown = _page(browser, f"{item.conversation_id}/")
    assert shown.count("Yes, from Malmö.") == 2  # in the list and in the talk
    assert "Maya" in shown


def test_words_that_are_too_long_come_back_with_the_reason(browser: Client, item: InboxItem) -> None:
    browser.post(f"{HOME}items/{item.pk}/reply/", {"text": "x" * 101})
    shown = _page(browser, f"{item.conversation_id}/")
    assert "That is 101 of at most 100 characters." in shown
    assert "x" * 101 in shown
    assert not Answer.objects.exists()
    assert "1 too many" in _page(browser, f"{item.conversation_id}/count/?text={'x' * 101}")


def test_an_unconfirmed_reply_asks_a_person(browser: Client, talk: Talk, item: InboxItem) -> None:
    browser.post(f"{HOME}items/{item.pk}/reply/", {"text": "Yes."})
    Answer.objects.update(state=Answer.State.UNCONFIRMED, next_at=None, in_doubt=True)
    shown = _page(browser, f"{item.conversation_id}/")
    assert "Nobody can tell" in shown
    assert "Look again" in shown
    browser.post(f"{HOME}answers/{Answer.objects.get().pk}/there/")
    assert Answer.objects.get().state == Answer.State.DONE
    assert talk.replies == []


def test_a_failed_reply_is_tried_again(browser: Client, talk: Talk, item: InboxItem) -> None:
    browser.post(f"{HOME}items/{item.pk}/reply/", {"text": "Yes."})
    Answer.objects.update(state=Answer.State.FAILED, next_at=None, error_message="Comments are closed.")
    shown = _page(browser, f"{item.conversation_id}/")
    assert "Comments are closed." in shown
    browser.post(f"{HOME}answers/{Answer.objects.get().pk}/again/")
    answering.answer_all()
    assert talk.replies == [("c1", "Yes.")]


@pytest.mark.parametrize("act", ["hide", "delete", "like"])
def test_acts_are_offered_where_they_can_be_done(
    browser: Client, talk: Talk, account: ConnectedAccount, item: InboxItem, act: str
) -> None:
    url = f"{HOME}items/{item.pk}/{act}/"
    assert url in _page(browser, f"{item.conversation_id}/")
    browser.post(url)
    answering.answer_all()
    assert talk.acted == [(Act(act), "c1")]
    InboxItem.objects.update(acts=[])
    assert url not in _page(browser, f"{item.conversation_id}/")


def test_who_may_only_look_changes_nothing(
    workspace: Workspace, talk: Talk, account: ConnectedAccount, item: InboxItem
) -> None:
    viewer, pk = _as(workspace, Role.VIEWER), item.conversation_id
    shown = _page(viewer, f"{pk}/")
    assert "Is there oat milk?" in shown
    assert "<textarea" not in shown
    assert Conversation.objects.get().is_unread
    for path in (
        f"items/{item.pk}/reply/", f"items/{item.pk}/hide/", f"{pk}/mark/done/", f"{pk}/assign/", f"{pk}/note/",
        "saved/", "sources/promise/",
    ):  # fmt: skip
        assert viewer.post(f"{HOME}{path}", {"text": "Yes.", "name": "Yes"}).status_code == 403, path
    assert not Answer.objects.exists()


def test_another_workspace_s_conversation_is_not_there(
    browser: Client, workspace: Workspace, account: ConnectedAccount, item: InboxItem
) -> None:
    olu = User.objects.create_user("olu@southwind.test", "a long enough word", name="Olu")
    create_workspace(owner=olu, name="Southwind Tea", zone="UTC")
    stranger, pk, home = Client(), item.conversation_id, "/w/southwind-tea/inbox/"
    stranger.force_login(olu)
    browser.post(f"{HOME}items/{item.pk}/reply/", {"text": "Yes."})
    answer = Answer.objects.get()
    assert stranger.get(f"{home}{pk}/").status_code == 404
    assert stranger.get(f"{home}{pk}/count/").status_code == 404
    assert stranger.get(f"{home}news/?open={pk}&since=").status_code == 404
    for path in (
        f"items/{item.pk}/reply/", f"items/{item.pk}/hide/", f"{pk}/mark/done/", f"{pk}/assign/", f"{pk}/note/",
        f"answers/{answer.pk}/drop/",
    ):  # fmt: skip
        assert stranger.post(f"{home}{path}", {"text": "Mine now"}).status_code == 404, path
    assert "oat milk" not in stranger.get(home).content.decode()
    assert stranger.get(f"{HOME}").status_code == 404


def test_a_conversation_is_given_to_members_who_may_answer_alone(
    browser: Client, workspace: Workspace, item: InboxItem, maya: User
) -> None:
    _as(workspace, Role.MARKETER)
    _as(workspace, Role.VIEWER)
    pk = item.conversation_id
    people = {person.name: person.pk for person in User.objects.all()}
    browser.post(f"{HOME}{pk}/assign/", {"to": people["Marketer"]})
    assert Conversation.objects.get().assigned_to_id == people["Marketer"]
    browser.post(f"{HOME}{pk}/assign/", {"to": people["Viewer"]})
    assert Conversation.objects.get().assigned_to_id == people["Marketer"]
    assert browser.post(f"{HOME}{pk}/assign/", {"to": 99999}).status_code == 404
    assert "Ravi" not in _page(browser, "?tab=mine")
    browser.post(f"{HOME}{pk}/assign/", {"to": maya.pk})
    assert "Ravi" in _page(browser, "?tab=mine")


def test_done_and_open_again(browser: Client, item: InboxItem) -> None:
    pk = item.conversation_id
    browser.post(f"{HOME}{pk}/mark/done/")
    assert "Ravi" not in _page(browser)
    assert "Ravi" in _page(browser, "?tab=done")
    browser.post(f"{HOME}{pk}/mark/open/")
    assert "Ravi" in _page(browser)


def test_a_note_is_kept_with_the_contact(browser: Client, item: InboxItem) -> None:
    browser.post(f"{HOME}{item.conversation_id}/note/", {"note": "Ask <b>before</b> tagging."})
    assert "Ask &lt;b&gt;before&lt;/b&gt; tagging." in _page(browser, f"{item.conversation_id}/")


def test_saved_replies_stand_beside_the_answer(browser: Client, item: InboxItem) -> None:
    browser.post(f"{HOME}saved/", {"name": "Hours", "text": 'Until "nine".'})
    assert 'data-insert="Until &quot;nine&quot;."' in _page(browser, f"{item.conversation_id}/")
    assert browser.post(f"{HOME}saved/", {"name": "Hours", "text": "Again"}).status_code == 422
    saved = SavedReply.objects.get()
    browser.post(f"{HOME}saved/", {"reply": saved.pk, "name": "Hours", "text": "Until ten."})
    assert SavedReply.objects.get().text == "Until ten."
    browser.post(f"{HOME}saved/{saved.pk}/drop/")
    assert not SavedReply.objects.exists()


def test_the_clock_of_a_promise_runs_and_is_found(browser: Client, account: ConnectedAccount) -> None:
    browser.post(f"{HOME}sources/promise/", {"answer_minutes": 60})
    hearing.keep(ConnectedAccount.objects.select_related("workspace").get(), [comment()])
    assert "due in 59 min" in _page(browser)
    assert "Ravi" not in _page(browser, "?overdue=1")
    Conversation.objects.update(due_at=datetime.now(UTC) - timedelta(hours=3))
    assert "overdue by 3 h" in _page(browser, "?overdue=1") or "overdue by 180 min" in _page(browser)


def test_filters_and_search_find(browser: Client, account: ConnectedAccount, item: InboxItem) -> None:
    hearing.keep(account, [Item(ItemKind.MESSAGE, "m1", None, "Wholesale?", Person("lena", "Lena Schulz"))])
    hearing.keep(account, [comment("c9", "Under a post", post_id="p/1", author=Person("cass", "Cass Hill"))])
    for query, there in {
        "q=oat": "Ravi Menon",
        "q=lena": "Lena Schulz",
        "kind=message": "Lena Schulz",
        f"post={account.pk}-p/1": "Cass Hill",
        "kind=nonsense&account=abc": "Ravi Menon",
    }.items():
        shown = _page(browser, f"?{query}").partition('class="mails"')[2].partition("</ul>")[0]
        assert there in shown, query
        assert shown.count("<li") == (3 if "nonsense" in query else 1), query
    assert "Nothing fits" in _page(browser, "?account=999999")


def test_what_stands_under_a_post_is_found_in_any_state(browser: Client, account: ConnectedAccount) -> None:
    hearing.keep(
        account,
        [comment("c1", post_id="p1"), comment("c2", "And almond?", post_id="p1"), comment("c3", "No")],
    )
    Conversation.objects.filter(key="c1").update(state=Conversation.State.DONE)
    shown = _page(browser, f"?tab=all&post={account.pk}-p1")
    assert shown.partition('class="mails"')[2].partition("</ul>")[0].count("<li") == 2
    assert "All under this post" in shown
    assert _page(browser, "?tab=all").count("data-unread") == 2  # no such tab of everything


def test_pages_follow_each_other_without_gap_or_double(browser: Client, account: ConnectedAccount) -> None:
    now = datetime.now(UTC)
    hearing.keep(
        account,
        [
            comment(f"c{number}", f"Word {number:03}.", at=now - timedelta(seconds=number // 3))
            for number in range(60)
        ],
    )
    seen: list[str] = []
    path = ""
    for _ in range(3):
        shown = _page(browser, path)
        seen += re.findall(r"Word (\d+)\.", shown)
        older = re.search(r'inbox/(\?after=[\d_]+)"', shown)
        path = older.group(1) if older else ""
    assert sorted(seen) == [f"{number:03}" for number in range(60)]
    assert path == ""


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "{{ request.user }}{% debug %}",
        "https://phish.example/login",
    ],
)
def test_what_strangers_write_is_text_and_nothing_else(
    browser: Client, account: ConnectedAccount, evil: str
) -> None:
    person = Person("evil", evil, evil, "javascript:alert(1)")
    hearing.keep(account, [comment(text=evil, author=person, url="javascript:alert(1)")])
    row = Conversation.objects.get()
    for path in ("", f"{row.pk}/", "news/?since=", f"news/?since=&open={row.pk}"):
        shown = _page(browser, path)
        assert "alert(1)</script>" not in shown
        assert "<img src=x" not in shown
        assert "<svg onload" not in shown
        assert "javascript:" not in shown
        assert 'href="https://phish' not in shown
    assert "script-src" in browser.get(HOME).headers["Content-Security-Policy"]


def test_characters_that_turn_or_hide_words_are_taken_out() -> None:
    assert showable("pay\u202eevil\u2066x\u200by\x07\ufeff") == "payevilxy"
    assert showable("a" + "\u0301" * 400 + "b") == "a" + "\u0301" * 4 + "b"
    assert showable("👩\u200d👧 line\r\nline") == "👩\u200d👧 line\nline"
    assert showable("مرحبا") == "مرحبا"


def test_a_look_costs_little_and_brings_nothing_while_nothing_is_new(
    browser: Client, account: ConnectedAccount, item: InboxItem
) -> None:
    path = f"news/?since={_since(_page(browser))}"
    with CaptureQueriesContext(connection) as asked:
        _page(browser, path, status=204)
    assert len(asked) <= 4
    hearing.keep(account, [comment("c2", "And almond?", author=Person("cass", "Cass Hill"))])
    shown = _page(browser, path)
    assert "And almond?" in shown
    _page(browser, f"news/?since={_since(shown)}", status=204)


def test_a_change_that_is_seen_late_is_not_missed(
    browser: Client, workspace: Workspace, account: ConnectedAccount, item: InboxItem
) -> None:
    token = queries.token_now(workspace)
    long_ago = datetime.now(UTC) - timedelta(seconds=20)  # dated then, committed now
    hearing.keep(account, [comment("c2")])
    Conversation.objects.filter(key="c2").update(changed_at=long_ago)
    assert queries.has_changed(workspace, token)


def test_the_answer_under_way_shows_with_the_next_look(browser: Client, talk: Talk, item: InboxItem) -> None:
    browser.post(f"{HOME}items/{item.pk}/reply/", {"text": "Yes, from Malmö."})
    shown = _page(browser, f"{item.conversation_id}/")
    assert "On its way" in shown
    path = f"news/?open={item.conversation_id}&since={_since(shown)}"
    answering.answer_all()
    after = _page(browser, path)
    assert 'id="talk"' in after
    assert "On its way" not in after
    assert "textarea" not in after  # what is being written stays


def test_doubt_shows_with_the_next_look(browser: Client, talk: Talk, item: InboxItem) -> None:
    def lose() -> None:
        raise lost()

    talk.after = lose
    browser.post(f"{HOME}items/{item.pk}/reply/", {"text": "Yes."})
    first = _page(browser, f"news/?open={item.conversation_id}&since=")
    path = f"news/?open={item.conversation_id}&since={_since(first)}"
    _page(browser, path, status=204)
    answering.answer_all()
    assert "looking for it" in _page(browser, path)


def test_sources_tell_how_each_account_is_heard(browser: Client, account: ConnectedAccount) -> None:
    Subscription.objects.create(
        account=account, state=Subscription.State.FAILED, reason="The Page refused.", missing=["mentions"]
    )
    shown = _page(browser, "sources/")
    assert "Not working" in shown
    assert "The Page refused." in shown
    assert "mentions" in shown


@pytest.mark.parametrize("path", ["", "{pk}/", "?q=oat&overdue=1", "sources/"])
def test_a_page_asks_the_database_at_most_twelve_times(
    browser: Client, account: ConnectedAccount, maya: User, path: str
) -> None:
    for number in range(30):
        person = Person(f"p{number}", f"Person {number}")
        hearing.keep(account, [comment(f"c{number}", post_id="p1", author=person)])
    row = Conversation.objects.filter(post_id="p1").order_by("-last_at")[0]
    first = row.items.get()
    for number in range(5):
        answering.order(item=first, act=Act.REPLY, by=maya, text=f"Yes {number}.")
        SavedReply.objects.create(workspace=row.workspace, name=f"Reply {number}", text="Yes.")
    answering.answer_all()
    _page(browser, path.format(pk=row.pk))
    with CaptureQueriesContext(connection) as asked:
        _page(browser, path.format(pk=row.pk))
    assert len(asked) <= MOST_QUERIES, "\n".join(each["sql"][:150] for each in asked)
