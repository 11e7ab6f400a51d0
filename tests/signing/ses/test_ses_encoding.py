from collections.abc import Callable
from datetime import datetime

import pytest

from evidence.errors import Invalid
from signing.ses_refusals import (
    SesMalformed,
    SesNotDer,
    SesTrailingBytes,
)
from signing.ses_seal import ElectronicSeal, check_seal
from signing.ses_signature import check_sealed
from tests.signing.ses.sealing import (
    CONTENT,
    Roots,
)


def test_trailing_bytes_are_refused_and_counted(
    seal: ElectronicSeal, signed: bytes, roots: Roots, moment: datetime
) -> None:
    with pytest.raises(SesTrailingBytes, match="2 bytes follow the electronic seal"):
        check_seal(seal.encoded + b"\x05\x00", others=(), roots=roots, at=moment)
    with pytest.raises(SesTrailingBytes, match="1 bytes follow the seal signature"):
        check_sealed(signed + b"\x00", CONTENT, others=(), roots=roots)


def long_length(encoded: bytes) -> bytes:
    """Return a sequence with a length in one byte more than it takes."""
    assert encoded[1] == 0x82
    return encoded[:1] + b"\x83\x00" + encoded[2:]


def indefinite(encoded: bytes) -> bytes:
    """Return a sequence with an indefinite length, as BER alone allows it."""
    return encoded[:1] + b"\x80" + encoded[4:] + b"\x00\x00"


def inside(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return what writes ``new`` for ``old`` in a seal and mends the lengths of what is around it."""

    def write(encoded: bytes) -> bytes:
        position = encoded.index(old)
        written = bytearray(encoded[:position] + new + encoded[position + len(old) :])
        start = 0
        while start < position:
            short = written[start + 1] < 0x80
            head = 2 if short else 2 + (written[start + 1] & 0x7F)
            length = int.from_bytes(written[start + 1 if short else start + 2 : start + head])
            if written[start] == 0x30 and start + head + length > position:
                mended = (length + len(new) - len(old)).to_bytes(1 if short else head - 2)
                written[start + head - len(mended) : start + head] = mended
                start += head
            else:
                start += head + length
        return bytes(written)

    return write


NOT_DER = {
    "a long length": long_length,
    "an indefinite length": indefinite,
    "a needless zero in the version": inside(b"\x02\x01\x04", b"\x02\x02\x00\x04"),
    "a long length of the header's text": inside(b"\x16\x02ES", b"\x16\x81\x02ES"),
}


@pytest.mark.parametrize("case", NOT_DER)
def test_a_seal_in_another_encoding_is_refused(
    seal: ElectronicSeal, roots: Roots, moment: datetime, case: str
) -> None:
    with pytest.raises(SesNotDer):
        check_seal(NOT_DER[case](seal.encoded), others=(), roots=roots, at=moment)


@pytest.mark.parametrize(
    "time", ["20260502102133+0800", "20260502022133.0Z", "20260502022133", "202605020221Z"]
)
def test_a_time_in_another_encoding_is_refused(
    seal: ElectronicSeal, roots: Roots, moment: datetime, time: str
) -> None:
    write = inside(b"\x18\x0f20260502022133Z", bytes([0x18, len(time)]) + time.encode())
    with pytest.raises(SesNotDer):
        check_seal(write(seal.encoded), others=(), roots=roots, at=moment)


@pytest.mark.parametrize("encoded", [b"", b"0", b"\x30\x80", b"\x30\x00", b"not a seal", bytes(3000)])
def test_what_is_no_seal_is_called_malformed(encoded: bytes, roots: Roots, moment: datetime) -> None:
    with pytest.raises((SesMalformed, SesTrailingBytes)):
        check_seal(encoded, others=(), roots=roots, at=moment)
    with pytest.raises((SesMalformed, SesTrailingBytes)):
        check_sealed(encoded, CONTENT, others=(), roots=roots)


def test_no_cut_of_a_signature_is_accepted(signed: bytes, roots: Roots) -> None:
    for length in range(len(signed)):
        with pytest.raises(SesMalformed):
            check_sealed(signed[:length], CONTENT, others=(), roots=roots)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_flipped_bit_of_a_signature_is_accepted(signed: bytes, roots: Roots) -> None:
    for bit in range(0, 8 * len(signed), 5):
        flipped = bytearray(signed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Invalid):
            check_sealed(bytes(flipped), CONTENT, others=(), roots=roots)
