"""What tests of bundles and packs hand over: an agreement handed on and declined, and the city's trust."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from evidence.identifiers import CitizenNumber
from evidence.keys import VerifyingKey
from identity.members import Position, appoint
from identity.people import register_person
from ledger import checkpoints
from signing.agreement_ends import decline
from signing.agreements import Agreement
from signing.delegations import delegate, replace_signer
from signing.evidence_pack import PackMaker, pack
from signing.exhibits import Archive
from signing.groups import Group
from verify.trust import ChainAnchor, IssuerKey, LogAnchor, TrustAnchors
from verify.words import Words

from .conftest import AGENCY, CONTRACTOR, NOW, ORIGIN, OWNER, Town

COLLEAGUE = CitizenNumber.parse("110105194912310038")
CITY = Words("示范市", "Demonstration City")
ROLES = frozenset(
    {"certificate", "certificate-change", "status-list", "agreement", "signature", "receipt", "key"}
)


def pinned(key: VerifyingKey, *roles: str) -> IssuerKey:
    return IssuerKey(
        issuer=AGENCY.text,
        name=CITY,
        key=key,
        valid_from=NOW - timedelta(days=1),
        valid_until=None,
        roles=frozenset(roles),
    )


def trust(town: Town, archive: Archive) -> TrustAnchors:
    return TrustAnchors(
        city=CITY,
        hosts=("localhost:8000",),
        issuers=(pinned(town.speaker.signer.key, *ROLES), pinned(town.verifier.key, "approval")),
        log=LogAnchor(ORIGIN, archive.log_signer.key),
        chain=ChainAnchor(
            chain_id=31337,
            genesis=bytes(32),
            log_contract=bytes(20),
            status_contract=bytes(20),
            code_hashes={},
        ),
        fingerprint=hashlib.sha256(b"trust").hexdigest(),
    )


def take_checkpoint(town: Town, archive: Archive) -> None:
    with town.database.transaction() as session:
        checkpoints.take(session, origin=ORIGIN, signer=archive.log_signer, clock=town.clock)


def archive_of(town: Town) -> Archive:
    return town.archive


def handed_on_and_declined(town: Town) -> Agreement:
    """Slot 1 delegated and given back by the starter, slot 2 declined, slot 3 signed in its place."""
    first, last = town.slots()[0], town.slots()[2]
    with town.database.transaction() as session:
        other = register_person(session, name="钱以明", citizen_number=COLLEAGUE, clock=town.clock)
        appoint(session, uscc=OWNER, person=other.id, position=Position.CLERK, clock=town.clock)
    drafts = [replace(first, group="1"), replace(last, group="2")]
    drafts.append(replace(last, group="2", person=town.keeper.id, organization=CONTRACTOR))
    groups = (Group(id="1", step=1, need=1), Group(id="2", step=1, need=1))
    opened = town.open(slots=tuple(drafts), groups=groups)
    keyring, giver = town.keyring, town.representative.id
    with town.database.transaction() as session:
        delegate(session, opened.id, "1", by=giver, to=other.id, keyring=keyring)
        replace_signer(session, opened.id, "1", by=OWNER, to=giver, keyring=keyring)
        decline(session, opened.id, "2", by=town.engineer.id, reason="金额有误", keyring=keyring)
    for slot in ("1", "3"):
        town.sign(town.read(opened.id), slot)
    return town.read(opened.id)


def packed(town: Town, archive: Archive, signed: Agreement) -> bytes:
    maker = PackMaker(
        archive=archive, platform=town.speaker, typesetter=town.typesetter, trust=trust(town, archive)
    )
    return pack(town.database, signed.id, maker=maker)
