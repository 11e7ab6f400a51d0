"""Timestamps by an authority outside: openssl stamps, pdfsig and pyHanko judge the PDF."""

import asyncio
import re
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from evidence.clock import SystemClock
from signing.asn1_signature import to_asn1
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.pdf import SigningParty, add_closing_seal, add_document_timestamp
from signing.pki import Subject, found
from signing.profiles import Profile
from signing.timestamps import TimestampAuthority
from signing.timestamps_http import (
    HttpTimestamps,
    TimestampAddressMalformed,
    TimestampNotGenuine,
    TimestampSilent,
)
from tests.signing.outside_authority import OutsideAuthority, open_authority, served
from tests.signing.written_pdf import one_page

DIGEST = bytes(range(32))


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> OutsideAuthority:
    return open_authority(tmp_path_factory.mktemp("outside"))


def stamp(answer: Callable[[bytes], bytes], root: x509.Certificate, *, status: int = 200) -> cms.ContentInfo:
    with served(answer, status=status) as address:
        timestamps = HttpTimestamps(address, roots=[root], clock=SystemClock())
        try:
            return asyncio.run(timestamps.async_timestamp(DIGEST, "sha256"))
        finally:
            timestamps.close()


def test_a_token_of_the_pinned_authority_is_taken(outside: OutsideAuthority) -> None:
    token = stamp(outside.answer, outside.root)
    stated = token["content"]["encap_content_info"]["content"].parsed
    assert stated["message_imprint"]["hashed_message"].native == DIGEST


def test_a_token_of_an_authority_that_is_not_pinned_is_refused(
    outside: OutsideAuthority, another_root: x509.Certificate
) -> None:
    with pytest.raises(TimestampNotGenuine):
        stamp(outside.answer, another_root)


def test_a_token_for_an_earlier_question_is_refused(outside: OutsideAuthority) -> None:
    kept: list[bytes] = []

    def again(request: bytes) -> bytes:
        kept.append(outside.answer(request))
        return kept[0]

    stamp(again, outside.root)
    with pytest.raises(TimestampNotGenuine):
        stamp(again, outside.root)


def test_a_token_altered_on_the_way_is_refused(outside: OutsideAuthority) -> None:
    def altered(request: bytes) -> bytes:
        answer = bytearray(outside.answer(request))
        answer[-1] ^= 1
        return bytes(answer)

    with pytest.raises(TimestampNotGenuine):
        stamp(altered, outside.root)


def test_a_rejection_is_told_as_silence(outside: OutsideAuthority) -> None:
    with pytest.raises(TimestampSilent):
        stamp(lambda _: outside.answer(b"garbage"), outside.root)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\x30\x00", b"\x30\x80" * 2000, bytes(70_000)])
def test_an_answer_that_is_none_is_refused(outside: OutsideAuthority, content: bytes) -> None:
    with pytest.raises(TimestampNotGenuine):
        stamp(lambda _: content, outside.root)


def test_an_error_of_the_server_is_told_as_silence(outside: OutsideAuthority) -> None:
    with pytest.raises(TimestampSilent):
        stamp(outside.answer, outside.root, status=500)


@pytest.mark.parametrize(
    "address", ["http://tsa.example/", "ftp://tsa.example", "https://", "tsa", "https://a:port/"]
)
def test_an_address_outside_without_tls_is_refused(outside: OutsideAuthority, address: str) -> None:
    with pytest.raises(TimestampAddressMalformed), suppress(AttributeError):
        HttpTimestamps(address, roots=[outside.root], clock=SystemClock()).close()


def test_a_closing_seal_is_stamped_by_the_authority_outside(
    outside: OutsideAuthority, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    keystore = MemoryKeyStore()
    authority = found(keystore, city="示范市", at=now)
    handle = KeyHandle("platform:seal")
    chain = authority.ensure(handle, Subject("示范市印信平台"), Profile.PLATFORM, at=now)
    with served(outside.answer) as address:
        timestamps = HttpTimestamps(address, roots=[outside.root], clock=SystemClock())
        sealed = add_closing_seal(
            one_page(),
            party=SigningParty(signer=keystore.signer(handle), chain=chain),
            timestamps=timestamps,
            revocation_lists=authority.revocation_lists(at=now),
            reason="封存",
            at=now,
        )
        stamped = add_document_timestamp(sealed, timestamps=timestamps)
        timestamps.close()
    (signature,) = PdfFileReader(BytesIO(sealed)).embedded_regular_signatures
    ours, theirs = (
        ValidationContext(trust_roots=[to_asn1(each)], revocation_mode="soft-fail")
        for each in (authority.root, outside.root)
    )
    status = validate_pdf_signature(signature, ours, theirs)
    assert status.timestamp_validity is not None
    assert (status.bottom_line, status.timestamp_validity.trusted) == (True, True)
    assert stamped.startswith(sealed)
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    said = subprocess.run(["pdfsig", "sealed.pdf"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert re.findall(r"Signature Validation: (.*)", said.stdout) == ["Signature is Valid."]


def test_an_authority_of_our_own_kind_may_stand_outside() -> None:
    now = datetime.now(UTC)
    store = MemoryKeyStore()
    authority = found(store, city="邻市", at=now)
    chain = authority.ensure(KeyHandle("timestamp"), Subject("邻市时间戳"), Profile.TIMESTAMP, at=now)
    theirs = TimestampAuthority(signer=store.signer(KeyHandle("timestamp")), chain=chain, clock=SystemClock())
    assert stamp(theirs.answer, authority.root)["content_type"].native == "signed_data"
