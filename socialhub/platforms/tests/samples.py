"""Sample files and posts, and a host where a platform can fetch the files."""

from __future__ import annotations

import io
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
from PIL import Image

from socialhub.platforms.options import Option, Options, OptionType
from socialhub.platforms.values import Content, Kind, Media, Part

PutFile = Callable[[bytes, str], Callable[[timedelta], str]]


@lru_cache(maxsize=4)
def picture(color: str = "teal", size: tuple[int, int] = (640, 640)) -> bytes:
    """A real JPEG."""
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, "JPEG")
    return target.getvalue()


@lru_cache(maxsize=2)
def film(seconds: int = 4) -> bytes:
    """A real MP4."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("h264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 540, 960, "yuv420p"
            picture = Image.new("RGB", (540, 960), "teal")
            for _ in range(25 * seconds):
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
            container.mux(stream.encode())
        return path.read_bytes()


def long_film(size: int) -> bytes:
    """A real MP4 of that many bytes: the box at its end holds nothing."""
    empty = size - len(film())
    return film() + empty.to_bytes(4, "big") + b"free" + bytes(empty - 8)


@lru_cache(maxsize=1)
def leaflet() -> bytes:
    """A real PDF of two pages."""
    target = io.BytesIO()
    pages = [Image.new("RGB", (300, 400), color) for color in ("white", "teal")]
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:])
    return target.getvalue()


def file_of(data: bytes, mime: str, link: Callable[[timedelta], str] | None = None, alt: str = "") -> Media:
    """A file as the media library would hand it out."""
    moves, turns = mime.startswith("video/"), mime == "application/pdf"
    return Media(
        key=str(uuid.uuid4()),
        mime=mime,
        size=len(data),
        alt=alt,
        name="file." + mime.partition("/")[2],
        width=None if turns else 540 if moves else 640,
        height=None if turns else 960 if moves else 640,
        seconds=4.0 if moves else None,
        fps=25.0 if moves else None,
        video_codec="h264" if moves else None,
        pages=2 if turns else None,
        read=lambda offset, length: data[offset : offset + length],
        public_url=link or _no_link,
    )


def _no_link(ttl: timedelta) -> str:
    raise AssertionError("this connector was not expected to ask for a public address")


@contextmanager
def file_host() -> Iterator[PutFile]:
    """A web server on this machine; ``put(bytes, mime)`` gives the file's ``public_url``."""
    files: dict[str, tuple[bytes, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data, mime = files[self.path]
            self.send_response(200)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()

    def put(data: bytes, mime: str) -> Callable[[timedelta], str]:
        path = f"/{uuid.uuid4()}.{mime.partition('/')[2]}"
        files[path] = (data, mime)
        return lambda ttl: f"http://127.0.0.1:{server.server_port}{path}"

    try:
        yield put
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sample(kind: Kind, put: PutFile) -> Content:
    """Content of that kind that every platform which offers it takes; no two have the same text."""

    def still(color: str = "teal", alt: str = "") -> Media:
        data = picture(color)
        return file_of(data, "image/jpeg", put(data, "image/jpeg"), alt)

    def moving() -> Media:
        return file_of(film(), "video/mp4", put(film(), "video/mp4"))

    mark = uuid.uuid4().hex[:6]
    text = f"Fresh roast {mark} from the harbour: https://northwind.coffee/beans & more"
    match kind:
        case Kind.IMAGE:
            return Content(kind, text, media=(still(alt="A cup of coffee"),))
        case Kind.GALLERY:
            return Content(kind, text, media=(still(alt="A cup"), still("brown", "Beans")))
        case Kind.VIDEO | Kind.SHORT:
            return Content(kind, text, media=(moving(),))
        case Kind.DOCUMENT:
            return Content(kind, text, media=(file_of(leaflet(), "application/pdf"),))
        case Kind.STORY:
            return Content(kind, media=(still(),))
        case Kind.THREAD:
            first = Part(f"{mark} one: the beans", (still(alt="Beans"),))
            return Content(kind, parts=(first, Part(f"{mark} two: the water"), Part(f"{mark} three: time")))
        case Kind.LINK:
            return Content(kind, text, link="https://northwind.coffee/beans")
        case Kind.TEXT:
            return Content(kind, text)


def answers(options: Options, kind: Kind) -> dict[str, Any]:
    """What a person would choose for that kind where the platform lets nobody choose for them."""
    asked = [option for option in options.for_kind(kind) if option.required and option.default is None]
    return {option.key: _answer(option) for option in asked}


def _answer(option: Option) -> Any:
    match option.type:
        case OptionType.CHOICE:
            return option.choices[0].value if option.choices else None
        case OptionType.TEXT:
            return "Fresh roast from the harbour"
        case OptionType.LINES:
            return ["One", "Two"]
        case OptionType.FLAG:
            return True
        case OptionType.NUMBER:
            return 1
