"""The codes of copies and presentations: written once, read strictly, never larger than a phone can read."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from evidence.errors import QrAltered, QrTooLarge
from evidence.keys import LocalSigner
from evidence.qr import BITS_LIMIT, TYPE, QrPayload, members_of, qr_bits, sign_qr, write_code
from evidence.shown_codes import (
    COPY_TYPE,
    PRESENTATION_TYPE,
    PURPOSE_LIMIT,
    RECIPIENT_LIMIT,
    Bearer,
    CopyTerms,
    Extra,
    Presentation,
    read_shown,
    sign_extended,
    sign_fitting,
)

HOST = "yinxin.shifan.example"
AT = datetime(2026, 5, 3, 1, 2, 3, tzinfo=UTC)
COPY = CopyTerms(bytes(range(32)), "示范银行", "贷款", date(2026, 6, 30), AT)
PRESENTATION = Presentation(AT, bytes(range(16)), bytes(range(32)), Bearer.MEMBER)
COPY_MEMBERS: dict[int, Any] = {10: bytes(32), 11: "示范银行", 12: "贷款", 13: 20634, 14: 1777770123}
PRESENTATION_MEMBERS: dict[int, Any] = {15: 1777770123, 16: bytes(16), 17: bytes(32), 18: 0}


@pytest.mark.parametrize("extra", [COPY, PRESENTATION])
def test_a_mark_reads_back_with_what_the_certificates_code_says(
    payload: QrPayload, agency: LocalSigner, extra: Extra
) -> None:
    text = sign_extended(payload, extra, agency, host=HOST)
    read_shown(text).check(agency.key)
    code = read_shown(text)
    assert (code.payload, code.extra, code.host, code.signed_at) == (payload, extra, HOST, AT)


def test_the_certificates_own_code_has_no_mark(payload: QrPayload, agency: LocalSigner) -> None:
    code = read_shown(sign_qr(payload, agency, host=HOST))
    assert (code.extra, code.signed_at) == (None, payload.issued_at)


def test_another_key_did_not_sign_it(payload: QrPayload, agency: LocalSigner, log: LocalSigner) -> None:
    with pytest.raises(QrAltered):
        read_shown(sign_extended(payload, COPY, agency, host=HOST)).check(log.key)


@pytest.mark.parametrize(
    ("typ", "members"),
    [
        (TYPE, COPY_MEMBERS),
        (COPY_TYPE, PRESENTATION_MEMBERS),
        (COPY_TYPE, {}),
        (COPY_TYPE, {**COPY_MEMBERS, 10: bytes(31)}),
        (COPY_TYPE, {**COPY_MEMBERS, 11: "字" * (RECIPIENT_LIMIT + 1)}),
        (COPY_TYPE, {**COPY_MEMBERS, 12: "字" * (PURPOSE_LIMIT + 1)}),
        (COPY_TYPE, {**COPY_MEMBERS, 13: 1 << 40}),
        (COPY_TYPE, {**COPY_MEMBERS, 14: 1 << 50}),
        (COPY_TYPE, {**COPY_MEMBERS, 19: 0}),
        (PRESENTATION_TYPE, COPY_MEMBERS),
        (PRESENTATION_TYPE, {**PRESENTATION_MEMBERS, 16: bytes(15)}),
        (PRESENTATION_TYPE, {**PRESENTATION_MEMBERS, 17: "digest"}),
        (PRESENTATION_TYPE, {**PRESENTATION_MEMBERS, 18: 3}),
        ("yinxin/qr-something/1", {}),
    ],
)
def test_a_code_that_says_what_its_type_does_not_is_refused(
    payload: QrPayload, agency: LocalSigner, typ: str, members: dict[int, Any]
) -> None:
    text = write_code({**members_of(payload), **members}, agency, typ=typ, host=HOST)
    with pytest.raises(QrAltered):
        read_shown(text)


def test_the_longest_copy_of_a_full_certificate_leaves_its_fields_out_to_fit(
    payload: QrPayload, agency: LocalSigner
) -> None:
    full = replace(payload, fields=tuple(chr(0x4E00 + 37 * place) * 12 for place in range(20)))
    words = "".join(chr(0x4E00 + 101 * place) for place in range(100))
    extra = replace(COPY, recipient=words[:RECIPIENT_LIMIT], purpose=words[RECIPIENT_LIMIT:])
    with pytest.raises(QrTooLarge):
        sign_extended(full, extra, agency, host=HOST)
    text = sign_fitting(full, extra, agency, host=HOST)
    assert qr_bits(text) <= BITS_LIMIT
    assert read_shown(text).payload == replace(full, fields=())
    assert read_shown(sign_fitting(payload, COPY, agency, host=HOST)).payload == payload
