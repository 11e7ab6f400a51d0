from dataclasses import replace
from datetime import date, timedelta

import pytest

from evidence.certificate_types import LifeState
from evidence.errors import QrTooLarge
from evidence.identifiers import LicenceIdentifier
from evidence.statement import check
from evidence.statuslist import CertificateState
from identity.names import TextTooLong
from ledger import facts
from ledger.status import waiting
from signing.certificate_changes import (
    CertificateUnpublished,
    DescriptionNeeded,
    NextVersionStands,
    NotTheIssuer,
    ReasonUnfit,
    StepImpossible,
    StepNotOfType,
    change,
    history,
    issuer_key,
    locked,
)
from signing.certificate_issue import publish
from signing.certificate_registration import Application, register
from signing.certificate_steps import Reason, Step
from signing.certificate_succession import (
    AmendmentMissing,
    HolderStays,
    NextVersion,
    NextVersionBegun,
    RenewalNeedless,
    RenewalTooShort,
    Succession,
    SuccessionMisfit,
    TermOver,
    succeed,
)
from signing.certificates import Certificate, certificate
from verify.shipped_types import SHIPPED

from .conftest import AGENCY, CONTRACTOR, FIELDS, OWNER, Town
from .test_certificate_holders import LICENCE
from .test_voiding_at_once import PATIENCE_S, beside

PERMIT = Application(
    certificate_type=SHIPPED["project-planning-permit"],
    holder=OWNER,
    fields={
        "owner": FIELDS["owner"],
        "project_name": FIELDS["project_name"],
        "site": FIELDS["site"],
        "scale": FIELDS["scale"],
        "floor_area": "12,600平方米",
    },
    valid_from=date(2026, 5, 2),
)


def registered(town: Town, application: Application = LICENCE) -> Certificate:
    with town.database.transaction() as session:
        return register(session, application, agency=town.agency, clock=town.clock)


def printed(town: Town, found: Certificate) -> Certificate:
    """Publish without the cost of printing."""
    with town.database.transaction() as session:
        pdf = town.store.put(str(found.id).encode())
        return publish(session, found.id, pdf, agency=town.agency, clock=town.clock)


def published(town: Town, application: Application = LICENCE) -> Certificate:
    return printed(town, registered(town, application))


def taken(town: Town, found: Certificate, step: Step, reason: Reason, description: str = "") -> Certificate:
    with town.database.transaction() as session:
        return change(
            session, found.id, step, reason, agency=town.agency, clock=town.clock, description=description
        )


def succeeded(town: Town, found: Certificate, how: Succession, **asked: object) -> Certificate:
    with town.database.transaction() as session:
        wanted = NextVersion(how=how, **asked)  # type: ignore[arg-type]  # members of NextVersion
        return succeed(session, found.id, wanted, agency=town.agency, clock=town.clock)


def read(town: Town, found: Certificate) -> Certificate:
    with town.database.transaction() as session:
        return certificate(session, found.id)


def test_a_suspension_is_a_fact_a_state_and_an_intent_for_the_chain(town: Town) -> None:
    found = published(town)
    suspended = taken(town, found, Step.SUSPEND, Reason.RECTIFICATION)
    with town.database.transaction() as session:
        (intent,) = waiting(session, issuer_key(AGENCY))
        last = history(session, found.id)[-1]
        body = check(facts.signed_statement(session, last.statement), town.speaker.signer.key).body
    assert (suspended.life, suspended.state) == (LifeState.SUSPENDED, CertificateState.SUSPENDED)
    assert (intent.issuer, intent.change.key) == (issuer_key(AGENCY), found.status_key)
    assert (body["action"], body["certificate"]) == ("suspended", found.statement)


def test_a_reinstated_certificate_is_in_force_again(town: Town) -> None:
    found = published(town)
    taken(town, found, Step.SUSPEND, Reason.INVESTIGATION)
    assert taken(town, found, Step.REINSTATE, Reason.CLEARED).state is CertificateState.NONE
    with town.database.transaction() as session:
        assert [step.action for step in history(session, found.id)] == ["issued", "suspended", "reinstated"]


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (Step.REVOKE, "撤销"),
        (Step.WITHDRAW, "撤回"),
        (Step.ANNUL, "吊销"),
        (Step.CANCEL, "注销"),
        (Step.LAPSE, "过期失效"),
    ],
)
def test_an_ending_is_for_good_and_called_what_its_type_calls_it(town: Town, step: Step, word: str) -> None:
    found = published(town)
    reason = Reason.OTHER if step is Step.LAPSE else step.reasons[0]
    ended = taken(town, found, step, reason, "" if reason in step.reasons[:1] else "企业停业")
    assert (ended.life, ended.state) == (step.leads_to, CertificateState.REVOKED)
    with pytest.raises(StepImpossible) as refused:
        taken(town, found, Step.REINSTATE, Reason.RECTIFIED)
    assert word in refused.value.sentence("zh")


def test_a_type_comes_to_no_state_that_it_does_not_know(town: Town) -> None:
    with pytest.raises(StepNotOfType):
        taken(town, published(town), Step.ABOLISH, Reason.NOT_BEGUN)


def test_a_reason_must_fit_its_step(town: Town) -> None:
    found = published(town)
    with pytest.raises(ReasonUnfit):
        taken(town, found, Step.SUSPEND, Reason.RECTIFIED)


def test_another_reason_is_described_and_the_fact_holds_a_commitment_alone(town: Town) -> None:
    found = published(town)
    with pytest.raises(DescriptionNeeded):
        taken(town, found, Step.SUSPEND, Reason.OTHER, " ")
    with pytest.raises(TextTooLong):
        taken(town, found, Step.SUSPEND, Reason.OTHER, "说" * 101)
    taken(town, found, Step.SUSPEND, Reason.OTHER, "配合事故调查")
    with town.database.transaction() as session:
        last = history(session, found.id)[-1]
        signed = facts.signed_statement(session, last.statement)
    assert last.description == "配合事故调查"
    assert "配合事故调查".encode() not in signed
    assert len(check(signed, town.speaker.signer.key).body["commitments"]) == 1  # type: ignore[arg-type]


def test_another_agency_changes_nothing(town: Town) -> None:
    found = published(town)
    other = replace(town.agency, speaker=replace(town.speaker, uscc=CONTRACTOR))
    with pytest.raises(NotTheIssuer) as refused, town.database.transaction() as session:
        change(session, found.id, Step.SUSPEND, Reason.RECTIFICATION, agency=other, clock=town.clock)
    assert "示范市行政审批服务局" in refused.value.sentence("zh")


def test_a_certificate_still_being_made_is_not_changed(town: Town) -> None:
    found = registered(town)
    with pytest.raises(CertificateUnpublished):
        taken(town, found, Step.SUSPEND, Reason.RECTIFICATION)
    with pytest.raises(CertificateUnpublished):
        succeeded(town, found, Succession.REISSUE)


def test_an_amended_version_takes_the_place_of_the_one_before_it(town: Town) -> None:
    old = published(town)
    new = succeeded(town, old, Succession.AMEND, fields={"firm_address": "示范市二号路2号"})
    assert read(town, old).life is LifeState.IN_FORCE
    printed(town, new)
    assert (new.number, new.version, new.previous) == (old.number, 2, old.id)
    licences = [LicenceIdentifier.parse(each.licence_id) for each in (old, new)]
    assert [each.version for each in licences] == ["001", "002"]
    assert licences[0].base == licences[1].base
    assert old.status_key != new.status_key
    assert read(town, old).state is CertificateState.SUPERSEDED
    assert read(town, new).life is LifeState.IN_FORCE
    with town.database.transaction() as session:
        assert history(session, old.id)[-1].reason is Reason.AMENDED
        body = check(facts.signed_statement(session, new.statement), town.speaker.signer.key).body
    assert body["previous"] == old.statement
    with pytest.raises(NextVersionStands, match="2"):
        taken(town, old, Step.SUSPEND, Reason.RECTIFICATION)


def test_a_renewed_version_ends_by_the_rule_after_the_end_of_the_old_one(town: Town) -> None:
    old = published(town)
    assert old.valid_until == date(2029, 5, 1)
    assert succeeded(town, old, Succession.RENEW).valid_until == date(2032, 5, 1)


def test_a_renewal_whose_end_is_chosen_must_end_later(town: Town) -> None:
    chosen = replace(SHIPPED["construction-permit"], basis=PERMIT.certificate_type.basis)
    asked = replace(LICENCE, certificate_type=chosen, fields=FIELDS, valid_until=date(2027, 5, 2))
    old = published(town, asked)
    for too_short in (None, date(2027, 5, 2)):
        with pytest.raises(RenewalTooShort, match="2027-05-02"):
            succeeded(town, old, Succession.RENEW, valid_until=too_short)
    assert succeeded(town, old, Succession.RENEW, valid_until=date(2028, 5, 2)).valid_until == date(
        2028, 5, 2
    )


def test_what_has_no_end_is_not_renewed(town: Town) -> None:
    with pytest.raises(RenewalNeedless):
        succeeded(town, published(town, PERMIT), Succession.RENEW)


def test_a_lost_certificate_is_issued_again_as_it_was(town: Town) -> None:
    old = published(town)
    new = succeeded(town, old, Succession.REISSUE)
    assert [(each.name, each.value) for each in new.entries] == [
        (each.name, each.value) for each in old.entries
    ]
    assert not {each.salt for each in new.entries} & {each.salt for each in old.entries}
    assert (new.valid_from, new.valid_until) == (old.valid_from, old.valid_until)
    assert new.status_index != old.status_index


@pytest.mark.parametrize(
    ("how", "asked", "refusal"),
    [
        (Succession.REISSUE, {"fields": {"firm_address": "示范市二号路2号"}}, SuccessionMisfit),
        (Succession.REISSUE, {"valid_until": date(2030, 5, 1)}, SuccessionMisfit),
        (Succession.AMEND, {"valid_until": date(2030, 5, 1)}, SuccessionMisfit),
        (Succession.AMEND, {"fields": {"firm_uscc": OWNER.text}}, HolderStays),
    ],
)
def test_a_next_version_changes_what_its_kind_changes_and_never_its_holder(
    town: Town, how: Succession, asked: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        succeeded(town, published(town), how, **asked)


@pytest.mark.parametrize("how", [Succession.AMEND, Succession.REISSUE])
def test_what_is_over_has_no_next_version_that_would_be_over_too(town: Town, how: Succession) -> None:
    old = published(town)
    town.clock.advance(timedelta(days=4 * 365))
    changed = {"firm_address": "示范市二号路2号"} if how is Succession.AMEND else {}
    with pytest.raises(TermOver, match="2029-05-01"):
        succeeded(town, old, how, fields=changed)
    assert succeeded(town, old, Succession.RENEW).valid_until == date(2032, 5, 1)


def test_the_same_next_version_is_registered_once(town: Town) -> None:
    old = published(town)
    new = succeeded(town, old, Succession.REISSUE)
    assert succeeded(town, old, Succession.REISSUE) == new
    with pytest.raises(NextVersionBegun):
        succeeded(town, old, Succession.AMEND, fields={"firm_address": "示范市二号路2号"})
    with pytest.raises(NextVersionBegun):
        succeeded(town, old, Succession.RENEW)
    printed(town, new)
    with pytest.raises(NextVersionStands):
        succeeded(town, old, Succession.REISSUE)


def test_an_amendment_that_changes_nothing_is_refused(town: Town) -> None:
    with pytest.raises(AmendmentMissing):
        succeeded(town, published(town), Succession.AMEND, fields={"permitted_scope": "建筑施工"})


def test_a_suspended_certificate_has_no_next_version(town: Town) -> None:
    found = published(town)
    taken(town, found, Step.SUSPEND, Reason.RECTIFICATION)
    with pytest.raises(StepImpossible):
        succeeded(town, found, Succession.REISSUE)


def test_a_next_version_that_does_not_fit_its_code_is_not_registered(town: Town) -> None:
    rare = "".join(chr(0x4E00 + 97 * offset) for offset in range(200))
    with pytest.raises(QrTooLarge):
        succeeded(
            town,
            published(town),
            Succession.AMEND,
            fields={
                "firm_address": rare,
                "permitted_scope": rare[::-1],
                "firm_name": rare[100:] + rare[:100],
            },
        )


@pytest.mark.parametrize(
    ("step", "old_state"), [(Step.SUSPEND, LifeState.SUPERSEDED), (Step.ANNUL, LifeState.ANNULLED)]
)
def test_what_became_of_a_licence_while_it_was_printed_goes_over_to_its_next_version(
    town: Town, step: Step, old_state: LifeState
) -> None:
    old = published(town)
    new = succeeded(town, old, Succession.REISSUE)
    taken(town, old, step, step.reasons[0])
    assert printed(town, new).life is step.leads_to
    assert read(town, old).life is old_state
    with town.database.transaction() as session:
        assert history(session, new.id)[-1].reason is step.reasons[0]


def test_who_publishes_a_next_version_waits_for_who_changes_the_old_one_and_neither_for_ever(
    town: Town,
) -> None:
    old = published(town)
    new = succeeded(town, old, Succession.REISSUE)
    printing, refused, starts = beside(lambda: printed(town, new))
    with town.database.transaction() as session:
        locked(session, old.id)
        starts()
        change(session, old.id, Step.SUSPEND, Reason.RECTIFICATION, agency=town.agency, clock=town.clock)
    printing.join(timeout=PATIENCE_S)
    assert (printing.is_alive(), refused) == (False, [])
    assert (read(town, old).life, read(town, new).life) == (LifeState.SUPERSEDED, LifeState.SUSPENDED)
