"""What a browser brings of a device key, checked clause by clause: pure computation, no database, no clock.

A device key is a passkey: a P-256 key that an authenticator keeps, and uses only after it has recognised its
owner by fingerprint, face or code. Two answers come from it. An *attestation* brings a new public key; asked
with ``attestation: none``, it proves nothing of the make of the device. An *assertion* is the key's signature
over a challenge of ours; the challenge is the digest of what the person was asked, so the signature is good
for nothing else.

    party = RelyingParty.at("https://city.example", name="示范市")
    key = check_attestation(answer, party, challenge=challenge)
    checked = check_assertion(assertion, party, challenge=asked.digest.value, public_key=key.public_key)

Source: W3C Web Authentication Level 2, 7.1 (registration) and 7.2 (assertion); the step numbers are its own.
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from fido2.cose import ES256, CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData, CollectedClientData

from evidence.digest import Digest, sha256
from identity.passkey_refusals import (
    AnswerForAnotherSite,
    AnswerForAnotherUse,
    AnswerFromAnotherSite,
    AnswerMalformed,
    AnswerOfAnotherAccount,
    AnswerToAnotherChallenge,
    DeviceSignatureInvalid,
    KeyKindRefused,
    UserNotPresent,
    UserNotVerified,
)

CHALLENGE_BYTES = 32
"""Length of a challenge, bytes: twice what 13.4.3 asks for."""

LONGEST_CREDENTIAL_ID = 1023
"""Longest name of a credential, bytes (7.1, step 25, as of Level 3)."""

LONGEST_PART = 8192
"""Longest part of an answer that is read, bytes: real ones have some hundreds."""

LONGEST_ANSWER = 64 * 1024
"""Longest answer that is read, characters."""

ANY_SITE = "*"
"""In the place of the origin of a frame's page, where another has judged whose pages may hold one."""

_OWN_PORT = {"https": ":443", "http": ":80"}
_CREATE, _GET = "webauthn.create", "webauthn.get"
_COORDINATE_BYTES = 32

_UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    struct.error,
)
"""What the library raises at bytes that are no such structure; a test throws random ones at it."""


@dataclass(frozen=True)
class RelyingParty:
    """Who asks: ``id`` is the host that a key is bound to, ``origin`` the only address that may ask.

    ``framed_by`` is the origin of the page that holds the asking one in a frame; None where it stands alone.
    """

    id: str
    origin: str
    name: str
    framed_by: str | None = None

    @classmethod
    def at(cls, public_url: str, *, name: str, framed_by: str | None = None) -> "RelyingParty":
        """Give the party of a site that answers at ``public_url``; browsers leave a scheme's own port out."""
        parts = urlsplit(public_url)
        place = parts.netloc.lower().removesuffix(_OWN_PORT.get(parts.scheme, ""))
        origin = f"{parts.scheme}://{place}"
        return cls(id=parts.hostname or "", origin=origin, name=name, framed_by=framed_by)


@dataclass(frozen=True)
class Attestation:
    """What creating a key brought, as bytes that nobody checked yet."""

    client_data: bytes = field(repr=False)
    attestation: bytes = field(repr=False)

    @classmethod
    def of(cls, *, client_data: str, attestation: str) -> "Attestation":
        """Read both parts, in base64url.

        Raises:
            AnswerMalformed: names the part that is no such thing.
        """
        members = {"clientDataJSON": client_data, "attestationObject": attestation}
        return cls(_octets(members, "clientDataJSON"), _octets(members, "attestationObject"))


@dataclass(frozen=True)
class Assertion:
    """What using a key brought, as bytes that nobody checked yet; ``user`` is empty when it named none."""

    credential: bytes
    client_data: bytes = field(repr=False)
    authenticator_data: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    user: bytes = field(default=b"", repr=False)

    @classmethod
    def read(cls, answer: str) -> "Assertion":
        """Read the JSON of a page: the members of an assertion by their own names, in base64url.

        Raises:
            AnswerMalformed: names the member that is missing or no such thing.
        """
        members = _members(answer)
        return cls(
            credential=_octets(members, "id"),
            client_data=_octets(members, "clientDataJSON"),
            authenticator_data=_octets(members, "authenticatorData"),
            signature=_octets(members, "signature"),
            user=_octets(members, "userHandle") if members.get("userHandle") else b"",
        )


@dataclass(frozen=True)
class NewKey:
    """A key that was just made: ``public_key`` is its SubjectPublicKeyInfo in DER, 91 bytes.

    ``synced`` tells that the authenticator may copy the key to other devices of its owner.
    """

    credential: bytes
    public_key: bytes
    sign_count: int
    synced: bool

    @property
    def digest(self) -> Digest:
        """SHA-256 of the public key, as the log names it."""
        return sha256(self.public_key)


@dataclass(frozen=True)
class CheckedAssertion:
    """A signature of the key over our challenge, made after the authenticator recognised its owner."""

    sign_count: int


def new_challenge() -> bytes:
    """Draw the challenge of a registration."""
    return secrets.token_bytes(CHALLENGE_BYTES)


def base64url(octets: bytes) -> str:
    """Write ``octets`` in base64url without padding, as WebAuthn does."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def check_attestation(answer: Attestation, party: RelyingParty, *, challenge: bytes) -> NewKey:
    """Check the answer to a registration, and give the key that it brings.

    Raises:
        AnswerMalformed: it cannot be read, or holds what ours do not.
        AnswerForAnotherUse, AnswerToAnotherChallenge, AnswerFromAnotherSite, AnswerForAnotherSite: it answers
            another question, or somebody else's.
        UserNotPresent, UserNotVerified: the authenticator recognised nobody.
        KeyKindRefused: the key is none of P-256.

    Source: Web Authentication, 7.1, steps 5 to 18. The attestation statement (steps 19 to 24) is not read:
    it was asked for as "none".
    """
    _check_client_data(answer.client_data, party, type_=_CREATE, challenge=challenge)
    try:
        data = AttestationObject(answer.attestation).auth_data
    except _UNREADABLE as error:
        raise AnswerMalformed(place="attestationObject") from error
    _check_authenticator_data(data, party)
    made = data.credential_data
    if made is None or not 0 < len(made.credential_id) <= LONGEST_CREDENTIAL_ID:
        raise AnswerMalformed(place="authData")
    return NewKey(
        credential=made.credential_id,
        public_key=_spki(made.public_key),
        sign_count=data.counter,
        synced=data.is_backup_eligible(),
    )


def check_assertion(
    answer: Assertion, party: RelyingParty, *, challenge: bytes, public_key: bytes, user: bytes
) -> CheckedAssertion:
    """Check that the key of ``public_key`` answered ``challenge``, 32 bytes, for its owner ``user``.

    The counter is for the caller to compare with the last one (step 21), and the credential's name tells
    which public key to bring (steps 5 and 6).

    Raises:
        AnswerMalformed: it cannot be read.
        AnswerOfAnotherAccount: the authenticator keeps the key for somebody else.
        AnswerForAnotherUse, AnswerToAnotherChallenge, AnswerFromAnotherSite, AnswerForAnotherSite: it answers
            another question, or somebody else's.
        UserNotPresent, UserNotVerified: the authenticator recognised nobody.
        DeviceSignatureInvalid: the signature is not this key's over this answer.

    Source: Web Authentication, 7.2, steps 6 to 20.
    """
    if answer.user and not secrets.compare_digest(answer.user, user):  # step 6
        raise AnswerOfAnotherAccount
    _check_client_data(answer.client_data, party, type_=_GET, challenge=challenge)
    try:
        data = AuthenticatorData(answer.authenticator_data)
    except _UNREADABLE as error:
        raise AnswerMalformed(place="authenticatorData") from error
    _check_authenticator_data(data, party)
    signed = answer.authenticator_data + hashlib.sha256(answer.client_data).digest()  # step 19
    try:
        _key(public_key).verify(answer.signature, signed, ECDSA(SHA256()))  # step 20
    except InvalidSignature as error:
        raise DeviceSignatureInvalid from error
    return CheckedAssertion(sign_count=data.counter)


def _check_client_data(client_data: bytes, party: RelyingParty, *, type_: str, challenge: bytes) -> None:
    """Check what the browser says of the question (7.1, steps 5 to 9; 7.2, steps 9 to 13)."""
    try:
        said = CollectedClientData(client_data)
    except _UNREADABLE as error:
        raise AnswerMalformed(place="clientDataJSON") from error
    if said.type != type_:
        raise AnswerForAnotherUse
    if not secrets.compare_digest(said.challenge, challenge):
        raise AnswerToAnotherChallenge
    if said.origin != party.origin or not _from_its_place(said, party):
        raise AnswerFromAnotherSite(origin=party.origin)


def _from_its_place(said: CollectedClientData, party: RelyingParty) -> bool:
    """Whether the answer was asked for where the party asks: alone, or within a page of ``framed_by``.

    A browser that names the page on top is held to it. Source: Web Authentication Level 3, 7.2.
    """
    if said.cross_origin is False:
        return True
    on_top = json.loads(said).get("topOrigin", party.framed_by)
    return party.framed_by is not None and party.framed_by in (on_top, ANY_SITE)


def _check_authenticator_data(data: AuthenticatorData, party: RelyingParty) -> None:
    """Check what the authenticator says (7.1, steps 13 to 15; 7.2, steps 15 to 17)."""
    if not secrets.compare_digest(data.rp_id_hash, hashlib.sha256(party.id.encode()).digest()):
        raise AnswerForAnotherSite(host=party.id)
    if not data.is_user_present():
        raise UserNotPresent
    if not data.is_user_verified():
        raise UserNotVerified


def _spki(key: CoseKey) -> bytes:
    """Give an ES256 key as SubjectPublicKeyInfo; its point lies on P-256 (7.1, step 16)."""
    if not isinstance(key, ES256) or (key.get(1), key.get(-1)) != (2, 1):
        raise KeyKindRefused
    x, y = key.get(-2), key.get(-3)
    if not isinstance(x, bytes) or not isinstance(y, bytes) or {len(x), len(y)} != {_COORDINATE_BYTES}:
        raise KeyKindRefused
    numbers = EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP256R1())
    try:
        point = numbers.public_key()
    except ValueError as error:
        raise KeyKindRefused from error
    return point.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _key(spki: bytes) -> EllipticCurvePublicKey:
    key = load_der_public_key(spki)
    if not isinstance(key, EllipticCurvePublicKey):
        raise KeyKindRefused
    return key


def _members(answer: str) -> Mapping[str, object]:
    if len(answer) > LONGEST_ANSWER:
        raise AnswerMalformed(place="JSON")
    try:
        members = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise AnswerMalformed(place="JSON") from error
    if not isinstance(members, dict):
        raise AnswerMalformed(place="JSON")
    return members


def _octets(members: Mapping[str, object], name: str) -> bytes:
    text = members.get(name)
    if not isinstance(text, str) or not text.isascii() or "=" in text:
        raise AnswerMalformed(place=name)
    try:
        octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise AnswerMalformed(place=name) from error
    if not 0 < len(octets) <= LONGEST_PART or base64url(octets) != text:
        raise AnswerMalformed(place=name)
    return octets
