"""Fees: within the cap, an eighth more each time, nothing where gas is free."""

import pytest

from ledger import fees
from ledger.chain import GasPrice
from ledger.fees import FeeCapReached
from ledger.transactions import Fees

CAP = Fees(limit=1_000, tip=10)


def test_a_first_attempt_pays_twice_the_base_fee_and_a_tip() -> None:
    assert fees.first(GasPrice(base=100, tip=5), CAP) == Fees(limit=205, tip=5)


def test_a_first_attempt_stays_within_the_cap() -> None:
    assert fees.first(GasPrice(base=600, tip=50), CAP) == Fees(limit=1_000, tip=10)


def test_a_base_fee_above_the_cap_is_not_paid() -> None:
    with pytest.raises(FeeCapReached):
        fees.first(GasPrice(base=1_001, tip=0), CAP)


def test_where_gas_is_free_nothing_is_paid_and_nothing_raised() -> None:
    free = GasPrice(base=0, tip=0)
    paid = fees.first(free, CAP)
    assert paid == Fees(limit=0, tip=0)
    assert fees.raised(paid, free, CAP) is None


@pytest.mark.parametrize("paid", [Fees(limit=0, tip=0), Fees(limit=1, tip=1), Fees(limit=205, tip=5)])
def test_a_later_attempt_offers_at_least_an_eighth_more_in_both_fees(paid: Fees) -> None:
    more = fees.raised(paid, GasPrice(base=100, tip=5), CAP)
    assert more is not None
    assert more.limit * 8 >= paid.limit * 9
    assert more.tip * 8 >= paid.tip * 9
    assert (more.limit > paid.limit, more.tip > paid.tip) == (True, True)


def test_nothing_is_raised_above_the_cap() -> None:
    assert fees.raised(Fees(limit=900, tip=5), GasPrice(base=100, tip=5), CAP) is None


def test_repeated_raising_ends_at_the_cap() -> None:
    paid: Fees | None = Fees(limit=10, tip=1)
    last = paid
    while paid is not None:
        last, paid = paid, fees.raised(paid, GasPrice(base=1, tip=1), CAP)
    assert last is not None
    assert last.limit <= CAP.limit
