"""National signatures of an agreement: for each signed slot by SM2, for each seal's slot by its seal too.

They are made in the assembly, before the closing seal, where the house has a national authority; without one
nothing is made or kept. Each slot's are recorded before the next are asked for. The module enters them in its
book before they leave it, so that a job that is taken up again gets the same bytes, and the row of a slot is
written once.

    sign_nationally(database, found, store=store, claim=claim, keyring=keyring, typesetter=typesetter)
    national_signatures(session, agreement_id)        # slot -> NationalSignature
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint, LargeBinary, Text, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Base, Database
from signing.activation import Activation, activation
from signing.activation_data import Purpose
from signing.activation_evidence import later_act
from signing.agreements import Agreement
from signing.assembly_jobs import Claim, keep_claim
from signing.electronic_seals import electronic_seal
from signing.held_keys import Keyring
from signing.key_certificates import check_standing
from signing.national_authority import NationalAuthority
from signing.national_signing import WHOLE_LIST, NationalSignature, Sealing, covered
from signing.objects import ObjectStore
from signing.pki import Chain
from signing.tables import SignatureRow
from signing.typesetting import Typesetter

_CERTIFY_LOCK = 0x59494E32  # first half of a two-key advisory lock: one transaction certifies a given SM2 key


class NationalSignatureRow(Base):
    """What a slot's party signed by SM2: CMS, and for a seal's slot the SES_Signature, both DER."""

    __tablename__ = "national_signatures"
    __table_args__ = (ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),)
    agreement: Mapped[UUID] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    cms: Mapped[bytes] = mapped_column(LargeBinary)
    ses: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def national_signatures(session: Session, agreement_id: UUID) -> Mapping[str, NationalSignature]:
    """Return what was made, by the id of the slot."""
    rows = session.scalars(select(NationalSignatureRow).where(NationalSignatureRow.agreement == agreement_id))
    return {row.slot: NationalSignature(row.cms, row.ses) for row in rows}


def sign_nationally(
    database: Database,
    found: Agreement,
    *,
    store: ObjectStore,
    claim: Claim,
    keyring: Keyring,
    typesetter: Typesetter,
) -> None:
    """Have made and record what is missing of ``found``.

    Raises:
        ClaimLost: another worker took the job over.
        KeyRevoked: the certificate of a key was revoked meanwhile.
        Refused, Invalid, Unavailable: the module does not sign, by its own name for it.
    """
    national = keyring.national
    if national is None:
        return
    with database.transaction() as session:
        made = national_signatures(session, found.id)
    name, digest = covered(found.manifest, found.manifest_bytes)
    content = found.manifest_bytes if name == WHOLE_LIST else store.get(digest)
    for slot in found.filled:
        if slot.id not in made:
            _sign(
                database,
                found,
                slot.id,
                content=content,
                claim=claim,
                national=national,
                keyring=keyring,
                typesetter=typesetter,
            )


def _sign(
    database: Database,
    found: Agreement,
    slot: str,
    *,
    content: bytes,
    claim: Claim,
    national: NationalAuthority,
    keyring: Keyring,
    typesetter: Typesetter,
) -> None:
    now = keyring.clock.now()
    with database.transaction() as session:
        activated = activation(session, agreement=found.id, slot=slot)
        check_standing(session, activated.key)
        chain = _certified(session, activated, national, keyring)
        seal_id = session.get_one(SignatureRow, (found.id, slot)).seal
        data = later_act(
            session,
            activated.approval,
            Purpose.NATIONAL,
            key=activated.key,
            slot=slot,
            manifest=found.manifest_bytes,
        )
    sealing = None
    if seal_id is not None:
        seal = electronic_seal(
            database, seal_id, chain=chain, national=national, typesetter=typesetter, at=now
        )
        sealing = Sealing(content, seal)
    signed = keyring.module.sign_national(data, sealing)
    with database.transaction() as session:
        keep_claim(session, claim)
        row = insert(NationalSignatureRow).values(
            agreement=found.id, slot=slot, cms=signed.cms, ses=signed.ses, made_at=now
        )
        session.execute(row.on_conflict_do_nothing())


def _certified(
    session: Session, activated: Activation, national: NationalAuthority, keyring: Keyring
) -> Chain:
    """Return the SM2 chain of the activated key, certified by one transaction alone."""
    session.execute(select(func.pg_advisory_xact_lock(_CERTIFY_LOCK, func.hashtext(activated.key))))
    own = keyring.keystore.chain(activated.key)[0]
    return national.ensure(activated.key, beside=own, at=keyring.clock.now())
