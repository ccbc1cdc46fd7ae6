"""Uses Pinterest's own client as a program would: boards, sections, a pin, reading it back, deleting it. Run by the
test in an environment of its own; the token comes on the standard input, the picture's path as the argument.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

from pinterest.client import PinterestSDKClient
from pinterest.organic.boards import Board
from pinterest.organic.pins import Pin


def main() -> None:
    """Print what was seen as one JSON object."""
    client = PinterestSDKClient.create_client_with_token(sys.stdin.read())
    boards, _ = Board.get_all(client=client)
    picture = base64.b64encode(Path(sys.argv[1]).read_bytes()).decode()
    source = {"source_type": "image_base64", "content_type": "image/jpeg", "data": picture}
    words = {"title": "Crema", "description": "Fresh & slow", "alt_text": "A cup"}
    pin = Pin.create(boards[0].id, source, link="https://northwind.coffee/crema", client=client, **words)
    gone = Pin.create(boards[0].id, source, title="Gone soon", client=client)
    Pin.delete(pin_id=gone.id, client=client)
    read = Pin(pin_id=pin.id, client=client)
    seen = {
        "boards": [board.name for board in boards],
        "sections": [section.name for section in boards[0].list_sections()[0]],
        "pin": [
            read.id,
            read.title,
            read.description,
            read.link,
            read.alt_text,
            read.board_id == boards[0].id,
        ],
        "listed": [listed.id for listed in boards[0].list_pins()[0]],
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
