"""The evidence pack for a court: one ZIP with a readable report and all that it rests on.

    report.pdf            who signed, for whom, when, by what authority; the verifier's result; how to check
    evidence.bundle       the evidence bundle of the agreement (``signing.agreement_bundles``)
    original.pdf, signed.pdf, manifest.cbor, signatures/*.p7s
                          of several documents original-1.pdf, signed-1.pdf, and so on
    certificates/root.pem, certificates/others.pem
    status/*.crl, status/*.ocsp, timestamps/*.tst     out of the sealed PDFs, as of their sealing
    texts/*.cbor          what parties wrote into text fields, with its salt (``signing.slot_texts``)
    receipts/*.cose       the log's receipts, by the number of the entry
    national/*            where they were made, signatures by SM2 (``signing.national_pack``)
    verification.json     the verifier's report on the bundle

What the bundle does not name already, a fact of its own does ("packed"), so that every file beside the bundle
has its digest in it: the verifier finds an altered file by its check of files (``verify.pack``). A pack that
is asked for again is made anew, as of then.

    data = pack(database, agreement_id, maker=maker)
"""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from evidence.bundle import Bundle
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.errors import Refused
from evidence.receipt import read_receipt
from evidence.statement import StatementType
from ledger import checkpoints
from ledger.database import Database
from signing.agreement_bundles import bundle
from signing.agreements import Agreement, agreement
from signing.cades import read_envelope
from signing.exhibits import Archive
from signing.national_pack import national_files
from signing.national_signatures import national_signatures
from signing.pack_report import read_report, render_report
from signing.pdf_evidence import Carried, carried
from signing.signatures import Signature, signatures
from signing.slot_texts import texts_by_slot
from signing.speaker import Speaker
from signing.typesetting import Typesetter
from verify.bundle import verify_bundle
from verify.pack import BUNDLE
from verify.trust import TrustAnchors

REPORT = "report.pdf"
_READABLE = 0o644
_ZIP_BEGINS = (1980, 1, 1, 0, 0, 0)  # a ZIP knows no earlier date; what is inside has its own


class PackTooEarly(Refused):
    """The document with everybody's signature is not there yet."""

    code = "pack-too-early"
    zh = "签署 {agreement} 的已签文件尚未合成，还不能出具司法证据包；请待合成后再下载。"
    en = "The signed document of agreement {agreement} is not assembled yet; ask for the pack after that."


class PackOfVoided(Refused):
    """The agreement was voided before a document with everybody's signature was made."""

    code = "pack-of-voided"
    zh = "签署 {agreement} 在已签文件合成前已作废，没有司法证据包；请在签署页面下载证据包。"
    en = "Agreement {agreement} was voided before it was assembled; fetch its evidence bundle instead."


@dataclass(frozen=True, kw_only=True)
class PackMaker:
    """What packs are made with: the archive, who states what was packed, and what the verifier trusts."""

    archive: Archive
    platform: Speaker
    typesetter: Typesetter
    trust: TrustAnchors


def pack(database: Database, agreement_id: UUID, *, maker: PackMaker) -> bytes:
    """Return the pack of an assembled agreement as of now, a ZIP; a fact says that it was made.

    Raises:
        AgreementUnknown: there is no such agreement.
        PackTooEarly, PackOfVoided: it is not assembled, or never will be.
        ObjectMissing, ObjectAltered: the store lost a file.
    """
    archive = maker.archive
    with database.transaction() as session:
        found = agreement(session, agreement_id)
        if not found.results:
            early = PackTooEarly if found.ended is None else PackOfVoided
            raise early(agreement=agreement_id)
        signed = signatures(session, agreement_id)
        national = national_signatures(session, agreement_id)
        written = texts_by_slot(session, agreement_id)
        _cover(session, archive)
    originals = [archive.store.get(document) for document in found.documents]
    sealed = [archive.store.get(result) for result in found.results]
    inside = carried(*zip(originals, sealed, strict=True))
    encoded = bundle(database, agreement_id, archive=archive)
    now = archive.clock.now()
    verified = verify_bundle(encoded, maker.trust, as_of=now)
    files = {
        **_each("original", originals),
        **_each("signed", sealed),
        "manifest.cbor": found.manifest_bytes,
        **{f"signatures/{each.slot}.p7s": each.cms for each in signed},
        **dict(_certificates(signed, inside)),
        **_numbered("status", "crl", inside.revocation_lists),
        **_numbered("status", "ocsp", inside.ocsp_responses),
        **_numbered("timestamps", "tst", [each.token for each in inside.timestamps]),
        **{f"texts/{slot}.cbor": each.encode() for slot, each in written.items()},
        **dict(_receipts(encoded)),
        **national_files(national),
        "verification.json": verified.to_json(),
    }
    with database.transaction() as session:
        read = read_report(session, found, carried=inside, at=now)
    report = render_report(maker.typesetter, read, files=files, verified=verified)
    files = {REPORT: report, **files}
    packed = _state(database, found, files, maker)
    whole = bundle(database, agreement_id, archive=archive, packed=packed)
    return zipped({REPORT: report, BUNDLE: whole, **files})


def _each(name: str, contents: Sequence[bytes]) -> dict[str, bytes]:
    """Name the PDFs of each document; the only one needs no number."""
    if len(contents) == 1:
        return {f"{name}.pdf": contents[0]}
    return {f"{name}-{number}.pdf": content for number, content in enumerate(contents, start=1)}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of ``files`` as they are, not compressed: most of them would not get smaller."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, _ZIP_BEGINS)
            member.external_attr = _READABLE << 16
            archive.writestr(member, content)
    return out.getvalue()


def _cover(session: Session, archive: Archive) -> None:
    """See that a checkpoint covers all that the pack shows: a receipt without one proves too little."""
    checkpoints.take(session, origin=archive.origin, signer=archive.log_signer, clock=archive.clock)


def _state(database: Database, found: Agreement, files: Mapping[str, bytes], maker: PackMaker) -> bytes:
    """State what was packed; give the digest of the fact."""
    digests = sorted({sha256(content).value for content in files.values()})
    body: dict[str, Value] = {
        "action": "packed",
        "agreement": found.id.bytes,
        "completed": found.fact,
        "files": [*digests],
    }
    after = () if found.fact is None else (found.fact,)
    with database.transaction() as session:
        at = maker.archive.clock.now()
        fact = maker.platform.record(session, StatementType.AGREEMENT, body, at=at, after=after)
        _cover(session, maker.archive)
    return fact.digest


def _certificates(signed: tuple[Signature, ...], inside: Carried) -> Iterator[tuple[str, bytes]]:
    """Give the roots, and the other certificates, of parties, authorities and what the PDF carries."""
    found = dict.fromkeys(inside.certificates)
    for each in signed:
        envelope = read_envelope(each.cms)
        found |= dict.fromkeys((envelope.certificate, *envelope.others))
    roots = [each for each in found if each.issuer == each.subject]
    yield "certificates/root.pem", _pem(roots)
    yield "certificates/others.pem", _pem([each for each in found if each not in roots])


def _pem(certificates: list[x509.Certificate]) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def _numbered(folder: str, ending: str, contents: Sequence[bytes]) -> dict[str, bytes]:
    return {f"{folder}/{place}.{ending}": content for place, content in enumerate(contents, start=1)}


def _receipts(encoded: bytes) -> Iterator[tuple[str, bytes]]:
    for exhibit in Bundle.decode(encoded).exhibits:
        yield f"receipts/{read_receipt(exhibit.receipt).index}.cose", exhibit.receipt
