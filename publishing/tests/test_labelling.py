"""Labels: one word in a workspace however it is written, given in the composer and on the page of a post."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.membership import create_workspace
from accounts.models import ConnectedAccount, User, Workspace
from accounts.permissions import Role
from publishing import labelling, scheduling
from publishing.models import Delivery, Label, Post

Compose = Callable[..., Delivery]
HERE = "/w/northwind-coffee/"


@pytest.fixture
def browser(client: Client, mara: User) -> Client:
    client.force_login(mara)
    return client


def names(post: Post) -> list[str]:
    return list(post.labels.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ()),
        (" , ,", ()),
        ("Beans", ("Beans",)),
        ("Beans, Winter ,beans", ("Beans", "Winter")),
        ("  New   blend ", ("New blend",)),
        ("x" * 60, ("x" * 40,)),
    ],
)
def test_commas_part_labels_and_the_same_word_counts_once(typed: str, read: tuple[str, ...]) -> None:
    assert labelling.names_in(typed) == read


def test_the_same_word_in_other_letters_is_the_same_label(compose: Compose, workspace: Workspace) -> None:
    first, second = compose("One").post, compose("Two").post
    labelling.put(first, ("Straße",))
    labelling.put(second, ("STRASSE", "New"))
    assert names(second) == ["New", "Straße"]
    assert Label.objects.filter(workspace=workspace).count() == 2


def test_a_label_goes_with_its_last_post_so_half_typed_words_do_not_stay(compose: Compose) -> None:
    first, second = compose("One").post, compose("Two").post
    labelling.put(first, ("Wint",))
    labelling.put(second, ("Winter",))
    labelling.put(first, ("Winter",))
    assert list(Label.objects.values_list("name", flat=True)) == ["Winter"]
    labelling.put(second, ())
    assert list(Label.objects.values_list("name", flat=True)) == ["Winter"]


def test_two_workspaces_have_their_own(compose: Compose, mara: User) -> None:
    other = create_workspace(owner=mara, name="Harbour Bakery")
    labelling.put(compose("One").post, ("Bread",))
    labelling.put(Post.objects.create(workspace=other, parts=["Two"]), ("Bread",))
    assert Label.objects.filter(folded="bread").count() == 2


def test_the_composer_saves_labels_by_itself_and_with_the_button(
    browser: Client, account: ConnectedAccount
) -> None:
    form = {"text": "Hello", "channel": str(account.pk), "when": "draft", "labels": "Beans, Winter"}
    answer = browser.post(f"{HERE}compose/autosave/", form)
    assert answer.status_code == 200
    post = Post.objects.get()
    assert names(post) == ["Beans", "Winter"]
    edited = browser.get(f"{HERE}posts/{post.pk}/edit/").content.decode()
    assert 'value="Beans, Winter"' in edited
    assert '<option value="Winter">' in edited
    browser.post(f"{HERE}posts/{post.pk}/edit/", {**form, "labels": "Beans"})
    assert names(post) == ["Beans"]


def test_labels_of_a_live_post_can_be_changed_on_its_page(browser: Client, compose: Compose) -> None:
    post = compose("One").post
    answer = browser.post(f"{HERE}posts/{post.pk}/labels/", {"labels": "Beans"}, follow=True)
    assert '<span class="tag">Beans</span>' in answer.content.decode()
    assert names(scheduling.duplicate(post, None)) == ["Beans"]


def test_a_viewer_gives_no_labels(client: Client, workspace: Workspace, compose: Compose) -> None:
    olu = User.objects.create_user("olu@northwind.test", "a long enough word")
    workspace.memberships.create(user=olu, role=Role.VIEWER)
    client.force_login(olu)
    post = compose("One").post
    assert client.post(f"{HERE}posts/{post.pk}/labels/", {"labels": "Beans"}).status_code == 403
    assert names(post) == []


def test_the_list_shows_labels_and_finds_posts_by_one_in_at_most_twelve_questions(
    browser: Client, compose: Compose
) -> None:
    for number in range(4):
        labelling.put(compose(f"Labelled {number}").post, ("Beans", "Winter"))
    compose("Plain")
    label = Label.objects.get(name="Beans")
    browser.get(f"{HERE}posts/")
    with CaptureQueriesContext(connection) as asked:
        shown = browser.get(f"{HERE}posts/?label={label.pk}").content.decode()
    assert len(asked) <= 12
    assert "Plain" not in shown
    assert shown.count('<span class="tag">Beans</span>') == 4


def test_a_new_post_is_offered_the_labels_that_there_are(browser: Client, compose: Compose) -> None:
    labelling.put(compose("One").post, ("Beans",))
    page = browser.get(f"{HERE}compose/").content.decode()
    assert '<option value="Beans">' in page
    assert "data-labels" in page
    assert "All labels" in browser.get(f"{HERE}posts/?q=absent").content.decode()
