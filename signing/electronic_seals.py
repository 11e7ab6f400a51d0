"""An organization's seal as an electronic seal of GB/T 38540: made once, when it first signs so, and kept.

The picture is the seal as it stands on pages, with its filing number along the lower arc; the name is the
seal's; the one signer whom it lists is the seal's own SM2 key. Whether the seal is in use stays with
``signing.seals``. One that lists another key than the seal has now, as after a loss of keys, is made anew.

    encoded = electronic_seal(database, seal_id, chain=chain, national=national, typesetter=setter, at=now)
"""

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Base, Database
from signing.national_authority import NationalAuthority
from signing.pki import Chain
from signing.seals import Seal, seal
from signing.ses_forms import SealForm
from signing.ses_refusals import SignerNotInSeal
from signing.ses_seal import SealFacts, SealKind, SealPicture, make_seal, read_seal, whole_second
from signing.stamps import MILLIMETRE, SEAL_DIAMETER, seal_picture
from signing.typesetting import Typesetter

VENDOR = "yinxin"


class ElectronicSealRow(Base):
    """A seal's electronic seal, SESeal in DER."""

    __tablename__ = "electronic_seals"
    seal: Mapped[UUID] = mapped_column(ForeignKey("seals.id"), primary_key=True)
    encoded: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def electronic_seal(
    database: Database,
    seal_id: UUID,
    *,
    chain: Chain,
    national: NationalAuthority,
    typesetter: Typesetter,
    at: datetime,
) -> bytes:
    """Return the electronic seal of ``seal_id``, DER, which lists the first certificate of ``chain``.

    Raises:
        SealUnknown: there is no such seal.
        GlyphMissing: its name cannot be drawn.
    """
    with database.transaction() as session:
        found, kept = seal(session, seal_id), _kept(session, seal_id, chain)
    if kept is not None:
        return kept
    picture = seal_picture(
        typesetter, name=found.name_zh, at=at, caption=found.mark.caption, code=found.filing_number or ""
    )
    facts = _facts(found, chain, picture, at=at)
    made = make_seal(facts, maker=national.maker, certificate=national.maker_chain[0])
    values = {"encoded": made, "made_at": at}
    with database.transaction() as session:
        standing = session.get(ElectronicSealRow, seal_id, with_for_update=True)
        if standing is not None and _kept(session, seal_id, chain) is None:
            session.delete(standing)
            session.flush()
        session.execute(
            insert(ElectronicSealRow).values(seal=seal_id, **values).on_conflict_do_nothing()
        )  # of two that made it at once, one is the seal
        return session.get_one(ElectronicSealRow, seal_id, populate_existing=True).encoded


def _kept(session: Session, seal_id: UUID, chain: Chain) -> bytes | None:
    row = session.get(ElectronicSealRow, seal_id, populate_existing=True)
    if row is None:
        return None
    try:
        read_seal(SealForm.load(row.encoded)).check_signer(chain[0])
    except SignerNotInSeal:
        return None
    return row.encoded


def _facts(found: Seal, chain: Chain, picture: bytes, *, at: datetime) -> SealFacts:
    side = round(SEAL_DIAMETER / MILLIMETRE)
    return SealFacts(
        vendor=VENDOR,
        seal_id=found.filing_number or found.id.hex,
        kind=SealKind.ORGANIZATION,
        name=f"{found.name_zh}{found.mark.caption}",
        signers=(chain[0].public_bytes(Encoding.DER),),
        by_digest=False,
        picture=SealPicture(kind="PNG", content=picture, width=side, height=side),
        created_at=whole_second(at),
        valid_from=chain[0].not_valid_before_utc,
        valid_until=chain[0].not_valid_after_utc,
    )
