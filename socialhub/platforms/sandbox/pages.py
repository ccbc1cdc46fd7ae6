"""The public face of the sandbox: profiles and posts as a visitor would see them, and the frame around
every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.wrappers import Response

from .clock import iso
from .records import Post
from .world import World

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'"


@dataclass(frozen=True)
class MediaView:
    """A file as a visitor sees it; `url` is a path of the sandbox."""

    url: str
    mime: str
    alt: str = ""


@dataclass(frozen=True)
class PostView:
    """A post as a visitor sees it. `badges` are short remarks, `choices` the options of a poll."""

    name: str
    handle: str
    url: str
    at: float
    text: str
    media: tuple[MediaView, ...] = ()
    warning: str = ""
    badges: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProfileView:
    """An account's public page."""

    platform: str
    host: str
    name: str
    handle: str
    bio: str
    facts: tuple[tuple[str, str], ...]
    posts: tuple[PostView, ...]
    empty: str = "Nothing has been posted yet."


def local(url: str) -> str:
    """The sandbox's path for a platform's address: `https://host/path` becomes `/host/path`."""
    parts = urlsplit(url)
    return f"/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def page(title: str, body: Markup, status: int = 200, *, narrow: bool = False) -> Response:
    """A whole page under the banner that says what this is."""
    html = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport"'
        ' content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>{title}</title><link rel="icon"'
        ' href="/_static/mark.svg">'
        '<link rel="stylesheet" href="/_static/sandbox.css"></head><body>'
        '<p class="banner"><a href="/">Sandbox</a>: our reading of the platform’s documentation</p>'
        "<main{narrow}>{body}</main></body></html>"
    ).format(title=title, body=body, narrow=Markup(' class="narrow"') if narrow else "")
    return Response(
        str(html),
        status,
        {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"},
        mimetype="text/html",
    )


def message_page(title: str, text: str, status: int) -> Response:
    """A page that only says something, for a person's eyes."""
    return page(
        title,
        Markup('<section class="card consent"><h1>{}</h1><p>{}</p></section>').format(title, text),
        status,
        narrow=True,
    )


def profile_page(profile: ProfileView) -> Response:
    """An account with its posts, newest first."""
    facts = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in profile.facts
    )
    posts = Markup("").join(_post(post) for post in profile.posts) or Markup(
        '<p class="quiet empty">{}</p>'
    ).format(profile.empty)
    body = Markup(
        '<header class="profile"><span class="avatar" aria-hidden="true">{initial}</span><div><p'
        ' class="over">{platform} · {host}</p>'
        '<h1>{name}</h1><p class="quiet">{handle}</p></div><p'
        ' class="bio">{bio}</p><dl>{facts}</dl></header>{posts}'
    ).format(
        initial=profile.name[:1],
        platform=profile.platform,
        host=profile.host,
        name=profile.name,
        handle=profile.handle,
        bio=profile.bio,
        facts=facts,
        posts=posts,
    )
    return page(f"{profile.name} ({profile.handle})", body)


@dataclass(frozen=True)
class Guestbook:
    """A form under a post where a visitor says something: ``post`` as the simulator's `say` knows it."""

    platform: str
    post: str
    persons: tuple[str, ...]


def post_page(
    platform: str,
    before: tuple[PostView, ...],
    post: PostView,
    after: tuple[PostView, ...],
    guestbook: Guestbook | None = None,
) -> Response:
    """One post between the posts it answers and its answers, in the order of the thread."""
    body = Markup('<p class="over">{} · {}</p>{}{}{}{}').format(
        platform,
        "thread" if before or after else "post",
        Markup("").join(_post(part, "above") for part in before),
        _post(post, "focus"),
        Markup("").join(_post(part, "below") for part in after),
        _form(guestbook, local(post.url)) if guestbook else "",
    )
    return page(f"{post.name}: {post.text[:60]}", body)


def _form(guestbook: Guestbook, back: str) -> Markup:
    persons = Markup("").join(Markup("<option>{}</option>").format(person) for person in guestbook.persons)
    return Markup(
        '<form class="card" method="post" action="/_say"><input type="hidden" name="platform" value="{}"><input'
        ' type="hidden" name="post" value="{}"><input type="hidden" name="next" value="{}"><label>As <select'
        ' name="person">{}</select></label><label>Comment <input name="text" maxlength="500" required></label><div'
        ' class="actions"><button class="primary">Say it</button></div></form>'
    ).format(guestbook.platform, guestbook.post, back, persons)


def _post(post: PostView, place: str = "") -> Markup:
    text = Markup('<p class="text">{}</p>').format(post.text) if post.text else Markup("")
    if post.warning:
        text = Markup('<details class="warning" open><summary>{}</summary>{}</details>').format(
            post.warning, text
        )
    return Markup(
        '<article class="card post {place}"><header><span class="avatar small"'
        ' aria-hidden="true">{initial}</span>'
        '<p><strong>{name}</strong> <span class="quiet">{handle}</span></p>'
        '<a class="quiet" href="{url}"><time'
        ' datetime="{iso}">{when}</time></a></header>{text}{media}{poll}{badges}</article>'
    ).format(
        place=place,
        initial=post.name[:1],
        name=post.name,
        handle=post.handle,
        url=local(post.url),
        iso=iso(post.at),
        when=iso(post.at, "minutes").replace("T", " ").replace("Z", " UTC"),
        text=text,
        media=_media(post.media),
        poll=_poll(post.choices),
        badges=Markup('<p class="badges">{}</p>').format(
            Markup("").join(Markup("<span>{}</span>").format(badge) for badge in post.badges)
        )
        if post.badges
        else "",
    )


def files_of(world: World, post: Post) -> tuple[MediaView, ...]:
    """The files of a post, in its order."""
    found = [item for key in post.media if (item := world.media.get(key))]
    return tuple(
        MediaView(f"/_media/{item.blob}.{item.mime.partition('/')[2]}", item.mime, item.alt) for item in found
    )


def _media(items: tuple[MediaView, ...]) -> Markup:
    if not items:
        return Markup("")
    figures = Markup("").join(_figure(item) for item in items)
    return Markup('<div class="media {}">{}</div>').format(
        "single" if len(items) == 1 else "several", figures
    )


def _figure(item: MediaView) -> Markup:
    kind = item.mime.split("/", 1)[0]
    if kind == "video":
        shown = Markup('<video controls preload="metadata" src="{}" aria-label="{}"></video>').format(
            item.url, item.alt or "Video"
        )
    elif kind == "application":
        shown = Markup('<a class="file" href="{}">{}</a>').format(item.url, item.alt or "Document")
    elif kind == "audio":
        shown = Markup('<audio controls preload="metadata" src="{}"></audio>').format(item.url)
    else:
        shown = Markup('<img src="{}" alt="{}">').format(item.url, item.alt)
    caption = (
        Markup('<figcaption><span class="tag">ALT</span> {}</figcaption>').format(item.alt)
        if item.alt
        else ""
    )
    return Markup("<figure>{}{}</figure>").format(shown, caption)


def _poll(choices: tuple[str, ...]) -> Markup:
    if not choices:
        return Markup("")
    return Markup('<ul class="poll">{}</ul>').format(
        Markup("").join(Markup("<li>{}</li>").format(choice) for choice in choices)
    )
