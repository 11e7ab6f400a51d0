"""Whatever is changed in an assembled PDF, the evidence refuses it by its check of files.

PDF readers, which see the file alone, are asked beside it: what they cannot see stands in the tests' names.
"""

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from evidence.bundle import Bundle
from ledger import roles
from ledger.database import Database
from signing.agreement_bundles import bundle
from signing.agreements import Agreement
from signing.asn1_signature import to_asn1
from signing.assembly import assemble
from signing.evidence_pack import zipped
from signing.pdf_document import STRUCTURE_ERRORS
from signing.typesetting import Typesetter
from tests.databases import lent_database
from tests.signing import tampered_pdf as tampered
from verify.checks import Outcome
from verify.pack import BUNDLE, verify_pack
from verify.report import Report
from verify.trust import TrustAnchors

from .conftest import Town
from .handed_over import archive_of, take_checkpoint, trust

ROOT = Path(__file__).parents[3]
EXCHANGED = {"files": Outcome.FAILED, "documents": Outcome.INDETERMINATE}
SIGNATURES = 4


@dataclass(frozen=True)
class Handed:
    """An agreement over a forger's document: its PDF, its bundle without the PDF, and who checks it."""

    town: Town
    signed: Agreement
    pdf: bytes
    bundle: bytes
    trust: TrustAnchors

    def pack(self, pdf: bytes) -> bytes:
        return zipped({BUNDLE: self.bundle, "signed.pdf": pdf})

    def report(self, pdf: bytes) -> Report:
        return verify_pack(self.pack(pdf), self.trust, as_of=self.town.clock.now())

    def not_passed(self, pdf: bytes) -> dict[str, Outcome]:
        return {
            check.name: check.outcome
            for check in self.report(pdf).checks
            if check.outcome is not Outcome.PASSED and check.name != "anchor"
        }

    def pyhanko_accepts(self, pdf: bytes) -> bool:
        """Whether pyHanko finds every signature good, and nothing after the last but what proves it."""
        root = to_asn1(self.town.authority.root)
        moment = self.town.clock.now()
        context = ValidationContext(trust_roots=[root], moment=moment, revocation_mode="soft-fail")
        try:
            found = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
            held = [validate_pdf_signature(each, context, context) for each in found]
        except (*STRUCTURE_ERRORS, SignatureValidationError):  # a reader that gives up accepts nothing
            return False
        return len(held) >= SIGNATURES and all(each.bottom_line for each in held)

    def pdfsig_accepts(self, pdf: bytes, folder: Path) -> bool:
        """Whether poppler does."""
        (folder / "tampered.pdf").write_bytes(pdf)
        ran = subprocess.run(
            ["pdfsig", "-nocert", "tampered.pdf"], cwd=folder, capture_output=True, check=False
        )
        said = ran.stdout.decode(errors="replace")
        valid = said.count("Signature Validation: Signature is Valid.")
        return valid >= SIGNATURES and said.count("Signature #") == valid


def hand_over(town: Town) -> Handed:
    town.seal()
    opened = town.open(content=tampered.prepared_by_a_forger())
    for slot in opened.slots:
        town.sign(opened, slot.id)
    job = assemble(town.database, opened.id, workshop=town.workshop)
    (result,) = job.results
    archive = archive_of(town)
    take_checkpoint(town, archive)
    whole = Bundle.decode(bundle(town.database, opened.id, archive=archive))
    pdf = town.store.get(result)
    kept = {digest: file for digest, file in whole.files.items() if file != pdf}
    encoded = replace(whole, files=kept).encode()
    anchors = TrustAnchors.parse(trust(town, archive).to_json())
    return Handed(town, town.read(opened.id), pdf, encoded, anchors)


@pytest.fixture(scope="module")
def handed(typesetter: Typesetter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handed]:
    """Every test alters a copy of the file; what the town holds stays."""
    with lent_database() as url:
        database = Database(roles.acting(url, roles.WORKING))
        yield hand_over(Town(database, typesetter, tmp_path_factory.mktemp("handed")))
        database.close()


def test_the_untouched_pdf_holds_for_everybody(handed: Handed, tmp_path: Path) -> None:
    assert handed.not_passed(handed.pdf) == {}
    assert handed.pyhanko_accepts(handed.pdf)
    assert handed.pdfsig_accepts(handed.pdf, tmp_path)


def test_what_is_appended_after_signing_is_refused(handed: Handed) -> None:
    for name, content in tampered.appended(handed.pdf, PdfFileReader(BytesIO(handed.pdf))):
        assert handed.not_passed(content) == EXCHANGED, name
        assert not handed.pyhanko_accepts(content), name


def test_signatures_moved_or_spread_over_less_are_refused(handed: Handed, tmp_path: Path) -> None:
    for name, content in tampered.moved(handed.pdf):
        assert handed.not_passed(content) == EXCHANGED, name
        assert not handed.pyhanko_accepts(content), name
        assert not handed.pdfsig_accepts(content, tmp_path), name


@pytest.mark.parametrize("more", [b" ", b"\n%%EOF\n"])
def test_what_only_makes_the_file_longer_is_refused(handed: Handed, more: bytes) -> None:
    assert handed.not_passed(handed.pdf + more) == EXCHANGED


def test_bytes_turned_anywhere_are_refused(handed: Handed) -> None:
    for name, content in tampered.flipped(handed.pdf, count=100):
        assert handed.not_passed(content) == EXCHANGED, name


@pytest.mark.slow
def test_bytes_turned_at_2000_places_are_refused(handed: Handed) -> None:
    for name, content in tampered.flipped(handed.pdf, count=2000):
        assert handed.not_passed(content) == EXCHANGED, name


def test_a_filler_byte_of_the_seal_is_seen_by_the_evidence_alone(handed: Handed, tmp_path: Path) -> None:
    place = tampered.padding_of_the_seal(handed.pdf)
    assert handed.pdf[place : place + 1] == b"0"
    content = handed.pdf[:place] + b"1" + handed.pdf[place + 1 :]
    assert handed.not_passed(content) == EXCHANGED
    assert handed.pdfsig_accepts(content, tmp_path)


def test_a_seal_taken_away_is_seen_by_the_evidence(handed: Handed, tmp_path: Path) -> None:
    content = tampered.without_the_seal(handed.pdf)
    assert handed.not_passed(content) == EXCHANGED
    assert not handed.pdfsig_accepts(content, tmp_path)  # it counts one signature less


def test_the_signed_pdf_of_another_agreement_over_the_same_document_is_refused(handed: Handed) -> None:
    town = handed.town
    opened = town.open(content=tampered.prepared_by_a_forger())
    for slot in opened.slots:
        town.sign(opened, slot.id)
    job = assemble(town.database, opened.id, workshop=town.workshop)
    (result,) = job.results
    assert handed.not_passed(town.store.get(result)) == EXCHANGED


CHECK = """
import { readFileSync } from "node:fs";
import { verifyAgreement } from "./verifier/agreement.js";
import { parseTrust } from "./verifier/verify.js";
const { trust, asOf, packs } = JSON.parse(readFileSync("cases.json", "utf8"));
const pinned = await parseTrust(new TextEncoder().encode(trust));
const reports = [];
for (const pack of packs) {
  const bytes = Uint8Array.from(Buffer.from(pack, "base64"));
  reports.push(await verifyAgreement(bytes, pinned, { asOf: new Date(asOf) }));
}
console.log(JSON.stringify(reports));
"""


def test_the_browser_says_the_same_of_a_sample(handed: Handed, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node
    reader = PdfFileReader(BytesIO(handed.pdf))
    sample = [("untouched", handed.pdf), *tampered.flipped(handed.pdf, count=12)]
    sample += [*tampered.appended(handed.pdf, reader), *tampered.moved(handed.pdf)]
    shutil.copytree(ROOT / "api/static/js/verifier", tmp_path / "verifier")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "check.js").write_text(CHECK)
    cases = {
        "trust": handed.trust.to_json().decode(),
        "asOf": handed.town.clock.now().isoformat(),
        "packs": [b64encode(handed.pack(content)).decode() for _, content in sample],
    }
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    ran = subprocess.run([node, "check.js"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for (name, content), said in zip(sample, json.loads(ran.stdout), strict=True):
        assert said == json.loads(handed.report(content).to_json()), name
