"""Keys that the platform holds for a person or a seal, each announced once as a fact.

The key store makes the key and keeps it; the issuing authority certifies it; the fact ``key`` says since
when which key stands for whom. A person is named there by a salted commitment only, a seal by the code of
its organization. Who may let such a key sign is decided by ``signing.activation``.

    key = hold_for_person(session, person, keyring=keyring)
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.digest import sha256
from evidence.errors import Refused
from evidence.statement import StatementType
from identity.approvals import Asked
from identity.challenges import Action
from identity.commitments import commit_person
from identity.people import Person, PersonId
from signing.activation_module import ActivationModule
from signing.key_certificates import record
from signing.keystore import PERSON_KEY, KeyHandle, KeyMissing, KeyStore, KeyUncertified
from signing.national_authority import NationalAuthority
from signing.pki import Authority, Chain, Subject
from signing.profiles import Profile
from signing.speaker import Speaker
from signing.tables import HeldKeyRow

_HOLD_LOCK = 0x59494B59  # first half of a two-key advisory lock: one transaction makes a given key


class KeyNotHeld(Refused):
    """Nobody announced a key under this handle."""

    code = "key-not-held"
    zh = "尚未为此签署方建立签名密钥（{handle}），请先完成登记。"
    en = "No signing key is held for this party yet ({handle}); register the party first."


@dataclass(frozen=True, kw_only=True)
class Keyring:
    """What it takes to hold keys: the store, what lets them sign, the authority above, who says so, when.

    ``national`` is the SM2 authority, where national cryptography is in use.
    """

    keystore: KeyStore
    module: ActivationModule
    authority: Authority
    platform: Speaker
    clock: Clock
    national: NationalAuthority | None = None


@dataclass(frozen=True, kw_only=True)
class HeldKey:
    """A key in the store; ``key_id`` and ``fact`` are 32 bytes, ``chain`` ends with the root."""

    handle: KeyHandle
    key_id: bytes
    chain: Chain
    fact: bytes
    since: datetime


def hold(
    session: Session,
    handle: KeyHandle,
    *,
    subject: Subject,
    holder: Mapping[str, Value],
    profile: Profile,
    keyring: Keyring,
) -> HeldKey:
    """Return the key of ``handle``, making, certifying and announcing it the first time.

    ``holder`` says in the fact whose key it is: ``commitments`` of a person, ``organization`` of a seal.
    """
    session.execute(select(func.pg_advisory_xact_lock(_HOLD_LOCK, func.hashtext(handle))))
    row = session.get(HeldKeyRow, handle)
    if row is not None:
        return _held(row, keyring)
    now = keyring.clock.now()
    chain = keyring.authority.ensure(handle, subject, profile, at=now)
    record(session, handle, keystore=keyring.keystore)
    key_id = keyring.keystore.signer(handle).key.key_id
    body: dict[str, Value] = {
        "action": "held",
        "key": key_id,
        "use": profile.value,
        "certificate": sha256(chain[0].public_bytes(Encoding.DER)).value,
        **holder,
    }
    fact = keyring.platform.record(session, StatementType.KEY, body, at=now)
    row = HeldKeyRow(handle=handle, key_id=key_id, fact=fact.digest, created_at=now)
    session.add(row)
    session.flush()
    return _held(row, keyring)


def hold_for_person(session: Session, person: Person, *, keyring: Keyring) -> HeldKey:
    """Return the key held for ``person``, made the first time; its certificate names the person."""
    handle = _of_person(person.id)
    row = session.get(HeldKeyRow, handle)
    if row is not None:
        return _held(row, keyring)
    return hold(
        session,
        handle,
        subject=Subject(name=person.name, serial=str(person.id)),
        holder={"commitments": [commit_person(session, person)]},
        profile=Profile.PERSON,
        keyring=keyring,
    )


def held_key(session: Session, handle: KeyHandle, keyring: Keyring) -> HeldKey:
    """Return the key that was announced under ``handle``.

    Raises:
        KeyNotHeld: none was.
    """
    row = session.get(HeldKeyRow, handle)
    if row is None:
        raise KeyNotHeld(handle=handle)
    return _held(row, keyring)


def check_reachable(asked: Asked, keystore: KeyStore) -> None:
    """See that held keys can be reached, before ``asked`` is approved: from then on the log is locked.

    Raises:
        Unavailable: they cannot, and the act needs one.
    """
    if asked.action in {Action.SIGN, Action.SEAL}:
        with suppress(KeyMissing, KeyUncertified):  # an answer too
            keystore.chain(_of_person(asked.person))


def _of_person(id_: PersonId) -> KeyHandle:
    return KeyHandle(f"{PERSON_KEY}{id_}")


def _held(row: HeldKeyRow, keyring: Keyring) -> HeldKey:
    handle = KeyHandle(row.handle)
    return HeldKey(
        handle=handle,
        key_id=row.key_id,
        chain=keyring.keystore.chain(handle),
        fact=row.fact,
        since=row.created_at,
    )
