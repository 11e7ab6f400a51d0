"""Bundles as this room makes them, read by the verifier that strangers use."""

import pytest

from evidence.bundle import Bundle
from evidence.statement import StatementType, read
from signing import agreement_bundles, certificate_bundles
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyUnknown
from signing.certificate_changes import CertificateUnpublished, change
from signing.certificate_issue import publish
from signing.certificate_registration import register
from signing.certificate_steps import Reason, Step
from signing.certificate_succession import NextVersion, Succession, succeed
from signing.certificates import Certificate
from signing.exhibits import Archive
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.report import Answer

from .conftest import FIELDS, Town
from .handed_over import archive_of, handed_on_and_declined, take_checkpoint, trust
from .voiding import consented, proposed


@pytest.fixture
def archive(town: Town) -> Archive:
    return archive_of(town)


def issued(town: Town) -> Certificate:
    application = town.application(town.signed_by_owner())
    with town.database.transaction() as session:
        found = register(session, application, agency=town.agency, clock=town.clock)
        return publish(session, found.id, town.store.put(b"pdf"), agency=town.agency, clock=town.clock)


def test_the_verifier_passes_a_certificate_bundle_and_finds_it_in_force(town: Town, archive: Archive) -> None:
    found = issued(town)
    take_checkpoint(town, archive)
    data = certificate_bundles.bundle(town.database, found.id, agency=town.agency, archive=archive)
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.IN_FORCE)
    assert FIELDS["site"] in {fact.value.zh for fact in report.facts}


def test_the_verifier_finds_a_suspended_certificate_not_in_force(town: Town, archive: Archive) -> None:
    found = issued(town)
    with town.database.transaction() as session:
        change(session, found.id, Step.SUSPEND, Reason.RECTIFICATION, agency=town.agency, clock=town.clock)
    take_checkpoint(town, archive)
    data = certificate_bundles.bundle(town.database, found.id, agency=town.agency, archive=archive)
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.NOT_IN_FORCE)


def test_the_bundle_of_a_next_version_has_the_versions_before_it_and_what_the_first_rests_on(
    town: Town, archive: Archive
) -> None:
    first = newest = issued(town)
    for contractor in ("示范市第二建筑有限公司", "示范市第三建筑有限公司"):
        amendment = NextVersion(how=Succession.AMEND, fields={"contractor": contractor})
        with town.database.transaction() as session:
            begun = succeed(session, newest.id, amendment, agency=town.agency, clock=town.clock)
            newest = publish(
                session, begun.id, town.store.put(contractor.encode()), agency=town.agency, clock=town.clock
            )
    take_checkpoint(town, archive)
    data = certificate_bundles.bundle(town.database, newest.id, agency=town.agency, archive=archive)
    shown = [read(each.statement).statement for each in Bundle.decode(data).exhibits]
    stated = [each.body["licence_id"] for each in shown if each.type is StatementType.CERTIFICATE]
    assert (len(stated), stated[0], stated[-1]) == (3, newest.licence_id, first.licence_id)
    assert [each.type for each in shown].count(StatementType.AGREEMENT) == 1
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.IN_FORCE)
    assert report.subject == newest.licence_id


def test_a_certificate_bundle_names_no_signer(town: Town, archive: Archive) -> None:
    data = certificate_bundles.bundle(town.database, issued(town).id, agency=town.agency, archive=archive)
    assert "沈若华".encode() not in data


def test_a_certificate_without_its_pdf_has_no_bundle(town: Town, archive: Archive) -> None:
    application = town.application(town.signed_by_owner())
    with town.database.transaction() as session:
        found = register(session, application, agency=town.agency, clock=town.clock)
    with pytest.raises(CertificateUnpublished):
        certificate_bundles.bundle(town.database, found.id, agency=town.agency, archive=archive)


def test_the_verifier_passes_an_agreement_bundle_with_every_file(town: Town, archive: Archive) -> None:
    signed = town.signed_by_owner()
    assemble(town.database, signed.id, workshop=town.workshop)
    take_checkpoint(town, archive)
    data = agreement_bundles.bundle(town.database, signed.id, archive=archive)
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    assert report.conclusion is Outcome.PASSED
    assert len(Bundle.decode(data).files) == 4


def test_a_bundle_shows_how_a_slot_came_to_its_signer_and_who_declined(town: Town, archive: Archive) -> None:
    signed = handed_on_and_declined(town)
    take_checkpoint(town, archive)
    data = agreement_bundles.bundle(town.database, signed.id, archive=archive)
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    passed = {check.name: check.en for check in report.checks if check.outcome is Outcome.PASSED}
    assert report.conclusion is Outcome.PASSED
    assert ": 2, unbroken" in passed["delegations"]
    assert {"approvals", "detached", "declines"} <= set(passed)
    types = [read(exhibit.statement).statement.type for exhibit in Bundle.decode(data).exhibits]
    assert types.count(StatementType.KEY) == types.count(StatementType.SIGNATURE) == 2
    assert "钱以明".encode() not in data


def test_an_agreement_bundle_shows_the_approval_of_every_signature(town: Town, archive: Archive) -> None:
    data = agreement_bundles.bundle(town.database, town.signed_by_owner().id, archive=archive)
    types = [read(exhibit.statement).statement.type for exhibit in Bundle.decode(data).exhibits]
    assert types.count(StatementType.APPROVAL) == types.count(StatementType.SIGNATURE) == 1


def test_an_open_agreement_has_no_bundle(town: Town, archive: Archive) -> None:
    with pytest.raises(AssemblyUnknown):
        agreement_bundles.bundle(town.database, town.open().id, archive=archive)


def test_a_bundle_of_what_was_voided_says_so_and_shows_every_consent(town: Town, archive: Archive) -> None:
    signed = town.signed_by_owner()
    before = agreement_bundles.bundle(town.database, signed.id, archive=archive)
    proposed(town, signed, "1", town.representative)
    consented(town, signed, "1", town.representative)
    take_checkpoint(town, archive)
    data = agreement_bundles.bundle(town.database, signed.id, archive=archive)
    report = verify_bundle(data, trust(town, archive), as_of=town.clock.now())
    assert (report.conclusion, report.answer, report.state) == (
        Outcome.PASSED,
        Answer.NOT_IN_FORCE,
        "voided",
    )
    assert "其中1方由原签署人确认" in report.sentence("zh")
    types = [read(exhibit.statement).statement.type for exhibit in Bundle.decode(data).exhibits]
    assert types.count(StatementType.APPROVAL) == 2
    assert len(Bundle.decode(data).exhibits) == len(Bundle.decode(before).exhibits) + 2
