"""The figures of joint signing: twenty parties at once, their sealed PDF, and serial pyHanko beside it.

Each peer's key has signed nothing before and its certificate is made before the clock starts.
"""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from identity.approvals import Approval
from identity.challenges import Action
from identity.members import Position, appoint
from identity.people import Person, register_person
from ledger.database import Database
from signing.agreements import Agreement
from signing.asn1_signature import to_asn1
from signing.assembly import assemble
from signing.keystore import KeyHandle
from signing.pki import Subject
from signing.profiles import Profile
from signing.pyhanko_adapter import PartySigner, SigningParty
from signing.typesetting import Typesetter
from tests.api.newcomers import numbered_citizen
from tests.bench.city import open_city
from tests.bench.harness import Figures, Row
from tests.signing.joint.conftest import OWNER, Town
from tests.signing.joint.small_pdf import small_pdf

PARTIES = 20
MOMENTS_S = 2.0
"""The aim: everybody's legal moment within two seconds of each other's click."""

SEALED_S = 10.0
PEER = "pyHanko, serial, the same keys"


def run(figures: Figures) -> None:
    """Take all figures on a database of its own."""
    parties = 3 if figures.quick else PARTIES
    with (
        open_city() as city,
        city.database() as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        _Bench(figures, parties, Town(database, Typesetter(), Path(folder)), database).run()


class _Bench:
    def __init__(self, figures: Figures, parties: int, town: Town, database: Database) -> None:
        self._figures, self._parties, self._town, self._database = figures, parties, town, database
        self._original = small_pdf()

    def run(self) -> None:
        people = [self._person(number) for number in range(self._parties)]
        opened, approvals = self._ready(people)
        began = time.monotonic()
        with ThreadPoolExecutor(self._parties) as phones:
            moments = list(phones.map(lambda slot: self._signed(opened, slot, approvals[slot]), approvals))
        all_signed = max(moments) - began
        job = assemble(self._database, opened.id, workshop=self._town.workshop)
        sealed = time.monotonic() - began
        if not job.results:
            raise ValueError(job)
        pdf = self._town.store.get(job.results[0])
        plain, serial = self._by_pyhanko(people)
        number = self._parties
        add = self._figures.add
        add(Row(f"{number} parties at once, first to last legal moment", all_signed, "s", most=MOMENTS_S))
        add(Row("detached signatures", number / all_signed, "1/s", PEER, number / serial))
        add(Row(f"{number} parties, click to sealed PDF", sealed, "s", PEER, serial, most=SEALED_S))
        each = (sealed - all_signed) / number * 1000
        add(Row("assembly for each party, the seal shared", each, "ms", PEER, serial / number * 1000))
        grown, theirs = ((len(content) - len(self._original)) / number / 1000 for content in (pdf, plain))
        add(Row("growth of the PDF for each party, the seal shared", grown, "kB", PEER, theirs))
        for count in (1, 3, 20):
            if count <= number:
                ours, theirs = self._validation(pdf, count), self._validation(plain, count)
                add(Row(f"validation of {count} signatures by pyHanko", ours, "ms", PEER, theirs))
            else:
                self._figures.skip(f"validation of {count} signatures: {number} parties signed")

    def _person(self, number: int) -> Person:
        with self._database.transaction() as session:
            found = register_person(
                session,
                name=f"签署人{number}",
                citizen_number=numbered_citizen(number),
                clock=self._town.clock,
            )
            appoint(session, uscc=OWNER, person=found.id, position=Position.CLERK, clock=self._town.clock)
            return found

    def _ready(self, people: list[Person]) -> tuple[Agreement, dict[str, Approval]]:
        """Open the agreement, and let everybody be recognised: what is measured begins at the click."""
        drafts = tuple(Town.person_slot(OWNER, "当事人", "party", each.id) for each in people)
        opened = self._town.open(slots=drafts, content=self._original)
        approvals = {
            slot.id: self._town.approve(person, Action.SIGN, slot.subject)
            for slot, person in zip(opened.slots, people, strict=True)
        }
        return opened, approvals

    def _signed(self, opened: Agreement, slot: str, approval: Approval) -> float:
        self._town.sign(opened, slot, approval=approval)
        return time.monotonic()

    def _by_pyhanko(self, people: list[Person]) -> tuple[bytes, float]:
        """Let each person sign after the other with a timestamp; give the PDF and the seconds."""
        town = self._town
        keys = [KeyHandle(f"bench:{number}") for number in range(len(people))]
        chains = [
            town.authority.ensure(key, Subject(person.name), Profile.PERSON, at=town.clock.now())
            for key, person in zip(keys, people, strict=True)
        ]
        content = self._original
        began = time.monotonic()
        for number, (key, chain) in enumerate(zip(keys, chains, strict=True)):
            metadata = signers.PdfSignatureMetadata(
                field_name=f"party-{number}", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
            )
            signer = PartySigner(SigningParty(signer=town.keystore.signer(key), chain=chain))
            writer = IncrementalPdfFileWriter(BytesIO(content))
            signed = signers.sign_pdf(writer, metadata, signer, timestamper=town.timestamps)
            content = bytes(signed.getvalue())
        return content, time.monotonic() - began

    def _validation(self, content: bytes, count: int) -> float:
        self._validate(content, 1)
        return _milliseconds(lambda: self._validate(content, count))

    def _validate(self, content: bytes, count: int) -> None:
        root, moment = to_asn1(self._town.authority.root), self._town.clock.now()
        context = ValidationContext(
            trust_roots=[root], moment=moment, revocation_mode="soft-fail", allow_fetching=False
        )
        for signature in PdfFileReader(BytesIO(content)).embedded_regular_signatures[:count]:
            if not validate_pdf_signature(signature, context, context).bottom_line:
                raise ValueError(signature.field_name)


def _milliseconds(act: Callable[[], None]) -> float:
    began = time.monotonic()
    act()
    return (time.monotonic() - began) * 1000
