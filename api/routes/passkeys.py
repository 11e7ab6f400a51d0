"""The device keys of a person: listed, added in three steps, revoked in one.

1. ``POST /api/people/me/passkeys``: what the browser is to ask the device;
2. ``POST …/{id}/key``: what the device made;
3. ``POST …/{id}/challenges``: the face scan that approves exactly this key (``api.routes.scans`` answers it).

What stands in step 1 and in a challenge are members of the WebAuthn dictionaries, bytes in base64url.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.acting import person_of
from api.asking import ChallengeAsked, asked
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.people import masked
from identity import passkey_adding, passkeys
from identity.challenges import Action
from identity.passkeys import Passkey, PasskeyId
from identity.people import person
from identity.webauthn import Attestation, base64url

router = APIRouter(prefix="/api/people/me/passkeys")

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


class PasskeyShown(BaseModel):
    """A device key of the visitor; ``key`` is the digest of its public key, as the log names it."""

    id: UUID
    label: str
    key: str
    synced: bool
    added_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class Adding(BaseModel):
    """What the device is called."""

    label: str


class PasskeyAsked(BaseModel):
    """What the browser is to ask the device for: an ES256 key that it uses for its recognised owner alone."""

    id: UUID
    rp_id: str
    rp_name: str
    user: str
    user_name: str
    challenge: str
    exclude: list[str]


class Made(BaseModel):
    """What the device made, in base64url."""

    client_data: str
    attestation: str


class PasskeyMade(BaseModel):
    """The page on which the key is approved."""

    next: str


@router.get("")
def mine(house: InHouse, visitor: AsPerson) -> list[PasskeyShown]:
    """List the device keys of the person, those that were revoked too."""
    with house.database.transaction() as session:
        return [passkey_shown(each) for each in passkeys.passkeys_of(session, person_of(visitor))]


@router.post("", status_code=201)
def ask(adding: Adding, house: InHouse, visitor: AsPerson) -> PasskeyAsked:
    """Begin to add a device key."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        begun = passkey_adding.ask(session, person=me, label=adding.label, clock=house.clock)
        name = masked(person(session, me).name)
    return PasskeyAsked(
        id=begun.id,
        rp_id=house.relying_party.id,
        rp_name=house.relying_party.name,
        user=base64url(begun.user),
        user_name=name,
        challenge=base64url(begun.challenge),
        exclude=[base64url(each) for each in begun.known],
    )


@router.post("/{passkey_id}/key")
def keep_key(passkey_id: UUID, made: Made, house: InHouse, visitor: AsPerson) -> PasskeyMade:
    """Take what the device made; it counts for nothing before its person approved it."""
    with house.database.transaction() as session:
        passkey_adding.keep_key(
            session,
            PasskeyId(passkey_id),
            person=person_of(visitor),
            answer=Attestation.of(client_data=made.client_data, attestation=made.attestation),
            party=house.relying_party,
            clock=house.clock,
        )
    return PasskeyMade(next=f"/engineer/devices/{passkey_id}")


@router.post("/{passkey_id}/challenges", status_code=201)
def ask_to_approve(passkey_id: UUID, house: InHouse, visitor: AsPerson) -> ChallengeAsked:
    """Issue the challenge whose passing lets the key stand."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        waiting = passkey_adding.pending(session, PasskeyId(passkey_id), person=me, clock=house.clock)
        return asked(session, house, person=me, action=Action.ADD_PASSKEY, subject=waiting.subject)


@router.delete("/{passkey_id}")
def revoke(passkey_id: UUID, house: InHouse, visitor: AsPerson) -> PasskeyShown:
    """Revoke a device key, at once and for good; the session is enough: a lost device must not wait."""
    with house.database.transaction() as session:
        revoked = passkeys.revoke(
            session,
            PasskeyId(passkey_id),
            person=person_of(visitor),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    return passkey_shown(revoked)


def passkey_shown(found: Passkey) -> PasskeyShown:
    """Show ``found`` to its person."""
    return PasskeyShown(
        id=found.id,
        label=found.label,
        key=str(found.digest),
        synced=found.synced,
        added_at=found.added_at,
        used_at=found.used_at,
        revoked_at=found.revoked_at,
    )
