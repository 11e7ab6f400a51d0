"""The keys of the house: from the one secret to the key store, and every key in it, certified once.

keys = open_keys(settings, secret_of(settings), uscc=uscc, name="示范市行政审批服务局", clock=clock)
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from api.key_store import keystore_of
from api.settings import Settings
from evidence.algorithms import Algorithm
from evidence.clock import Clock
from evidence.identifiers import Uscc
from evidence.keys import Signer
from signing import pki
from signing.keystore import KeyExists, KeyHandle, KeyStore
from signing.ocsp import RESPONDER_HANDLE
from signing.pki import Authority, Subject
from signing.profiles import Profile
from signing.signer_remote import DividedKeyStore, RemoteSigner
from signing.speaker import Speaker
from signing.timestamps import TimestampAuthority

TIMESTAMP_HANDLE = KeyHandle("timestamp")
CERTIFIED = (
    KeyHandle("platform:seal"),
    KeyHandle("agency:seal"),
    KeyHandle("platform:statements"),
    KeyHandle("agency:statements"),
    KeyHandle("verifier"),
    TIMESTAMP_HANDLE,
    RESPONDER_HANDLE,
)
"""The keys of the house that have a certificate."""
SECRET_FILE = "secret"  # noqa: S105  the name of the file, not a secret
KEY_BYTES = 32


def secret_of(settings: Settings) -> bytes:
    """Give the secret of the settings; the demonstration makes one of its own and keeps it in its folder."""
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    file = settings.folder / SECRET_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(KEY_BYTES))
    return file.read_text().encode()


def derived(secret: bytes, use: str) -> bytes:
    """Derive the 32-byte key for one use (HKDF-SHA-256, RFC 5869)."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"yinxin/{use}/1".encode()).derive(secret)


def key(keystore: KeyStore, handle: KeyHandle, algorithm: Algorithm) -> Signer:
    """Give the key of ``handle``, made when there is none yet."""
    with suppress(KeyExists):
        keystore.create(handle, algorithm)
    return keystore.signer(handle)


@dataclass(frozen=True)
class HouseKeys:
    """The key store with the keys of the house in it, certified."""

    keystore: KeyStore
    authority: Authority
    platform: Speaker
    agency: Speaker
    timestamps: TimestampAuthority
    log: Signer
    verifier: Signer


def open_keys(
    settings: Settings,
    secret: bytes,
    *,
    uscc: Uscc,
    name: str,
    clock: Clock,
    check_standing: Callable[[KeyHandle], None],
) -> HouseKeys:
    """Open the key store and give the keys of the house ``name``, each made and certified once.

    ``check_standing`` raises where the certificate of a key was revoked.
    """
    keystore = keystore_of(settings, derived(secret, "keystore"))
    if settings.signer is not None:
        keystore = DividedKeyStore(house=keystore, held=RemoteSigner(settings.signer))
    now = clock.now()
    authority = pki.found(keystore, city=settings.city_zh, at=now, address=settings.public_url)

    def certified(handle: str, whose: str, profile: Profile) -> Signer:
        subject = Subject(name=whose, organization=name, uscc=uscc)
        authority.ensure(KeyHandle(handle), subject, profile, at=now)
        return keystore.signer(KeyHandle(handle))

    platform_name = f"{settings.city_zh}印信平台"
    certified("platform:seal", platform_name, Profile.PLATFORM)
    certified("agency:seal", name, Profile.AGENCY)
    certified(RESPONDER_HANDLE, f"{platform_name}证书状态", Profile.OCSP)
    timestamp_signer = certified(TIMESTAMP_HANDLE, f"{platform_name}时间戳", Profile.TIMESTAMP)
    return HouseKeys(
        keystore=keystore,
        authority=authority,
        platform=Speaker(
            uscc=uscc,
            name=platform_name,
            signer=certified("platform:statements", platform_name, Profile.PLATFORM),
            seal=KeyHandle("platform:seal"),
        ),
        agency=Speaker(
            uscc=uscc,
            name=name,
            signer=certified("agency:statements", name, Profile.AGENCY),
            seal=KeyHandle("agency:seal"),
        ),
        timestamps=TimestampAuthority(
            signer=timestamp_signer,
            chain=keystore.chain(TIMESTAMP_HANDLE),
            clock=clock,
            standing=partial(check_standing, TIMESTAMP_HANDLE),
        ),
        log=key(keystore, KeyHandle("log"), Algorithm.EDDSA),
        verifier=certified("verifier", f"{platform_name}身份核验", Profile.PLATFORM),
    )
