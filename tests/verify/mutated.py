"""Trust files with one thing changed, everywhere and in many ways, and what the Python verifier says of each.

The other verifier must read those that are read, and stop at the same member of those that are not.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.verify import city
from tests.verify.described import FISHING
from verify.errors import TrustMalformed
from verify.trust import PinnedType, TrustAnchors

Path = tuple[str | int, ...]

INSTEAD: tuple[object, ...] = (
    None,
    True,
    0,
    1,
    1.0,
    -1,
    2**53,
    0.5,
    "",
    "x",
    "１",
    "a" * 301,
    "\ud800",
    [],
    [None],
    {},
    {"x": 1},
)
WRITTEN = (
    ("1", "1.0"),
    ("31337", "3.1337e4"),
    ("31337", "9007199254740993"),
    ("31337", f"{'9' * 400}"),
    ("24", "1e999"),
    ("24", "NaN"),
    ("24", "024"),
    ('"v"', '"\\ud800": 1, "v"'),
    ('"v"', '"unknown": [1e999], "v"'),
    ("2026-01-01T00:00:00Z", "2026-02-29T00:00:00Z"),
    ("2026-01-01T00:00:00Z", "2026-01-01T24:00:00Z"),
    ("2026-01-01T00:00:00Z", "2026-01-01 00:00:00Z"),
    ("2026-01-01T00:00:00Z", "20260101T000000Z"),
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+08:00"),
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.0000001Z"),
)
"""What is written in the file, and what stands in its place."""


def anchors() -> TrustAnchors:
    """A trust file with a type of every member."""
    whole = replace(
        FISHING,
        national_code="11100000000013338W999",
        holder=replace(FISHING.holder, number="number"),
        numbering=replace(FISHING.numbering, elsewhere="{digits:4}-YY"),
        notes=("一、随船携带。",),
    )
    return replace(city.trust_anchors(), types=(PinnedType(city.AGENCY, whole.versioned(1)),))


def files() -> Iterator[bytes]:
    """Every file."""
    whole = anchors().to_json()
    document = json.loads(whole)
    for path in _paths(document):
        for changed in _changed(_found(document, path)):
            yield _written(document, path, changed)
        yield _written(document, path)
    for before, after in WRITTEN:
        assert before.encode() in whole
        yield whole.replace(before.encode(), after.encode(), 1)
    yield b"\xef\xbb\xbf" + whole
    yield whole.decode().encode("utf-16")
    yield whole.replace("示范".encode(), b"\xff")


def judged() -> Iterator[dict[str, str | None]]:
    """Every file in base64, with the member at which the Python verifier stops, or None."""
    for file in files():
        try:
            TrustAnchors.parse(file)
            member = None
        except TrustMalformed as error:
            member = str(error.facts["member"])
        yield {"file": base64.b64encode(file).decode(), "member": member}


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _changed(value: Any) -> Iterator[Any]:
    yield from (each for each in INSTEAD if each != value or type(each) is not type(value))
    if isinstance(value, dict):
        yield {**value, "unknown": 1}
        yield {**value, "__proto__": 1}
    if isinstance(value, list):
        yield value * 2
        yield value * 31
    if isinstance(value, str):
        yield from (f"{value}\n", f" {value}", value[:-1], value.swapcase(), value * 21, f"{value}\x00")


def _found(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _written(document: Any, path: Path, *instead: object) -> bytes:
    """The file with something else at ``path``, or nothing."""
    changed = json.loads(json.dumps(document))
    inside = _found(changed, path[:-1])
    if instead:
        inside[path[-1]] = instead[0]
    else:
        del inside[path[-1]]
    return json.dumps(changed).encode()
