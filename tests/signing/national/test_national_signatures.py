"""An agreement with national cryptography in use: every slot signs by SM2, every seal seals, once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ledger.database import Base
from signing.activation import activation
from signing.activation_data import ActivationData
from signing.activation_module import ActivationModule, LocalActivationModule
from signing.agreements import Agreement
from signing.assembly import assemble
from signing.assembly_jobs import LEASE, AssemblyState, Claim, ClaimLost, claim_next, retry_assembly
from signing.cades import read_envelope
from signing.electronic_seals import ElectronicSealRow
from signing.increments import Increment
from signing.key_certificates import KeyRevoked, RevocationReason, revoke
from signing.national_authority import NationalAuthority, found_national
from signing.national_signatures import NationalSignatureRow, national_signatures, sign_nationally
from signing.national_signing import NationalSignature, Sealing
from signing.ses_signature import check_sealed
from signing.signatures import signatures
from signing.sm2_cades import check_detached_sm2
from signing.sm2_keystore import FileSm2KeyStore
from tests.signing.joint.conftest import FILING_NUMBER, SECRET, Town
from tests.signing.joint.small_pdf import small_pdf

from .conftest import switch_on


def assembled(town: Town, signed: Agreement) -> AssemblyState:
    return assemble(town.database, signed.id, workshop=town.workshop).state


def made(town: Town, signed: Agreement) -> dict[str, NationalSignature]:
    with town.database.transaction() as session:
        return dict(national_signatures(session, signed.id))


def rows(town: Town, table: type[Base]) -> int:
    with town.database.transaction() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def test_every_signed_slot_signs_a_second_time_and_a_seal_seals_the_document(
    town: Town, national: NationalAuthority
) -> None:
    signed = town.signed_by_all()
    town.clock.advance(timedelta(hours=1))  # SM2 keys are made at the assembly, long after the approval
    assert assembled(town, signed) is AssemblyState.DONE
    found = made(town, signed)
    assert set(found) == {"1", "2", "3"}
    with town.database.transaction() as session:
        first = {each.slot: each for each in signatures(session, signed.id)}
    for slot, each in found.items():
        second = check_detached_sm2(each.cms, signed.manifest_bytes, roots=[national.root])
        before = read_envelope(first[slot].cms)
        assert (second.slot, second.approval.value) == (slot, before.approval)
        assert second.certificate.subject == before.certificate.subject
    assert found["1"].ses is found["3"].ses is None
    assert found["2"].ses is not None
    sealed = check_sealed(found["2"].ses, small_pdf(), others=(), roots=[national.root])
    assert sealed.certificate == read_envelope(found["2"].cms).certificate
    facts = sealed.seal.facts
    assert (facts.name, facts.seal_id) == ("示范建设集团有限公司", FILING_NUMBER)
    assert facts.picture.content.startswith(b"\x89PNG\r\n")
    assert (facts.picture.width, facts.picture.height) == (42, 42)


def test_switched_off_nothing_is_made_or_kept(town: Town) -> None:
    town.keyring = replace(town.keyring, national=None)
    town.workshop = replace(town.workshop, keyring=town.keyring)
    signed = town.signed_by_all()
    assert assembled(town, signed) is AssemblyState.DONE
    assert made(town, signed) == {}
    assert rows(town, ElectronicSealRow) == 0
    pages = {each.suffix for each in town.folder.rglob("activations/*/*")}
    assert pages == {".manifest", ".answer", ".increment"}


class Dying:
    """A module whose caller dies with the signature in hand, at the ``nth`` national act."""

    class Died(BaseException):
        """The process is gone; no code of ours may catch it."""

    def __init__(self, module: ActivationModule, *, nth: int) -> None:
        self._module, self._left = module, nth
        self.lost: NationalSignature | None = None

    def sign_manifest(self, data: ActivationData) -> bytes:
        return self._module.sign_manifest(data)

    def sign_increment(self, data: ActivationData, increment: Increment) -> bytes:
        return self._module.sign_increment(data, increment)

    def sign_national(self, data: ActivationData, sealing: Sealing | None) -> NationalSignature:
        self.lost = self._module.sign_national(data, sealing)
        self._left -= 1
        if self._left == 0:
            raise self.Died
        return self.lost


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_what_was_signed_and_lost_is_what_the_next_attempt_keeps(town: Town, nth: int) -> None:
    signed = town.signed_by_all()
    module = Dying(town.keyring.module, nth=nth)
    honest = town.workshop
    dying = replace(town.keyring, module=module)
    with pytest.raises(Dying.Died):
        assemble(town.database, signed.id, workshop=replace(honest, keyring=dying))
    assert rows(town, NationalSignatureRow) == nth - 1
    town.clock.advance(LEASE)
    assert assembled(town, signed) is AssemblyState.DONE
    assert made(town, signed)[str(nth)] == module.lost
    assert rows(town, NationalSignatureRow) == 3


def test_a_seal_becomes_an_electronic_seal_once(town: Town) -> None:
    town.seal()
    found = []
    for mark in ("first", "second"):
        opened = town.open(content=small_pdf(mark=mark))
        for slot in opened.slots:
            town.sign(opened, slot.id)
        assert assembled(town, opened) is AssemblyState.DONE
        found.append(made(town, opened)["2"].ses)
    assert rows(town, ElectronicSealRow) == 1
    assert found[0] != found[1]


def test_an_electronic_seal_that_lists_a_lost_key_is_made_anew(town: Town, tmp_path: Path) -> None:
    assert assembled(town, town.signed_by_all()) is AssemblyState.DONE
    fresh = FileSm2KeyStore(tmp_path / "restored", SECRET)
    national = found_national(fresh, held=fresh, city="示范市", maker="示范市印信平台", at=town.clock.now())
    switch_on(town, fresh, national)
    opened = town.open(content=small_pdf(mark="second"))
    for slot in opened.slots:
        town.sign(opened, slot.id)
    assert assembled(town, opened) is AssemblyState.DONE
    assert rows(town, ElectronicSealRow) == 1
    ses = made(town, opened)["2"].ses
    assert ses is not None
    check_sealed(ses, small_pdf(mark="second"), others=(), roots=[national.root])


def test_a_revoked_key_signs_no_second_time(town: Town) -> None:
    signed = town.signed_by_owner()
    with town.database.transaction() as session:
        claim = claim_next(session, at=town.clock.now(), agreement=signed.id)
        assert claim is not None
        key = activation(session, agreement=signed.id, slot="1").key
        serial = f"{town.keystore.chain(key)[0].serial_number:x}"
        revoke(session, serial, reason=RevocationReason.KEY_COMPROMISE, at=town.clock.now())
    with pytest.raises(KeyRevoked):
        sign_nationally(
            town.database,
            signed,
            store=town.store,
            claim=claim,
            keyring=town.keyring,
            typesetter=town.typesetter,
        )
    assert made(town, signed) == {}


def test_a_worker_whose_job_was_taken_over_keeps_nothing(town: Town) -> None:
    signed = town.signed_by_owner()
    lost = Claim(agreement=signed.id, attempt=7)
    with pytest.raises(ClaimLost):
        sign_nationally(
            town.database,
            signed,
            store=town.store,
            claim=lost,
            keyring=town.keyring,
            typesetter=town.typesetter,
        )
    assert made(town, signed) == {}


def test_without_sm2_keys_the_job_fails_with_a_sentence_and_can_be_tried_again(
    town: Town,
) -> None:
    signed = town.signed_by_all()
    without = LocalActivationModule(town.keystore, town.book, pins=town.pins, clock=town.clock)
    keyring = replace(town.keyring, module=without)
    failed = assemble(town.database, signed.id, workshop=replace(town.workshop, keyring=keyring))
    assert failed.state is AssemblyState.FAILED
    assert failed.reason is not None
    assert "YINXIN_NATIONAL_CRYPTOGRAPHY" in failed.reason.en
    with town.database.transaction() as session:
        retry_assembly(session, signed.id, at=town.clock.now())
    assert assembled(town, signed) is AssemblyState.DONE
