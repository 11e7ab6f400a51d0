from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.clock import microseconds, moment
from evidence.deflate import deflate
from evidence.errors import SignatureInvalid, StatusIndexUnknown, StatusListMalformed
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType, sign
from evidence.statuslist import (
    SIZE_LIMIT,
    CertificateState,
    StatusList,
    check_status_list,
    read_status_list,
    sign_status_list,
)

STATES = st.sampled_from(CertificateState)


def packed(size: int, exceptions: dict[int, CertificateState]) -> StatusList:
    return StatusList.of(
        issuer="a", issued_at=moment(1), expires_at=moment(2), size=size, exceptions=exceptions
    )


def test_a_list_reads_back(status_list: StatusList, agency: LocalSigner) -> None:
    assert check_status_list(sign_status_list(status_list, agency), agency.key) == status_list


def test_reading_trusts_nothing(status_list: StatusList, agency: LocalSigner) -> None:
    assert read_status_list(sign_status_list(status_list, agency)) == status_list


def test_a_list_by_another_key_is_refused(
    status_list: StatusList, agency: LocalSigner, log: LocalSigner
) -> None:
    with pytest.raises(SignatureInvalid):
        check_status_list(sign_status_list(status_list, log), agency.key)


@given(st.lists(STATES, max_size=30))
def test_each_certificate_keeps_its_state(states: list[CertificateState]) -> None:
    made = packed(len(states), dict(enumerate(states)))
    assert [made.state(index) for index in range(len(states))] == states


def test_a_million_certificates_at_one_percent_take_less_than_32_kilobytes(
    now: datetime, agency: LocalSigner
) -> None:
    exceptions = {index * 7919 % 1_000_000: CertificateState.REVOKED for index in range(10_000)}
    made = replace(packed(1_000_000, exceptions), issued_at=now, expires_at=now + timedelta(days=1))
    assert len(sign_status_list(made, agency)) < 32_000


@pytest.mark.parametrize("index", [-1, 6])
def test_a_certificate_beyond_the_list_has_no_state(status_list: StatusList, index: int) -> None:
    with pytest.raises(StatusIndexUnknown):
        status_list.state(index)


def test_an_exception_beyond_the_list_is_refused() -> None:
    with pytest.raises(StatusIndexUnknown):
        packed(4, {4: CertificateState.REVOKED})


@pytest.mark.parametrize(
    "change",
    [
        {"size": -1},
        {"size": SIZE_LIMIT + 1},
        {"size": 9},
        {"states": b"\x00\x10"},
        {"expires_at": moment(0)},
    ],
    ids=["negative", "huge", "length", "unused-bits", "expired-at-birth"],
)
def test_a_list_of_another_form_cannot_be_made(status_list: StatusList, change: dict[str, Any]) -> None:
    with pytest.raises(StatusListMalformed):
        replace(status_list, **change)


def test_a_full_byte_has_no_unused_bits() -> None:
    assert packed(4, {3: CertificateState.SUPERSEDED}).state(3) is CertificateState.SUPERSEDED


@pytest.mark.parametrize(
    "change",
    [
        {"states": b"not deflated"},
        {"states": deflate(bytes(3))},
        {"states": deflate(bytes(2)) + b"\x00"},
        {"size": SIZE_LIMIT + 1, "states": deflate(bytes(1 << 23))},
        {"surplus": 1},
    ],
    ids=["broken", "longer", "followed", "huge", "unknown-key"],
)
def test_a_signed_body_of_another_form_is_refused(
    statement: Callable[..., Statement], agency: LocalSigner, now: datetime, change: dict[str, Any]
) -> None:
    expires_at = microseconds(now + timedelta(days=1))
    body = {"expires_at": expires_at, "size": 6, "states": deflate(bytes(2))} | change
    with pytest.raises(StatusListMalformed):
        read_status_list(sign(statement(StatementType.STATUS_LIST, body), agency))


def test_another_statement_is_no_status_list(
    statement: Callable[..., Statement], agency: LocalSigner
) -> None:
    with pytest.raises(StatusListMalformed, match="typ"):
        read_status_list(sign(statement(StatementType.CONSENT), agency))
