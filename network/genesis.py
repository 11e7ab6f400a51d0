"""The first block of a consortium: who seals, how often, and which accounts have money.

Every organization starts from the same bytes, so the hash of this block names the network. Contracts are
compiled for the rules of Paris; a chain that seals by Clique stands at London, which is the same to them
(Paris only renamed an instruction that they do not use).

Source: EIP-225 for Clique and its extra data, EIP-1559 for the base fee.
"""

from dataclasses import dataclass

from evidence.errors import Refused, Term
from ledger.chain import Address

GAS_LIMIT = 30_000_000  # of a block; geth's own target
EPOCH_BLOCKS = 30_000  # EIP-225: after so many, open votes are dropped and the list is written out again
BASE_FEE_WEI = 7  # a gas; where EIP-1559 leaves an idle chain, since an eighth of it rounds to nothing
LARGEST_CHAIN_ID = 2**63 - 1  # of any number that the ledger keeps
FUNDS_WEI = 10**27  # a thousand million ether, worth nothing: fees have no meaning between organizations
_VANITY, _SEAL = 32, 65  # bytes before and behind the list of validators in the extra data

_RULES = (
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "berlinBlock",
    "londonBlock",
)


_CHAIN_ID = Term(f" 1 至 {LARGEST_CHAIN_ID} 的整数", f"a whole number from 1 to {LARGEST_CHAIN_ID}")
_PERIOD = Term("不小于 0 的整数（秒）", "a whole number of seconds from 0")
_COUNT = Term("不小于 1 的整数", "a whole number from 1")
_ACCOUNTS = Term("互不相同、不全为零的账户地址", "different accounts, none of them zero")


class NetworkUnfit(Refused):
    """A network cannot be founded so. Facts: ``name``, ``value``, ``allowed``."""

    code = "network-unfit"
    zh = "{name} 不能是 {value}：应为{allowed}。请改正后重新运行。"
    en = "{name} cannot be {value}: it takes {allowed}. Correct it and run again."


@dataclass(frozen=True, slots=True)
class Genesis:
    """``validators`` seal in turn, a block every ``period_seconds``; ``funded`` accounts may pay fees.

    Raises:
        NetworkUnfit: nobody could run this network.
    """

    chain_id: int
    period_seconds: int
    validators: tuple[Address, ...]
    funded: tuple[Address, ...]

    def __post_init__(self) -> None:
        if not 0 < self.chain_id <= LARGEST_CHAIN_ID:
            raise NetworkUnfit(name="--chain-id", value=self.chain_id, allowed=_CHAIN_ID)
        if self.period_seconds < 0:
            raise NetworkUnfit(name="--period", value=self.period_seconds, allowed=_PERIOD)
        require_validators(len(self.validators))
        for name, accounts in (("--validator", self.validators), ("--funded", self.funded)):
            for index, account in enumerate(accounts):
                if not any(account) or account in accounts[:index]:
                    raise NetworkUnfit(name=name, value=f"0x{account.hex()}", allowed=_ACCOUNTS)

    def document(self) -> dict[str, object]:
        """Give the JSON document that ``geth init`` reads."""
        clique = {"period": self.period_seconds, "epoch": EPOCH_BLOCKS}
        listed = b"".join(sorted(self.validators))
        return {
            "config": {"chainId": self.chain_id, **dict.fromkeys(_RULES, 0), "clique": clique},
            "difficulty": "0x1",
            "gasLimit": hex(GAS_LIMIT),
            "baseFeePerGas": hex(BASE_FEE_WEI),
            "extraData": "0x" + (bytes(_VANITY) + listed + bytes(_SEAL)).hex(),
            "alloc": {"0x" + account.hex(): {"balance": hex(FUNDS_WEI)} for account in self.funded},
        }


def require_validators(count: int) -> None:
    """Require that somebody seals.

    Raises:
        NetworkUnfit: nobody does.
    """
    if count < 1:
        raise NetworkUnfit(name="--validators", value=count, allowed=_COUNT)


def needed(validators: int) -> int:
    """Say how many of ``validators`` must run for blocks to come: more than half (EIP-225)."""
    return validators // 2 + 1


def final_depth(validators: int) -> int:
    """Say how deep a block must lie before honest validators, cut off from each other, cannot undo it.

    Half of them at most are on the smaller side; each seals once there and must then wait for others, so
    their branch gains at most ``validators // 2`` blocks. Each weighs 2 at most, a block of the larger side
    1 at least: it takes one block more than twice that number to be heavier whatever the turns were.
    """
    return 2 * (validators // 2) + 1
