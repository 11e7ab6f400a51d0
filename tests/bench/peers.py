"""What other projects' contracts take for one record: EAS and OpenAttestation, as packaged by them.

The packages are installed by ``make bench`` from ``peers/package-lock.json``; nothing of ours uses them.
"""

import json
import re
import secrets
from pathlib import Path
from typing import Any

from web3 import Web3

from tests.bench.harness import Figures, Row

MODULES = Path(__file__).parent / "peers" / "node_modules"
EAS = MODULES / "@ethereum-attestation-service/eas-contracts/artifacts/contracts"
STORE = MODULES / "@govtechsg/document-store/dist/contracts/factories/contracts/DocumentStore__factory.js"
BATCH = 500  # multiTimestamp of a thousand exceeds what one transaction may use
NOWHERE = "0x" + "00" * 20
REVOCABLE = True
STORE_ABI = [
    {"type": "constructor", "inputs": [{"type": "string", "name": "n"}, {"type": "address", "name": "o"}]},
    {
        "type": "function",
        "name": "issue",
        "inputs": [{"type": "bytes32", "name": "document"}],
        "outputs": [],
    },
    {
        "type": "function",
        "name": "bulkIssue",
        "inputs": [{"type": "bytes32[]", "name": "documents"}],
        "outputs": [],
    },
]


class Peers:
    """Their contracts on a node whose second account pays."""

    def __init__(self, web3: Web3) -> None:
        self._web3: Any = web3
        self.sender = list(web3.eth.accounts)[1]

    def deploy(self, abi: Any, bytecode: str, *arguments: Any) -> Any:
        factory = self._web3.eth.contract(abi=abi, bytecode=bytecode)
        receipt = self._mined(factory.constructor(*arguments))
        return self._web3.eth.contract(address=receipt["contractAddress"], abi=abi)

    def artifact(self, name: str, *arguments: Any) -> Any:
        held = json.loads((EAS / f"{name}.sol/{name}.json").read_text("utf-8"))
        return self.deploy(held["abi"], held["bytecode"], *arguments)

    def gas(self, call: Any) -> int:
        used: int = self._mined(call)["gasUsed"]
        return used

    def _mined(self, call: Any) -> Any:
        sent = call.transact({"from": self.sender})
        receipt = self._web3.eth.wait_for_transaction_receipt(sent)
        assert receipt["status"] == 1
        return receipt


def gas(web3: Web3, figures: Figures) -> dict[str, Row]:
    """Give gas a record by the function's name; empty, and said so, where the packages are not installed."""
    if not MODULES.is_dir():
        figures.skip("gas of EAS and OpenAttestation: run npm ci in tests/bench/peers (make bench does)")
        return {}
    peers = Peers(web3)
    return {**_eas(peers), **_document_store(peers)}


def _eas(peers: Peers) -> dict[str, Row]:
    registry = peers.artifact("SchemaRegistry")
    eas = peers.artifact("EAS", registry.address)
    peers.gas(registry.functions.register("bytes32 digest", NOWHERE, REVOCABLE))
    packed = b"bytes32 digest" + bytes(20) + b"\x01"
    schema = bytes(Web3.keccak(packed))
    data = (NOWHERE, 0, REVOCABLE, bytes(32), secrets.token_bytes(32), 0)
    return {
        "attest": _row("EAS attest", peers.gas(eas.functions.attest((schema, data)))),
        "timestamp": _row("EAS timestamp", peers.gas(eas.functions.timestamp(secrets.token_bytes(32)))),
        "multiTimestamp": _row(
            f"EAS multiTimestamp of {BATCH}", peers.gas(eas.functions.multiTimestamp(_many())) / BATCH
        ),
    }


def _document_store(peers: Peers) -> dict[str, Row]:
    code = re.search(r'_bytecode = "(0x[0-9a-f]+)"', STORE.read_text("utf-8"))
    assert code is not None, "the package of OpenAttestation has another form"
    store = peers.deploy(STORE_ABI, code[1], "bench", peers.sender)
    return {
        "issue": _row("OpenAttestation issue", peers.gas(store.functions.issue(secrets.token_bytes(32)))),
        "bulkIssue": _row(
            f"OpenAttestation bulkIssue of {BATCH}", peers.gas(store.functions.bulkIssue(_many())) / BATCH
        ),
    }


def _many() -> list[bytes]:
    return [secrets.token_bytes(32) for _ in range(BATCH)]


def _row(name: str, value: float) -> Row:
    return Row(name, value, "gas")
