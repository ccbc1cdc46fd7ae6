"""Uses Pinterest's own client as a program would: boards, sections, a pin, reading it back, deleting it. Run by the
test in an environment of its own; the token comes on the standard input, the picture's path as the argument.
"""

from __future__ import annotations

import base64
import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from openapi_generated.pinterest_client.api.pins_api import PinsApi
from openapi_generated.pinterest_client.api.user_account_api import UserAccountApi
from pinterest.client import PinterestSDKClient
from pinterest.organic.boards import Board
from pinterest.organic.pins import Pin


def today() -> date:
    """Pinterest's days are those of UTC."""
    return datetime.now(UTC).date()


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
    span = {"start_date": today() - timedelta(days=3), "end_date": today()}
    asked = {**span, "metric_types": ["IMPRESSION", "SAVE", "TOTAL_COMMENTS"]}
    account = UserAccountApi(client).user_account_analytics(**span, metric_types=["IMPRESSION", "SAVE"])
    one = PinsApi(client).pins_analytics(pin.id, **asked)
    many = PinsApi(client).multi_pins_analytics([pin.id], **asked)
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
        "figures": {
            "account": [str(day.data_status.value) for day in account["all"].daily_metrics],
            "one": [str(day.data_status.value) for day in one["all"].daily_metrics],
            "many": sorted(many[pin.id]["all"].lifetime_metrics),
        },
        "listed": [listed.id for listed in boards[0].list_pins()[0]],
    }
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
