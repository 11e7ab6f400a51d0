import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import func, select

from evidence.digest import Digest
from evidence.errors import QrTooLarge
from evidence.qr import check_qr
from evidence.statement import StatementType, check
from evidence.statuslist import CertificateState, check_status_list
from ledger import facts
from ledger.facts import FactRow
from signing.certificate_changes import (
    change,
)
from signing.certificate_issue import finish_issue, issue, publish, unpublished
from signing.certificate_numbers import Place
from signing.certificate_refusals import (
    AgreementIncomplete,
    CertificateIssued,
    HolderNotParty,
    NotAnAuthorization,
    ValidityBeforeIssue,
)
from signing.certificate_registration import register
from signing.certificate_steps import Reason, Step
from signing.certificate_types import (
    CertificateFieldMissing,
    CertificateFieldTooLong,
    CertificateFieldUnknown,
    CertificateTypeUnknown,
    arrange,
    certificate_type,
)
from signing.certificate_validity import ValidityBackwards
from signing.certificates import Certificate, CertificateUnknown, certificate, certificate_of_statement
from signing.objects import ObjectMissing
from signing.status_lists import LIFETIME, status_list
from signing.typesetting import GlyphMissing
from verify.shipped_types import SHIPPED

from .conftest import AGENCY, FIELDS, NOW, Town

CONSTRUCTION_PERMIT = SHIPPED["construction-permit"]
HERE = Place(area="990100", city="示范市", day=NOW.date())


def registered(town: Town, **fields: str) -> Certificate:
    application = town.application(town.signed_by_owner(), **fields)
    with town.database.transaction() as session:
        return register(session, application, agency=town.agency, clock=town.clock)


def published(town: Town) -> Certificate:
    """A certificate published without the cost of printing it."""
    found = registered(town)
    with town.database.transaction() as session:
        return publish(session, found.id, town.store.put(b"pdf"), agency=town.agency, clock=town.clock)


def basis(found: Certificate) -> UUID:
    assert found.agreement is not None
    return found.agreement


def rare(place: int) -> str:
    """A hundred characters that stand nowhere else, so that nothing can be packed."""
    return "".join(chr(0x4E00 + 100 * place + offset) for offset in range(100))


def test_an_issued_certificate_is_sealed_and_shows_its_qr_code(town: Town, tmp_path: Path) -> None:
    issued = issue(town.database, town.application(town.signed_by_owner()), press=town.press)
    assert issued.pdf is not None
    content = town.store.get(issued.pdf)
    page = pypdfium2.PdfDocument(content)[0].render(scale=4).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [issued.qr]
    file = tmp_path / "certificate.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
    assert "Signature is Valid." in said.stdout


def test_the_qr_code_says_what_was_issued(town: Town) -> None:
    found = registered(town)
    payload = check_qr(found.qr, hosts={"localhost:8000"}, keys=[town.speaker.signer.key])
    assert payload.licence_id == found.licence_id
    assert payload.fields == tuple(FIELDS[name] for name in CONSTRUCTION_PERMIT.in_qr)
    assert payload.statement == found.statement


def test_the_statement_commits_to_the_fields_and_shows_none(town: Town) -> None:
    found = registered(town)
    with town.database.transaction() as session:
        signed = facts.signed_statement(session, found.statement)
        completed = town.read(basis(found)).fact
    body = check(signed, town.speaker.signer.key).body
    assert body["refs"] == [completed]
    assert body["valid_from"] == (date(2026, 5, 2) - date(1970, 1, 1)).days
    assert not any(value.encode() in signed for value in FIELDS.values())


def test_a_registration_that_fails_gives_its_number_back(town: Town) -> None:
    signed = town.signed_by_owner()
    long = town.application(signed, **{name: rare(place) for place, name in enumerate(FIELDS)})
    with pytest.raises(QrTooLarge), town.database.transaction() as session:
        register(session, long, agency=town.agency, clock=town.clock)
    with town.database.transaction() as session:
        found = register(session, town.application(signed), agency=town.agency, clock=town.clock)
    assert found.number == "990100202605020101"


def test_the_same_application_again_is_the_same_certificate(town: Town) -> None:
    application = town.application(town.signed_by_owner())
    with town.database.transaction() as session:
        first = register(session, application, agency=town.agency, clock=town.clock)
        again = register(session, application, agency=town.agency, clock=town.clock)
    assert again == first


def test_another_content_for_the_same_agreement_is_refused(town: Town) -> None:
    found = registered(town)
    other = town.application(town.read(basis(found)), scale="地上13层")
    with pytest.raises(CertificateIssued), town.database.transaction() as session:
        register(session, other, agency=town.agency, clock=town.clock)


def test_an_issue_that_died_before_publishing_is_taken_up_again(town: Town) -> None:
    found = registered(town)
    with town.database.transaction() as session:
        assert unpublished(session, town.agency) == (found,)
    issued = issue(town.database, town.application(town.read(basis(found))), press=town.press)
    with town.database.transaction() as session:
        changes = session.scalars(
            select(func.count()).where(FactRow.type == StatementType.CERTIFICATE_CHANGE)
        ).one()
        assert unpublished(session, town.agency) == ()
    assert (issued.number, changes) == (found.number, 1)


def test_publishing_again_keeps_the_first_pdf(town: Town) -> None:
    first = published(town)
    with town.database.transaction() as session:
        again = publish(session, first.id, town.store.put(b"another"), agency=town.agency, clock=town.clock)
    assert again == first


def test_of_one_printed_twice_the_second_pdf_is_not_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    found, put = registered(town), town.store.put
    kept: list[Digest] = []

    def noted(content: bytes) -> Digest:
        kept.append(put(content))
        return kept[-1]

    monkeypatch.setattr(town.store, "put", noted)
    issued = [finish_issue(town.database, found, press=town.press) for _ in range(2)]
    assert [each.pdf for each in issued] == [kept[0], kept[0]]
    with pytest.raises(ObjectMissing):
        town.store.get(kept[1])


def test_no_certificate_before_all_have_signed(town: Town) -> None:
    with pytest.raises(AgreementIncomplete), town.database.transaction() as session:
        register(session, town.application(town.open()), agency=town.agency, clock=town.clock)


def test_the_holder_must_be_a_party(town: Town) -> None:
    application = replace(town.application(town.signed_by_owner()), holder=AGENCY)
    with pytest.raises(HolderNotParty), town.database.transaction() as session:
        register(session, application, agency=town.agency, clock=town.clock)


def test_a_fact_of_another_kind_is_no_authorization(town: Town) -> None:
    signed = town.signed_by_owner()
    assert signed.fact is not None
    application = replace(town.application(signed), authorizations=(signed.fact,))
    with pytest.raises(NotAnAuthorization), town.database.transaction() as session:
        register(session, application, agency=town.agency, clock=town.clock)


def test_a_validity_that_ends_before_it_begins_is_refused(town: Town) -> None:
    application = replace(town.application(town.open()), valid_until=date(2026, 5, 1))
    with pytest.raises(ValidityBackwards), town.database.transaction() as session:
        register(session, application, agency=town.agency, clock=town.clock)


def test_a_validity_before_the_day_of_beijing_is_refused(town: Town) -> None:
    signed = town.signed_by_owner()
    town.clock.advance(timedelta(hours=9))  # 17:00 UTC on 2 May is 01:00 on 3 May in Beijing
    with pytest.raises(ValidityBeforeIssue), town.database.transaction() as session:
        register(session, town.application(signed), agency=town.agency, clock=town.clock)


def test_a_validity_from_the_day_of_beijing_is_taken(town: Town) -> None:
    signed = town.signed_by_owner()
    town.clock.advance(timedelta(hours=9))
    application = replace(town.application(signed), valid_from=date(2026, 5, 3))
    with town.database.transaction() as session:
        assert register(session, application, agency=town.agency, clock=town.clock).number.endswith("0101")


def test_a_value_that_cannot_be_printed_is_refused_before_a_number_is_taken(town: Town) -> None:
    application = town.application(town.signed_by_owner(), site="示范市\U0002b9a2路")
    with pytest.raises(GlyphMissing):
        issue(town.database, application, press=town.press)
    with town.database.transaction() as session:
        assert unpublished(session, town.agency) == ()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({**FIELDS, "site": " "}, CertificateFieldMissing),
        ({**FIELDS, "colour": "red"}, CertificateFieldUnknown),
        ({**FIELDS, "site": "路" * 201}, CertificateFieldTooLong),
    ],
)
def test_a_type_prints_its_own_fields_only(fields: dict[str, str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        arrange(CONSTRUCTION_PERMIT, fields)


def test_a_type_that_nobody_issues_is_refused() -> None:
    with pytest.raises(CertificateTypeUnknown):
        certificate_type("fishing-licence")


def test_a_certificate_is_found_by_the_statement_in_its_qr_code(town: Town) -> None:
    found = registered(town)
    with town.database.transaction() as session:
        assert certificate_of_statement(session, found.statement) == found
        with pytest.raises(CertificateUnknown):
            certificate(session, basis(found))


def test_the_status_list_holds_the_exceptions_and_ends_after_a_day(town: Town) -> None:
    found = published(town)
    with town.database.transaction() as session:
        before = status_list(session, agency=town.agency, clock=town.clock)
        change(session, found.id, Step.SUSPEND, Reason.RECTIFICATION, agency=town.agency, clock=town.clock)
        after = status_list(session, agency=town.agency, clock=town.clock)
    key = town.speaker.signer.key
    assert check_status_list(before, key).state(found.status_index) is CertificateState.NONE
    stated = check_status_list(after, key)
    assert stated.state(found.status_index) is CertificateState.SUSPENDED
    assert stated.expires_at - stated.issued_at == LIFETIME == timedelta(hours=24)
