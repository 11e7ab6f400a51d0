from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st

from evidence.algorithms import Algorithm
from evidence.canonical import decode, encode
from evidence.cose import sign1
from evidence.deflate import deflate
from evidence.errors import QrAltered, QrKeyUnknown, QrOfAnotherCity, QrTooLarge, QrUnknown
from evidence.keys import LocalSigner
from evidence.qr import BITS_LIMIT, TYPE, QrPayload, check_qr, qr_bits, read_qr, sign_qr

HOST = "yinxin.shifan.example"


@pytest.fixture
def text(payload: QrPayload, agency: LocalSigner) -> str:
    return sign_qr(payload, agency, host=HOST)


def written(content: bytes, *, guard: bytes = b"\x01") -> str:
    """Write bytes as the digits of a code."""
    return f"https://{HOST}/c#1{int.from_bytes(guard + content, 'big')}"


def signed_map(content: Any, agency: LocalSigner, *, typ: str = TYPE) -> str:
    encoded = content if isinstance(content, bytes) else encode(content)
    return written(deflate(sign1(encoded, agency, typ=typ, bound=HOST.encode())))


@pytest.fixture
def content(text: str) -> dict[int, Any]:
    """The map with integer keys that a good code carries."""
    cose: Any = decode(read_qr(text).encoded[1:])
    fields: Any = decode(cose[2])
    return dict(fields)


def test_a_code_reads_back(text: str, payload: QrPayload, agency: LocalSigner) -> None:
    assert check_qr(text, hosts={HOST}, keys=[agency.key]) == payload


def test_a_certificate_without_an_end_reads_back(payload: QrPayload, agency: LocalSigner) -> None:
    endless = replace(payload, valid_until=None)
    assert check_qr(sign_qr(endless, agency, host=HOST), hosts=[HOST], keys=[agency.key]) == endless


def test_reading_trusts_nothing_and_names_host_and_key(
    text: str, payload: QrPayload, agency: LocalSigner
) -> None:
    signed = read_qr(text)
    assert signed.payload == payload
    assert signed.host == HOST
    assert signed.key_id_prefix == agency.key.key_id[:8]


def test_the_key_is_found_among_others(text: str, payload: QrPayload, agency: LocalSigner) -> None:
    keys = [LocalSigner.generate(Algorithm.ES256).key, agency.key]
    assert check_qr(text, hosts={HOST}, keys=keys) == payload


def test_a_fraction_of_a_second_is_dropped(payload: QrPayload, agency: LocalSigner, now: datetime) -> None:
    text = sign_qr(replace(payload, issued_at=now), agency, host=HOST)
    assert read_qr(text).payload.issued_at == now.replace(microsecond=0)


def test_seven_printed_fields_fit_a_code_of_version_20_at_level_m(text: str) -> None:
    assert version(text) <= 20


def version(text: str) -> int:
    """Return the version that another encoder needs, which splits the text into segments as ours counts."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text, optimize=20)
    code.make(fit=True)
    chosen: int = code.version
    return chosen


@pytest.mark.parametrize(("spare", "expected"), [(0, 20), (-10, 21)])
def test_the_limit_is_where_another_encoder_turns_to_version_21(spare: int, expected: int) -> None:
    prefix = f"https://{HOST}/c#"
    digits = (BITS_LIMIT - qr_bits(prefix) - spare) // 10 * 3
    assert version(prefix + "1" * digits) == expected


@pytest.mark.parametrize("digits", [0, 1, 2, 3, 4])
def test_digits_beyond_a_triple_cost_four_or_seven_bits(digits: int) -> None:
    assert qr_bits("#" + "1" * digits) - qr_bits("#") == [0, 4, 7, 10, 14][digits]


def test_fields_that_do_not_fit_are_refused(payload: QrPayload, agency: LocalSigner) -> None:
    incompressible = "".join(chr(0x4E00 + index * 7919 % 20_000) for index in range(400))
    with pytest.raises(QrTooLarge):
        sign_qr(replace(payload, fields=(incompressible,)), agency, host=HOST)
    with pytest.raises(QrTooLarge):  # few bits, and more bytes than a reader inflates
        sign_qr(replace(payload, fields=("字" * 512,) * 3), agency, host=HOST)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1"])
def test_a_local_host_is_opened_over_plain_http(payload: QrPayload, agency: LocalSigner, host: str) -> None:
    text = sign_qr(payload, agency, host=host)
    assert text.startswith(f"http://{host}/c#1")
    assert check_qr(text, hosts={host}, keys=[agency.key]) == payload


@pytest.mark.parametrize(
    "text",
    [
        "",
        "weixin://abc",
        f"http://{HOST}/c#112",
        "https://localhost/c#112",
        f"https://{HOST}/d#112",
        f"https://{HOST}/c#212",
        f"https://{HOST}/c#1",
        f"https://{HOST}/c#11٢",
        f"https://{HOST}/c#112\n",
        f"https://{HOST.upper()}/c#112",
        f"https://user@{HOST}/c#112",
    ],
)
def test_another_text_is_not_a_certificate(text: str) -> None:
    with pytest.raises(QrUnknown):
        read_qr(text)


def test_a_host_without_a_name_signs_nothing(payload: QrPayload, agency: LocalSigner) -> None:
    with pytest.raises(QrUnknown):
        sign_qr(payload, agency, host="a/b")


def test_a_code_of_another_host_is_of_another_city(text: str, agency: LocalSigner) -> None:
    with pytest.raises(QrOfAnotherCity, match=HOST):
        check_qr(text, hosts={"ours.example"}, keys=[agency.key])


def test_a_code_copied_to_another_host_does_not_hold_there(text: str, agency: LocalSigner) -> None:
    with pytest.raises(QrAltered):
        check_qr(text.replace(HOST, "ours.example"), hosts={"ours.example"}, keys=[agency.key])


def test_a_code_by_an_unknown_key_is_not_called_forged(text: str, log: LocalSigner) -> None:
    with pytest.raises(QrKeyUnknown):
        check_qr(text, hosts={HOST}, keys=[log.key])


def test_any_digit_altered_is_refused(text: str, agency: LocalSigner) -> None:
    first = text.index("#") + 2
    for place in range(first, len(text)):
        other = "1" if text[place] != "1" else "2"
        with pytest.raises((QrAltered, QrKeyUnknown)):
            check_qr(text[:place] + other + text[place + 1 :], hosts={HOST}, keys=[agency.key])


@given(st.text("0123456789", min_size=1, max_size=2300))
def test_any_digits_are_refused_and_break_nothing(digits: str) -> None:
    with pytest.raises(QrAltered):
        read_qr(f"https://{HOST}/c#1{digits}")


def test_digits_with_a_leading_zero_are_refused(text: str) -> None:
    with pytest.raises(QrAltered, match="digits"):
        read_qr(text.replace("/c#1", "/c#10"))


def test_another_guard_byte_is_refused() -> None:
    with pytest.raises(QrAltered, match="guard"):
        read_qr(written(deflate(b"abc"), guard=b"\x02"))


def test_content_that_inflates_without_end_is_refused() -> None:
    with pytest.raises(QrAltered, match="deflate"):
        read_qr(written(deflate(bytes(500_000))))


def test_a_signature_made_for_another_purpose_is_refused(
    content: dict[int, Any], agency: LocalSigner
) -> None:
    with pytest.raises(QrAltered, match="typ"):
        read_qr(signed_map(content, agency, typ="yinxin/certificate/1"))


@pytest.mark.parametrize(
    "change",
    [
        {1: ""},
        {3: bytes(31)},
        {4: -1},
        {5: "one field"},
        {5: [1]},
        {5: ["一" * 513]},
        {6: -1},
        {6: 1 << 40},
        {7: 0},
        {8: 1 << 50},
        {10: "surplus"},
    ],
    ids=lambda change: "-".join(str(key) for key in change),
)
def test_a_signed_payload_of_another_form_is_refused(
    content: dict[int, Any], agency: LocalSigner, change: dict[int, Any]
) -> None:
    with pytest.raises(QrAltered):
        read_qr(signed_map(content | change, agency))


def test_a_signed_payload_that_is_not_canonical_is_refused(agency: LocalSigner) -> None:
    with pytest.raises(QrAltered, match="payload"):
        read_qr(signed_map(b"\xa1\x18\x01\x00", agency))


def test_a_certificate_that_ends_before_it_begins_is_not_signed(
    payload: QrPayload, agency: LocalSigner
) -> None:
    with pytest.raises(QrAltered):
        sign_qr(replace(payload, valid_until=payload.valid_from - timedelta(days=1)), agency, host=HOST)


def test_a_certificate_of_one_day_is_signed(payload: QrPayload, agency: LocalSigner) -> None:
    one_day = replace(payload, valid_from=date(2026, 5, 2), valid_until=date(2026, 5, 2))
    assert read_qr(sign_qr(one_day, agency, host=HOST)).payload == one_day
