"""What asn1crypto puts together is encoded a bounded number of times, whatever its length."""

import subprocess
from pathlib import Path

import pytest
from asn1crypto import core

from signing.asn1_encoding import encode_once, indefinite

LEVELS = 6
encode_once()


class Counted(core.Null):  # type: ignore[misc]  # asn1crypto is not typed
    """Counts how often it is encoded."""

    times = 0

    def dump(self, force: bool = False) -> bytes:  # noqa: FBT001, FBT002  # asn1crypto's signature
        Counted.times += 1
        return bytes(super().dump(force))


def nested(levels: int) -> core.Sequence:
    """Put sequences into one another, the contents of each 128 modulo 256 bytes long."""
    inner: core.Asn1Value = Counted()
    for level in range(levels):
        fields = [("pad", core.OctetString), ("inner", type(inner))]
        kind = type(f"Level{level}", (core.Sequence,), {"_fields": fields})
        pad = 256 + (128 - 4 - len(inner.dump())) % 256  # four octets say this type and length
        inner = kind({"pad": core.OctetString(bytes(pad)), "inner": inner})
    return inner


def test_lengths_of_128_modulo_256_do_not_multiply_the_work(tmp_path: Path) -> None:
    value = nested(LEVELS)
    assert value.dump()[:4][-1] == 0x80
    Counted.times = 0
    first = value.dump()
    assert Counted.times <= 2 * LEVELS
    (tmp_path / "value").write_bytes(first)
    command = ["openssl", "asn1parse", "-inform", "DER", "-in", "value"]
    shown = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert shown.count("SEQUENCE") == LEVELS
    assert shown.count("NULL") == 1


def test_what_was_just_put_together_is_encoded_once() -> None:
    value = nested(LEVELS)
    Counted.times = 0
    first = value.dump()
    assert Counted.times == 1
    assert value.dump() == first


def test_what_is_changed_after_it_was_encoded_by_itself_is_encoded_in_what_holds_it() -> None:
    value = nested(2)
    value.dump()
    inner = value["inner"]
    inner["pad"] = core.OctetString(b"changed")
    changed = inner.dump()
    assert changed in value.dump()


def test_one_value_in_two_places_is_encoded_in_both() -> None:
    inner = nested(1)
    kind = type("Two", (core.Sequence,), {"_fields": [("first", type(inner)), ("second", type(inner))]})
    two = kind({"first": inner, "second": inner})
    two.dump()
    inner["pad"] = core.OctetString(b"changed")
    assert two.dump().count(b"changed") == 2


def test_what_was_of_indefinite_length_is_encoded_as_der() -> None:
    read = core.SequenceOf.load(bytes.fromhex("3080 020105 0000"), spec=core.Integer)
    assert read.dump() == bytes.fromhex("3003 020105")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("3080", True),
        ("308180", False),
        ("30820f80", False),
        ("a080 30820f80", True),
        ("a0820f84 30820f80", False),
        ("7f8100 80", True),
        ("7f8100 8180", False),
        ("0401", False),
    ],
)
def test_a_header_says_by_its_first_length_octet_whether_it_is_indefinite(header: str, *, said: bool) -> None:
    assert indefinite(bytes.fromhex(header)) is said
