"""Addresses to embed: the firm that started an agreement asks for one, for one slot and one of its sites."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.acting import firm_of
from api.embedding.embeddings import EmbeddingNotTheStarter, NobodyToEmbedFor, embed
from api.embedding.framing_origins import read_origin
from api.house import House
from api.parties import check_own_slot, starts, visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from identity.people import PersonId
from signing.slot_parties import expected

router = APIRouter(prefix="/api/agreements/{agreement_id}/slots/{slot_id}/embeddings")


class Embedding(BaseModel):
    """The origin of the page that will hold the frame, one that the firm has registered."""

    origin: str


class Embedded(BaseModel):
    """The address for the ``src`` of a frame; it is opened once, until ``expires_at``."""

    id: UUID
    url: str
    expires_at: datetime


@router.post("", status_code=201)
def ask(
    agreement_id: UUID,
    slot_id: str,
    asked: Embedding,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.FIRM)],
) -> Embedded:
    """Give an address by which a page of ``origin`` shows the signing page of this slot in a frame.

    Whoever signs there shows their face, and uses their device key where they have one. The page tells the
    one around it, by postMessage to ``origin`` alone, what became of it: ready, signed, declined or expired.
    """
    origin = read_origin(asked.origin, loopback=house.settings.demonstration)
    with house.database.transaction() as session:
        person = _signer(session, agreement_id, slot_id, visitor, house)
        made, token = embed(
            session,
            agreement=agreement_id,
            slot=slot_id,
            person=person,
            organization=firm_of(visitor),
            origin=origin,
            api_key=visitor.api_key,
            clock=house.clock,
        )
    url = f"{house.settings.public_url.rstrip('/')}{made.path}/{token}"
    return Embedded(id=made.id, url=url, expires_at=made.expires_at)


def _signer(session: Session, agreement_id: UUID, slot_id: str, visitor: Visitor, house: House) -> PersonId:
    """Give who may sign the slot now, of an agreement that the visitor started."""
    found = visible_agreement(session, agreement_id, visitor, house)
    if not starts(visitor, found):
        raise EmbeddingNotTheStarter
    awaited = expected(session, found.slot(slot_id))
    if awaited is None:
        raise NobodyToEmbedFor(slot=slot_id)
    check_own_slot(session, found, slot_id, signer=awaited, at=house.clock.now())
    return awaited
