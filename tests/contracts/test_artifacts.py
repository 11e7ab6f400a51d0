"""The committed artifacts are what the compiler makes of the contracts."""

from dataclasses import replace
from pathlib import Path

import pytest

from ledger import compilation
from ledger.compilation import SOLC, Artifact, CompilerMissing, ContractRejected

LOG = Artifact(
    contract_name="EvidenceLog",
    abi=[],
    bytecode="0x6001",
    deployed_bytecode="0x01",
    compiler="0.8.37",
    settings=compilation.SETTINGS,
)
REGISTER = replace(LOG, contract_name="StatusRegister")


@pytest.mark.slow
def test_the_committed_artifacts_agree_with_a_recompilation(capsys: pytest.CaptureFixture[str]) -> None:
    code = compilation.main(["--check"])
    assert code == 0, capsys.readouterr().err


def test_what_differs_is_named(tmp_path: Path) -> None:
    compilation.write([LOG, REGISTER], tmp_path)
    changed = replace(LOG, bytecode="0x6002", abi=[{"type": "constructor"}])
    found = compilation.differences([changed, REGISTER], tmp_path)
    assert found == ("EvidenceLog.json: abi differs", "EvidenceLog.json: bytecode differs")


def test_a_missing_artifact_is_named(tmp_path: Path) -> None:
    compilation.write([LOG], tmp_path)
    assert compilation.differences([LOG, REGISTER], tmp_path) == ("StatusRegister.json is missing",)


def test_a_missing_compiler_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CompilerMissing, match=r"not installed .* run make set-up first"):
        compilation.compile(tmp_path, tmp_path / "solc")


def test_a_contract_that_does_not_compile_is_refused_in_the_words_of_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "EvidenceLog.sol").write_text("pragma solidity 0.8.37; contract EvidenceLog { nothing }")
    with pytest.raises(ContractRejected, match="ParserError: Expected identifier"):
        compilation.compile(tmp_path, SOLC)
