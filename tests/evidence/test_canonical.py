from enum import IntEnum, StrEnum
from typing import Any

import cbor2
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import DEPTH_LIMIT, Value, decode, encode, to_json
from evidence.errors import NotCanonical, NotEncodable

INTEGERS = st.integers(-(1 << 64), (1 << 64) - 1)
TEXTS = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | INTEGERS | TEXTS | st.binary(max_size=30)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXTS, inner, max_size=4)
        | st.dictionaries(INTEGERS, inner, max_size=4)
    ),
    max_leaves=12,
)


class Colour(StrEnum):
    RED = "red"


class Count(IntEnum):
    THREE = 3


def nested(depth: int) -> Value:
    value: Value = 0
    for _ in range(depth):
        value = [value]
    return value


@given(VALUES)
def test_every_value_reads_back(value: Value) -> None:
    assert decode(encode(value)) == value


@given(VALUES)
def test_another_reader_of_cbor_agrees(value: Value) -> None:
    assert cbor2.loads(encode(value)) == value


@given(st.dictionaries(TEXTS, INTEGERS, max_size=6))
def test_the_order_in_which_a_map_was_filled_does_not_show(pairs: dict[str, int]) -> None:
    assert encode(dict(reversed(pairs.items()))) == encode(pairs)


@given(st.dictionaries(INTEGERS | st.integers(-300, 300), st.none(), max_size=8))
def test_integer_keys_stand_in_the_order_of_their_encodings(pairs: dict[int, None]) -> None:
    ordered = sorted(pairs, key=cbor2.dumps)
    assert encode(pairs) == cbor2.dumps(dict.fromkeys(ordered))


@given(st.dictionaries(st.text(max_size=300), st.none(), max_size=4))
def test_text_keys_stand_in_the_order_of_their_encodings(pairs: dict[str, None]) -> None:
    ordered = sorted(pairs, key=cbor2.dumps)
    assert encode(pairs) == cbor2.dumps(dict.fromkeys(ordered))


@given(st.binary(max_size=40))
def test_bytes_are_refused_or_are_the_one_encoding(encoded: bytes) -> None:
    try:
        value = decode(encoded)
    except NotCanonical:
        return
    assert encode(value) == encoded


@given(VALUES, st.data())
def test_a_cut_off_encoding_is_refused(value: Value, data: st.DataObject) -> None:
    encoded = encode(value)
    length = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(NotCanonical):
        decode(encoded[:length])


def test_tuples_are_written_as_arrays() -> None:
    assert encode((1, (2,))) == encode([1, [2]])


def test_words_and_numbers_with_names_are_written_plainly() -> None:
    assert encode({"c": Colour.RED, "n": Count.THREE}) == encode({"c": "red", "n": 3})


@pytest.mark.parametrize(
    "value",
    [1.5, {"a": 1.5}, 1 << 64, -(1 << 64) - 1, {1: "a", "b": 2}, {True: 1}, {b"a": 1}, {1, 2}, "\ud800"],
)
def test_a_value_without_a_deterministic_encoding_is_refused(value: Any) -> None:
    with pytest.raises(NotEncodable):
        encode(value)


def test_nesting_up_to_the_limit_is_written_and_read() -> None:
    assert decode(encode(nested(DEPTH_LIMIT))) == nested(DEPTH_LIMIT)


def test_deeper_nesting_is_not_written() -> None:
    with pytest.raises(NotEncodable):
        encode(nested(DEPTH_LIMIT + 1))


def test_deeper_nesting_is_not_read() -> None:
    with pytest.raises(NotCanonical):
        decode(b"\x81" * 100_000 + b"\x00")


def test_a_refusal_names_the_byte() -> None:
    with pytest.raises(NotCanonical) as refusal:
        decode(b"\x82\x00\xf7")
    assert refusal.value.facts == {"offset": 3}


def test_json_shows_bytes_as_hexadecimal_and_sorts_its_keys() -> None:
    assert to_json({"b": b"\xab", "a": [True, None, 1]}) == b'{"a":[true,null,1],"b":"ab"}'


@given(VALUES)
def test_json_is_what_the_library_of_rfc_8785_writes(value: Value) -> None:
    try:
        expected = rfc8785.dumps(json_alike(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        with pytest.raises(NotEncodable):
            to_json(value)
    else:
        assert to_json(value) == expected


def json_alike(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): json_alike(item) for key, item in value.items()}
    return [json_alike(item) for item in value] if isinstance(value, list) else value


def test_json_keys_beyond_ascii_are_sorted_by_their_utf_16() -> None:
    assert to_json({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize("value", [1 << 60, "\ud800", {"\ud800": 1}])
def test_what_json_readers_would_change_is_not_written_as_json(value: Value) -> None:
    with pytest.raises(NotEncodable):
        to_json(value)
