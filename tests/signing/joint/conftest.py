"""A small town for the tests of joint signing: three firms, their people, an agency, one clock."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.digest import Digest
from evidence.identifiers import CitizenNumber, Uscc
from evidence.keys import LocalSigner
from identity import challenges
from identity.approvals import Approval, approve
from identity.challenges import Action
from identity.members import Position, appoint, dismiss, members
from identity.organizations import register_organization
from identity.people import Person, PersonId, register_person
from identity.scans import Verdict
from identity.webauthn import RelyingParty
from ledger.database import Database
from signing import documents, pki
from signing.activation_book import ActivationBook
from signing.activation_checks import Pins
from signing.activation_module import LocalActivationModule
from signing.agreement_drafting import SlotDraft, create
from signing.agreements import Agreement, agreement
from signing.assembly import Workshop
from signing.certificate_issue import Press
from signing.certificate_registration import Application
from signing.certificate_types import certificate_type
from signing.certificates import Agency
from signing.exhibits import Archive
from signing.groups import Group
from signing.held_keys import Keyring
from signing.keystore import KeyHandle, KeyStore
from signing.keystore_memory import MemoryKeyStore
from signing.manifest import SlotKind
from signing.objects_memory import MemoryObjectStore
from signing.pki import Subject
from signing.profiles import Profile
from signing.seal_changes import change_seal, make_seal
from signing.seal_kinds import COMPANY_SEAL, SealMark
from signing.seal_states import SealAction
from signing.seals import Seal
from signing.signatures import Signature, sign_slot
from signing.slot_locks import lock_slot_of
from signing.speaker import Speaker
from signing.timestamps import TimestampAuthority
from signing.typesetting import Typesetter

from .small_pdf import small_pdf

PARTY = RelyingParty.at("https://city.example", name="示范市")
SECRET = bytes(32)
ORIGIN = "shifan.example/log"
NOW = datetime(2026, 5, 2, 8, 0, tzinfo=UTC)
AGENCY = Uscc.parse("11990100MB0A10013K")
OWNER = Uscc.parse("91990100MA0DM00178")
CONTRACTOR = Uscc.parse("91990100MA0DM1028K")
DESIGNER = Uscc.parse("91990100MA0DM2039Y")
FILING_NUMBER = "9901000012345"
FIELDS = {
    "project_name": "示范市人民医院门诊楼",
    "site": "示范市中山路18号",
    "owner": "示范城市发展有限公司",
    "contractor": "示范建设集团有限公司",
    "scale": "地上12层，建筑面积38224.90平方米",
    "contract_price": "17216.50万元",
    "contract_period": "2026年5月6日至2028年5月5日",
    "design_institute": "示范市建筑设计研究院有限公司",
}


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    return Typesetter()


@dataclass
class Town:
    """Everything that a test of joint signing starts from, on a real database."""

    database: Database
    typesetter: Typesetter
    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    keystore: KeyStore = field(default_factory=MemoryKeyStore)
    store: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    verifier: LocalSigner = field(default_factory=lambda: LocalSigner.generate(Algorithm.ES256))
    random: Random = field(default_factory=lambda: Random(7))  # noqa: S311  the order of head movements, the same each run

    def __post_init__(self) -> None:
        now = self.clock.now()
        self.authority = pki.found(self.keystore, city="示范市", at=now)
        seal = KeyHandle("agency:1")
        self.authority.ensure(seal, Subject(name="示范市行政审批服务局", uscc=AGENCY), Profile.AGENCY, at=now)
        stamp = KeyHandle("timestamp:1")
        chain = self.authority.ensure(stamp, Subject(name="示范市时间戳"), Profile.TIMESTAMP, at=now)
        self.timestamps = TimestampAuthority(
            signer=self.keystore.signer(stamp), chain=chain, clock=self.clock
        )
        self.speaker = Speaker(
            uscc=AGENCY,
            name="示范市行政审批服务局",
            signer=LocalSigner.generate(Algorithm.ES256),
            seal=seal,
        )
        self.pins = Pins(verifier=self.verifier.key, party=PARTY)
        self.book = ActivationBook(self.folder / "activations", SECRET)
        self.module = LocalActivationModule(self.keystore, self.book, pins=self.pins, clock=self.clock)
        self.keyring = Keyring(
            keystore=self.keystore,
            module=self.module,
            authority=self.authority,
            platform=self.speaker,
            clock=self.clock,
        )
        self.agency = Agency(
            speaker=self.speaker, administrative_code="990100", city="示范市", qr_host="localhost:8000"
        )
        self.workshop = Workshop(
            store=self.store,
            keyring=self.keyring,
            typesetter=self.typesetter,
            timestamps=self.timestamps,
            address=lambda agreement_id: f"http://localhost:8000/agreements/{agreement_id}",
        )
        log_signer = LocalSigner.generate(Algorithm.EDDSA)
        self.archive = Archive(store=self.store, origin=ORIGIN, log_signer=log_signer, clock=self.clock)
        self.press = Press(
            agency=self.agency,
            archive=self.archive,
            store=self.store,
            keystore=self.keystore,
            authority=self.authority,
            typesetter=self.typesetter,
            timestamps=self.timestamps,
            clock=self.clock,
        )
        self._settle()

    def _settle(self) -> None:
        with self.database.transaction() as session:
            for uscc, name in (
                (AGENCY, "示范市行政审批服务局"),
                (OWNER, "示范城市发展有限公司"),
                (CONTRACTOR, "示范建设集团有限公司"),
                (DESIGNER, "示范市建筑设计研究院有限公司"),
            ):
                register_organization(session, uscc=uscc, name=name, clock=self.clock)
            self.representative = self._member(session, "沈若华", "11010519491231002X", OWNER, Position.CLERK)
            self.engineer = self._member(session, "林知远", "34052419800101001X", DESIGNER, Position.ENGINEER)
            self.keeper = self._member(
                session, "周明哲", "990100198804120114", CONTRACTOR, Position.SEAL_KEEPER
            )
            self.director = self._member(
                session, "方致远", "990100197502150030", CONTRACTOR, Position.LEGAL_REPRESENTATIVE
            )

    def _member(self, session: Session, name: str, number: str, uscc: Uscc, position: Position) -> Person:
        citizen = CitizenNumber.parse(number)
        member = register_person(session, name=name, citizen_number=citizen, clock=self.clock)
        appoint(session, uscc=uscc, person=member.id, position=position, clock=self.clock)
        return member

    def office(self, uscc: Uscc, person: Person) -> None:
        """Make ``person`` legal representative of ``uscc``, in the place of whoever was."""
        with self.database.transaction() as session:
            for member in members(session, uscc):
                if member.position is Position.LEGAL_REPRESENTATIVE:
                    dismiss(
                        session,
                        uscc=uscc,
                        person=member.person,
                        position=Position.LEGAL_REPRESENTATIVE,
                        clock=self.clock,
                    )
            appoint(
                session,
                uscc=uscc,
                person=person.id,
                position=Position.LEGAL_REPRESENTATIVE,
                clock=self.clock,
            )

    def make_seal(self, mark: SealMark = COMPANY_SEAL) -> Seal:
        """Make a seal of the contractor, as its director, for its keeper."""
        with self.database.transaction() as session:
            return make_seal(
                session,
                organization=CONTRACTOR,
                mark=mark,
                keeper=self.keeper.id,
                by=self.director.id,
                keyring=self.keyring,
            )

    def change_seal(
        self, seal: Seal, action: SealAction, *, by: Person | None = None, filing_number: str = ""
    ) -> Seal:
        """Take one step in the life of a seal, as the contractor's director or as ``by``."""
        with self.database.transaction() as session:
            return change_seal(
                session,
                seal.id,
                action,
                by=(by or self.director).id,
                keyring=self.keyring,
                filing_number=filing_number,
            )

    def seal(self, mark: SealMark = COMPANY_SEAL, *, filing_number: str = FILING_NUMBER) -> Seal:
        """Make a seal of the contractor and put it in use."""
        made = self.make_seal(mark)
        self.change_seal(made, SealAction.FILE, filing_number=filing_number)
        return self.change_seal(made, SealAction.START)

    def slots(self) -> tuple[SlotDraft, ...]:
        """Owner and designer sign by a person, the contractor seals."""
        return (
            self.person_slot(OWNER, "建设单位", "owner", self.representative.id),
            SlotDraft(
                kind=SlotKind.SEAL, organization=CONTRACTOR, capacity_zh="施工单位", capacity_en="contractor"
            ),
            self.person_slot(DESIGNER, "设计单位", "design institute", self.engineer.id),
        )

    @staticmethod
    def person_slot(uscc: Uscc, zh: str, en: str, person: PersonId) -> SlotDraft:
        return SlotDraft(
            kind=SlotKind.PERSON, organization=uscc, capacity_zh=zh, capacity_en=en, person=person
        )

    def open(
        self,
        *,
        slots: tuple[SlotDraft, ...] | None = None,
        content: bytes | None = None,
        beside: tuple[bytes, ...] = (),
        expires_at: datetime | None = None,
        groups: tuple[Group, ...] = (),
    ) -> Agreement:
        with self.database.transaction() as session:
            contents = {"施工许可申请表.pdf": content or small_pdf()}
            contents |= {f"附件{number}.pdf": each for number, each in enumerate(beside, start=1)}
            frozen = [
                documents.freeze(session, self.store, each, name=name, clock=self.clock)
                for name, each in contents.items()
            ]
            return create(
                session,
                documents=frozen,
                store=self.store,
                title="施工许可联合申请",
                slots=self.slots() if slots is None else slots,
                by=OWNER,
                typesetter=self.typesetter,
                clock=self.clock,
                expires_at=expires_at,
                groups=groups,
            )

    def signer(self, opened: Agreement, slot: str) -> Person:
        person = opened.slot(slot).person
        return next((one for one in (self.representative, self.engineer) if one.id == person), self.keeper)

    def approve(self, person: Person, action: Action, subject: Digest) -> Approval:
        with self.database.transaction() as session:
            asked = challenges.issue(
                session,
                person=person.id,
                action=action,
                subject=subject,
                clock=self.clock,
                random=self.random,
            )
            challenges.consume(
                session, asked.id, person=person.id, action=action, subject=subject, clock=self.clock
            )
            verdict = Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5)
            return approve(
                session,
                challenge=asked,
                verdict=verdict,
                known=lock_slot_of(session, asked, keystore=self.keystore),
                issuer=AGENCY.text,
                signer=self.verifier,
                clock=self.clock,
            )

    def approve_slot(self, opened: Agreement, slot: str) -> Approval:
        action = opened.slot(slot).kind.action
        return self.approve(self.signer(opened, slot), action, opened.slot(slot).subject)

    def sign(self, opened: Agreement, slot: str, *, approval: Approval | None = None) -> Signature:
        shown = approval or self.approve_slot(opened, slot)
        with self.database.transaction() as session:
            return sign_slot(
                session,
                agreement_id=opened.id,
                slot_id=slot,
                approval=shown,
                verifier=self.verifier,
                keyring=self.keyring,
            )

    def signed_by_all(self, *beside: bytes) -> Agreement:
        """The usual agreement, with further documents ``beside`` the first, signed by every party."""
        self.seal()
        opened = self.open(beside=beside)
        for slot in opened.slots:
            self.sign(opened, slot.id)
        return self.read(opened.id)

    def signed_by_owner(self) -> Agreement:
        """The cheapest complete agreement: one slot, signed."""
        opened = self.open(slots=self.slots()[:1])
        self.sign(opened, "1")
        return self.read(opened.id)

    def read(self, agreement_id: UUID) -> Agreement:
        with self.database.transaction() as session:
            return agreement(session, agreement_id)

    def application(self, signed: Agreement, **fields: str) -> Application:
        return Application(
            certificate_type=certificate_type("construction-permit"),
            agreement=signed.id,
            holder=OWNER,
            fields={**FIELDS, **fields},
            valid_from=date(2026, 5, 2),
        )


@pytest.fixture
def town(database: Database, typesetter: Typesetter, tmp_path: Path) -> Town:
    return Town(database, typesetter, tmp_path)
