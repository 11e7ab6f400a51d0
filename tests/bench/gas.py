"""Gas for one entry, by append and by extend, beside others' contracts in the same run on the same node."""

from dataclasses import replace
from typing import Any

from web3 import Web3

from ledger import contracts, deployment, entries, tree
from ledger.anchoring import Anchoring
from ledger.chain import Address
from ledger.database import Database
from ledger.transactions import Call, ChainAccount, Fees
from tests.bench import peers
from tests.bench.fill import new_entries
from tests.bench.harness import Figures, Row

TRANSACTION_GAS = 16_777_216  # the most that one transaction may use (EIP-7825)
BATCHES = (1, 100, 1_000, 10_000)
AIMS = {("append", 1_000): 1_400.0, ("extend", 10_000): 7.0}


class Grower:
    """Grows the deployed log by transactions of the account that may, and says what each used."""

    def __init__(self, database: Database, web3: Web3, account: ChainAccount, log: Address) -> None:
        self._database, self._web3, self._account, self._log = database, web3, account, log

    def append(self, batch: int) -> int:
        with self._database.transaction() as session:
            before = entries.size(session)
            entries.append_all(session, new_entries(batch))
            peaks = tree.frontier(session, before).peaks
            leaves = entries.leaves(session, start=before, end=before + batch)
        return self._used(contracts.append(self._log, frontier=peaks, leaves=leaves))

    def extend(self, batch: int) -> int:
        with self._database.transaction() as session:
            before = entries.size(session)
            entries.append_all(session, new_entries(batch))
            size, root = before + batch, tree.root(session, before + batch)
            proof = tree.consistency_path(session, old_size=before, new_size=size)
        return self._used(contracts.extend(self._log, size=size, root=root, proof=proof))

    def _used(self, call: Call) -> int:
        nonce = self._web3.eth.get_transaction_count(Web3.to_checksum_address(self._account.address))
        bounded = replace(call, gas=min(call.gas, TRANSACTION_GAS))
        signed = self._account.sign(bounded, chain_id=self._web3.eth.chain_id, nonce=nonce, fees=Fees())
        receipt = self._web3.eth.wait_for_transaction_receipt(self._web3.eth.send_raw_transaction(signed.raw))
        assert receipt["status"] == 1, "the log refused to grow"
        return receipt["gasUsed"]


def run(figures: Figures, database: Database, anchoring: Anchoring, account: ChainAccount, url: str) -> None:
    web3 = Web3(Web3.HTTPProvider(url, request_kwargs={"timeout": 60}))
    beside = peers.gas(web3, figures)
    for row in beside.values():
        figures.add(row)
    log = _deployed(database, anchoring)
    grower = Grower(database, web3, account, log)
    grower.append(1)  # the first growth writes slots that were empty
    for batch in BATCHES[:3] if figures.quick else BATCHES:
        for name, grow in (("append", grower.append), ("extend", grower.extend)):
            peer = _beside(beside, batch)
            figures.add(
                Row(
                    f"gas an entry, {name} of {batch:,}",
                    grow(batch) / batch,
                    "gas",
                    peer=None if peer is None else peer.name,
                    peer_value=None if peer is None else peer.value,
                    most=AIMS.get((name, batch)),
                )
            )


def _beside(beside: dict[str, Row], batch: int) -> Row | None:
    return beside.get("attest" if batch == 1 else "multiTimestamp")


def _deployed(database: Database, anchoring: Anchoring) -> Address:
    progress: Any = anchoring.step()
    if progress.problem is not None:
        raise progress.problem
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.log is not None
    return stands.log.address
