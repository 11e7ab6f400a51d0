"""What was read is what counts: a row changed between the request and its grant grants nothing."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from evidence.statement import check, read
from identity import authorizations
from identity.approvals import Approval, ApprovalForAnotherSubject
from identity.authorization_requests import TextDiffers
from identity.authorization_statements import POLICY
from identity.authorizations import ApprovalOfAnother, Authorization
from identity.organizations import Organization
from identity.people import Person
from identity.qualifications import Qualification, QualificationKind, register_qualification
from ledger import facts
from tests.verify import authorizations as stated

ALTERED = {
    "purpose": "'another purpose'",
    "project": "'another project'",
    "position": "'another position'",
    "scope": "'everything'",
    "valid_from": "valid_from - interval '1 day'",
    "valid_from by seconds": "valid_from - interval '1 second'",
    "valid_until": "valid_until + interval '1 day'",
    "valid_until by seconds": "valid_until + interval '59 seconds'",
    "uses": "uses + 1",
    "uses without end": "NULL",
    "answer_by": "answer_by - interval '1 minute'",
    "firm": ":institute",
    "qualification": ":other",
    "id": "gen_random_uuid()",
}


@pytest.fixture
def other(session: Session, engineer: Person, institute: Organization) -> Qualification:
    """Another qualification of the engineer."""
    return register_qualification(
        session,
        person=engineer.id,
        kind=QualificationKind.STRUCTURAL_ENGINEER_1,
        registration_number="S20269999",
        employer=institute.uscc,
        valid_until=date(2028, 12, 31),
    )


@pytest.fixture
def granting(
    session: Session, clock: FixedClock, verifier: LocalSigner
) -> Callable[[Authorization, Approval], Authorization]:
    """Grant by an approval that was given before the row was changed."""

    def grant(asked: Authorization, approval: Approval) -> Authorization:
        return authorizations.grant(
            session, asked.id, approval=approval, issuer="city", signer=verifier, clock=clock
        )

    return grant


@pytest.mark.parametrize("column", ALTERED)
def test_a_changed_column_grants_nothing(
    *,
    session: Session,
    column: str,
    requested: Authorization,
    engineer: Person,
    institute: Organization,
    other: Qualification,
    approval_of: Callable[..., Approval],
    granting: Callable[[Authorization, Approval], Authorization],
) -> None:
    approval = approval_of(engineer, requested.digest)
    name, value = column.split(maxsplit=1)[0], ALTERED[column]
    bound = {"institute": institute.uscc.text, "other": other.id}
    given = {key: value_ for key, value_ in bound.items() if f":{key}" in value}
    changed = session.scalar(
        text(f"UPDATE authorizations SET {name} = {value} RETURNING id"),  # noqa: S608  names of this file
        given,
    )
    session.expire_all()
    with pytest.raises(TextDiffers):
        granting(authorizations.authorization(session, changed), approval)


@pytest.mark.parametrize("column", ["text_zh", "text_en"])
@pytest.mark.parametrize(("said", "instead"), [("2026", "2027"), ("\n", "\n\n")])
def test_a_changed_text_grants_nothing(
    *,
    session: Session,
    column: str,
    said: str,
    instead: str,
    requested: Authorization,
    engineer: Person,
    approval_of: Callable[..., Approval],
    granting: Callable[[Authorization, Approval], Authorization],
) -> None:
    approval = approval_of(engineer, requested.digest)
    session.execute(
        text(f"UPDATE authorizations SET {column} = replace({column}, :said, :instead)"),  # noqa: S608  names of this file
        {"said": said, "instead": instead},
    )
    session.expire_all()
    with pytest.raises(ApprovalForAnotherSubject):
        granting(requested, approval)


def test_a_changed_person_is_another(
    *,
    session: Session,
    requested: Authorization,
    engineer: Person,
    stranger: Person,
    approval_of: Callable[..., Approval],
    granting: Callable[[Authorization, Approval], Authorization],
) -> None:
    approval = approval_of(engineer, requested.digest)
    session.execute(text("UPDATE authorizations SET person = :person"), {"person": stranger.id})
    session.expire_all()
    with pytest.raises(ApprovalOfAnother):
        granting(requested, approval)


def test_what_was_asked_in_the_earlier_wording_is_granted_as_it_stands(
    *,
    session: Session,
    requested: Authorization,
    engineer: Person,
    verifier: LocalSigner,
    approval_of: Callable[..., Approval],
    granting: Callable[[Authorization, Approval], Authorization],
) -> None:
    newer = ("岗位：", "使用范围：", "使用次数：", "答复期限：", "Position:", "Scope:", "Uses:", "Answer by:")
    zh, en = (
        "\n".join(line for line in written.split("\n") if not line.startswith(newer))
        for written in (requested.text.zh, requested.text.en)
    )
    session.execute(
        text("UPDATE authorizations SET text_zh = :zh, text_en = :en, position = NULL, scope = NULL"),
        {"zh": zh, "en": en},
    )
    session.expire_all()
    earlier = authorizations.authorization(session, requested.id)
    granted = granting(earlier, approval_of(engineer, earlier.digest))
    assert granted.text.zh == zh
    assert granted.fact is not None
    body = check(facts.signed_statement(session, granted.fact), verifier.key).body
    assert (body["uses"], body["position"], body["scope"], body["policy"]) == (1, None, None, POLICY)


def test_a_grant_repeats_method_and_challenge_of_its_approval(
    session: Session, granted: Authorization, verifier: LocalSigner
) -> None:
    assert granted.fact is not None
    assert granted.approval is not None
    body = check(facts.signed_statement(session, granted.fact), verifier.key).body
    approved = check(facts.signed_statement(session, granted.approval), verifier.key).body
    assert (body["method"], body["challenge"]) == (approved["method"], approved["challenge"])


def test_the_verifiers_tests_alter_every_field_there_is(
    session: Session, granted: Authorization, verifier: LocalSigner
) -> None:
    assert granted.fact is not None
    assert granted.approval is not None
    shown = stated.approval()
    for fact, likened in ((granted.fact, stated.counted(shown, 1)), (granted.approval, shown)):
        body = check(facts.signed_statement(session, fact), verifier.key).body
        assert set(body) == set(read(likened).statement.body)
