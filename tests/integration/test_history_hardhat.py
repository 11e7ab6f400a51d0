"""A log's history read from a real node."""

from pathlib import Path

import pytest

from api import hardhat
from evidence.merkle import root
from ledger import history
from ledger.chain_web3 import Web3Chain
from ledger.history import check_chain, read_growths
from ledger.transactions import ChainAccount
from tests.ledger.grown_log import LEAVES, grown_log, pin


def test_a_node_tells_the_growths_that_it_was_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "RANGE_BLOCKS", 3)
    node = hardhat.start(log=tmp_path / "node.log")
    try:
        chain = Web3Chain.at(node.url)
        account = ChainAccount(bytes.fromhex(hardhat.DEMONSTRATION_ACCOUNT_KEY.removeprefix("0x")))
        pinned = pin(chain, grown_log(chain, account))
        check_chain(chain, pinned)
        growths = read_growths(chain, pinned)
    finally:
        node.stop()
    assert [each.leaves for each in growths] == [tuple(LEAVES[:3]), None, tuple(LEAVES[11:13])]
    assert (growths[-1].size, growths[-1].root) == (13, root(LEAVES[:13]))
    assert {each.sender for each in growths} == {account.address}
