"""The log as a stream of server-sent events, for pages that follow it and for anyone with curl.

``entries`` tells the newest entries, at most twenty at once, and how many it left out; ``checkpoint`` the
newest checkpoint; ``anchored`` how far the chain has come, which a reorganization can take back; ``tree`` the
picture. The id of an event is the state after it, so that who comes back is told just what was missed.

    event: checkpoint
    id: 9.9.7
    data: {"size":9,"root":"…"}

Source: HTML Living Standard, section 9.2 (server-sent events).
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

from api import log_picture
from api.log_watch import LogWatch, Seen
from api.routes.ledger import entry_shown

HEARTBEAT_SECONDS = 15  # proxies close what is silent for longer, and a page that left is noticed
RETRY_MS = 3000  # when a browser comes back after a broken line

_ID = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.([0-9]{1,19})")


@dataclass(frozen=True)
class Told:
    """What a listener knows, in entries; the text is the id of an event."""

    size: int = 0
    checkpointed: int = 0
    anchored: int = 0

    @classmethod
    def read(cls, text: str | None) -> "Told":
        """Read an id; whatever is none is one who knows nothing."""
        written = _ID.fullmatch(text or "")
        return cls(*(int(part) for part in written.groups())) if written else cls()

    def __str__(self) -> str:
        return f"{self.size}.{self.checkpointed}.{self.anchored}"


def news(told: Told, seen: Seen) -> Iterator[tuple[Told, str, dict[str, Any]]]:
    """Give the events from ``told`` to what was ``seen``: the state after each, its name, its data."""
    head = seen.head
    if told.size > head.size:  # it knows another log
        told = Told()
    before = told
    if head.size > told.size:
        fresh = [entry_shown(each) for each in seen.newest if each.index >= told.size]
        data = {
            "size": head.size,
            "left_out": head.size - told.size - len(fresh),
            "entries": [each.model_dump(mode="json") for each in fresh],
        }
        told = replace(told, size=head.size)
        yield told, "entries", data
    if head.checkpointed_size != told.checkpointed and seen.root is not None:
        told = replace(told, checkpointed=head.checkpointed_size)
        yield told, "checkpoint", {"size": head.checkpointed_size, "root": seen.root.hex()}
    if head.anchored_size != told.anchored:
        told = replace(told, anchored=head.anchored_size)
        yield told, "anchored", {"size": head.anchored_size, "block_number": head.block_number}
    if told != before:
        yield told, "tree", _tree(seen)


async def stream(watch: LogWatch, told: Told) -> AsyncIterator[str]:
    """Tell one listener everything after ``told``, until it leaves or the server ends."""
    async with watch.listening(watch.viewers):
        yield f"retry: {RETRY_MS}\n\n"
        seen: Seen | None = None
        while not watch.ended:
            changed = await watch.after(seen, seconds=HEARTBEAT_SECONDS)
            if changed is None:
                yield ": alive\n\n"
                continue
            seen = changed
            for after, name, data in news(told, seen):
                yield f"event: {name}\nid: {after}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
                told = after


def _tree(seen: Seen) -> dict[str, Any]:
    drawn = log_picture.subtrees(seen.head.size, anchored=seen.head.anchored_size)
    return {
        "subtrees": [
            {
                "outline": each.outline,
                "leaves": each.leaves,
                "left": each.left,
                "middle": each.middle,
                "held": each.width * each.anchored,
            }
            for each in drawn
        ]
    }
