"""A document that outsiders signed before it came here: their signatures stay valid under ours."""

import re
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing import pki
from signing.asn1_signature import to_asn1
from signing.assembly import assemble
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.pdf import signed_fields
from signing.pdf_document import DocumentLocked
from signing.pki import Authority, Subject
from signing.profiles import Profile
from signing.pyhanko_adapter import PartySigner, SigningParty
from signing.rehearsal import EarlierSignatureBroken

from .conftest import NOW, Town
from .small_pdf import small_pdf

NOTARY = KeyHandle("notary")


@pytest.fixture(name="outside")
def outside_authority() -> tuple[MemoryKeyStore, Authority]:
    """Another city's keys and authority."""
    keystore = MemoryKeyStore()
    return keystore, pki.found(keystore, city="邻市", at=NOW)


def signed_outside(outside: tuple[MemoryKeyStore, Authority], *, certified: MDPPerm | None = None) -> bytes:
    """A PDF that a notary of another city signed, by pyHanko alone."""
    keystore, authority = outside
    chain = authority.ensure(NOTARY, Subject("邻市公证处"), Profile.PERSON, at=NOW)
    metadata = signers.PdfSignatureMetadata(
        field_name="Notary",
        md_algorithm="sha256",
        certify=certified is not None,
        docmdp_permissions=certified or MDPPerm.FILL_FORMS,
    )
    signer = PartySigner(SigningParty(signer=keystore.signer(NOTARY), chain=chain))
    writer = IncrementalPdfFileWriter(BytesIO(small_pdf(mark="from elsewhere")))
    return bytes(signers.sign_pdf(writer, metadata, signer).getvalue())


def test_an_outside_signature_stays_valid_under_ours(
    town: Town, outside: tuple[MemoryKeyStore, Authority], tmp_path: Path
) -> None:
    content = signed_outside(outside)
    town.seal()
    opened = town.open(content=content)
    for slot in opened.slots:
        town.sign(opened, slot.id)
    job = assemble(town.database, opened.id, workshop=town.workshop)
    (result,) = job.results
    whole = town.store.get(result)
    assert whole.startswith(content)
    assert signed_fields(whole) == ("Notary", "slot-1", "slot-2", "slot-3", "closing-seal")
    roots = [to_asn1(root) for root in (outside[1].root, town.authority.root)]
    for signature in PdfFileReader(BytesIO(whole)).embedded_regular_signatures:
        trusted = ValidationContext(trust_roots=roots, moment=town.clock.now(), revocation_mode="soft-fail")
        assert validate_pdf_signature(signature, trusted, trusted).bottom_line, signature.field_name
    (tmp_path / "whole.pdf").write_bytes(whole)
    said = subprocess.run(
        ["pdfsig", "-nocert", "whole.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    assert re.findall(r"Signature Validation: (.*)", said) == ["Signature is Valid."] * 5


def test_a_document_that_an_outsider_locked_is_refused(
    town: Town, outside: tuple[MemoryKeyStore, Authority]
) -> None:
    with pytest.raises(DocumentLocked):
        town.open(content=signed_outside(outside, certified=MDPPerm.NO_CHANGES))


@pytest.mark.parametrize("certified", [MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE])
def test_a_certification_that_our_signatures_would_break_is_named(
    town: Town, outside: tuple[MemoryKeyStore, Authority], certified: MDPPerm
) -> None:
    with pytest.raises(EarlierSignatureBroken) as refused:
        town.open(content=signed_outside(outside, certified=certified))
    assert refused.value.facts == {"place": 1}
