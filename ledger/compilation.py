"""The compile step: contracts/*.sol to the artifacts that the house deploys, and the check that they agree.

The artifacts are committed, so that running needs no compiler and no Node. They hold the ABI and the bytecode
without any metadata of the compiler, so that a comment changed in a contract changes nothing here.

    python -m ledger.compilation --write     compile, and write ledger/artifacts/*.json
    python -m ledger.compilation --check     compile, and name what differs from them; exit 1 if anything does

The compiler is the npm package solc, installed in hardhat-local and reached by py-solc-x through a small
executable that answers like the native one. py-solc-x is imported only when something is compiled.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evidence.errors import Refused, Unavailable

_PROJECT = Path(__file__).resolve().parent.parent

CONTRACTS = _PROJECT / "contracts"
"""The folder of the Solidity sources, in a checkout of the project."""

SOLC = _PROJECT / "hardhat-local" / "solc-wrapper" / "solc"
"""The executable in front of the npm package solc, in a checkout of the project."""

ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
"""The folder of the committed artifacts; it travels in the wheel."""

DEPLOYED = ("OrganizationRegistry", "EvidenceLog", "StatusRegister")
"""The contracts that are deployed, one artifact each."""

SETTINGS: Mapping[str, Any] = {
    "evmVersion": "paris",
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 10_000},
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}
"""What the compiler is told; Hardhat reads the same from the artifacts."""


class CompilerMissing(Unavailable):
    """The npm package solc, or the Node that runs it, is not installed; nothing was compiled."""

    code = "compiler-missing"
    zh = "没有安装 Solidity 编译器（{missing}），请先运行 make set-up。"
    en = "the Solidity compiler is not installed ({missing}); run make set-up first."


class ContractRejected(Refused):
    """The compiler does not accept a contract; ``reason`` is its own text."""

    code = "contract-rejected"
    zh = "合约无法编译：\n{reason}"
    en = "the contracts do not compile:\n{reason}"


@dataclass(frozen=True)
class Artifact:
    """One compiled contract.

    ``abi`` is the contract's JSON ABI. ``bytecode`` creates the contract; ``deployed_bytecode`` is what then
    stands on the chain, with zeros where its immutable values go. Both are hex with 0x in front.
    """

    contract_name: str
    abi: Sequence[Any]
    bytecode: str
    deployed_bytecode: str
    compiler: str
    settings: Mapping[str, Any]

    def encode(self) -> str:
        """Return the text of the artifact file, with the keys that Hardhat uses and always in one order."""
        values = asdict(self)
        values["contractName"] = values.pop("contract_name")
        values["deployedBytecode"] = values.pop("deployed_bytecode")
        return json.dumps(values, indent=1, sort_keys=True) + "\n"


def compile(contracts: Path, solc: Path) -> tuple[Artifact, ...]:  # noqa: A001 - the field's word
    """Compile every ``*.sol`` in the folder ``contracts`` with the executable ``solc``.

    Returns one artifact for each name in ``DEPLOYED``, in that order.

    Raises:
        CompilerMissing: nothing answers at ``solc``.
        ContractRejected: a contract does not compile.
    """
    import solcx  # noqa: PLC0415 - only the compile step needs it

    _require_compiler(solc)
    sources = {path.name: {"content": path.read_text("utf-8")} for path in sorted(contracts.glob("*.sol"))}
    wanted = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
    request = {
        "language": "Solidity",
        "sources": sources,
        "settings": {**SETTINGS, "outputSelection": {f"{name}.sol": {name: wanted} for name in DEPLOYED}},
    }
    try:
        reply = solcx.compile_standard(request, solc_binary=solc)
    except solcx.exceptions.SolcError as rejected:
        raise ContractRejected(reason=rejected.message) from rejected
    version = str(solcx.wrapper.get_solc_version(solc, with_commit_hash=True))
    return tuple(_artifact(name, reply["contracts"][f"{name}.sol"][name], version) for name in DEPLOYED)


def _require_compiler(solc: Path) -> None:
    try:
        subprocess.run([solc, "--version"], check=True, capture_output=True)  # noqa: S603 - our own executable
    except FileNotFoundError as missing:
        raise CompilerMissing(missing=missing.filename) from missing
    except subprocess.CalledProcessError as failed:
        found = "Node" if b"env:" in failed.stderr else solc.parent.parent / "node_modules" / "solc"
        raise CompilerMissing(missing=found) from failed


def _artifact(name: str, compiled: Mapping[str, Any], version: str) -> Artifact:
    return Artifact(
        contract_name=name,
        abi=compiled["abi"],
        bytecode="0x" + compiled["evm"]["bytecode"]["object"],
        deployed_bytecode="0x" + compiled["evm"]["deployedBytecode"]["object"],
        compiler=version,
        settings=SETTINGS,
    )


def write(artifacts: Sequence[Artifact], folder: Path = ARTIFACTS) -> None:
    """Write one ``<contract name>.json`` into ``folder`` for each artifact."""
    folder.mkdir(exist_ok=True)
    for artifact in artifacts:
        (folder / f"{artifact.contract_name}.json").write_text(artifact.encode(), "utf-8")


def differences(artifacts: Sequence[Artifact], folder: Path = ARTIFACTS) -> tuple[str, ...]:
    """Name each part of each artifact that ``folder`` holds differently or not at all; empty if none."""
    found: list[str] = []
    for artifact in artifacts:
        path = folder / f"{artifact.contract_name}.json"
        if not path.is_file():
            found.append(f"{path.name} is missing")
            continue
        held, expected = json.loads(path.read_text("utf-8")), json.loads(artifact.encode())
        found += [
            f"{path.name}: {part} differs"
            for part in sorted(held.keys() | expected.keys())
            if held.get(part) != expected.get(part)
        ]
    return tuple(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile, then write or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ledger.compilation", description=__doc__.split("\n")[0])
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--write", action="store_true", help="write ledger/artifacts")
    step.add_argument("--check", action="store_true", help="compare with ledger/artifacts")
    chosen = parser.parse_args(arguments)
    try:
        artifacts = compile(CONTRACTS, SOLC)
    except (CompilerMissing, ContractRejected) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if chosen.write:
        write(artifacts)
        return 0
    found = differences(artifacts)
    if found:
        advice = "if the contracts are right, run: python -m ledger.compilation --write"
        sys.stderr.write("\n".join([*found, advice, ""]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
