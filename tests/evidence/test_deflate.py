import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.deflate import deflate, inflate


@given(st.binary(max_size=200))
def test_content_comes_out_as_it_went_in(content: bytes) -> None:
    assert inflate(deflate(content), limit=200) == content


def test_content_at_the_limit_comes_out() -> None:
    assert inflate(deflate(bytes(100)), limit=100) == bytes(100)


def test_content_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        inflate(deflate(bytes(101)), limit=100)


def test_another_compressor_is_understood() -> None:
    other = zlib.compressobj(1, zlib.DEFLATED, -15, strategy=zlib.Z_FIXED)
    assert inflate(other.compress(b"abcabcabc") + other.flush(), limit=100) == b"abcabcabc"


@pytest.mark.parametrize(
    "compressed",
    [b"", b"\xff", deflate(b"abc")[:-1], deflate(b"abc") + b"\x00", zlib.compress(b"abc")],
    ids=["nothing", "broken", "cut-off", "followed", "with-header"],
)
def test_what_is_not_exactly_one_stream_is_refused(compressed: bytes) -> None:
    with pytest.raises(ValueError, match="DEFLATE"):
        inflate(compressed, limit=100)


@pytest.mark.parametrize("content", [b"", b"a", b"abc"])
def test_an_unused_bit_that_is_set_is_refused(content: bytes) -> None:
    compressed = deflate(content)
    altered = compressed[:-1] + bytes([compressed[-1] | 0x80])
    with pytest.raises(ValueError, match="unused bits"):
        inflate(altered, limit=100)


def test_a_stream_may_end_with_a_zero_byte() -> None:
    stored = b"\x01\x01\x00\xfe\xff\x00"  # RFC 1951, section 3.2.4: a stored block of one zero byte
    assert inflate(stored, limit=1) == b"\x00"
