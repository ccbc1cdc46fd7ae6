"""What the hub stands in: its address, files, mail, codecs and disk."""

from __future__ import annotations

import secrets
import shutil
import smtplib
import ssl
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import av
import requests
from av.codec import Codec
from av.codec.codec import UnknownCodecError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.mail import get_connection
from django.db import connection
from django.urls import reverse

from publishing.library import signed_link
from publishing.models import MediaFile
from socialhub.doctor.findings import Finding, bad, good, warn
from socialhub.platforms import registry

PATIENCE = 5.0
LINK_LIFE = timedelta(minutes=5)
CODECS = ("h264", "hevc", "vp9", "aac")
FREE_WARN, FREE_BAD = 0.10, 0.02
NO_MAIL = ("console", "dummy", "locmem", "filebased")


def storage() -> Iterator[Finding]:
    """A file is written, read back and deleted, wherever uploads are kept."""
    place, content = storages["default"], secrets.token_bytes(32)
    detail = f"{type(place).__name__} {getattr(place, 'location', '')}".strip()
    try:
        name = place.save(f"doctor/{secrets.token_hex(8)}.bin", ContentFile(content))
        with place.open(name) as stored:
            same = stored.read() == content
        place.delete(name)
    except OSError as error:
        advice = "Make MEDIA_ROOT a folder that all processes of the hub can write."
        yield bad("Storage", f"A file cannot be stored ({type(error).__name__})", advice, detail=detail)
        return
    if same:
        yield good("Storage", "A file was written, read and deleted", detail=detail)
    else:
        yield bad(
            "Storage", "A file came back other than it was written", "Check the storage.", detail=detail
        )


def address() -> Iterator[Finding]:
    """Whether PUBLIC_URL leads here, and who cannot reach it."""
    parts = urlsplit(settings.PUBLIC_URL)
    yield _fetched()
    if is_local(parts.hostname or ""):
        pulling = [
            one.name for one in registry.connectors().values() if one.publishing and one.publishing.pulls
        ]
        advice = (
            f"{_and(pulling)} fetch pictures or videos from the hub and cannot from here: set PUBLIC_URL."
        )
        yield warn("Public address", "It is known on this machine or network alone", advice)
    elif parts.scheme != "https":
        yield bad(
            "Public address", "It is not https", "Serve the hub over https and write that into PUBLIC_URL."
        )
    else:
        yield good("Public address", "https")
    pattern = settings.PUBLIC_URL + reverse("accounts:callback", args=["platform"])
    if parts.scheme == "https":
        yield good("Redirect addresses", pattern)
    else:
        advice = "Most platforms accept https alone as the place to come back to after a login."
        yield warn("Redirect addresses", pattern, advice)


def _fetched() -> Finding:
    """The newest upload by a signed link, as a platform would; before the first upload a plain page."""
    row = MediaFile.objects.order_by("-pk").first()
    address = signed_link(row, LINK_LIFE) if row else settings.PUBLIC_URL + reverse("healthz")
    what = "a signed link to a file" if row else "the hub"
    try:
        answer = requests.get(
            address, headers={"Range": "bytes=0-0"}, timeout=PATIENCE, allow_redirects=False, stream=True
        )
        answer.close()
    except requests.exceptions.SSLError:
        advice = "Renew the certificate of PUBLIC_URL: platforms refuse it too."
        return bad("Reachable", "Its certificate is not accepted", advice)
    except requests.RequestException as error:
        advice = "Start the web server, and check that PUBLIC_URL leads to it."
        return bad("Reachable", f"PUBLIC_URL does not answer ({type(error).__name__})", advice)
    if answer.status_code not in {200, 206}:
        advice = "Check that PUBLIC_URL leads to this hub, and that it reads the same files and keys."
        return bad("Reachable", f"{what} answered {answer.status_code}", advice)
    return good("Reachable", f"PUBLIC_URL gives {what}")


def is_local(host: str) -> bool:
    """Whether nobody outside can mean this host by its name."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".test"))


def platforms() -> Iterator[Finding]:
    """Whether posts go to the real platforms at all."""
    if settings.SANDBOX_URL:
        advice = "Leave SANDBOX_URL empty to publish for real."
        yield warn("Platforms", "All calls go to the sandbox: nothing is really published", advice)
    else:
        yield good("Platforms", "The real ones")


def mail() -> Iterator[Finding]:
    """Whether invitations and warnings leave this machine."""
    backend = settings.EMAIL_BACKEND
    if any(f".{name}." in backend for name in NO_MAIL):
        advice = "Set EMAIL_URL, such as smtp+tls://user:password@host:587."
        yield warn("E-mail", "Mails are not sent", advice, detail=backend)
        return
    channel = get_connection(fail_silently=False)
    try:
        channel.open()
        channel.close()
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        advice = "Check EMAIL_URL: host, port, name and password."
        yield bad("E-mail", f"The mail server refused us ({type(error).__name__})", advice)
        return
    yield good("E-mail", "The mail server lets us in")


def codecs() -> Iterator[Finding]:
    """What uploads can be measured with."""
    version = ".".join(map(str, av.library_versions.get("libavcodec", ())))
    detail = f"PyAV {av.__version__}, libavcodec {version}"
    missing = [name for name in CODECS if not _decodes(name)]
    if missing:
        advice = "Install PyAV from its wheel (pip install --force-reinstall av): it brings the codecs along."
        yield bad("Media codecs", f"No decoder for {_and(missing)}", advice, detail=detail)
    else:
        yield good("Media codecs", _and(CODECS), detail=detail)


def _decodes(name: str) -> bool:
    try:
        return bool(Codec(name, "r"))
    except UnknownCodecError:
        return False


def disk() -> Iterator[Finding]:
    """Room where this host writes: uploads, and the database where it is a file."""
    places = [Path(settings.MEDIA_ROOT)]
    if connection.vendor == "sqlite":
        places.append(Path(str(connection.settings_dict["NAME"])).parent)
    shares = []
    for place in places:
        there = next(each for each in (place, *place.parents) if each.exists())
        usage = shutil.disk_usage(there)
        shares.append((usage.free / usage.total, usage.free, str(place)))
    share, free, place_name = min(shares)
    said = f"{free / 1e9:.1f} GB free ({share:.0%})"
    if share < FREE_WARN:
        advice = "Make room: uploads and the database need it."
        yield (bad if share < FREE_BAD else warn)("Disk", said, advice, detail=place_name)
    else:
        yield good("Disk", said, detail=place_name)


def _and(names: list[str] | tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
