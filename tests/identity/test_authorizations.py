"""The life of an authorization, and what is refused on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.commitment import check_disclosure
from evidence.digest import sha256
from evidence.errors import SignatureInvalid
from evidence.keys import LocalSigner
from evidence.statement import StatementType, check
from identity import approvals, authorizations, commitments
from identity.approvals import (
    Approval,
    ApprovalForAnotherAction,
    ApprovalForAnotherSubject,
    ApprovalTooOld,
    read_approval,
)
from identity.authorization_states import (
    AuthorizationAlreadyGranted,
    AuthorizationLapsed,
    AuthorizationNotGranted,
    AuthorizationRevoked,
    AuthorizationUsed,
    State,
)
from identity.authorization_validity import AuthorizationNotYetValid
from identity.authorizations import (
    ApprovalAlreadyUsed,
    ApprovalOfAnother,
    Authorization,
    AuthorizationId,
    AuthorizationNotOver,
    AuthorizationUnknown,
    authorization_in_force,
)
from identity.challenges import Action
from identity.organizations import Organization
from identity.people import Person
from ledger import facts

ApprovalOf = Callable[..., Approval]
RequestOf = Callable[..., Authorization]


@dataclass
class Desk:
    """The acts of an authorization with issuer, key and clock filled in."""

    session: Session
    clock: FixedClock
    signer: LocalSigner

    def grant(self, asked: Authorization, approval: Approval) -> Authorization:
        return authorizations.grant(
            self.session, asked.id, approval=approval, issuer="city", signer=self.signer, clock=self.clock
        )

    def decline(self, asked: Authorization, person: Person, reason: str | None = None) -> Authorization:
        return authorizations.decline(
            self.session,
            asked.id,
            person=person.id,
            reason=reason,
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def use(self, granted: Authorization, firm: Organization) -> Authorization:
        return authorizations.use(
            self.session,
            granted.id,
            firm=firm.uscc,
            used_for=sha256(b"application"),
            issuer="city",
            signer=self.signer,
            clock=self.clock,
        )

    def revoke(self, granted: Authorization, person: Person) -> Authorization:
        return authorizations.revoke(
            self.session, granted.id, person=person.id, issuer="city", signer=self.signer, clock=self.clock
        )

    def lapse(self, found: Authorization) -> Authorization:
        return authorizations.lapse(
            self.session, found.id, issuer="city", signer=self.signer, clock=self.clock
        )

    def lapse_due(self) -> int:
        return authorizations.lapse_due(self.session, issuer="city", signer=self.signer, clock=self.clock)


@pytest.fixture
def desk(session: Session, clock: FixedClock, verifier: LocalSigner) -> Desk:
    return Desk(session, clock, verifier)


def test_a_grant_is_a_statement_that_binds_the_exact_text(
    session: Session, granted: Authorization, verifier: LocalSigner
) -> None:
    assert granted.fact is not None
    statement = check(facts.fact(session, granted.fact).signed, verifier.key)
    assert statement.type is StatementType.AUTHORIZATION
    assert statement.body["text"] == str(sha256(granted.text.document))
    assert statement.body["files"] == [sha256(granted.text.document).value]


def test_a_grant_names_person_and_qualification_by_commitments_that_open(
    session: Session, granted: Authorization, verifier: LocalSigner
) -> None:
    assert granted.fact is not None
    body = check(facts.fact(session, granted.fact).signed, verifier.key).body
    bound = body["commitments"]
    assert isinstance(bound, list)
    assert body["person"] in bound
    for commitment in bound:
        check_disclosure(commitments.disclosure(session, commitment), bound)


def test_a_grant_and_its_approval_name_the_same_person(
    session: Session, granted: Authorization, verifier: LocalSigner
) -> None:
    assert granted.fact is not None
    assert granted.approval is not None
    body = check(facts.fact(session, granted.fact).signed, verifier.key).body
    approved = read_approval(facts.fact(session, granted.approval).signed, verifier.key)
    assert body["person"] == approved.person
    assert body["approval"] == granted.approval


def test_no_statement_holds_anything_personal(
    session: Session, granted: Authorization, engineer: Person
) -> None:
    personal = [engineer.name, engineer.citizen_number.text, engineer.phone, "S20261234", str(engineer.id)]
    signed = b"".join(session.scalars(text("SELECT signed FROM facts")))
    entries = b"".join(session.scalars(text("SELECT encoded FROM entries")))
    assert granted.state is State.GRANTED
    assert not [value for value in personal if value.encode() in signed + entries]
    assert engineer.id.bytes not in signed + entries


def test_an_approval_of_another_text_is_refused(
    desk: Desk, requested: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    with pytest.raises(ApprovalForAnotherSubject):
        desk.grant(requested, approval_of(engineer, sha256(b"another text")))


def test_an_approval_of_signing_grants_nothing(
    desk: Desk, requested: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    with pytest.raises(ApprovalForAnotherAction):
        desk.grant(requested, approval_of(engineer, requested.digest, Action.SIGN))


def test_another_persons_approval_is_refused(
    desk: Desk, requested: Authorization, stranger: Person, approval_of: ApprovalOf
) -> None:
    with pytest.raises(ApprovalOfAnother):
        desk.grant(requested, approval_of(stranger, requested.digest))


def test_an_old_approval_is_refused(
    desk: Desk, requested: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    approval = approval_of(engineer, requested.digest)
    desk.clock.advance(timedelta(seconds=61))
    with pytest.raises(ApprovalTooOld):
        desk.grant(requested, approval)


def test_an_approval_by_another_key_is_refused(
    desk: Desk, requested: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    approval = approval_of(engineer, requested.digest)
    desk.signer = LocalSigner.generate(Algorithm.ES256)
    with pytest.raises(SignatureInvalid):
        desk.grant(requested, approval)


def test_an_approval_grants_once(
    session: Session, desk: Desk, granted: Authorization, request_of: RequestOf
) -> None:
    assert granted.approval is not None
    second = request_of()
    used = approvals.approval(session, granted.approval)
    with pytest.raises(ApprovalAlreadyUsed):
        desk.grant(second, used)


def test_a_text_altered_in_the_database_is_not_granted(
    session: Session, desk: Desk, requested: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    approval = approval_of(engineer, requested.digest)
    session.execute(text("UPDATE authorizations SET text_zh = replace(text_zh, '一次', '十次')"))
    with pytest.raises(ApprovalForAnotherSubject):
        desk.grant(requested, approval)


def test_a_second_grant_is_refused(
    desk: Desk, granted: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    with pytest.raises(AuthorizationAlreadyGranted):
        desk.grant(granted, approval_of(engineer, granted.digest))


def test_a_request_whose_validity_is_over_is_not_granted(
    desk: Desk, requested: Authorization, engineer: Person, approval_of: ApprovalOf
) -> None:
    desk.clock.advance(timedelta(days=10))
    with pytest.raises(AuthorizationLapsed):
        desk.grant(requested, approval_of(engineer, requested.digest))


def test_a_request_can_be_refused_with_a_reason(
    desk: Desk, requested: Authorization, engineer: Person
) -> None:
    refused = desk.decline(requested, engineer, "未参与该项目")
    assert (refused.state, refused.reason) == (State.REFUSED, "未参与该项目")


def test_nobody_refuses_for_another(desk: Desk, requested: Authorization, stranger: Person) -> None:
    with pytest.raises(AuthorizationUnknown):
        desk.decline(requested, stranger)


def test_a_granted_authorization_is_used_once(desk: Desk, granted: Authorization, firm: Organization) -> None:
    assert desk.use(granted, firm).state is State.USED
    with pytest.raises(AuthorizationUsed):
        desk.use(granted, firm)


def test_another_firm_cannot_use_it(desk: Desk, granted: Authorization, institute: Organization) -> None:
    with pytest.raises(AuthorizationUnknown):
        desk.use(granted, institute)


def test_a_request_cannot_be_used(desk: Desk, requested: Authorization, firm: Organization) -> None:
    with pytest.raises(AuthorizationNotGranted):
        desk.use(requested, firm)


def test_a_revoked_authorization_cannot_be_used(
    desk: Desk, granted: Authorization, firm: Organization, engineer: Person
) -> None:
    desk.revoke(granted, engineer)
    with pytest.raises(AuthorizationRevoked):
        desk.use(granted, firm)


def test_a_change_refers_to_the_grant(
    session: Session, desk: Desk, granted: Authorization, engineer: Person, verifier: LocalSigner
) -> None:
    revoked = desk.revoke(granted, engineer)
    assert revoked.end_fact is not None
    statement = check(facts.fact(session, revoked.end_fact).signed, verifier.key)
    assert statement.type is StatementType.AUTHORIZATION_CHANGE
    assert (statement.body["authorization"], statement.body["change"]) == (granted.fact, "revoked")


def test_an_authorization_does_not_lapse_before_its_time(desk: Desk, granted: Authorization) -> None:
    with pytest.raises(AuthorizationNotOver):
        desk.lapse(granted)


def test_what_is_over_lapses_answered_or_not(
    desk: Desk, granted: Authorization, request_of: RequestOf
) -> None:
    waiting, later = request_of(), request_of(ends=timedelta(days=20))
    desk.clock.advance(timedelta(days=10))
    assert desk.lapse_due() == 2
    states = [authorizations.authorization(desk.session, one.id).state for one in (granted, waiting, later)]
    assert states == [State.LAPSED, State.LAPSED, State.REQUESTED]


def test_it_is_in_force_from_the_grant_to_the_revocation(
    session: Session, desk: Desk, granted: Authorization, engineer: Person
) -> None:
    at_grant = desk.clock.now()
    desk.clock.advance(timedelta(hours=1))
    desk.revoke(granted, engineer)
    assert authorization_in_force(session, granted.id, at=at_grant).id == granted.id
    with pytest.raises(AuthorizationRevoked):
        authorization_in_force(session, granted.id, at=desk.clock.now())
    with pytest.raises(AuthorizationNotGranted):
        authorization_in_force(session, granted.id, at=at_grant - timedelta(seconds=1))


def test_it_is_in_force_within_its_validity_alone(
    session: Session, desk: Desk, request_of: RequestOf, engineer: Person, approval_of: ApprovalOf
) -> None:
    asked = request_of(begins=timedelta(days=1), ends=timedelta(days=2))
    desk.grant(asked, approval_of(engineer, asked.digest))
    authorization_in_force(session, asked.id, at=asked.valid_from)
    with pytest.raises(AuthorizationNotYetValid):
        authorization_in_force(session, asked.id, at=desk.clock.now())
    with pytest.raises(AuthorizationLapsed):
        authorization_in_force(session, asked.id, at=asked.valid_until)


def test_a_firm_sees_only_its_own(
    session: Session, requested: Authorization, firm: Organization, institute: Organization
) -> None:
    assert [one.id for one in authorizations.authorizations_of_firm(session, firm.uscc)] == [requested.id]
    assert authorizations.authorizations_of_firm(session, institute.uscc) == ()
    with pytest.raises(AuthorizationUnknown):
        authorizations.authorization_of_firm(session, requested.id, firm=institute.uscc)


def test_a_person_sees_only_theirs(
    session: Session, requested: Authorization, engineer: Person, stranger: Person
) -> None:
    assert authorizations.authorization_of_person(session, requested.id, person=engineer.id) == requested
    assert authorizations.authorizations_of_person(session, stranger.id) == ()
    with pytest.raises(AuthorizationUnknown):
        authorizations.authorization_of_person(session, requested.id, person=stranger.id)


def test_an_unknown_id_and_anothers_id_get_the_same_sentence(
    session: Session, requested: Authorization, stranger: Person
) -> None:
    nobody = AuthorizationId(uuid4())
    with pytest.raises(AuthorizationUnknown) as absent:
        authorizations.authorization_of_person(session, nobody, person=stranger.id)
    with pytest.raises(AuthorizationUnknown) as anothers:
        authorizations.authorization_of_person(session, requested.id, person=stranger.id)
    sentence = anothers.value.sentence("zh").replace(str(requested.id), str(nobody))
    assert sentence == absent.value.sentence("zh")
