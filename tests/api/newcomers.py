"""People who arrive in the planted city for one test each, and come in by a sign-in link.

The site is shared by all tests, so a test that consents, enrolls or fails a scan does it as somebody new.
Every newcomer has the face of the demonstration engineer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count
from uuid import UUID

import httpx

from api import accounts
from api.demonstration.camera import Camera
from api.demonstration.client import FRAME_MS, frames_of
from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, DemonstrationFirm
from api.house import House
from api.pages import CITY_TIME
from api.policy import Role
from api.routes.people import notice_of
from api.site import Site
from evidence.identifiers import CitizenNumber
from identity import approvals, authorizations, challenges, consent, enrollment
from identity.authorizations import Authorization, AuthorizationId
from identity.challenges import Action
from identity.consent_text import Purpose
from identity.contacts import set_contact
from identity.enrollment import EnrollmentRow, Method, Origin
from identity.face import Template
from identity.people import PersonId, register_person
from identity.qualifications import QualificationKind, register_qualification
from identity.scans import Verdict
from registers import receipts
from registers.scripted import PersonRecord, QualificationRecord, ScriptedRegisters
from tests.film_clock import FilmClock

BATCH_MS = 360
BATCH = timedelta(milliseconds=BATCH_MS)
NAME = "新来者"
OFFICER = "窗口员"
PHONE = "+99900000009"
PORTRAIT = ENGINEER.portrait.read_bytes()
UNTIL = date(2035, 12, 31)
ORIGIN = Origin(Method.REGISTER, registers=(), captures=1, policy="test")

_numbers = count(1)


@dataclass(frozen=True)
class Newcomer:
    """A registered person with a qualification, their account and a session of it; the day they ``came``."""

    id: PersonId
    account: UUID
    registration_number: str
    citizen_number: CitizenNumber
    http: httpx.Client
    came: date


def arrive(site: Site, house: House) -> Newcomer:
    """Register a new person with a qualification at the design institute, and sign them in."""
    number = next(_numbers)
    registration, citizen = f"T{number:09d}", numbered_citizen(number)
    enter_registers(house, citizen, registration)
    with house.database.transaction() as session:
        person = register_person(session, name=NAME, citizen_number=citizen, clock=house.clock)
        register_qualification(
            session,
            person=person.id,
            kind=QualificationKind.STRUCTURAL_ENGINEER_1,
            registration_number=registration,
            employer=DESIGNER.uscc,
            valid_until=UNTIL,
        )
        account = accounts.open_account(
            session,
            roles=(Role.PERSON,),
            title_zh=NAME,
            title_en="newcomer",
            person=person.id,
            clock=house.clock,
        )
    return Newcomer(
        person.id, account, registration, citizen, _signed_in(site, house, account), _today(house)
    )


def _today(house: House) -> date:
    return house.clock.now().astimezone(CITY_TIME).date()


def double(house: House) -> ScriptedRegisters:
    """The registers of the city, which a test may write in."""
    assert isinstance(house.registers, ScriptedRegisters)
    return house.registers


def enter_registers(house: House, citizen: CitizenNumber, registration: str) -> None:
    """Let the authorities know the newcomer as the house does."""
    registers, kind = double(house), QualificationKind.STRUCTURAL_ENGINEER_1.value
    registers.people[citizen.text] = PersonRecord(NAME, PORTRAIT)
    registers.qualifications[kind, registration] = QualificationRecord(
        citizen.text, DESIGNER.uscc.text, UNTIL
    )


def arrive_enrolled(site: Site, house: House, *, template: Template | None = None) -> Newcomer:
    """As :func:`arrive`, with consent given and the face, or ``template``, enrolled."""
    newcomer = arrive(site, house)
    give_face(house, newcomer.id, template=template)
    return newcomer


def give_face(house: House, person: PersonId, *, template: Template | None = None) -> None:
    """Let ``person`` consent, and enroll their face, or ``template``."""
    with house.database.transaction() as session:
        consent.give(
            session,
            person=person,
            notice=notice_of(Purpose.FACE_PROCESSING, house),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        enrollment.keep(
            session,
            person=person,
            template=template or _template(house),
            origin=ORIGIN,
            vault=house.vault,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )


@cache
def _template(house: House) -> Template:
    """Examine the portrait once; a third of a second of CPU for each newcomer adds up."""
    return house.scans.examine_portrait(PORTRAIT)


def enroll(newcomer: Newcomer, *captures: bytes, document: bytes | None = None) -> httpx.Response:
    """Send captures, those of the engineer where none are given, and a photograph of a document."""
    files = [("captures", ("0.jpg", content, "image/jpeg")) for content in captures or (PORTRAIT,)]
    if document is not None:
        files.append(("document", ("card.jpg", document, "image/jpeg")))
    return newcomer.http.post("/api/people/me/enrollment", files=files)


def forget_faces(house: House) -> None:
    """Erase every enrolled face: newcomers share one, and a face is enrolled under one number."""
    with house.database.transaction() as session:
        for (person,) in session.query(EnrollmentRow.person).filter_by(erased_at=None):
            enrollment.erase(session, person=PersonId(person), clock=house.clock)


def way_in(house: House, account: UUID) -> str:
    """Give the path of a sign-in link."""
    with house.database.transaction() as session:
        return f"/sign-in/{accounts.sign_in_link(session, account=account, clock=house.clock)}"


def reachable(house: House, newcomer: Newcomer, phone: str = PHONE) -> Newcomer:
    """Let ``newcomer`` have a phone."""
    with house.database.transaction() as session:
        set_contact(session, newcomer.id, phone=phone, mail="")
    return newcomer


def counter_officer(site: Site, house: House) -> Newcomer:
    """Sign in somebody who works at a counter."""
    citizen = numbered_citizen(next(_numbers))
    with house.database.transaction() as session:
        officer = register_person(session, name=OFFICER, citizen_number=citizen, clock=house.clock)
        account = accounts.open_account(
            session,
            roles=(Role.COUNTER,),
            title_zh=OFFICER,
            title_en="officer",
            person=officer.id,
            clock=house.clock,
        )
    return Newcomer(officer.id, account, "", citizen, _signed_in(site, house, account), _today(house))


def clerk(site: Site, house: House, firm: DemonstrationFirm = CONTRACTOR) -> httpx.Client:
    """Sign in somebody who acts for ``firm``."""
    return signed_in_as(site, house, Role.FIRM, organization=firm)


def signed_in_as(site: Site, house: House, role: Role, *, organization: DemonstrationFirm) -> httpx.Client:
    """Sign in somebody with ``role`` at ``organization``."""
    with house.database.transaction() as session:
        account = accounts.open_account(
            session,
            roles=(role,),
            title_zh="经办人",
            title_en="clerk",
            organization=organization.uscc.text,
            clock=house.clock,
        )
    return _signed_in(site, house, account)


def request_body(newcomer: Newcomer, **changes: object) -> dict[str, object]:
    """What a firm posts to ask ``newcomer``."""
    return {
        "registration_number": newcomer.registration_number,
        "name": NAME,
        "citizen_number": newcomer.citizen_number.text,
        "purpose": "担任施工图设计文件结构专业负责人",
        "project": "示范市第一中学教学楼",
        "position": "结构专业负责人",
        "scope": "施工图设计、图纸会审、结构验收",
        "valid_from": newcomer.came.isoformat(),
        "valid_until": "2034-12-31",
    } | changes


def requested(site: Site, house: House, newcomer: Newcomer, **changes: object) -> str:
    """Let the contractor ask ``newcomer``; give the id of the request."""
    answer = clerk(site, house).post("/api/authorizations", json=request_body(newcomer, **changes))
    id_: str = answer.json()["id"]
    return id_


def granted(site: Site, house: House, newcomer: Newcomer, **changes: object) -> Authorization:
    """Give an authorization that ``newcomer`` granted; the scan that led to it is taken as passed."""
    id_ = AuthorizationId(UUID(requested(site, house, newcomer, **changes)))
    with house.database.transaction() as session:
        subject = authorizations.authorization(session, id_).digest
        asked = challenges.issue(
            session, person=newcomer.id, action=Action.AUTHORIZE, subject=subject, clock=house.clock
        )
        used = challenges.consume(
            session,
            asked.id,
            person=newcomer.id,
            action=Action.AUTHORIZE,
            subject=subject,
            clock=house.clock,
        )
        approval = approvals.approve(
            session,
            challenge=used,
            verdict=Verdict("test-policy/1", used.question.steps, movements=(), frames=20, compared=5),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        return authorizations.grant(
            session,
            id_,
            approval=approval,
            registers=receipts.digests(session, id_),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )


def challenge(newcomer: Newcomer, authorization: str) -> dict[str, object]:
    """Ask for a challenge about ``authorization``."""
    asked: dict[str, object] = newcomer.http.post(f"/api/authorizations/{authorization}/challenges").json()
    return asked


def scan(
    house: House,
    newcomer: Newcomer,
    challenge_id: object,
    before: Camera,
    *,
    device: str | None = None,
) -> httpx.Response:
    """Answer a challenge by what the camera sees, doing what is asked; give the answer that ends it.

    The clock by which frames arrive is moved instead of waited for.
    """
    clock = house.open_scans.clock
    assert isinstance(clock, FilmClock)
    with clock.held():
        for number in count():
            clock.advance(BATCH)
            times = range(number * BATCH_MS, (number + 1) * BATCH_MS, FRAME_MS)
            answer = send_frames(newcomer, challenge_id, before, number, times, device=device)
            if answer.is_error or answer.json()["passed"]:
                return answer
            before.perform(answer.json()["step"], times.stop)
    raise AssertionError


def send_frames(
    newcomer: Newcomer,
    challenge_id: object,
    before: Camera,
    number: int,
    times_ms: Sequence[int],
    *,
    device: str | None = None,
) -> httpx.Response:
    """Send what the camera sees at ``times_ms`` as request ``number`` of a scan."""
    sent = frames_of(before, number, times_ms, device=device if number == 0 else None)
    return newcomer.http.post(f"/api/challenges/{challenge_id}/frames", **sent)


class Film:
    """A camera that plays frames over and over, whatever is asked."""

    def __init__(self, frames: Sequence[bytes]) -> None:
        self._frames = frames

    def perform(self, step: str | None, at_ms: int) -> None:
        """Do nothing."""

    def frame(self, at_ms: int) -> bytes:
        return self._frames[at_ms // FRAME_MS % len(self._frames)]


NO_FILM = Film([b"GIF89a"])
"""Refused as soon as it is looked at."""


def _signed_in(site: Site, house: House, account: UUID) -> httpx.Client:
    http = httpx.Client(base_url=site.url, timeout=60, trust_env=False)
    http.post(way_in(house, account)).raise_for_status()
    return http


def numbered_citizen(number: int) -> CitizenNumber:
    """Make a number in the administrative code that no place has (GB 11643: weights 2^(17-i), modulus 11)."""
    body = f"990100{19500101 + number // 1000}{number % 1000:03d}"
    total = sum(int(digit) * (1 << (17 - index)) for index, digit in enumerate(body))
    return CitizenNumber.parse(body + "10X98765432"[total % 11])
