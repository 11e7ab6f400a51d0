"""The log in tiles: a stranger with nothing but curl mirrors all of it and recomputes the signed root."""

import hashlib
import secrets
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from evidence.checkpoint import check_checkpoint
from evidence.entry import SCHEMA, Entry
from evidence.merkle import root
from evidence.statement import StatementType
from ledger import entries
from ledger.tiles import Place
from tests.quiet_city import QuietCity, open_quiet_city

MORE = 560  # entries beside the city's own: two full tiles and a partial one


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("tiles")) as city:
        moment = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
        with city.house.database.transaction() as session:
            entries.append_all(
                session,
                [
                    Entry(StatementType.CONSENT, "city", moment, SCHEMA, secrets.token_bytes(32), ())
                    for _ in range(MORE)
                ],
            )
        city.anchor()
        yield city


def fetch(city: QuietCity, path: str) -> bytes:
    """Fetch as a stranger would: by curl, failing on whatever is not 200."""
    url = f"{city.visitor.base_url}/ledger/{path}"
    command = ["curl", "--silent", "--fail", "--noproxy", "*", "--compressed", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def size_of(city: QuietCity) -> int:
    return int(fetch(city, "checkpoint").splitlines()[1])


def places(size: int) -> Iterator[Place]:
    """Name the tiles of level 0 of a log of ``size`` entries."""
    for index in range(size // 256):
        yield Place(index)
    if size % 256:
        yield Place(size // 256, size % 256)


def split(bundle: bytes) -> Iterator[bytes]:
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        yield bundle[2:end]
        bundle = bundle[end:]


def test_curl_mirrors_the_whole_log_up_to_the_signed_root(city: QuietCity) -> None:
    house, note = city.house, fetch(city, "checkpoint").decode()
    signed = check_checkpoint(note, house.settings.origin, house.log_signer.key)
    mirrored = [
        entry for place in places(signed.size) for entry in split(fetch(city, f"tile/entries/{place.path()}"))
    ]
    assert len(mirrored) == signed.size > MORE
    assert root([hashlib.sha256(b"\x00" + entry).digest() for entry in mirrored]) == signed.root


def test_the_tiles_hold_the_leaves_of_the_bundles(city: QuietCity) -> None:
    for place in places(size_of(city)):
        bundled = split(fetch(city, f"tile/entries/{place.path()}"))
        leaves = b"".join(hashlib.sha256(b"\x00" + entry).digest() for entry in bundled)
        assert fetch(city, f"tile/0/{place.path()}") == leaves


def test_who_watches_sees_how_many_entries_wait_for_a_checkpoint(city: QuietCity) -> None:
    said = city.visitor.get("/ledger/size")
    with city.house.database.transaction() as session:
        assert int(said.text) == entries.size(session)
    assert said.headers["cache-control"] == "no-cache"


def test_a_tile_may_be_kept_and_the_checkpoint_may_not(city: QuietCity) -> None:
    tile, checkpoint = city.visitor.get("/ledger/tile/0/000"), city.visitor.get("/ledger/checkpoint")
    assert (tile.headers["content-type"], len(tile.content)) == ("application/octet-stream", 8192)
    assert "immutable" in tile.headers["cache-control"]
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["cache-control"] == "no-cache"


def test_another_sites_page_may_read_tiles_and_checkpoint(city: QuietCity) -> None:
    for path in ("checkpoint", "tile/0/000", "tile/entries/000"):
        assert city.visitor.get(f"/ledger/{path}").headers["access-control-allow-origin"] == "*"


def test_a_bundle_is_the_same_compressed_and_plain(city: QuietCity) -> None:
    plain = city.visitor.get("/ledger/tile/entries/000", headers={"Accept-Encoding": "identity"})
    packed = city.visitor.get("/ledger/tile/entries/000", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)


@pytest.mark.parametrize(
    "path",
    [
        "0/999",
        "0/0",
        "0/x000/000",
        "64/000",
        "00/000",
        "0/000.p/256",
        "9/000",
        "entries/999",
        "entries/x",
        "0/",
    ],
)
def test_a_tile_that_the_log_lacks_is_one_sentence(city: QuietCity, path: str) -> None:
    answer = city.visitor.get(f"/ledger/tile/{path}")
    assert (answer.status_code, answer.json()["title"]) == (404, "tile-unknown")


def test_a_tile_beyond_the_checkpoint_is_unknown(city: QuietCity) -> None:
    beyond = Place(size_of(city) // 256, size_of(city) % 256 + 1)
    assert city.visitor.get(f"/ledger/tile/0/{beyond.path()}").status_code == 404
