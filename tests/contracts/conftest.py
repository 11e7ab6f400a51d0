"""The committed bytecode on a chain of its own, inside the test process."""

import json
from ast import literal_eval
from collections.abc import Sequence
from typing import Any

import pytest
from eth_tester import EthereumTester, PyEVMBackend
from eth_tester.exceptions import TransactionFailed
from web3 import EthereumTesterProvider, Web3

from ledger.compilation import ARTIFACTS

_GAS_LIMIT = 16_000_000
"""Below the most that one transaction may use since EIP-7825: 2^24."""


OPERATOR = b"o" * 32


def _artifact(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ARTIFACTS / f"{name}.json").read_text("utf-8"))
    return found


class Contract:
    """One contract under a registry that ``sender`` founded: its administrator and guardian, and the operator's
    submitter and issuer."""

    def __init__(self, name: str) -> None:
        artifact = _artifact(name)
        founded = _artifact("OrganizationRegistry")
        self._chain = EthereumTester(PyEVMBackend())
        self._web3 = Web3(EthereumTesterProvider(self._chain))
        accounts: list[str] = list(self._web3.eth.accounts)
        self.sender, self.stranger = accounts[:2]
        self._errors: dict[bytes, str] = {
            bytes(Web3.keccak(text=_signature(part)))[:4]: part["name"]
            for part in (*artifact["abi"], *founded["abi"])
            if part["type"] == "error"
        }
        key = bytes(12) + bytes.fromhex(self.sender[2:])
        founding = ([self.sender], 1, 0, self.sender, 0, [(OPERATOR, key, 3, 0, 0)])
        self.registry = self._deploy(founded, founding)
        of = {"EvidenceLog": (OPERATOR,), "StatusRegister": ()}[name]
        self._contract = self._deploy(artifact, self.registry.address, *of)
        self._deployed = self._chain.take_snapshot()

    def _deploy(self, artifact: dict[str, Any], *arguments: Any) -> Any:
        factory = self._web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
        sent = factory.constructor(*arguments).transact({"from": self.sender, "gas": _GAS_LIMIT})
        address = self._web3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
        return self._web3.eth.contract(address=address, abi=artifact["abi"])

    def forget(self) -> None:
        """Go back to the moment after the deployment."""
        self._chain.revert_to_snapshot(self._deployed)

    def send(self, function: str, *arguments: Any) -> Any:
        """Send a transaction from ``sender`` and return its receipt."""
        call = getattr(self._contract.functions, function)(*arguments)
        sent = call.transact({"from": self.sender, "gas": _GAS_LIMIT})
        return self._web3.eth.wait_for_transaction_receipt(sent)

    def read(self, function: str, *arguments: Any) -> Any:
        """Return what a view answers."""
        return getattr(self._contract.functions, function)(*arguments).call()

    def refusal(self, function: str, *arguments: Any, sender: str | None = None) -> str | None:
        """Return the name of the error that a transaction would meet now, or None if it would be taken."""
        try:
            getattr(self._contract.functions, function)(*arguments).call({"from": sender or self.sender})
        except TransactionFailed as failed:
            # eth-tester gives the error's bytes as Python text: execution reverted: b'...'
            reason: bytes = literal_eval(str(failed).removeprefix("execution reverted: "))
            return self._errors[reason[:4]]
        return None


def _signature(error: dict[str, Any]) -> str:
    inputs: Sequence[dict[str, str]] = error["inputs"]
    return f"{error['name']}({','.join(part['type'] for part in inputs)})"


@pytest.fixture(scope="session")
def deployed_log() -> Contract:
    return Contract("EvidenceLog")


@pytest.fixture(scope="session")
def deployed_register() -> Contract:
    return Contract("StatusRegister")


@pytest.fixture
def log(deployed_log: Contract) -> Contract:
    """An EvidenceLog without entries; ``log.sender`` is its submitter."""
    deployed_log.forget()
    return deployed_log


@pytest.fixture
def register(deployed_register: Contract) -> Contract:
    """A StatusRegister without exceptions; ``register.sender`` is the operator's issuer."""
    deployed_register.forget()
    return deployed_register
