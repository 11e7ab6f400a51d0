"""A whole agreement over keys that a token holds: parties, seal and closing seal."""

import subprocess
from pathlib import Path

import pytest

from ledger.database import Database
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyState
from signing.keystore_pkcs11 import Pkcs11KeyStore
from signing.typesetting import Typesetter
from tests.signing import soft_token

from .conftest import Town


@pytest.fixture
def town_with_token(database: Database, typesetter: Typesetter, tmp_path: Path) -> Town:
    soft_token.configure(tmp_path)
    token = soft_token.open_token(soft_token.new_token())
    return Town(database, typesetter, tmp_path, keystore=Pkcs11KeyStore(tmp_path / "chains", token))


@pytest.mark.slow
def test_pdfsig_calls_every_signature_of_a_token_valid(town_with_token: Town, tmp_path: Path) -> None:
    signed = town_with_token.signed_by_all()
    job = assemble(town_with_token.database, signed.id, workshop=town_with_token.workshop)
    assert job.state is AssemblyState.DONE
    assert job.results
    file = tmp_path / "signed.pdf"
    file.write_bytes(town_with_token.store.get(job.results[0]))
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    assert said.stdout.count("Signature is Valid.") == len(signed.slots) + 1
