"""What the agency's record and the chain say of a certificate, weighed against each other."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from api.witness import GRAVITY, graver
from evidence.identifiers import Uscc
from evidence.qr import QrPayload, sign_qr
from evidence.status_delta import digest_of, pair
from evidence.statuslist import CertificateState, check_status_list, read_status_list
from ledger import checkpoints, status
from ledger.chain import Address
from ledger.status_derivation import Difference, compare, exceptions_on
from signing.certificate_changes import history, issuer_key
from signing.certificate_issue import finish_issue
from signing.certificate_steps import Reason, Step
from signing.certificate_succession import NextVersion, Succession, succeed
from signing.certificates import Certificate
from tests.permit import change_permit, issue_permit
from tests.quiet_city import QuietCity, open_quiet_city
from verify.checks import Outcome
from verify.qr import verify_qr
from verify.trust import TrustAnchors


@pytest.fixture(scope="module")
def quiet_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as city:
        yield city


@pytest.fixture
def city(quiet_city: QuietCity) -> QuietCity:
    """The city with a chain that answers and holds everything so far."""
    quiet_city.chain.unreachable = False
    quiet_city.anchor()
    return quiet_city


def verified(city: QuietCity, code: str) -> Any:
    answer = city.visitor.post("/api/verifications", json={"qr": code})
    assert answer.status_code == 200
    return answer.json()


def suspended(city: QuietCity) -> Certificate:
    permit = issue_permit(city.house)
    change_permit(city.house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    return permit


def test_what_record_and_chain_both_call_in_force_is_in_force(city: QuietCity) -> None:
    report = verified(city, issue_permit(city.house).qr)
    assert (report["conclusion"], report["answer"]) == ("TOTAL-PASSED", "IN_FORCE")
    assert report["witness"]["word"] == "agrees"


def test_an_answer_from_the_chain_names_its_block(city: QuietCity) -> None:
    report = verified(city, issue_permit(city.house).qr)
    assert f"区块 {report['witness']['block']}" in report["why"]["zh"]


def test_a_suspension_holds_before_the_chain_has_it(city: QuietCity) -> None:
    report = verified(city, suspended(city).qr)
    assert (report["answer"], report["state"]) == ("NOT_IN_FORCE", "suspended")
    assert report["witness"]["word"] == "behind"


def test_a_suspension_that_the_chain_lacks_is_said_to_come_from_the_issuer(city: QuietCity) -> None:
    assert "由发证机关答复" in verified(city, suspended(city).qr)["why"]["zh"]


def test_an_anchored_suspension_is_confirmed_by_the_chain(city: QuietCity) -> None:
    permit = suspended(city)
    city.anchor()
    assert verified(city, permit.qr)["witness"]["word"] == "agrees"


def test_of_an_old_or_ended_certificate_it_is_told_what_it_is_since_when_and_why(city: QuietCity) -> None:
    first, annulled = issue_permit(city.house), issue_permit(city.house)
    amended = NextVersion(how=Succession.AMEND, fields={"contractor": "示范市第二建筑有限公司"})
    with city.house.database.transaction() as session:
        begun = succeed(session, first.id, amended, agency=city.house.agency, clock=city.house.clock)
    newer = finish_issue(city.house.database, begun, press=city.house.press)
    change_permit(city.house, newer, Step.WITHDRAW, Reason.LAW_CHANGED)
    change_permit(city.house, annulled, Step.ANNUL, Reason.SERIOUS_VIOLATION)
    city.anchor()
    for permit, state, words, reason in (
        (first, "superseded", "已变更", Reason.AMENDED),
        (newer, "withdrawn", "撤回", Reason.LAW_CHANGED),
        (annulled, "annulled", "吊销", Reason.SERIOUS_VIOLATION),
    ):
        report = verified(city, permit.qr)
        assert (report["answer"], report["state"]) == ("NOT_IN_FORCE", state)
        told = report["witness"]["state"]
        assert (told["zh"], told["reason"], told["reason_zh"]) == (words, reason, reason.term.zh)
        with city.house.database.transaction() as session:
            step = history(session, permit.id)[-1]
        assert datetime.fromisoformat(told["since"]) == step.changed_at
        assert f"“{words}”" in report["witness"]["zh"]
        assert reason.term.zh in report["witness"]["zh"]
    assert verified(city, issue_permit(city.house).qr)["witness"]["state"] is None


def test_a_reinstated_certificate_is_in_force_again(city: QuietCity) -> None:
    permit = suspended(city)
    change_permit(city.house, permit, Step.REINSTATE, Reason.RECTIFIED)
    city.anchor()
    assert verified(city, permit.qr)["answer"] == "IN_FORCE"


def test_a_graver_state_on_the_chain_counts(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    with city.house.database.transaction() as session:
        status.change(
            session,
            issuer=issuer_key(permit.agency),
            key=permit.status_key,
            state=CertificateState.REVOKED,
            reason=21,
        )
    city.anchor()
    report = verified(city, permit.qr)
    assert (report["state"], report["witness"]["word"]) == ("ended", "graver")


def test_without_the_chain_the_record_answers_and_says_so(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    city.chain.unreachable = True
    report = verified(city, permit.qr)
    assert (report["answer"], report["witness"]["block"]) == ("IN_FORCE", None)
    assert "链暂时无法连接" in report["witness"]["zh"]


def test_a_chain_that_forgot_the_register_is_not_used(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    city.chain.restart()
    report = verified(city, permit.qr)
    assert (report["answer"], report["witness"]["word"]) == ("IN_FORCE", "differs")


def test_a_code_that_the_agency_never_recorded_is_not_in_force(city: QuietCity) -> None:
    payload = QrPayload(
        licence_id="1.2.156.3005.2.11990100MB0A10013K001.11990100MB0A10013K.990100202605020101.001.5",
        certificate_type="construction-permit",
        statement=bytes(32),
        status_index=7,
        fields=("示范工程",),
        valid_from=date(2026, 1, 1),
        valid_until=None,
        issued_at=datetime.now(UTC),
        issuer=city.house.issuer,
    )
    agency = city.house.agency
    report = verified(city, sign_qr(payload, agency.speaker.signer, host=agency.qr_host))
    assert (report["answer"], report["witness"]["word"]) == ("UNKNOWN", "unregistered")


def test_an_altered_code_is_not_genuine(city: QuietCity) -> None:
    code = issue_permit(city.house).qr
    flipped = code[:-30] + str((int(code[-30]) + 1) % 10) + code[-29:]
    assert verified(city, flipped)["conclusion"] == "TOTAL-FAILED"


def test_a_code_of_another_city_cannot_be_verified_here(city: QuietCity) -> None:
    report = verified(city, "https://permits.elsewhere.example/c#1234567")
    assert (report["answer"], report["conclusion"]) == ("UNKNOWN", "INDETERMINATE")
    assert "permits.elsewhere.example" in report["why"]["zh"]


@pytest.mark.parametrize("text", ["hello", "https://example.com/pay", "  "])
def test_what_is_no_certificates_code_is_refused_by_one_sentence(city: QuietCity, text: str) -> None:
    answer = city.visitor.post("/api/verifications", json={"qr": text})
    assert answer.json()["title"] == "qr-unknown"


def test_the_trust_file_names_the_host_that_codes_lead_to(city: QuietCity) -> None:
    trust = TrustAnchors.parse(city.visitor.get("/trust.json").content)
    assert trust.hosts == (city.house.agency.qr_host,)


def test_the_report_names_the_trust_file_by_its_fingerprint(city: QuietCity) -> None:
    trust = TrustAnchors.parse(city.visitor.get("/trust.json").content)
    assert verified(city, issue_permit(city.house).qr)["trust"]["sha256"] == trust.fingerprint


def test_the_status_list_is_signed_and_names_the_suspended(city: QuietCity) -> None:
    permit = suspended(city)
    encoded = city.visitor.get(f"/api/issuers/{permit.agency.text}/status-list").content
    listed = check_status_list(encoded, city.house.agency.speaker.signer.key)
    assert listed.state(permit.status_index) is CertificateState.SUSPENDED


def list_of(city: QuietCity, permit: Certificate) -> httpx.Response:
    return city.visitor.get(f"/api/issuers/{permit.agency.text}/status-list")


def test_a_list_is_served_again_until_something_changes(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    first = list_of(city, permit)
    again = city.visitor.get(str(first.url), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    change_permit(city.house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    changed = city.visitor.get(str(first.url), headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert read_status_list(changed.content).state(permit.status_index) is CertificateState.SUSPENDED


def test_a_delta_brings_a_carried_list_up_to_now(city: QuietCity) -> None:
    permit = issue_permit(city.house)
    carried = list_of(city, permit).content
    change_permit(city.house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    address = f"/api/issuers/{permit.agency.text}/status-list/{digest_of(carried).hex()}/delta"
    delta = city.visitor.get(address).content
    trust = TrustAnchors.parse(city.visitor.get("/trust.json").content)
    report = verify_qr(permit.qr, trust, as_of=city.house.clock.now(), status_list=pair(carried, delta))
    assert (report.conclusion, report.state) == (Outcome.PASSED, "suspended")
    assert len(delta) < 400


def test_there_is_no_delta_of_a_list_that_was_never_served(city: QuietCity) -> None:
    issuer = city.house.agency.speaker.uscc.text
    for digest in ("00" * 32, "none"):
        refused = city.visitor.get(f"/api/issuers/{issuer}/status-list/{digest}/delta")
        assert refused.json()["title"] == "status-list-unknown"


def test_a_list_names_the_block_and_the_log_it_was_made_at(city: QuietCity) -> None:
    listed = read_status_list(list_of(city, issue_permit(city.house)).content)
    assert listed.chain is not None
    with city.house.database.transaction() as session:
        known = checkpoints.at(session, listed.chain.size)
    assert known is not None
    assert listed.chain.root == known.root


def derived(city: QuietCity, agency: Uscc) -> Difference:
    trust = TrustAnchors.parse(city.visitor.get("/trust.json").content)
    states = exceptions_on(city.chain, Address(trust.chain.status_contract), issuer=issuer_key(agency))
    base = f"/api/issuers/{agency.text}"
    told = city.visitor.get(f"{base}/status-exceptions").json()["exceptions"]
    places = {bytes.fromhex(each["key"]): (each["place"], CertificateState(each["state"])) for each in told}
    return compare(read_status_list(city.visitor.get(f"{base}/status-list").content), places, states)


def test_anyone_derives_the_list_from_the_chain(city: QuietCity) -> None:
    permit = suspended(city)
    before = derived(city, permit.agency)
    assert permit.status_key in before.list_only
    city.anchor()
    after = derived(city, permit.agency)
    assert permit.status_key not in after.list_only + after.chain_only
    with city.house.database.transaction() as session:
        status.change(
            session,
            issuer=issuer_key(permit.agency),
            key=permit.status_key,
            state=CertificateState.REVOKED,
            reason=21,
        )
    city.anchor()
    assert permit.status_key in derived(city, permit.agency).chain_only


def test_the_status_list_of_a_stranger_is_refused(city: QuietCity) -> None:
    assert city.visitor.get("/api/issuers/91990100MA0DM00178/status-list").json()["title"] == "issuer-unknown"


def test_the_gravest_state_wins_whichever_side_says_it() -> None:
    assert all(graver(one, other) is graver(other, one) for one in GRAVITY for other in GRAVITY)


def test_every_state_has_its_gravity() -> None:
    assert set(GRAVITY) == set(CertificateState)


@pytest.mark.parametrize("code", ["", "1" * 5000])
def test_a_text_that_no_code_can_have_is_no_code(city: QuietCity, code: str) -> None:
    assert city.visitor.post("/api/verifications", json={"qr": code}).json()["title"] == "qr-unknown"
