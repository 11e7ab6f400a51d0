"""Small factories of the identity tests: one open transaction, one clock, one verifier key, a few people."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.digest import Digest
from evidence.identifiers import CitizenNumber, Uscc
from evidence.keys import LocalSigner
from identity import approvals, authorizations, challenges, consent, consent_text
from identity.approvals import Approval
from identity.authorizations import Authorization
from identity.challenges import Action, Challenge
from identity.consent import Consent
from identity.consent_text import Purpose
from identity.face import Template
from identity.organizations import Organization, register_organization
from identity.passkeys import Passkey
from identity.people import Person, register_person
from identity.qualifications import Qualification, QualificationKind, register_qualification
from identity.scans import Verdict, examine_portrait
from identity.thresholds import DLIB, FEATURE, FUSED
from ledger.database import Database
from tests.databases import lent_database
from tests.identity.authenticator import Authenticator
from tests.identity.passkey_desk import PARTY, Desk
from tests.identity.real_faces import PEOPLE, Parts, SharingMatcher, photo

ISSUER = "11370200MB0000000A"


@pytest.fixture(scope="session")
def identity_database() -> Iterator[Database]:
    """One migrated database for all tests that leave nothing behind."""
    with lent_database() as url:
        opened = Database(url)
        yield opened
        opened.close()


@pytest.fixture
def session(identity_database: Database) -> Iterator[Session]:
    """A transaction in an empty database, rolled back at the end."""
    with Session(identity_database.engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def clock() -> FixedClock:
    """A morning in May."""
    return FixedClock(datetime(2026, 5, 2, 8, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def verifier() -> LocalSigner:
    """The identity verifier's key."""
    return LocalSigner.generate(Algorithm.ES256)


@pytest.fixture
def engineer(session: Session, clock: FixedClock) -> Person:
    """A registered person with a phone; the citizen number is a textbook example."""
    number = CitizenNumber.parse("34052419800101001X")
    return register_person(session, name="林知远", citizen_number=number, phone="13900000000", clock=clock)


@pytest.fixture
def stranger(session: Session, clock: FixedClock) -> Person:
    """Another registered person."""
    number = CitizenNumber.parse("11010519491231002X")
    return register_person(session, name="周明哲", citizen_number=number, clock=clock)


@pytest.fixture
def firm(session: Session, clock: FixedClock) -> Organization:
    """The firm that asks for authorizations."""
    uscc = Uscc.parse("91350100M000100Y43")
    return register_organization(session, uscc=uscc, name="示范建设集团有限公司", clock=clock)


@pytest.fixture
def institute(session: Session, clock: FixedClock) -> Organization:
    """The design institute where the engineer is registered."""
    uscc = Uscc.parse("91610800064834709T")
    return register_organization(session, uscc=uscc, name="示范市建筑设计研究院有限公司", clock=clock)


@pytest.fixture
def qualification(session: Session, engineer: Person, institute: Organization) -> Qualification:
    """The engineer's qualification, valid to the end of 2028."""
    return register_qualification(
        session,
        person=engineer.id,
        kind=QualificationKind.STRUCTURAL_ENGINEER_1,
        registration_number="S20261234",
        employer=institute.uscc,
        valid_until=date(2028, 12, 31),
    )


@pytest.fixture
def face_consent(session: Session, engineer: Person, clock: FixedClock, verifier: LocalSigner) -> Consent:
    """The engineer's consent to face processing."""
    notice = consent_text.write(Purpose.FACE_PROCESSING, controller="示范市行政审批服务局")
    return consent.give(
        session, person=engineer.id, notice=notice, issuer=ISSUER, signer=verifier, clock=clock
    )


RequestOf = Callable[..., Authorization]
ApprovalOf = Callable[..., Approval]


@pytest.fixture
def request_of(
    session: Session, clock: FixedClock, engineer: Person, firm: Organization, qualification: Qualification
) -> RequestOf:
    """Ask the engineer, in the firm's name, for ten days from now unless something else is given."""

    def ask(
        *,
        purpose: str = "担任施工图设计文件结构专业负责人",
        project: str = "示范市第一中学教学楼",
        begins: timedelta = timedelta(0),
        position: str = "结构专业负责人",
        scope: str = "施工图设计、图纸会审、结构验收",
        ends: timedelta = timedelta(days=10),
        uses: int | None = 1,
    ) -> Authorization:
        return authorizations.request(
            session,
            firm=firm.uscc,
            person=engineer.id,
            qualification=qualification.id,
            purpose=purpose,
            project=project,
            position=position,
            scope=scope,
            valid_from=clock.now() + begins,
            valid_until=clock.now() + ends,
            uses=uses,
            clock=clock,
        )

    return ask


@pytest.fixture
def approval_of(session: Session, clock: FixedClock, verifier: LocalSigner) -> ApprovalOf:
    """Pass a challenge about ``subject`` in the name of ``person``."""

    def approve(person: Person, subject: Digest, action: Action = Action.AUTHORIZE) -> Approval:
        asked = challenges.issue(session, person=person.id, action=action, subject=subject, clock=clock)
        used = challenges.consume(
            session, asked.id, person=person.id, action=action, subject=subject, clock=clock
        )
        return approvals.approve(
            session,
            challenge=used,
            verdict=_passed(used),
            issuer=ISSUER,
            signer=verifier,
            clock=clock,
        )

    return approve


@pytest.fixture
def verdict_on() -> Callable[[Challenge], Verdict]:
    """The verdict of a scan that answered a challenge."""
    return _passed


def _passed(challenge: Challenge) -> Verdict:
    return Verdict("test-policy/1", challenge.question.steps, movements=(), frames=20, compared=5)


@pytest.fixture
def requested(request_of: RequestOf) -> Authorization:
    """An authorization that awaits the engineer's answer."""
    return request_of()


@pytest.fixture
def grant_of(
    *,
    session: Session,
    clock: FixedClock,
    verifier: LocalSigner,
    engineer: Person,
    request_of: RequestOf,
    approval_of: ApprovalOf,
) -> Callable[..., Authorization]:
    """Let the engineer grant an authorization for so many uses."""

    def grant(uses: int | None = 1) -> Authorization:
        asked = request_of(uses=uses)
        return authorizations.grant(
            session,
            asked.id,
            approval=approval_of(engineer, asked.digest),
            issuer=ISSUER,
            signer=verifier,
            clock=clock,
        )

    return grant


@pytest.fixture
def granted(grant_of: Callable[..., Authorization]) -> Authorization:
    """An authorization that the engineer has granted."""
    return grant_of()


@pytest.fixture
def desk(session: Session, clock: FixedClock, verifier: LocalSigner) -> Desk:
    """Every step of a device key's life, in the open transaction."""
    return Desk(session, clock, verifier)


@pytest.fixture
def phone() -> Authenticator:
    """A phone that keeps one key."""
    return Authenticator(PARTY)


@pytest.fixture
def key(desk: Desk, engineer: Person, phone: Authenticator) -> Passkey:
    """The engineer's first device key, on the phone."""
    return desk.add(engineer, phone)


@pytest.fixture(scope="module")
def parts() -> Parts:
    """The parts of the real matchers, once for a file of tests."""
    return Parts()


@pytest.fixture(scope="module", params=[DLIB, FEATURE, FUSED])
def matcher(request: pytest.FixtureRequest, parts: Parts) -> SharingMatcher:
    """Each of the three adapters in turn."""
    return SharingMatcher(request.param, parts)


@pytest.fixture(scope="module")
def templates(matcher: SharingMatcher) -> dict[str, Template]:
    """The templates of the people of the clips, from their portraits."""
    return {person: examine_portrait(photo(person, "a"), matcher=matcher) for person in PEOPLE}
