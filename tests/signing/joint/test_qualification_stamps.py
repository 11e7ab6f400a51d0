"""The stamp of a qualification: put by its holder, or for a firm by one use of the holder's authorization."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from evidence.bundle import Bundle
from evidence.errors import YinxinError
from evidence.statement import read
from identity import authorizations
from identity.authorization_states import AuthorizationRevoked, AuthorizationUsed, State
from identity.authorization_uses import uses_of as uses_of_authorization
from identity.authorizations import Authorization, AuthorizationUnknown
from identity.challenges import Action
from identity.qualifications import (
    Qualification,
    QualificationExpired,
    QualificationKind,
    QualificationUnknown,
    register_qualification,
)
from ledger import facts
from signing import agreement_bundles
from signing.agreement_drafting import SlotDraft
from signing.delegations import StampStays, delegate, replace_signer
from signing.manifest import Manifest, ManifestMalformed, SlotKind
from signing.qualification_stamps import StampAsked, StampMisplaced, uses_of
from verify.bundle import verify_bundle
from verify.checks import Outcome

from .conftest import AGENCY, CONTRACTOR, DESIGNER, OWNER, Town
from .handed_over import archive_of, pinned, take_checkpoint, trust

LAST_DAY = date(2026, 5, 4)


@pytest.fixture
def held(town: Town) -> Qualification:
    with town.database.transaction() as session:
        return register_qualification(
            session,
            person=town.engineer.id,
            kind=QualificationKind.STRUCTURAL_ENGINEER_1,
            registration_number="S2026000123",
            employer=DESIGNER,
            valid_until=LAST_DAY,
        )


def own_slot(town: Town, held: Qualification) -> SlotDraft:
    return SlotDraft(
        kind=SlotKind.QUALIFICATION,
        organization=DESIGNER,
        capacity_zh="设计负责人",
        capacity_en="design leader",
        person=town.engineer.id,
        stamp=StampAsked(qualification=held.id),
    )


def granted(town: Town, held: Qualification, *, uses: int | None = 1) -> Authorization:
    """The engineer lets the contractor use the qualification."""
    with town.database.transaction() as session:
        asked = authorizations.request(
            session,
            firm=CONTRACTOR,
            person=town.engineer.id,
            qualification=held.id,
            purpose="施工许可申请",
            project="门诊楼",
            position="设计负责人",
            scope="本项目",
            valid_from=town.clock.now(),
            valid_until=datetime(2026, 5, 4, tzinfo=town.clock.now().tzinfo),
            uses=uses,
            clock=town.clock,
        )
    approval = town.approve(town.engineer, Action.AUTHORIZE, asked.digest)
    with town.database.transaction() as session:
        return authorizations.grant(
            session,
            asked.id,
            approval=approval,
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )


def firm_slot(town: Town, held: Qualification, grant: Authorization) -> SlotDraft:
    return replace(
        own_slot(town, held),
        organization=CONTRACTOR,
        person=town.keeper.id,
        stamp=StampAsked(qualification=held.id, authorization=grant.id),
    )


def revoke(town: Town, grant: Authorization) -> None:
    with town.database.transaction() as session:
        authorizations.revoke(
            session,
            grant.id,
            person=town.engineer.id,
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )


def reread(town: Town, grant: Authorization) -> Authorization:
    with town.database.transaction() as session:
        return authorizations.authorization(session, grant.id)


def test_the_holder_puts_their_own_stamp_and_the_bundle_says_so(town: Town, held: Qualification) -> None:
    opened = town.open(slots=(own_slot(town, held),))
    town.sign(opened, "1")
    archive = archive_of(town)
    take_checkpoint(town, archive)
    data = agreement_bundles.bundle(town.database, opened.id, archive=archive)
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    said = {check.name: check.zh for check in report.checks}
    assert report.conclusion is Outcome.PASSED
    assert "持证人本人加盖" in said["stamps"]
    assert b"S2026000123" not in data


def test_a_firm_uses_the_authorization_at_the_moment_of_signing(town: Town, held: Qualification) -> None:
    grant = granted(town, held, uses=2)
    opened = town.open(slots=(firm_slot(town, held, grant),))
    assert reread(town, grant).taken == 0
    signature = town.sign(opened, "1")
    assert (reread(town, grant).taken, reread(town, grant).state) == (1, State.GRANTED)
    with town.database.transaction() as session:
        (use,) = uses_of_authorization(session, grant.id)
        body = read(facts.signed_statement(session, signature.fact)).statement.body
    assert use.used_for == opened.slot("1").subject
    assert (body["authorization"], body["use"]) == (grant.fact, use.fact)


def test_the_bundle_proves_by_which_use_of_which_authorization(town: Town, held: Qualification) -> None:
    grant = granted(town, held)
    opened = town.open(slots=(firm_slot(town, held, grant),))
    town.sign(opened, "1")
    archive = archive_of(town)
    take_checkpoint(town, archive)
    data = agreement_bundles.bundle(town.database, opened.id, archive=archive)
    known = trust(town, archive)
    verifier = pinned(town.verifier.key, "approval", "authorization", "authorization-change")
    report = verify_bundle(data, replace(known, issuers=(known.issuers[0], verifier)), as_of=town.clock.now())
    said = {check.name: check.zh for check in report.checks}
    assert report.conclusion is Outcome.PASSED, said
    assert "第1次使用（用途：施工许可申请；项目：门诊楼）" in said["stamps"]
    assert (
        len(Bundle.decode(data).exhibits) == 7
    )  # completed, signature, approval, grant, its approval, use, key


def test_a_revoked_or_spent_authorization_puts_no_stamp(town: Town, held: Qualification) -> None:
    spent, revoked = granted(town, held), granted(town, held)
    first, second, third = (
        town.open(slots=(firm_slot(town, held, grant),)) for grant in (spent, spent, revoked)
    )
    town.sign(first, "1")
    revoke(town, revoked)
    for opened, refusal in ((second, AuthorizationUsed), (third, AuthorizationRevoked)):
        with pytest.raises(refusal):
            town.sign(opened, "1")
        assert not town.read(opened.id).signed
    assert reread(town, spent).taken == 1


def test_an_expired_qualification_puts_no_stamp(town: Town, held: Qualification) -> None:
    opened = town.open(slots=(own_slot(town, held),))
    town.clock.advance(timedelta(days=2, hours=20))  # the fifth of May in Beijing
    with pytest.raises(QualificationExpired) as refused:
        town.sign(opened, "1")
    assert "2026-05-04" in refused.value.sentence("zh")


def test_what_could_not_be_stamped_is_not_opened(town: Town, held: Qualification) -> None:
    grant = granted(town, held)
    own, firm = own_slot(town, held), firm_slot(town, held, grant)
    cases: list[tuple[SlotDraft, type[YinxinError]]] = [
        (replace(own, stamp=None), StampMisplaced),
        (replace(own, kind=SlotKind.PERSON), StampMisplaced),
        (replace(firm, stamp=own.stamp), QualificationUnknown),
        (replace(firm, organization=OWNER, person=town.representative.id), AuthorizationUnknown),
    ]
    for draft, refusal in cases:
        with pytest.raises(refusal):
            town.open(slots=(draft,))
    revoke(town, grant)
    with pytest.raises(AuthorizationRevoked):
        town.open(slots=(firm,))


def test_a_stamp_is_not_handed_on(town: Town, held: Qualification) -> None:
    opened = town.open(slots=(own_slot(town, held),))
    with town.database.transaction() as session, pytest.raises(StampStays):
        delegate(
            session, opened.id, "1", by=town.engineer.id, to=town.representative.id, keyring=town.keyring
        )
    with town.database.transaction() as session, pytest.raises(StampStays):
        replace_signer(session, opened.id, "1", by=OWNER, to=town.keeper.id, keyring=town.keyring)


def test_the_use_register_of_the_holder_counts_both_ways(town: Town, held: Qualification) -> None:
    grant = granted(town, held)
    for draft in (own_slot(town, held), firm_slot(town, held, grant)):
        town.sign(town.open(slots=(draft,)), "1")
        town.clock.advance(timedelta(minutes=1))
    with town.database.transaction() as session:
        used = uses_of(session, town.engineer.id)
        assert uses_of(session, town.keeper.id) == ()
    assert [(each.number, each.person, each.authorization) for each in used] == [
        (1, town.engineer.id, None),
        (2, town.keeper.id, grant.id),
    ]


def test_a_manifest_names_a_qualification_where_a_stamp_is_asked_for_alone(
    town: Town, held: Qualification
) -> None:
    found = town.open(slots=(own_slot(town, held), town.slots()[0])).manifest
    assert Manifest.decode(found.encode()) == found
    stamped, plain = found.slots
    for slots in ((replace(stamped, held=None), plain), (stamped, replace(plain, held=stamped.held))):
        with pytest.raises(ManifestMalformed):
            Manifest.decode(replace(found, slots=slots).encode())
