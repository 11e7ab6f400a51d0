"""A QR code by itself: each check fails alone where only its own matter is wrong."""

from datetime import date, datetime, timedelta

import pytest

from evidence.errors import QrUnknown
from evidence.statuslist import CertificateState
from tests.verify import city
from verify.checks import Outcome
from verify.qr import verify_qr
from verify.report import Answer, Report
from verify.witness import CertificateReference, WitnessedState

CHECKS = ("address", "form", "issuer-key", "signature", "validity", "status")


class Register:
    """A witness who remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[CertificateReference] = []

    def state(self, certificate: CertificateReference) -> WitnessedState | None:
        self.asked.append(certificate)
        return WitnessedState(CertificateState.NONE, city.NOW, 9) if len(self.asked) > 1 else None


def verified(text: str | None = None, *, as_of: datetime = city.NOW, listed: bytes | None = None) -> Report:
    trust = city.trust_anchors()
    return verify_qr(text or city.code(), trust, as_of=as_of, status_list=listed or city.status_list())


def not_passed(report: Report) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in report.checks if check.outcome is not Outcome.PASSED}


def altered(text: str, place: int) -> str:
    digit = str((int(text[place]) + 1) % 10)
    return text[:place] + digit + text[place + 1 :]


def test_a_genuine_code_with_a_fresh_list_is_in_force_as_of_the_list() -> None:
    report = verified()
    assert tuple(check.name for check in report.checks) == CHECKS
    assert not_passed(report) == {}
    assert (report.answer, report.as_of) == (Answer.IN_FORCE, city.LISTED)


def test_a_genuine_code_alone_is_genuine_and_of_unknown_state() -> None:
    report = verify_qr(city.code(), city.trust_anchors(), as_of=city.NOW)
    assert not_passed(report) == {"status": Outcome.INDETERMINATE}
    assert (report.conclusion, report.answer, report.as_of) == (Outcome.PASSED, Answer.UNKNOWN, None)


def test_the_printed_fields_are_shown_under_their_names() -> None:
    shown = {fact.name: fact.value.zh for fact in verified().facts}
    assert shown["project_name"] == "示范中学教学楼"
    assert shown["contractor"] == "示范建设集团有限公司"


def test_the_fields_of_an_unknown_type_are_shown_by_their_place() -> None:
    report = verified(city.code(certificate_type="fishing-permit"))
    assert [fact.label.en for fact in report.facts][2:4] == ["field 1", "field 2"]
    assert report.facts[0].value.en.startswith("fishing-permit (neither this verifier nor the trust file")


@pytest.mark.parametrize(
    "text", ["", "hello", "https://permits.example/c#2123", "ftp://permits.example/c#11"]
)
def test_a_text_that_is_no_code_of_a_certificate_is_unknown(text: str) -> None:
    with pytest.raises(QrUnknown):
        verify_qr(text, city.trust_anchors(), as_of=city.NOW)


def test_every_altered_digit_is_refused() -> None:
    text, trust = city.code(), city.trust_anchors()
    accepted = []
    for place in range(text.index("#") + 2, len(text)):
        report = verify_qr(altered(text, place), trust, as_of=city.NOW)
        if report.conclusion is Outcome.PASSED:
            accepted.append(place)
    assert accepted == []


def test_damaged_content_fails_the_form_alone() -> None:
    report = verified(f"https://{city.HOST}/c#1999")
    assert not_passed(report) == {"form": Outcome.FAILED}
    assert report.conclusion is Outcome.FAILED


def test_a_code_of_another_city_cannot_be_verified_here() -> None:
    report = verified(city.code(host="other.example", signer=city.strange_signer()))
    assert not_passed(report) == {
        "address": Outcome.INDETERMINATE,
        "issuer-key": Outcome.INDETERMINATE,
        "signature": Outcome.INDETERMINATE,
    }
    assert (report.conclusion, report.answer) == (Outcome.INDETERMINATE, Answer.UNKNOWN)
    assert "other.example" in report.why.zh


def test_unreadable_content_at_a_foreign_address_is_not_called_a_forgery() -> None:
    report = verified("https://other.example/c#1999")
    assert [check.name for check in report.checks] == ["address"]
    assert report.conclusion is Outcome.INDETERMINATE


def test_a_code_that_our_agency_signed_for_a_foreign_address_fails_the_address_alone() -> None:
    report = verified(city.code(host="fake.example"))
    assert not_passed(report) == {"address": Outcome.FAILED}


def test_a_genuine_code_copied_to_a_foreign_address_fails() -> None:
    report = verified(city.code().replace(city.HOST, "fake.example"))
    assert not_passed(report) == {"address": Outcome.FAILED, "signature": Outcome.FAILED}


def test_a_code_by_an_unknown_key_at_our_address_cannot_be_verified() -> None:
    report = verified(city.code(signer=city.strange_signer()))
    assert not_passed(report) == {"issuer-key": Outcome.INDETERMINATE, "signature": Outcome.INDETERMINATE}


def test_a_code_in_the_name_of_another_issuer_fails_the_key() -> None:
    report = verified(city.code(issuer=city.STRANGER))
    assert not_passed(report)["issuer-key"] is Outcome.FAILED


def test_a_code_past_its_validity_is_genuine_and_expired() -> None:
    later = city.NOW + timedelta(days=800)
    report = verified(as_of=later, listed=city.status_list(at=later))
    assert not_passed(report) == {"validity": Outcome.FAILED}
    assert (report.conclusion, report.state) == (Outcome.PASSED, "expired")


def test_a_code_without_an_end_is_valid_without_end() -> None:
    assert "without end" in verified(city.code(valid_until=None)).facts[-1].value.en


def test_a_code_before_its_validity_is_not_yet_valid() -> None:
    report = verified(city.code(valid_from=date(2026, 6, 1)))
    assert report.state == "not-yet-valid"


def test_a_suspended_certificate_is_genuine_and_suspended() -> None:
    report = verified(listed=city.status_list(CertificateState.SUSPENDED))
    assert not_passed(report) == {"status": Outcome.FAILED}
    assert (report.conclusion, report.state) == (Outcome.PASSED, "suspended")


def test_a_forged_list_beside_a_code_is_put_aside() -> None:
    listed = city.status_list()
    report = verified(listed=listed[:-1] + bytes([listed[-1] ^ 1]))
    assert not_passed(report) == {"status": Outcome.FAILED}
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.UNKNOWN)


def test_what_is_no_list_at_all_is_put_aside() -> None:
    assert verified(listed=b"no list").answer is Answer.UNKNOWN


def test_a_witness_is_asked_about_this_certificate_and_may_not_know() -> None:
    register, trust = Register(), city.trust_anchors()
    first = verify_qr(city.code(), trust, as_of=city.NOW, witness=register)
    second = verify_qr(city.code(), trust, as_of=city.NOW, witness=register)
    assert (first.answer, second.answer) == (Answer.UNKNOWN, Answer.IN_FORCE)
    assert register.asked[0] == CertificateReference(city.AGENCY, city.LICENCE, city.payload().statement, 2)
