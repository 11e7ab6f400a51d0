"""National signatures with the held keys, SM2 among them, in another process, which is killed on the way."""

from dataclasses import replace
from pathlib import Path

import pytest

from ledger.database import Database
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyState, retry_assembly
from signing.keystore import KeyHandle, KeyMissing, KeyUncertified
from signing.keystore_memory import MemoryKeyStore
from signing.national_authority import NationalAuthority, found_national
from signing.national_signatures import national_signatures
from signing.pki import Subject
from signing.profiles import Profile
from signing.ses_signature import check_sealed
from signing.signer_protocol import SignerRefused
from signing.signer_remote import DividedKeyStore, RemoteSigner
from signing.sm2_cades import check_detached_sm2
from signing.sm2_keystore import FileSm2KeyStore
from signing.typesetting import Typesetter
from tests.signing.joint.conftest import NOW, PARTY, SECRET, Town
from tests.signing.joint.small_pdf import small_pdf
from tests.signing.signer_process import kill, running, start

HANDLE = KeyHandle("seal:9")


@pytest.fixture
def signer(tmp_path: Path) -> RemoteSigner:
    return RemoteSigner(tmp_path / "own" / "signer")


@pytest.fixture
def national(signer: RemoteSigner, tmp_path: Path) -> NationalAuthority:
    keys = FileSm2KeyStore(tmp_path / "house", SECRET)
    return found_national(keys, held=signer.sm2, city="示范市", maker="示范市印信平台", at=NOW)


@pytest.fixture
def town(
    database: Database,
    typesetter: Typesetter,
    signer: RemoteSigner,
    national: NationalAuthority,
    tmp_path: Path,
) -> Town:
    store = DividedKeyStore(house=MemoryKeyStore(), held=signer)
    town = Town(database, typesetter, tmp_path, keystore=store)
    town.keyring = replace(town.keyring, module=signer, national=national)
    town.workshop = replace(town.workshop, keyring=town.keyring)
    return town


def test_the_signer_makes_them_and_one_that_was_killed_and_started_without_sm2_is_said(
    town: Town, national: NationalAuthority, tmp_path: Path
) -> None:
    process = start(tmp_path / "own", town.verifier.key, PARTY, NOW)
    signed = town.signed_by_all()
    failed = assemble(town.database, signed.id, workshop=town.workshop)
    assert failed.reason is not None
    assert "YINXIN_NATIONAL_CRYPTOGRAPHY" in failed.reason.zh
    kill(process)
    with town.database.transaction() as session:
        retry_assembly(session, signed.id, at=town.clock.now())
    with running(tmp_path / "own", town.verifier.key, PARTY, NOW, national=True):
        done = assemble(town.database, signed.id, workshop=town.workshop)
    assert done.state is AssemblyState.DONE
    with town.database.transaction() as session:
        made = national_signatures(session, signed.id)
    for each in made.values():
        check_detached_sm2(each.cms, signed.manifest_bytes, roots=[national.root])
    assert made["2"].ses is not None
    check_sealed(made["2"].ses, small_pdf(), others=(), roots=[national.root])
    assert len(list((tmp_path / "own" / "activations").rglob("*.second"))) == 3
    assert len(list((tmp_path / "own" / "keys" / "sm2").glob("*.key"))) == 3
    assert len(list((tmp_path / "house").glob("*.key"))) == 2


def test_an_sm2_certificate_comes_to_name_nobody_else(
    signer: RemoteSigner, national: NationalAuthority, town: Town, tmp_path: Path
) -> None:
    with running(tmp_path / "own", town.verifier.key, PARTY, NOW, national=True):
        with pytest.raises(KeyMissing):
            signer.sm2.chain(HANDLE)
        key = signer.sm2.ensure(HANDLE)
        with pytest.raises(KeyUncertified):
            signer.sm2.chain(HANDLE)
        own, other = (
            town.authority.ensure(KeyHandle(handle), Subject(name), Profile.SEAL, at=NOW)[0]
            for handle, name in (("a:1", "公章"), ("a:2", "别的章"))
        )
        chain = national.ensure(HANDLE, beside=own, at=NOW)
        assert signer.sm2.chain(HANDLE) == chain
        with pytest.raises(SignerRefused) as refused:
            signer.sm2.bind(HANDLE, national.issuer.issue_beside(key, other, profile=Profile.SEAL, at=NOW))
        assert refused.value.code == "subject-changed"
        with pytest.raises(SignerRefused):
            signer.sm2.ensure(KeyHandle("pki:sm2-root"))
