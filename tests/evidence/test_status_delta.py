from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import Value, encode
from evidence.clock import moment
from evidence.deflate import deflate
from evidence.errors import StatusListMalformed
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType, check
from evidence.status_delta import (
    applied,
    delta_between,
    digest_of,
    pair,
    read_delta,
    sign_delta,
    unpaired,
)
from evidence.statuslist import CertificateState, ChainPoint, StatusList, check_status_list, sign_status_list

SIZE = 23
EXCEPTIONS = st.dictionaries(st.integers(0, SIZE - 1), st.sampled_from(CertificateState))
POINT = ChainPoint(block=7, block_hash=bytes(32), size=9, root=b"\x01" * 32)


def listed(exceptions: dict[int, CertificateState], at: int, chain: ChainPoint | None = None) -> StatusList:
    return StatusList.of(
        issuer="a",
        issued_at=moment(at),
        expires_at=moment(at + 9),
        size=SIZE,
        exceptions=exceptions,
        chain=chain,
    )


@given(EXCEPTIONS, EXCEPTIONS)
def test_a_list_and_its_delta_are_the_list_of_now(
    before: dict[int, CertificateState], after: dict[int, CertificateState]
) -> None:
    base, now = listed(before, 1), listed(after, 2, POINT)
    delta = delta_between(base, b"base", now)
    assert applied(base, b"base", delta) == now
    assert len(delta.changes) <= len(before) + len(after)


def test_a_signed_delta_reads_back(agency: LocalSigner) -> None:
    made = delta_between(listed({}, 1), b"base", listed({22: CertificateState.REVOKED}, 2, POINT))
    assert read_delta(check(sign_delta(made, agency), agency.key)) == made


def test_a_list_tells_how_far_the_chain_had_come(agency: LocalSigner) -> None:
    made = listed({}, 1, POINT)
    assert check_status_list(sign_status_list(made, agency), agency.key) == made


def test_a_delta_of_a_million_certificates_is_small(agency: LocalSigner, now: datetime) -> None:
    base = StatusList.of(
        issuer="a", issued_at=now, expires_at=now + timedelta(days=1), size=1_000_000, exceptions={}
    )
    later = StatusList.of(
        issuer="a",
        issued_at=now,
        expires_at=now + timedelta(days=1),
        size=1_000_000,
        exceptions={place * 7919 % 1_000_000: CertificateState.SUSPENDED for place in range(20)},
    )
    assert len(sign_delta(delta_between(base, b"base", later), agency)) < 400


def test_a_delta_fits_only_its_own_list_and_later() -> None:
    base = listed({}, 3)
    delta = delta_between(base, b"base", listed({}, 4))
    for other, place in (
        (replace(delta, base=digest_of(b"another")), "base"),
        (replace(delta, issuer="b"), "base"),
        (replace(delta, issued_at=moment(2)), "issued_at"),
        (replace(delta, changes={SIZE: CertificateState.NONE}), "changes"),
    ):
        with pytest.raises(StatusListMalformed, match=place):
            applied(base, b"base", other)


@pytest.mark.parametrize(
    "packed",
    [b"\x00\x00\x00", b"\x00\x00\x00\x08" * 2, b"\x00\x00\x00\x08\x00\x00\x00\x04"],
    ids=["cut", "twice", "unordered"],
)
def test_changes_have_one_order(packed: bytes) -> None:
    body: dict[str, Value] = {"base": bytes(32), "changes": deflate(packed), "expires_at": 9}
    with pytest.raises(StatusListMalformed, match="changes"):
        read_delta(Statement(StatementType.STATUS_DELTA, "a", moment(1), body))


def test_another_statement_is_no_delta() -> None:
    with pytest.raises(StatusListMalformed, match="typ"):
        read_delta(Statement(StatementType.STATUS_LIST, "a", moment(1), {}))


def test_a_pair_comes_apart_again() -> None:
    assert unpaired(pair(b"list", b"delta")) == (b"list", b"delta")
    assert unpaired(b"list alone") == (b"list alone", None)


@pytest.mark.parametrize("broken", [encode([b"list", 1]), pair(b"list", b"delta") + b"x", b"\x82"])
def test_what_begins_as_a_pair_and_is_none_is_refused(broken: bytes) -> None:
    with pytest.raises(StatusListMalformed, match="pair"):
        unpaired(broken)
