"""What a server says about itself (https://docs.joinmastodon.org/entities/Instance/)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from socialhub.platforms.sandbox.simulator import Call, reply

from .server import GENERAL, IMAGES, MOVING, Server, refuse, simulator


@simulator.route("GET", "/api/v2/instance", limit=GENERAL)
def read_instance(call: Call) -> Response:
    """What this server is and allows (https://docs.joinmastodon.org/entities/Instance/)."""
    server = simulator.server(call)
    if not server.has_v2_instance:
        raise refuse(404)
    body = {
        "domain": call.host,
        "title": server.title or call.host,
        "version": server.version,
        "source_url": "https://github.com/mastodon/mastodon",
        "description": "A server of the sandbox.",
        "languages": ["en"],
        "configuration": configuration(server),
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "rules": [],
    }
    if server.api_version:
        body["api_versions"] = {"mastodon": server.api_version}
    return reply(body)


@simulator.route("GET", "/api/v1/instance", limit=GENERAL)
def read_instance_v1(call: Call) -> Response:
    """The older form of the same."""
    server = simulator.server(call)
    return reply(
        {
            "uri": call.host,
            "title": server.title or call.host,
            "version": server.version,
            "max_toot_chars": server.max_characters,
            "configuration": configuration(server),
        }
    )


def configuration(server: Server) -> dict[str, Any]:
    """Limits by name, as clients are to read them."""
    media: dict[str, Any] = {
        "supported_mime_types": IMAGES + MOVING,
        "image_size_limit": server.image_size_limit,
        "image_matrix_limit": 33_177_600,
        "video_size_limit": server.video_size_limit,
        "video_frame_rate_limit": 120,
        "video_matrix_limit": 8_294_400,
    }
    if server.api_version >= 3:
        media["description_limit"] = server.description_limit
    return {
        "urls": {"streaming": f"wss://{server.host}"},
        "accounts": {"max_featured_tags": 10},
        "statuses": {
            "max_characters": server.max_characters,
            "max_media_attachments": server.max_media_attachments,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": media,
        "polls": dict(server.poll),
    }
