"""A log on a chain that grew in both ways, for whoever reads its history."""

from evidence.merkle import Frontier, consistency_path, leaf_hash, root
from ledger import contracts
from ledger.chain import Address, Chain
from ledger.chain_history import ChainHistory
from ledger.history import PinnedLog
from ledger.transactions import ChainAccount
from tests.ledger.founded import founded_log, mined

LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


def frontier(size: int) -> Frontier:
    edge = Frontier(0, ())
    for leaf in LEAVES[:size]:
        edge = edge.add(leaf)
    return edge


def append(chain: Chain, account: ChainAccount, log: Address, start: int, end: int) -> None:
    call = contracts.append(log, frontier=frontier(start).peaks, leaves=LEAVES[start:end])
    assert mined(chain, account, call).succeeded


def extend(chain: Chain, account: ChainAccount, log: Address, start: int, end: int) -> None:
    proof = consistency_path(LEAVES[:end], start)
    call = contracts.extend(log, size=end, root=root(LEAVES[:end]), proof=proof)
    assert mined(chain, account, call).succeeded


def pin(chain: ChainHistory, log: Address) -> PinnedLog:
    seen = chain.identity(log)
    (code,) = seen.codes
    assert code is not None
    return PinnedLog(seen.chain_id, seen.genesis, log, ((log, code),))


def grown_log(chain: Chain, account: ChainAccount) -> Address:
    """Deploy a log, append it to 3, extend it to 11 and append it to 13."""
    created = founded_log(chain, account)
    append(chain, account, created, 0, 3)
    extend(chain, account, created, 3, 11)
    append(chain, account, created, 11, 13)
    return created
