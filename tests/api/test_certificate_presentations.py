"""Presenting a certificate: by a device key, by who holds it or is in office at its holder, for a minute."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from api.demonstration.city import person_id
from api.demonstration.people import CONTRACTOR, LEGAL_REPRESENTATIVE, OWNER
from api.house import House
from api.site import Site
from api.trust import anchors
from evidence.shown_codes import Bearer, Presentation, read_shown
from identity.members import Position, appoint, dismiss
from identity.passkeys import PasskeyId, revoke
from identity.people import person
from signing.certificate_issue import issue
from signing.certificate_presentations import ANSWERED_WITHIN, PresentationRow, bearer_of
from signing.certificate_registration import BEIJING, Application
from signing.certificate_types import certificate_type
from signing.certificates import Certificate
from signing.status_lists import status_list
from tests.api.devices import add_first, octets
from tests.api.newcomers import NAME, Newcomer, arrive
from tests.identity.authenticator import UP, Authenticator, as_json
from tests.permit import issue_permit
from verify.qr import verify_qr
from verify.report import Answer, Report


@pytest.fixture(scope="module")
def phone(house: House) -> Authenticator:
    return Authenticator(house.relying_party)


@pytest.fixture(scope="module")
def owner(site: Site, house: House, phone: Authenticator) -> Newcomer:
    """Somebody with a device key."""
    arrived = arrive(site, house)
    add_first(house, arrived, phone)
    return arrived


@pytest.fixture(scope="module")
def held(house: House, owner: Newcomer) -> Certificate:
    """Their own registration."""
    fields = {
        "registration_number": owner.registration_number,
        "person_name": NAME,
        "sex": "女",
        "citizen_number": owner.citizen_number.text,
        "grade": "二级",
        "speciality": "建筑工程",
        "employer": OWNER.name,
    }
    today = house.clock.now().astimezone(BEIJING).date()
    application = Application(
        certificate_type=certificate_type("constructor-registration"), fields=fields, valid_from=today
    )
    issued = issue(house.database, application, press=house.press)
    while not house.anchoring.step().complete:
        pass
    return issued


def begin(bearer: Newcomer, found: Certificate) -> httpx.Response:
    return bearer.http.post(f"/api/certificates/{found.id}/presentations", json={})


def answer(
    bearer: Newcomer, found: Certificate, begun: dict[str, object], device: Authenticator, **lies: object
) -> httpx.Response:
    asked = begun["device"]
    assert isinstance(asked, dict)
    signed = device.sign(octets(asked["challenge"]), **lies)  # type: ignore[arg-type]  # its own lies
    door = f"/api/certificates/{found.id}/presentations/{begun['id']}/code"
    return bearer.http.post(door, json={"device": as_json(signed)})


def code_of(bearer: Newcomer, found: Certificate, device: Authenticator) -> str:
    shown = answer(bearer, found, begin(bearer, found).json(), device)
    assert shown.status_code == 201, shown.text
    text: str = shown.json()["code"]
    return text


def checked(house: House, code: str, *, after: timedelta = timedelta()) -> Report:
    """As an officer's device answers, offline, with a list of just now."""
    with house.database.transaction() as session:
        listed = status_list(session, agency=house.agency, clock=house.clock)
    as_of = house.clock.now() + after
    return verify_qr(code, anchors(house), as_of=as_of, status_list=listed)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def test_the_holder_proves_who_they_are_and_a_photograph_of_it_proves_nothing(
    house: House, owner: Newcomer, held: Certificate, phone: Authenticator
) -> None:
    begun = begin(owner, held).json()
    shown = answer(owner, held, begun, phone).json()
    extra = read_shown(shown["code"]).extra
    assert isinstance(extra, Presentation)
    assert (extra.bearer, len(extra.nonce)) == (Bearer.HOLDER, 16)
    assert shown["seconds"] == 50
    assert shown["picture"].startswith("<svg")
    now = checked(house, shown["code"])
    assert (now.kind, now.answer) == ("certificate-presentation", Answer.IN_FORCE)
    assert "持证人本人" in next(fact.value.zh for fact in now.facts if fact.name == "bearer")
    later = checked(house, shown["code"], after=timedelta(seconds=61))
    assert (later.answer, later.headline.zh) == (Answer.UNKNOWN, "不能证明出示人的身份。")
    with house.database.transaction() as session:
        kept = session.get(PresentationRow, begun["id"])
        assert kept is not None
        assert kept.nonce == extra.nonce
    assert NAME not in shown["code"]


def test_two_presentations_are_two_codes(owner: Newcomer, held: Certificate, phone: Authenticator) -> None:
    codes = {read_shown(code_of(owner, held, phone)).extra for _ in range(2)}
    assert len(codes) == 2


def test_a_presentation_is_answered_once_and_in_time(
    house: House, owner: Newcomer, held: Certificate, phone: Authenticator
) -> None:
    begun = begin(owner, held).json()
    assert answer(owner, held, begun, phone).status_code == 201
    assert problem(answer(owner, held, begun, phone)) == (404, "presentation-unknown")
    slow = begin(owner, held).json()
    with house.database.transaction() as session:
        row = session.get(PresentationRow, slow["id"])
        assert row is not None
        row.asked_at -= ANSWERED_WITHIN + timedelta(seconds=1)
    assert problem(answer(owner, held, slow, phone)) == (404, "presentation-unknown")


def test_a_device_that_recognised_nobody_or_answers_something_else_proves_nothing(
    owner: Newcomer, held: Certificate, phone: Authenticator
) -> None:
    unseen = answer(owner, held, begin(owner, held).json(), phone, flags=UP)
    other, begun = begin(owner, held).json(), begin(owner, held).json()
    crossed = answer(owner, held, {**begun, "device": other["device"]}, phone)
    foreign = answer(owner, held, begun, Authenticator(phone.party))
    assert [problem(each)[1] for each in (unseen, crossed, foreign)] == [
        "device-user-not-verified",
        "device-answer-to-another-challenge",
        "passkey-foreign",
    ]


def test_who_has_no_device_key_is_told_to_add_one(site: Site, house: House) -> None:
    clerk = arrive(site, house)
    permit = issue_permit(house)
    with house.database.transaction() as session:
        appoint(session, uscc=OWNER.uscc, person=clerk.id, position=Position.CLERK, clock=house.clock)
    assert problem(begin(clerk, permit)) == (409, "presentation-needs-device-key")
    page = clerk.http.get(f"/certificates/{permit.id}/presentation").text
    assert "/engineer/devices/new" in page


def test_for_an_organization_a_person_in_office_presents_and_is_not_named(site: Site, house: House) -> None:
    clerk, device, permit = arrive(site, house), Authenticator(house.relying_party), issue_permit(house)
    key = add_first(house, clerk, device)
    assert problem(begin(clerk, permit)) == (404, "certificate-unknown")
    office = {"uscc": OWNER.uscc, "person": clerk.id, "position": Position.CLERK, "clock": house.clock}
    with house.database.transaction() as session:
        appoint(session, **office)  # type: ignore[arg-type]  # its own arguments
        name = person(session, clerk.id).name
    assert f"/certificates/{permit.id}/presentation" in clerk.http.get("/engineer").text
    text = code_of(clerk, permit, device)
    told = checked(house, text)
    assert "在职人员" in next(fact.value.zh for fact in told.facts if fact.name == "bearer")
    assert name not in "".join(fact.value.zh for fact in told.facts)
    begun = begin(clerk, permit).json()
    with house.database.transaction() as session:
        dismiss(session, **office)  # type: ignore[arg-type]  # as above
    assert problem(answer(clerk, permit, begun, device)) == (404, "certificate-unknown")
    with house.database.transaction() as session:
        appoint(session, **office)  # type: ignore[arg-type]  # as above
        revoke(
            session,
            PasskeyId(key.id),
            person=clerk.id,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    assert answer(clerk, permit, begun, device).status_code == 409


def test_the_legal_representative_presents_as_such(house: House) -> None:
    permit = replace(issue_permit(house), holder=CONTRACTOR.uscc)
    with house.database.transaction() as session:
        representative = person_id(session, LEGAL_REPRESENTATIVE)
        assert bearer_of(session, permit, representative) is Bearer.LEGAL_REPRESENTATIVE
