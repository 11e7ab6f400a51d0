"""What a contract refuses is told by the name that its interface gives it, whatever node passes it on."""

import re
from pathlib import Path

import pytest

from ledger import abi, contracts, registry, reverts
from ledger.chain import ChainRefused
from ledger.chain_memory import MemoryChain
from ledger.rpc import HttpRpc
from tests.ledger.founded import founded_log, founded_registry

ID = b"\x15" * 32
DATA = "0x" + abi.call("TooEarly(bytes32,uint64)", ID, 1795690429).hex()
NAMED = f"TooEarly(0x{ID.hex()}, 1795690429)"
INTERFACES = Path(__file__).parents[2] / "contracts"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"code": 3, "message": "execution reverted", "data": DATA}, NAMED),  # geth
        ({"code": 3, "message": f"custom error 0xf9ac2af1: {DATA[10:]}", "data": DATA}, NAMED),  # anvil
        ({"code": 3, "message": f"VM Exception … (return data: {DATA})", "data": DATA}, NAMED),  # Hardhat
        ({"code": -32603, "message": "Error: VM Exception", "data": {"message": "…", "data": DATA}}, NAMED),
        ({"code": 3, "message": "execution reverted", "data": "0x"}, "execution reverted"),
        ({"code": 3, "message": "execution reverted", "data": "0x12345678"}, "execution reverted 0x12345678"),
        ({"code": 3, "message": "no: 0x12345678", "data": "0x12345678"}, "no: 0x12345678"),
        ({"code": 3, "message": "execution reverted", "data": DATA[:-2]}, "TooEarly"),
        ({"code": 3, "message": "execution reverted", "data": 5}, "execution reverted"),
        ({"code": -32000, "message": "nonce too low"}, "nonce too low"),
        ({"code": -32000, "message": "\x1b[2Jgone"}, "\\x1b[2Jgone"),
        ("no", "no"),
    ],
)  # fmt: skip
def test_an_error_of_a_node_is_told_by_name(error: object, said: str) -> None:
    assert reverts.reason(error) == said
    with pytest.raises(ChainRefused) as refused:
        HttpRpc("http://127.0.0.1:9", time_out=1)._result({"id": 1, "error": error}, 1)
    assert refused.value.facts["reason"] == said


def test_what_solidity_raises_by_itself_is_named() -> None:
    assert reverts.named(abi.call("Panic(uint256)", 17)) == "Panic(17)"
    assert reverts.named(abi.call("Error(string)", "no\n")) == "Error(no\\n)"


@pytest.mark.parametrize(
    "interface", ["IAdministered", "IOrganizationRegistry", "IEvidenceLog", "IStatusRegister"]
)
def test_every_error_of_an_interface_has_its_name(interface: str) -> None:
    written = (INTERFACES / f"{interface}.sol").read_text("utf-8")
    declared = re.findall(r"^    error (\w+)\(([^)]*)\);", written, re.MULTILINE)
    assert declared
    for name, inputs in declared:
        types = [each.split()[0].replace("ProposalState", "uint8") for each in inputs.split(",") if each]
        signature = f"{name}({','.join(types)})"
        assert reverts.named(abi.call(signature, *(_nothing(each) for each in types))) is not None, signature


def test_the_chain_of_memory_names_what_its_contracts_refuse(chain: MemoryChain) -> None:
    organizations, log = founded_registry(chain, chain.account), founded_log(chain, chain.account)
    for contract, data, said in (
        (log, contracts.extend(log, size=0, root=bytes(32), proof=()).data, "SizeNotLarger(0, 0)"),
        (organizations, registry.execute(organizations, ID).data, f"ProposalNotIn(0x{ID.hex()}, 0)"),
    ):
        with pytest.raises(ChainRefused) as refused:
            chain.read(contract, data, sender=chain.account.address)
        assert refused.value.facts["reason"] == said


def _nothing(type_: str) -> object:
    if type_ == "address":
        return "0x" + "00" * 20
    return bytes(int(type_[5:])) if type_.startswith("bytes") else 0
