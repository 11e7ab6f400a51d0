"""Issuing: register, print and seal, publish; each step is taken up again after a crash.

1. register: number, statement and QR code, in one transaction;
2. print: the page with its fields and its QR code (typst), sealed by the agency (PAdES, LTA), no transaction;
3. publish: the PDF's digest is stated as the fact ``certificate-change`` with the action ``issued``.

    certificate = issue(database, application, press=press)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from pyhanko.sign.timestamps import TimeStamper
from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.certificate_types import CertificateType, ValidityRule
from evidence.clock import EPOCH, Clock
from evidence.digest import Digest
from evidence.errors import Refused, Term
from evidence.statement import StatementType
from evidence.statuslist import CertificateState
from ledger.database import Database
from signing.certificate_changes import locked
from signing.certificate_enclosures import enclosures
from signing.certificate_registration import Application, register
from signing.certificate_succession import take_over
from signing.certificate_types import arrange
from signing.certificates import Agency, Certificate, CertificateId, certificate
from signing.exhibits import Archive
from signing.key_certificates import Revocation, check_standing, revocations
from signing.keystore import KeyStore
from signing.objects import ObjectStore
from signing.pdf import SigningParty, VisibleStamp, add_closing_seal
from signing.pdf_attachment import Attachment
from signing.pki import Authority
from signing.rendering import CertificateSheet, PrintedField, Remark, render_certificate
from signing.stamps import Stamp, chinese_day, organization_seal
from signing.tables import CertificateChangeRow, CertificateRow
from signing.typesetting import Typesetter, TypesettingFailed

ISSUED = "issued"


@dataclass(frozen=True, kw_only=True)
class Press:
    """What an agency issues certificates with; a demonstration prints ``samples``, and they say so."""

    agency: Agency
    store: ObjectStore
    keystore: KeyStore
    authority: Authority
    typesetter: Typesetter
    timestamps: TimeStamper
    clock: Clock
    archive: Archive
    samples: bool = False


class CertificateOverfull(Refused):
    """The values are so long that they do not fit the page. Facts: ``certificate_type``."""

    code = "certificate-overfull"
    zh = "内容太多，“{certificate_type}”一页印不下；请缩短较长的栏目后再签发。"
    en = "The values do not fit the one page of a {certificate_type}; shorten the long ones, then issue it."


def issue(database: Database, application: Application, *, press: Press) -> Certificate:
    """Issue a certificate, or finish issuing the one that the same application registered before.

    Raises:
        The refusals of ``register``.
        The refusals of ``check_printable``; nothing was registered.
    """
    check_printable(application.certificate_type, application.fields, press=press)
    with database.transaction() as session:
        registered = register(session, application, agency=press.agency, clock=press.clock)
    return finish_issue(database, registered, press=press)


def check_printable(type_: CertificateType, fields: Mapping[str, str], *, press: Press) -> None:
    """Set the page of a certificate that has no number yet: what cannot be printed is not registered.

    Raises:
        CertificateFieldMissing, CertificateFieldUnknown, CertificateFieldTooLong, HiddenCharacter, …: see
            ``arrange``.
        GlyphMissing: the font lacks a character of a value.
        CertificateOverfull: the values do not fit the page.
    """
    trial_page(type_, fields, qr=press.agency.qr_host, press=press)


def trial_page(type_: CertificateType, fields: Mapping[str, str], *, qr: str, press: Press) -> bytes:
    """Return the page of a certificate that has no number yet, with a code of the text ``qr``, unsealed.

    Raises:
        The refusals of ``check_printable``.
    """
    now = press.clock.now()
    sheet = _sheet(
        type_,
        arrange(type_, fields),
        number=type_.numbering.form,
        licence_id=type_.numbering.licence,
        term=(now.date(), now.date()),
        issued_at=now,
        qr=qr,
        press=press,
    )
    try:
        return render_certificate(press.typesetter, sheet).content
    except TypesettingFailed as error:
        raise CertificateOverfull(certificate_type=Term(type_.zh, type_.en)) from error


def finish_issue(database: Database, registered: Certificate, *, press: Press) -> Certificate:
    """Print, seal and publish a registered certificate; a published one is returned as it is.

    Raises:
        KeyRevoked: the certificate of the agency's seal was revoked.
    """
    if registered.pdf is not None:
        return registered
    with database.transaction() as session:
        check_standing(session, press.agency.speaker.seal)
        revoked = revocations(session)
        enclosed = enclosures(session, registered, archive=press.archive)
    stored = press.store.put(print_certificate(registered, enclosed, press=press, revoked=revoked))
    with database.transaction() as session:
        issued = publish(session, registered.id, stored, agency=press.agency, clock=press.clock)
    if issued.pdf != stored:  # somebody else printed it meanwhile: no erasure would find this one
        press.store.remove(stored)
    return issued


def unpublished(session: Session, agency: Agency) -> tuple[Certificate, ...]:
    """Return the certificates whose issuing was interrupted, the oldest first."""
    query = select(CertificateRow.id).where(
        CertificateRow.agency == agency.speaker.uscc.text, CertificateRow.pdf.is_(None)
    )
    ids = session.scalars(query.order_by(CertificateRow.created_at)).all()
    return tuple(certificate(session, id_) for id_ in ids)


def print_certificate(
    registered: Certificate,
    enclosed: Sequence[Attachment] = (),
    *,
    press: Press,
    revoked: Sequence[Revocation] = (),
    remark: Remark | None = None,
) -> bytes:
    """Return the PDF of a certificate: its page with the QR code and what is enclosed, sealed by the agency.

    It is PDF/A-3 (level b). ``revoked`` stands in the revocation list that is put into it. With a ``remark``
    it is a copy.
    """
    speaker, now = press.agency.speaker, press.clock.now()
    type_ = registered.type
    sheet = _sheet(
        type_,
        {entry.name: entry.value for entry in registered.entries},
        number=registered.number,
        licence_id=registered.licence_id,
        term=(registered.valid_from, registered.valid_until),
        issued_at=registered.registered_at,
        qr=registered.qr if remark is None else remark.qr,
        press=press,
    )
    rendered = render_certificate(press.typesetter, replace(sheet, remark=remark))
    seal = _seal(press.typesetter, speaker.name)
    return add_closing_seal(
        rendered.content,
        party=SigningParty(
            signer=press.keystore.signer(speaker.seal), chain=press.keystore.chain(speaker.seal)
        ),
        timestamps=press.timestamps,
        revocation_lists=press.authority.lists_in_pdfs(at=now, revoked=revoked),
        reason=f"签发{type_.zh}" if remark is None else f"制作{type_.zh}加注件",
        at=now,
        visible=VisibleStamp(stamp=seal, box=rendered.seal_box),
        field="agency-seal",
        attachments=enclosed,
    )


@lru_cache(maxsize=4)
def _seal(typesetter: Typesetter, name: str) -> Stamp:
    """The picture of a seal says nothing of the moment, so that one serves every certificate."""
    return organization_seal(typesetter, name=name, at=EPOCH)


def _sheet(
    type_: CertificateType,
    values: Mapping[str, str],
    *,
    number: str,
    licence_id: str,
    term: tuple[date, date | None],
    issued_at: datetime,
    qr: str,
    press: Press,
) -> CertificateSheet:
    return CertificateSheet(
        face=type_.face,
        title=type_.zh,
        grant=type_.grant,
        notes=type_.notes,
        number=number,
        licence_id=licence_id,
        fields=(*_printed(type_, values), *_validity(type_, *term)),
        agency=press.agency.speaker.name,
        issued_at=issued_at,
        qr=qr,
        sample=press.samples,
    )


def _printed(type_: CertificateType, values: Mapping[str, str]) -> Iterator[PrintedField]:
    for field in type_.fields:
        if field.name in values:
            yield PrintedField(label=field.zh, value=values[field.name], paired=field.paired)


def _validity(type_: CertificateType, first: date, last: date | None) -> Iterator[PrintedField]:
    """The term, where the type's rule sets one; of the others the fields say what there is to say."""
    if type_.validity is ValidityRule.YEARS and last is not None:
        yield PrintedField(label="有效期", value=f"{chinese_day(first)}至{chinese_day(last)}")


def publish(
    session: Session, certificate_id: CertificateId, pdf: Digest, *, agency: Agency, clock: Clock
) -> Certificate:
    """State that the certificate is issued as ``pdf``; publishing again keeps the first PDF.

    A next version then takes the place of the one before it.

    Raises:
        CertificateUnknown: there is no such certificate.
    """
    row = session.get(
        CertificateRow, certificate_id, with_for_update={"key_share": True}, populate_existing=True
    )
    found = certificate(session, certificate_id)
    if row is None or row.pdf is not None:
        return found
    before = (
        None if row.previous is None else locked(session, row.previous)
    )  # ahead of the log, as in ``change``
    now = clock.now()
    body: dict[str, Value] = {
        "action": ISSUED,
        "certificate": found.statement,
        "licence_id": found.licence_id,
        "version": 1,
        "state": int(CertificateState.NONE),
        "reason": 0,
        "files": [pdf.value],
    }
    fact = agency.speaker.record(
        session, StatementType.CERTIFICATE_CHANGE, body, at=now, after=(found.statement,)
    )
    row.pdf, row.issued_change = pdf.value, fact.digest
    session.add(
        CertificateChangeRow(
            certificate=row.id,
            version=1,
            action=ISSUED,
            state=CertificateState.NONE,
            reason=0,
            statement=fact.digest,
            changed_at=now,
        )
    )
    session.flush()
    if before is None:
        return replace(found, pdf=pdf, issued_change=fact.digest)
    take_over(session, row, before, agency=agency, clock=clock)
    return certificate(session, certificate_id)
