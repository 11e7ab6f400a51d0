"""The compile step: contracts/*.sol to the artifacts that the house deploys, and the check that they agree.

The artifacts are committed, so that running needs no compiler and no Node. They carry the ABI and the bytecode
without any metadata of the compiler, so that a comment changed in a contract changes nothing here.

    python -m ledger.compilation --write     compile, and write ledger/artifacts/*.json
    python -m ledger.compilation --check     compile, and name what differs from them (exit 1)

The compiler is the npm package solc, installed in hardhat-local and reached by py-solc-x through a small executable
that answers like the native one. py-solc-x is imported only when something is compiled.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).resolve().parent.parent
CONTRACTS = _PROJECT / "contracts"
"""The folder of the Solidity sources, in a checkout of the project."""

SOLC = _PROJECT / "hardhat-local" / "solc-wrapper" / "solc"
"""The executable in front of the npm package solc, in a checkout of the project."""

ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
"""The folder of the committed artifacts; it travels in the wheel."""

DEPLOYED = ("EvidenceLog", "StatusRegister")
"""The contracts that are deployed, one artifact each."""

SETTINGS: Mapping[str, Any] = {
    "evmVersion": "paris",
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 10_000},
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}
"""What the compiler is told; hardhat-local/hardhat.config.js says the same."""


class CompilerMissing(Exception):
    """The Solidity compiler of hardhat-local is not installed; nothing was compiled."""

    def __init__(self, solc: Path) -> None:
        super().__init__(
            f"the Solidity compiler of {solc} is not installed; run: npm ci --prefix hardhat-local"
        )


@dataclass(frozen=True)
class Artifact:
    """One compiled contract.

    ``abi`` is the contract's JSON ABI. ``bytecode`` creates the contract, ``deployedBytecode`` is what then stands
    on the chain before its immutable values are filled in; both are hex with 0x in front. The names are those of the
    JSON file, which other tools read too.
    """

    contractName: str  # noqa: N815 the key of the artifact file, as Hardhat and Truffle name it
    abi: Sequence[Any]
    bytecode: str
    deployedBytecode: str  # noqa: N815 the same
    compiler: str
    settings: Mapping[str, Any]

    def encode(self) -> str:
        """Return the text of the artifact file, equal for equal artifacts."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def compile(contracts: Path, solc: Path) -> tuple[Artifact, ...]:  # noqa: A001 the field's word
    """Compile every ``*.sol`` in the folder ``contracts`` with the executable ``solc``.

    Returns one artifact for each name in ``DEPLOYED``, in that order.

    Raises:
        CompilerMissing: the npm package solc is not installed beside ``solc``.
        solcx.exceptions.SolcError: a contract does not compile; the text is the compiler's.
    """
    import solcx  # noqa: PLC0415 only the compile step needs it

    if not (solc.parent.parent / "node_modules" / "solc").is_dir():
        raise CompilerMissing(solc)
    sources = {path.name: {"content": path.read_text("utf-8")} for path in sorted(contracts.glob("*.sol"))}
    wanted = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
    request = {
        "language": "Solidity",
        "sources": sources,
        "settings": {**SETTINGS, "outputSelection": {f"{name}.sol": {name: wanted} for name in DEPLOYED}},
    }
    reply = solcx.compile_standard(request, solc_binary=solc)
    version = str(solcx.wrapper.get_solc_version(solc, with_commit_hash=True))
    return tuple(_artifact(name, reply["contracts"][f"{name}.sol"][name], version) for name in DEPLOYED)


def _artifact(name: str, compiled: Mapping[str, Any], version: str) -> Artifact:
    return Artifact(
        contractName=name,
        abi=compiled["abi"],
        bytecode="0x" + compiled["evm"]["bytecode"]["object"],
        deployedBytecode="0x" + compiled["evm"]["deployedBytecode"]["object"],
        compiler=version,
        settings=SETTINGS,
    )


def write(artifacts: Sequence[Artifact], folder: Path = ARTIFACTS) -> None:
    """Write one ``<contractName>.json`` into ``folder`` for each artifact."""
    folder.mkdir(exist_ok=True)
    for artifact in artifacts:
        (folder / f"{artifact.contractName}.json").write_text(artifact.encode(), "utf-8")


def differences(artifacts: Sequence[Artifact], folder: Path = ARTIFACTS) -> tuple[str, ...]:
    """Name each part of each artifact that ``folder`` holds differently, or not at all; empty if none."""
    found: list[str] = []
    for artifact in artifacts:
        path = folder / f"{artifact.contractName}.json"
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
    parser = argparse.ArgumentParser(
        prog="python -m ledger.compilation", description="Compile the contracts."
    )
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--write", action="store_true", help="write ledger/artifacts")
    step.add_argument("--check", action="store_true", help="compare with ledger/artifacts")
    chosen = parser.parse_args(arguments)
    try:
        artifacts = compile(CONTRACTS, SOLC)
    except CompilerMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    if chosen.write:
        write(artifacts)
        return 0
    found = differences(artifacts)
    for difference in found:
        print(difference, file=sys.stderr)
    if found:
        print(
            "the contracts and ledger/artifacts differ; run: python -m ledger.compilation --write",
            file=sys.stderr,
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
