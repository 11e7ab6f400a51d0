"""An authenticator in software: makes keys and assertions as a phone does, and lies when told to."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import CoseKey
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from identity.webauthn import Assertion, Attestation, RelyingParty, base64url

UP, UV, BACKUP_ELIGIBLE, ATTESTED = 0x01, 0x04, 0x08, 0x40


def client_data(type_: str, challenge: bytes, origin: str, **more: object) -> bytes:
    said = {"type": type_, "challenge": base64url(challenge), "origin": origin, "crossOrigin": False}
    return json.dumps(said | more).encode()


@dataclass
class Authenticator:
    """One key; ``counts`` is False for one that is synced and never counts."""

    party: RelyingParty
    counts: bool = True
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    uses: int = 0

    def cose(self, **changes: object) -> CoseKey:
        """The public key as authenticators write it; ``changes`` by the names of RFC 9053, 7.1.1."""
        numbers = self.key.public_key().public_numbers()
        members = {"kty": 2, "alg": -7, "crv": 1, "x": numbers.x.to_bytes(32), "y": numbers.y.to_bytes(32)}
        labels = {"kty": 1, "alg": 3, "crv": -1, "x": -2, "y": -3}
        return CoseKey.parse({labels[name]: value for name, value in (members | changes).items()})

    def attest(
        self,
        challenge: bytes,
        *,
        type_: str = "webauthn.create",
        origin: str | None = None,
        host: str | None = None,
        flags: int = UP | UV,
        cose: CoseKey | None = None,
    ) -> Attestation:
        made = AttestedCredentialData.create(Aaguid.NONE, self.credential, cose or self.cose())
        flags |= ATTESTED | (0 if self.counts else BACKUP_ELIGIBLE)
        data = AuthenticatorData.create(
            _hash(host or self.party.id), AuthenticatorData.FLAG(flags), self.uses, made
        )
        return Attestation(
            client_data=client_data(type_, challenge, origin or self.party.origin),
            attestation=bytes(AttestationObject.create("none", data, {})),
        )

    def sign(
        self,
        challenge: bytes,
        *,
        type_: str = "webauthn.get",
        origin: str | None = None,
        host: str | None = None,
        flags: int = UP | UV,
        user: bytes = b"",
        **more: object,
    ) -> Assertion:
        self.uses += self.counts
        said = client_data(type_, challenge, origin or self.party.origin, **more)
        data = bytes(
            AuthenticatorData.create(
                _hash(host or self.party.id), AuthenticatorData.FLAG(flags), self.uses if self.counts else 0
            )
        )
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ECDSA(SHA256()))
        return Assertion(self.credential, said, data, signature, user)


def made(answer: Attestation) -> dict[str, str]:
    """What the page sends of a new key."""
    return {"client_data": base64url(answer.client_data), "attestation": base64url(answer.attestation)}


def as_json(answer: Assertion) -> str:
    """What the page sends beside a clip."""
    return json.dumps(
        {
            "id": base64url(answer.credential),
            "clientDataJSON": base64url(answer.client_data),
            "authenticatorData": base64url(answer.authenticator_data),
            "signature": base64url(answer.signature),
            "userHandle": base64url(answer.user) or None,
        }
    )


def _hash(host: str) -> bytes:
    return hashlib.sha256(host.encode()).digest()
