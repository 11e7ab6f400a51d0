import subprocess
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from evidence.digest import Digest
from evidence.statement import StatementType, read
from ledger import facts
from ledger.facts import FactRow
from signing.activation import activation, incrementing_party
from signing.activation_refusals import ActivationSpent
from signing.agreements import AgreementState
from signing.assembly import assemble, assemble_next
from signing.assembly_jobs import (
    LEASE,
    AssemblyNotFailed,
    AssemblyState,
    AssemblyUnknown,
    ClaimLost,
    claim_next,
    finish,
    retry_assembly,
)
from signing.objects import ObjectMissing
from signing.pdf import signed_fields

from .conftest import Town
from .small_pdf import small_pdf


class LosingStore:
    """An object store whose process dies at the ``nth`` put: nothing after it is kept."""

    class Died(BaseException):
        """The process is gone; no code of ours may catch it."""

    def __init__(self, town: Town, *, nth: int) -> None:
        self._store, self._left = town.store, nth

    def put(self, content: bytes) -> Digest:
        self._left -= 1
        if self._left == 0:
            raise self.Died
        return self._store.put(content)

    def get(self, digest: Digest) -> bytes:
        return self._store.get(digest)

    def remove(self, digest: Digest) -> None:
        self._store.remove(digest)


def agreement_facts(town: Town) -> int:
    with town.database.transaction() as session:
        return session.scalars(select(func.count()).where(FactRow.type == StatementType.AGREEMENT)).one()


def test_the_assembled_pdf_begins_with_the_original_and_holds_every_party(town: Town) -> None:
    signed = town.signed_by_all()
    job = assemble(town.database, signed.id, workshop=town.workshop)
    assert job.state is AssemblyState.DONE
    assert job.results
    content = town.store.get(job.results[0])
    assert content.startswith(small_pdf())
    assert signed_fields(content) == ("slot-1", "slot-2", "slot-3", "closing-seal")
    assert town.read(signed.id).state(town.clock.now()) is AgreementState.ASSEMBLED


def test_pdfsig_calls_every_signature_valid(town: Town, tmp_path: Path) -> None:
    job = assemble(town.database, town.signed_by_all().id, workshop=town.workshop)
    assert job.results
    file = tmp_path / "assembled.pdf"
    file.write_bytes(town.store.get(job.results[0]))
    said = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False
    ).stdout
    assert said.count("Signature Validation: Signature is Valid.") >= 4
    assert "Invalid" not in said


def test_the_assembled_pdf_is_a_fact_that_names_its_digest(town: Town) -> None:
    job = assemble(town.database, town.signed_by_all().id, workshop=town.workshop)
    assert job.fact is not None
    assert job.results
    with town.database.transaction() as session:
        body = read(facts.signed_statement(session, job.fact)).statement.body
    assert body["files"] == [job.results[0].value]


def test_an_agreement_that_is_not_complete_is_not_assembled(town: Town) -> None:
    with pytest.raises(AssemblyUnknown):
        assemble(town.database, town.open().id, workshop=town.workshop)


def test_assembling_again_changes_nothing(town: Town) -> None:
    signed = town.signed_by_all()
    first = assemble(town.database, signed.id, workshop=town.workshop)
    assert assemble(town.database, signed.id, workshop=town.workshop) == first
    assert agreement_facts(town) == 2


def test_a_worker_finds_nothing_when_nothing_waits(town: Town) -> None:
    assert assemble_next(town.database, workshop=town.workshop) is None


@pytest.mark.parametrize("nth", [1, 3, 4])
def test_an_assembly_whose_process_died_is_taken_up_again(town: Town, nth: int) -> None:
    signed = town.signed_by_all()
    dying = replace(town.workshop, store=LosingStore(town, nth=nth))
    with pytest.raises(LosingStore.Died):
        assemble_next(town.database, workshop=dying)
    assert assemble_next(town.database, workshop=town.workshop) is None
    town.clock.advance(LEASE)
    job = assemble_next(town.database, workshop=town.workshop)
    assert job is not None
    assert (job.state, job.attempt, agreement_facts(town)) == (AssemblyState.DONE, 2, 2)
    assert job.results
    assert signed_fields(town.store.get(job.results[0])) == ("slot-1", "slot-2", "slot-3", "closing-seal")
    assert job.agreement == signed.id


def test_a_party_increments_the_pdf_once(town: Town) -> None:
    signed = town.signed_by_all()
    assemble(town.database, signed.id, workshop=town.workshop)
    with town.database.transaction() as session:
        spent = activation(session, agreement=signed.id, slot="1")
        with pytest.raises(ActivationSpent):
            incrementing_party(session, spent, document=0, keyring=town.keyring)


def test_a_failed_assembly_says_why_and_can_be_tried_again(town: Town) -> None:
    signed = town.signed_by_all()
    town.store._objects.pop(signed.documents[0].value)
    failed = assemble(town.database, signed.id, workshop=town.workshop)
    assert failed.state is AssemblyState.FAILED
    assert failed.reason is not None
    assert failed.reason.zh == ObjectMissing(digest=signed.documents[0]).sentence("zh")
    assert town.read(signed.id).state(town.clock.now()) is AgreementState.FAILED
    town.store.put(small_pdf())
    with town.database.transaction() as session:
        retry_assembly(session, signed.id, at=town.clock.now())
    assert assemble(town.database, signed.id, workshop=town.workshop).state is AssemblyState.DONE


def test_an_assembly_that_did_not_fail_is_not_tried_again(town: Town) -> None:
    signed = town.signed_by_all()
    with pytest.raises(AssemblyNotFailed), town.database.transaction() as session:
        retry_assembly(session, signed.id, at=town.clock.now())


def test_a_worker_that_was_thought_dead_stores_nothing(town: Town) -> None:
    signed = town.signed_by_all()
    with town.database.transaction() as session:
        lost = claim_next(session, at=town.clock.now(), agreement=signed.id)
    assert lost is not None
    town.clock.advance(LEASE)
    with town.database.transaction() as session:
        claim_next(session, at=town.clock.now(), agreement=signed.id)
    with pytest.raises(ClaimLost), town.database.transaction() as session:
        finish(session, lost, results=signed.documents, fact=uuid4().bytes * 2, at=town.clock.now())


class FullStore(LosingStore):
    """An object store whose disk is full from the first put on."""

    def put(self, content: bytes) -> Digest:
        raise OSError(28, "No space left on device", f"{len(content)} bytes")


def test_an_unforeseen_failure_is_visible_and_can_be_tried_again(town: Town) -> None:
    signed = town.signed_by_all()
    with pytest.raises(OSError, match="No space left"):
        assemble(town.database, signed.id, workshop=replace(town.workshop, store=FullStore(town, nth=1)))
    with town.database.transaction() as session:
        assert retry_assembly(session, signed.id, at=town.clock.now()).state is AssemblyState.WAITING
    assert assemble(town.database, signed.id, workshop=town.workshop).state is AssemblyState.DONE
