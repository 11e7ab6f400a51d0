"""Voiding beside signing, refusing and certificates: at the same moment, decided by the database."""

import threading
from collections.abc import Callable

import pytest

from evidence.errors import Refused
from evidence.statement import StatementType
from identity import challenges
from identity.approvals import approve
from identity.challenges import Action
from identity.people import Person
from identity.scans import Verdict
from signing.agreements import Agreement, AgreementEnded, AgreementState
from signing.assembly_jobs import claim_next, keep_claim
from signing.certificate_refusals import AgreementVoided
from signing.certificate_registration import register
from signing.slot_locks import lock_slot_of
from signing.voids import asking, consent, newest_void, refuse

from .conftest import AGENCY, NOW, Town
from .voiding import proposed

PATIENCE_S = 60


def passed_scan(
    town: Town, found: Agreement, slot: str, person: Person, *, meanwhile: Callable[[], object] = bool
) -> None:
    """Approve and consent in one transaction, as a scan does; ``meanwhile`` slots and log are locked."""
    with town.database.transaction() as session:
        subject = asking(session, found.id, slot, by=person.id, at=NOW).subject
        asked = challenges.issue(
            session, person=person.id, action=Action.VOID, subject=subject, clock=town.clock
        )
    with town.database.transaction() as session:
        known = lock_slot_of(session, asked, keystore=town.keystore)
        challenges.consume(
            session, asked.id, person=person.id, action=Action.VOID, subject=subject, clock=town.clock
        )
        approval = approve(
            session,
            challenge=asked,
            verdict=Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5),
            known=known,
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )
        meanwhile()
        consent(session, approval=approval, verifier=town.verifier.key, keyring=town.keyring)


def beside(act: Callable[[], object]) -> tuple[threading.Thread, list[Refused], Callable[[], None]]:
    """Prepare ``act`` in a thread, what it is refused with, and a start after which it still waits."""
    told: list[Refused] = []

    def acting() -> None:
        try:
            act()
        except Refused as refusal:
            told.append(refusal)

    thread = threading.Thread(target=acting)

    def starts() -> None:
        thread.start()
        thread.join(timeout=0.5)
        assert thread.is_alive()

    return thread, told, starts


def test_who_refuses_waits_for_who_consents_and_neither_for_ever(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)

    def refusing() -> None:
        with town.database.transaction() as session:
            by = town.representative.id
            refuse(session, signed.id, "1", by=by, reason="仍要履行", keyring=town.keyring)

    thread, told, starts = beside(refusing)
    passed_scan(town, signed, "1", town.representative, meanwhile=starts)
    thread.join(timeout=PATIENCE_S)
    assert [type(refusal) for refusal in told] == [AgreementEnded]
    assert town.read(signed.id).state(NOW) is AgreementState.VOIDED


def test_a_certificate_waits_for_the_consent_that_voids_what_it_would_rest_on(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)

    def issuing() -> None:
        with town.database.transaction() as session:
            register(session, town.application(signed), agency=town.agency, clock=town.clock)

    thread, told, starts = beside(issuing)
    passed_scan(town, signed, "1", town.representative, meanwhile=starts)
    thread.join(timeout=PATIENCE_S)
    assert [type(refusal) for refusal in told] == [AgreementVoided]


def test_the_consent_waits_for_the_certificate_that_is_being_registered(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    thread, told, starts = beside(lambda: passed_scan(town, signed, "1", town.representative))
    with town.database.transaction() as session:
        register(session, town.application(signed), agency=town.agency, clock=town.clock)
        starts()
    thread.join(timeout=PATIENCE_S)
    assert (told, town.read(signed.id).state(NOW)) == ([], AgreementState.VOIDED)


def test_the_last_consent_waits_for_an_assembly_that_is_being_stored(town: Town) -> None:
    signed = town.signed_by_owner()
    proposed(town, signed, "1", town.representative)
    with town.database.transaction() as session:
        claim = claim_next(session, at=NOW)
    assert claim is not None
    thread, told, starts = beside(lambda: passed_scan(town, signed, "1", town.representative))
    with town.database.transaction() as session:
        keep_claim(session, claim)
        starts()
        # what is stored now appends to the log, which the consent must not hold meanwhile
        town.speaker.record(session, StatementType.AGREEMENT, {"action": "assembled"}, at=NOW, after=())
    thread.join(timeout=PATIENCE_S)
    assert (told, town.read(signed.id).state(NOW)) == ([], AgreementState.VOIDED)


@pytest.mark.parametrize("round_", range(3))
def test_the_last_two_who_consent_at_once_void_it_once(town: Town, round_: int) -> None:
    del round_
    opened = town.open()
    town.sign(opened, "1")
    town.sign(opened, "3")
    proposed(town, opened, "1", town.representative)
    ready, told = threading.Barrier(2), list[Refused]()

    def consents(slot: str, person: Person) -> None:
        ready.wait()
        try:
            passed_scan(town, opened, slot, person)
        except Refused as refusal:
            told.append(refusal)

    both = [
        threading.Thread(target=consents, args=args)
        for args in (("1", town.representative), ("3", town.engineer))
    ]
    for one in both:
        one.start()
    for one in both:
        one.join(timeout=PATIENCE_S)
    with town.database.transaction() as session:
        made = newest_void(session, opened.id)
    assert made is not None
    assert (told, set(made.consents)) == ([], {"1", "3"})
    assert town.read(opened.id).state(NOW) is AgreementState.VOIDED
