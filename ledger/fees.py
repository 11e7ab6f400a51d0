"""Fees: what the house pays for gas, from what the chain asks and within what the policy allows.

A transaction may cost twice the present base fee and a tip, so that it stays good while the base fee
doubles. One that stays unmined is replaced under the same nonce by the same call with fees at least an
eighth higher: nodes refuse to replace for less than a tenth. A chain without fees is paid nothing.

Source: EIP-1559; go-ethereum, core/txpool, price bump of 10 percent.
"""

from evidence.errors import Unavailable
from ledger.chain import GasPrice
from ledger.transactions import Fees

_RAISED_BY = (9, 8)  # an eighth more


class FeeCapReached(Unavailable):
    """Gas costs more than the policy allows. Facts: ``asked``, ``cap``, in wei per gas."""

    code = "fee-cap-reached"
    zh = "链上手续费（{asked} wei）高于设定的上限（{cap} wei）；记录已保存，费用回落或上限提高后自动上链。"
    en = (
        "Gas costs {asked} wei and the cap is {cap}; every fact is kept and will be anchored once gas costs "
        "less or the cap is raised."
    )


def first(price: GasPrice, cap: Fees) -> Fees:
    """Give the fees of a first attempt; ``cap.tip`` is its highest tip, ``cap.limit`` the most it costs.

    Raises:
        FeeCapReached: not even the base fee is within the cap.
    """
    if price.base > cap.limit:
        raise FeeCapReached(asked=price.base, cap=cap.limit)
    tip = min(price.tip, cap.tip)
    limit = min(2 * price.base + tip, cap.limit)
    return Fees(limit=limit, tip=min(tip, limit))


def raised(paid: Fees, price: GasPrice, cap: Fees) -> Fees | None:
    """Give the fees of the attempt after one that offered ``paid``; None where the cap allows no more.

    Nothing is raised where gas is free.
    """
    least = Fees(limit=_more(paid.limit), tip=_more(paid.tip))
    free = price.base == price.tip == paid.limit == 0
    if free or least.limit > cap.limit or least.tip > cap.limit:
        return None
    limit = min(max(least.limit, 2 * price.base + least.tip), cap.limit)
    return Fees(limit=limit, tip=min(max(least.tip, min(price.tip, cap.tip)), limit))


def _more(wei: int) -> int:
    """Give an eighth more, rounded up, and more in any case."""
    over, under = _RAISED_BY
    return max(-(-wei * over // under), wei + 1)
