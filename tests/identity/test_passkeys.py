"""A device key confirms once beside the face, cannot be left out, and ends at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.identifiers import CitizenNumber
from evidence.keys import LocalSigner
from evidence.statement import check
from identity import approvals, challenges, passkeys, people
from identity.approvals import Method, read_approval
from identity.challenge_refusals import ChallengeUsed
from identity.challenges import Action
from identity.passkey_refusals import (
    AnswerToAnotherChallenge,
    FaceAloneLater,
    PasskeyForeign,
    PasskeyNeeded,
    PasskeyRevoked,
    PasskeyUnknown,
    SignCountWentBack,
)
from identity.passkeys import WAIT, AssertionRow, Passkey
from identity.people import Person
from identity.scans import Verdict
from ledger import facts
from ledger.database import Database
from tests.identity.authenticator import Authenticator
from tests.identity.passkey_desk import PARTY, TEXT, Desk


def test_the_face_and_the_device_approve(
    desk: Desk, engineer: Person, phone: Authenticator, key: Passkey
) -> None:
    asked = desk.ask(engineer)
    approval = desk.approve(asked, phone.sign(asked.digest.value))
    assert read_approval(approval.signed, desk.signer.key).method is Method.FACE_PASSKEY
    assert approval.method is Method.FACE_PASSKEY
    assert passkeys.passkeys_of(desk.session, engineer.id)[0].used_at == desk.clock.now()
    assert key.digest.value not in approval.signed


def test_the_assertion_is_kept_as_it_came(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    desk.add(engineer, phone)
    asked = desk.ask(engineer)
    answer = phone.sign(asked.digest.value)
    desk.approve(asked, answer)
    kept = desk.session.get_one(AssertionRow, asked.id)
    assert (kept.client_data, kept.authenticator_data, kept.signature) == (
        answer.client_data,
        answer.authenticator_data,
        answer.signature,
    )


def test_who_has_no_device_key_approves_by_the_face(desk: Desk, engineer: Person) -> None:
    approval = desk.approve(desk.ask(engineer), None)
    assert read_approval(approval.signed, desk.signer.key).method is Method.FACE


@pytest.mark.parametrize("action", Action)
@pytest.mark.usefixtures("key")
def test_who_has_a_device_key_does_nothing_without_it(desk: Desk, engineer: Person, action: Action) -> None:
    with pytest.raises(PasskeyNeeded):
        desk.approve(desk.ask(engineer, action=action), None)


@pytest.mark.usefixtures("key")
def test_an_approval_itself_refuses_the_face_alone(desk: Desk, engineer: Person) -> None:
    asked = desk.ask(engineer)
    used = challenges.consume(
        desk.session,
        asked.id,
        person=engineer.id,
        action=asked.action,
        subject=asked.subject,
        clock=desk.clock,
    )
    verdict = Verdict("test-policy/1", used.question.steps, movements=(), frames=20, compared=5)
    with pytest.raises(PasskeyNeeded):
        approvals.approve(
            desk.session, challenge=used, verdict=verdict, issuer="city", signer=desk.signer, clock=desk.clock
        )


def test_a_device_key_added_meanwhile_is_needed_for_an_open_challenge(
    desk: Desk, engineer: Person, phone: Authenticator
) -> None:
    asked = desk.ask(engineer)
    desk.add(engineer, phone)
    with pytest.raises(PasskeyNeeded):
        desk.approve(asked, None)


@pytest.mark.usefixtures("key")
def test_an_answer_to_another_challenge_is_refused(
    desk: Desk, engineer: Person, phone: Authenticator
) -> None:
    earlier, asked = desk.ask(engineer), desk.ask(engineer, sha256(b"another text"))
    with pytest.raises(AnswerToAnotherChallenge):
        desk.check(asked, phone.sign(earlier.digest.value))


@pytest.mark.usefixtures("key")
def test_a_strange_device_is_refused(desk: Desk, engineer: Person) -> None:
    asked = desk.ask(engineer)
    with pytest.raises(PasskeyForeign):
        desk.check(asked, Authenticator(PARTY).sign(asked.digest.value))


@pytest.mark.usefixtures("key")
def test_another_persons_device_is_refused_like_a_strange_one(
    desk: Desk, stranger: Person, phone: Authenticator
) -> None:
    asked = desk.ask(stranger)
    with pytest.raises(PasskeyForeign):
        desk.check(asked, phone.sign(asked.digest.value))


def test_a_device_that_is_not_approved_yet_is_refused(
    desk: Desk, engineer: Person, phone: Authenticator
) -> None:
    desk.make(engineer, phone)
    asked = desk.ask(engineer)
    with pytest.raises(PasskeyForeign):
        desk.check(asked, phone.sign(asked.digest.value))


@pytest.mark.usefixtures("key")
def test_a_counter_that_stands_still_is_refused(desk: Desk, engineer: Person, phone: Authenticator) -> None:
    first, second = desk.ask(engineer), desk.ask(engineer, sha256(b"another text"))
    desk.approve(first, phone.sign(first.digest.value))
    phone.uses -= 1
    with pytest.raises(SignCountWentBack):
        desk.check(second, phone.sign(second.digest.value))


def test_a_synced_key_never_counts_and_is_taken(desk: Desk, engineer: Person) -> None:
    synced = Authenticator(PARTY, counts=False)
    assert desk.add(engineer, synced).synced
    for subject in (TEXT, sha256(b"another text")):
        asked = desk.ask(engineer, subject)
        desk.approve(asked, synced.sign(asked.digest.value, user=engineer.id.bytes))


def test_a_revoked_device_fails_at_once_for_an_open_challenge_too(
    desk: Desk, engineer: Person, phone: Authenticator, key: Passkey
) -> None:
    asked = desk.ask(engineer)
    answer = phone.sign(asked.digest.value)
    desk.check(asked, answer)
    desk.revoke(key)
    with pytest.raises(PasskeyRevoked):
        desk.approve(asked, answer)


def test_revoking_is_a_fact_after_the_adding(desk: Desk, key: Passkey) -> None:
    revoked = desk.revoke(key)
    assert revoked.revoked_fact is not None
    body = check(facts.signed_statement(desk.session, revoked.revoked_fact), desk.signer.key).body
    assert body == {"change": "revoked", "passkey": key.fact, "key": str(key.digest)}


def test_a_device_is_revoked_once_and_by_its_person(desk: Desk, stranger: Person, key: Passkey) -> None:
    with pytest.raises(PasskeyUnknown):
        desk.revoke(key, stranger.id)
    desk.revoke(key)
    with pytest.raises(PasskeyRevoked):
        desk.revoke(key)


def test_after_the_last_revocation_the_face_alone_waits_a_day(
    desk: Desk, engineer: Person, key: Passkey
) -> None:
    desk.revoke(key)
    asked = desk.ask(engineer)
    with pytest.raises(FaceAloneLater):
        desk.check(asked, None)
    made = desk.make(engineer, Authenticator(PARTY))
    with pytest.raises(FaceAloneLater):
        desk.approve(desk.ask(engineer, made.subject, Action.ADD_PASSKEY), None)
    desk.clock.advance(WAIT - timedelta(microseconds=1))
    with pytest.raises(FaceAloneLater):
        passkeys.demanded(desk.session, engineer.id, clock=desk.clock)
    desk.clock.advance(timedelta(microseconds=1))
    assert desk.approve(desk.ask(engineer), None).method is Method.FACE


def test_a_second_device_goes_on_when_the_first_is_revoked(
    desk: Desk, engineer: Person, phone: Authenticator, key: Passkey
) -> None:
    computer = Authenticator(PARTY)
    desk.add(engineer, computer, older=phone)
    desk.revoke(key)
    asked = desk.ask(engineer)
    assert desk.approve(asked, computer.sign(asked.digest.value)).method is Method.FACE_PASSKEY


def test_fifty_redemptions_of_one_challenge_at_once_are_one(
    database: Database, clock: FixedClock, verifier: LocalSigner
) -> None:
    phone, together = Authenticator(PARTY), Barrier(50)
    with database.transaction() as session:
        number = CitizenNumber.parse("34052419800101001X")
        resident = people.register_person(session, name="林知远", citizen_number=number, clock=clock)
        desk = Desk(session, clock, verifier)
        desk.add(resident, phone)
        asked = desk.ask(resident)
    answers = [phone.sign(asked.digest.value) for _ in range(50)]

    def redeem(number: int) -> str:
        together.wait()
        try:
            with database.transaction() as session:
                Desk(session, clock, verifier).approve(asked, answers[number])
        except ChallengeUsed as refused:
            return refused.code
        return "approved"

    with ThreadPoolExecutor(together.parties) as many:
        said = sorted(many.map(redeem, range(50)))
    assert said == ["approved", *["challenge-used"] * 49]


def test_a_revocation_waits_for_the_use_or_is_seen_by_it(
    database: Database, clock: FixedClock, verifier: LocalSigner
) -> None:
    phone = Authenticator(PARTY)
    with database.transaction() as session:
        number = CitizenNumber.parse("34052419800101001X")
        resident = people.register_person(session, name="林知远", citizen_number=number, clock=clock)
        desk = Desk(session, clock, verifier)
        key = desk.add(resident, phone)
        asked = desk.ask(resident)
    with ThreadPoolExecutor(1) as other:
        with database.transaction() as session:
            Desk(session, clock, verifier).revoke(key)

            def use() -> str:
                with database.transaction() as session:
                    Desk(session, clock, verifier).approve(asked, phone.sign(asked.digest.value))
                return "approved"

            using = other.submit(use)
            with pytest.raises(TimeoutError):
                using.result(timeout=0.3)
        with pytest.raises(PasskeyRevoked):
            using.result(timeout=10)
