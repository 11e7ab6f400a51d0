"""The city's SM2 authority: the root, the maker of electronic seals below it, and who is certified.

The root issues by itself; a chain of the ES256 authority would say less (``signing.sm2_certificates``). Its
key and the maker's are of the house; the keys that it certifies are held, here or in the signer.

    national = found_national(keys, held=keys, city="示范市", maker="示范市印信平台", at=clock.now())
    chain = national.ensure(handle, beside=keystore.chain(handle)[0], at=clock.now())
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from signing.keystore import SEAL_KEY, KeyHandle, KeyMissing, KeyUncertified
from signing.pki import Chain
from signing.profiles import Profile
from signing.sm2 import Sm2Signer
from signing.sm2_certificates import Sm2Issuer, found_sm2
from signing.sm2_keystore import Sm2Keys, Sm2KeyStore

ROOT_HANDLE = KeyHandle("pki:sm2-root")
MAKER_HANDLE = KeyHandle("platform:sm2-seals")


@dataclass(frozen=True, kw_only=True)
class NationalAuthority:
    """The issuer, the seal maker with its chain, and the held keys that are certified."""

    issuer: Sm2Issuer
    maker: Sm2Signer
    maker_chain: Chain
    held: Sm2Keys

    @property
    def root(self) -> x509.Certificate:
        """The self-signed SM2 root certificate, the trust anchor of national signatures."""
        return self.issuer.chain[-1]

    def ensure(self, handle: KeyHandle, *, beside: x509.Certificate, at: datetime) -> Chain:
        """Return the SM2 chain of ``handle``, made for whom its ES256 certificate ``beside`` names.

        Two that make it at once would bind two certificates: lock the handle before.
        """
        with suppress(KeyMissing, KeyUncertified):
            return self.held.chain(handle)
        profile = Profile.SEAL if handle.startswith(SEAL_KEY) else Profile.PERSON
        chain = self.issuer.issue_beside(self.held.ensure(handle), beside, profile=profile, at=at)
        self.held.bind(handle, chain)
        return chain


def found_national(
    keys: Sm2KeyStore, *, held: Sm2Keys, city: str, maker: str, at: datetime
) -> NationalAuthority:
    """Make the SM2 root of ``city`` and its seal ``maker`` where they are missing; again changes nothing."""
    keys.ensure(ROOT_HANDLE)
    signer = keys.signer(ROOT_HANDLE)
    try:
        issuer = Sm2Issuer(signer, keys.chain(ROOT_HANDLE))
    except KeyUncertified:
        issuer = found_sm2(signer, city=city, at=at)
        keys.bind(ROOT_HANDLE, issuer.chain)
    made = keys.ensure(MAKER_HANDLE)
    try:
        chain = keys.chain(MAKER_HANDLE)
    except KeyUncertified:
        chain = issuer.issue(made, name=f"{maker}印章制作", profile=Profile.PLATFORM, at=at)
        keys.bind(MAKER_HANDLE, chain)
    return NationalAuthority(issuer=issuer, maker=keys.signer(MAKER_HANDLE), maker_chain=chain, held=held)
