"""A whole agreement with the held keys in another process, which is killed where it hurts."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.digest import Digest
from ledger.database import Database
from signing.assembly import assemble
from signing.assembly_jobs import LEASE, AssemblyState, retry_assembly
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.objects import ObjectStore
from signing.signer_remote import DividedKeyStore, HeldKeyElsewhere, RemoteSigner
from signing.typesetting import Typesetter
from tests.signing.signer_process import kill, running, start

from .conftest import NOW, PARTY, Town


class Losing:
    """An object store whose process dies when it is to keep what was signed: the second thing put."""

    class Died(BaseException):
        """The process is gone; no code of ours may catch it."""

    def __init__(self, store: ObjectStore) -> None:
        self._store, self._left = store, 2

    def put(self, content: bytes) -> Digest:
        self._left -= 1
        if self._left == 0:
            raise self.Died
        return self._store.put(content)

    def get(self, digest: Digest) -> bytes:
        return self._store.get(digest)

    def remove(self, digest: Digest) -> None:
        self._store.remove(digest)


@pytest.fixture
def town(database: Database, typesetter: Typesetter, tmp_path: Path) -> Town:
    signer = RemoteSigner(tmp_path / "own" / "signer")
    store = DividedKeyStore(house=MemoryKeyStore(), held=signer)
    town = Town(database, typesetter, tmp_path, keystore=store)
    town.keyring = replace(town.keyring, module=signer)
    town.workshop = replace(town.workshop, keyring=town.keyring)
    return town


def test_a_signer_killed_before_the_assembly_is_said_and_one_started_again_finishes(
    town: Town, tmp_path: Path
) -> None:
    process = start(tmp_path / "own", town.verifier.key, PARTY, NOW)
    signed = town.signed_by_all()
    kill(process)
    failed = assemble(town.database, signed.id, workshop=town.workshop)
    assert failed.state is AssemblyState.FAILED
    assert failed.reason is not None
    assert "yinxin signer" in failed.reason.zh
    with town.database.transaction() as session:
        retry_assembly(session, signed.id, at=town.clock.now())
    with running(tmp_path / "own", town.verifier.key, PARTY, NOW):
        done = assemble(town.database, signed.id, workshop=town.workshop)
    assert done.state is AssemblyState.DONE
    assert done.results
    file = tmp_path / "signed.pdf"
    file.write_bytes(town.store.get(done.results[0]))
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    assert said.stdout.count("Signature is Valid.") == len(signed.slots) + 1


def test_a_signature_that_was_made_and_lost_is_found_again(town: Town, tmp_path: Path) -> None:
    with running(tmp_path / "own", town.verifier.key, PARTY, NOW):
        signed = town.signed_by_owner()
        honest = town.workshop.store
        town.workshop = replace(town.workshop, store=Losing(honest))
        with pytest.raises(Losing.Died):
            assemble(town.database, signed.id, workshop=town.workshop)
        town.workshop = replace(town.workshop, store=honest)
        town.clock.advance(LEASE)
        done = assemble(town.database, signed.id, workshop=town.workshop)
    assert done.state is AssemblyState.DONE
    pages = list((tmp_path / "own" / "activations").rglob("*.increment"))
    assert len(pages) == 1


def test_this_process_signs_for_nobody(town: Town, tmp_path: Path) -> None:
    with running(tmp_path / "own", town.verifier.key, PARTY, NOW):
        town.signed_by_owner()
        key = town.keystore.signer(KeyHandle(f"person:{town.representative.id}"))
        with pytest.raises(HeldKeyElsewhere):
            key.sign(b"message")
