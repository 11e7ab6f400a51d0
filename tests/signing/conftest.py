"""A small certificate house: one city, keys in memory, a clock that stands still, one typesetter."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509

from evidence.clock import FixedClock
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.pki import Authority, Chain, Subject, found
from signing.profiles import Profile
from signing.pyhanko_adapter import SigningParty
from signing.sm2 import LocalSm2Signer
from signing.sm2_certificates import Sm2Issuer, found_sm2
from signing.timestamps import TimestampAuthority
from signing.typesetting import Typesetter

from . import soft_token


@pytest.fixture(scope="session")
def token_maker(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    soft_token.configure(tmp_path_factory.mktemp("softhsm"))
    return soft_token.new_token


@pytest.fixture(name="soft_token")
def fresh_token(token_maker: Callable[[], str]) -> str:
    """The label of a token that was just made, empty."""
    return token_maker()


@pytest.fixture(scope="session")
def moment() -> datetime:
    return datetime(2026, 5, 2, 2, 21, 33, tzinfo=UTC)


@pytest.fixture(scope="session")
def keystore() -> MemoryKeyStore:
    return MemoryKeyStore()


@pytest.fixture(scope="session")
def authority(keystore: MemoryKeyStore, moment: datetime) -> Authority:
    return found(keystore, city="示范市", at=moment)


@pytest.fixture(scope="session")
def party(
    keystore: MemoryKeyStore, authority: Authority, moment: datetime
) -> Callable[[str, str], SigningParty]:
    def make(handle: str, name: str) -> SigningParty:
        chain = authority.ensure(KeyHandle(handle), Subject(name), Profile.PERSON, at=moment)
        return SigningParty(signer=keystore.signer(KeyHandle(handle)), chain=chain)

    return make


@pytest.fixture(scope="session")
def timestamps(keystore: MemoryKeyStore, authority: Authority, moment: datetime) -> TimestampAuthority:
    handle = KeyHandle("timestamp")
    chain = authority.ensure(handle, Subject("示范市时间戳服务"), Profile.TIMESTAMP, at=moment)
    return TimestampAuthority(signer=keystore.signer(handle), chain=chain, clock=FixedClock(moment))


@pytest.fixture(scope="session")
def another_root(moment: datetime) -> x509.Certificate:
    return found(MemoryKeyStore(), city="邻市", at=moment).root


@pytest.fixture(scope="session")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.fixture(scope="session")
def root(authority: Authority) -> x509.Certificate:
    return authority.root


@pytest.fixture(scope="session")
def sm2_issuer(moment: datetime) -> Sm2Issuer:
    return found_sm2(LocalSm2Signer.generate(), city="示范市", at=moment)


@pytest.fixture(scope="session")
def sm2_signer() -> LocalSm2Signer:
    return LocalSm2Signer.generate()


@pytest.fixture(scope="session")
def sm2_chain(sm2_issuer: Sm2Issuer, sm2_signer: LocalSm2Signer, moment: datetime) -> Chain:
    name = "示范市住房和城乡建设局"
    return sm2_issuer.issue(sm2_signer.key, name=name, profile=Profile.SEAL, at=moment)
