"""Videos by chunks, reels and video stories by the upload host
(https://developers.facebook.com/docs/graph-api/reference/page/videos,
https://developers.facebook.com/docs/video-api/guides/reels-publishing).
"""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.connectors._graph.sandbox.errors import debug_info, graph_error
from socialhub.platforms.connectors._graph.sandbox.pulling import PullError, pull
from socialhub.platforms.connectors._graph.sandbox.simulator import CURRENT, RUPLOAD, missing_object, read
from socialhub.platforms.connectors._graph.sandbox.uploads import demand_oauth, receive_rest
from socialhub.platforms.sandbox.probe import probe
from socialhub.platforms.sandbox.records import Account, Media
from socialhub.platforms.sandbox.shapes import Field
from socialhub.platforms.sandbox.simulator import Call, reply

from .server import CALLS, make_post, number, open_page, simulator
from .store import KEY, Film, films, habits

SECONDS = {"videos": (1.0, 14_400.0), "video_reels": (3.0, 90.0), "video_stories": (3.0, 60.0)}
LARGEST_FETCHED = 1 << 30
BAD_VIDEO, BAD_SHAPE = "352/1363024", "352/1363040"
REEL_RATIOS = (9 / 16, 16 / 9)
WORDS = {"title": Field(), "description": Field()}
CHUNKED = {
    "upload_phase": Field(choices=("start", "transfer", "finish")),
    "file_url": Field(),
    "file_size": Field("int"),
    "upload_session_id": Field(),
    "start_offset": Field("int"),
    "published": Field("bool"),
    **WORDS,
}
PHASED = {
    "upload_phase": Field(required=True, choices=("start", "finish")),
    "video_id": Field(),
    "video_state": Field(choices=("PUBLISHED",)),
    **WORDS,
}


@simulator.route("POST", "/<node>/videos", scopes=("publish",), limit=CALLS)
def chunked(call: Call) -> Response:
    """By address in one call; else start, transfer chunk by chunk, finish. Offsets are strings here."""
    wish = read(call, CHUNKED)
    page = open_page(call)
    if ("file_url" in wish) == ("upload_phase" in wish):
        raise graph_error("100", "(#100) Either file_url or upload_phase is required")
    if "file_url" in wish:
        return _from_address(call, page, wish)
    if wish["upload_phase"] == "start":
        if wish.get("file_size", 0) <= 0:
            raise graph_error("100", "(#100) The parameter file_size is required")
        film = _begin(call, page, "videos")
        film.size, film.session = wish["file_size"], number(call.world)
        return reply({"video_id": film.id, "upload_session_id": film.session, **_offsets(call, film)})
    found = films(call.world).where(page=page.id, session=wish.get("upload_session_id", "") or "none")
    if not found:
        raise graph_error("100", "(#100) Param upload_session_id is not valid")
    film = found[0]
    if wish["upload_phase"] == "transfer":
        _take_chunk(call, film, wish.get("start_offset", -1))
        return reply(_offsets(call, film))
    _finish(call, page, film, wish)
    return reply({"success": True})


def _from_address(call: Call, page: Account, wish: dict[str, Any]) -> Response:
    film = _begin(call, page, "videos")
    try:
        film.blob, _ = pull(call.world, wish["file_url"], LARGEST_FETCHED, BAD_VIDEO)
    except PullError:
        raise graph_error("389") from None
    film.size, film.is_whole = call.world.blobs.size(film.blob), True
    _finish(call, page, film, wish)
    return reply({"id": film.id})


def _begin(call: Call, page: Account, kind: str) -> Film:
    film = Film(number(call.world), page.id, kind, call.world.blobs.create(), call.now)
    return films(call.world).add(film)


def _offsets(call: Call, film: Film) -> dict[str, str]:
    held = call.world.blobs.size(film.blob)
    end = min(film.size, held + habits(call.world).chunk)
    return {"start_offset": str(held), "end_offset": str(end)}


def _take_chunk(call: Call, film: Film, offset: int) -> None:
    if set(call.request.files) != {"video_file_chunk"}:
        raise graph_error("100", "(#100) The parameter video_file_chunk is required")
    held = call.world.blobs.size(film.blob)
    if offset != held or film.is_whole:
        raise graph_error("6001/1363037", more={"error_data": _offsets(call, film)})
    with call.world.blobs.path(film.blob).open("ab") as target:
        call.request.files["video_file_chunk"].save(target)
    film.is_whole = call.world.blobs.size(film.blob) == film.size


@simulator.route("POST", "/<node>/video_reels", scopes=("publish",), limit=CALLS)
@simulator.route("POST", "/<node>/video_stories", scopes=("publish",), limit=CALLS)
def phased(call: Call) -> Response:
    """Start and finish; in between the upload host."""
    wish = read(call, PHASED)
    page = open_page(call)
    kind = call.path.rpartition("/")[2]
    if wish["upload_phase"] == "start":
        film = _begin(call, page, kind)
        address = f"https://{RUPLOAD}/video-upload/{CURRENT}/{film.id}"
        return reply({"video_id": film.id, "upload_url": address})
    found = films(call.world).get(wish.get("video_id", ""))
    if found is None or found.page != page.id or found.kind != kind:
        raise graph_error("100", "(#100) Param video_id is not valid")
    if kind == "video_reels" and "video_state" not in wish:
        raise graph_error("100", "(#100) The parameter video_state is required")
    _finish(call, page, found, wish)
    more = {"post_id": found.post or f"{page.id}_0"} if kind == "video_stories" else {}
    return reply({"success": True, **more})


def _finish(call: Call, page: Account, film: Film, wish: dict[str, Any]) -> None:
    """Asking twice makes a second post: the worst that the documentation leaves open."""
    if not film.is_whole:
        raise graph_error("100", "(#100) The video has not been uploaded yet")
    world = call.world
    film.problem = film.problem or _problem(call, film)
    film.finished_at, film.ready_at = call.now, call.now + habits(world).processing_seconds
    if film.problem:
        return
    seen = probe(world.blobs.path(film.blob))
    is_first = not film.post
    media = Media(
        film.id if is_first else number(world), KEY, page.id, seen.mime, film.blob, film.size, call.now
    )
    media.width, media.height, media.seconds = seen.width, seen.height, seen.seconds
    media.extra["target"] = film.id
    shape, path = {
        "videos": ("video", "{name}/videos/{id}/"),
        "video_reels": ("reel", "reel/{id}/"),
        "video_stories": ("story", "stories/{name}/{id}/"),
    }[film.kind]
    own_id = "" if film.kind == "video_stories" else film.id if is_first else number(world)
    extra = {"kind": shape, "title": wish.get("title", ""), "story": f"{page.id}_{number(world)}"}
    text = wish.get("description", "")
    film.post = make_post(call, page, text, [media], path=path, extra=extra, post_id=own_id).id


def _problem(call: Call, film: Film) -> str:
    seen = probe(call.world.blobs.path(film.blob))
    shortest, longest = SECONDS[film.kind]
    of_length = not seen.seconds or shortest <= seen.seconds <= longest
    if seen.mime not in ("video/mp4", "video/quicktime") or not seen.is_whole or not of_length:
        return BAD_VIDEO
    ratio = seen.width / seen.height if seen.height else REEL_RATIOS[0]
    is_shaped = REEL_RATIOS[0] - 0.01 <= ratio <= REEL_RATIOS[1] + 0.01
    return "" if is_shaped or film.kind == "videos" else BAD_SHAPE


@simulator.route("POST", "/video-upload/<version>/<id>", host=RUPLOAD, scopes=("publish",), streams=True)
def receive(call: Call) -> Response:
    """The bytes of a reel or story, from `offset` on."""
    demand_oauth(call)
    film = films(call.world).get(call.args["id"])
    if film is None or film.page != call.token.account:
        raise debug_info(404, "ResourceNotFoundError", "No such upload", is_retriable=False)
    film.size = receive_rest(call, film.blob, is_whole=film.is_whole)
    film.is_whole = True
    film.problem = BAD_VIDEO if call.fault("rejected_media") else ""
    return reply({"success": True})


def status_of(call: Call, film: Film) -> dict[str, Any]:
    """The field `status` of a video."""
    lag = call.fault("lagging_listing")
    now = call.now - float(lag.details.get("seconds", 60)) if lag else call.now
    if film.finished_at is not None and now < film.finished_at:
        video, processing, publishing = "upload_complete", "not_started", "not_started"
    else:
        video, processing, publishing = film.phases(now)
    held = call.world.blobs.size(film.blob)
    problem = {"error": {"message": f"Processing failed ({film.problem})"}} if processing == "error" else {}
    published = {"publish_status": "published"} if publishing == "complete" else {}
    return {
        "video_status": video,
        "uploading_phase": {
            "status": "complete" if film.is_whole else "in_progress",
            "bytes_transfered": held,
            "source_file_size": film.size,
        },
        "processing_phase": {"status": processing, **problem},
        "publishing_phase": {"status": publishing, **published},
    }


def own_film(call: Call) -> Film:
    """The video that the path names, of the token's Page."""
    film = films(call.world).get(call.args["node"])
    if film is None or film.page != call.token.account:
        raise missing_object(call.args["node"])
    return film
