"""A list derived from the register's events, compared with the one that an issuer served."""

import pytest

from evidence.clock import moment
from evidence.statuslist import CertificateState, StatusList
from ledger.status_derivation import compare

SUSPENDED, REVOKED = CertificateState.SUSPENDED, CertificateState.REVOKED
ONE, OTHER = b"\x01" * 32, b"\x02" * 32


def listed(exceptions: dict[int, CertificateState]) -> StatusList:
    return StatusList.of(issuer="a", issued_at=moment(1), expires_at=moment(2), size=9, exceptions=exceptions)


def test_what_is_the_same_differs_in_nothing() -> None:
    places = {ONE: (3, SUSPENDED), OTHER: (5, REVOKED)}
    found = compare(listed({3: SUSPENDED, 5: REVOKED}), places, {ONE: SUSPENDED, OTHER: REVOKED})
    assert found.none


@pytest.mark.parametrize(
    ("exceptions", "places", "states", "told"),
    [
        ({}, {}, {ONE: SUSPENDED}, ((ONE,), (), ())),
        ({3: REVOKED}, {ONE: (3, REVOKED)}, {ONE: SUSPENDED}, ((ONE,), (), ())),
        ({3: SUSPENDED}, {ONE: (3, SUSPENDED)}, {}, ((), (ONE,), ())),
        ({3: SUSPENDED, 4: REVOKED}, {ONE: (3, SUSPENDED)}, {ONE: SUSPENDED}, ((), (), (4,))),
        ({3: SUSPENDED}, {ONE: (4, SUSPENDED)}, {ONE: SUSPENDED}, ((), (), (3, 4))),
        (
            {3: REVOKED},
            {ONE: (3, REVOKED), OTHER: (3, REVOKED)},
            {ONE: REVOKED, OTHER: REVOKED},
            ((), (), (3,)),
        ),
    ],
    ids=[
        "hidden",
        "milder-on-the-chain",
        "not-yet-on-the-chain",
        "without-a-key",
        "at-another-place",
        "two-at-one-place",
    ],
)
def test_each_difference_is_told(
    exceptions: dict[int, CertificateState],
    places: dict[bytes, tuple[int, CertificateState]],
    states: dict[bytes, CertificateState],
    told: tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[int, ...]],
) -> None:
    found = compare(listed(exceptions), places, states)
    assert (found.chain_only, found.list_only, found.unexplained) == told
