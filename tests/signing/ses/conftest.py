from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from signing.pki import Chain
from signing.profiles import Profile
from signing.ses_seal import ElectronicSeal, SealFacts, SealKind, SealPicture, check_seal, make_seal
from signing.ses_signature import sign_with_seal
from signing.sm2 import LocalSm2Signer
from signing.sm2_certificates import Sm2Issuer
from signing.sm3 import sm3
from tests.signing.ses.sealing import CONTENT, MAKER, Make, Roots, Sign, der


@pytest.fixture(scope="session")
def maker(sm2_issuer: Sm2Issuer, moment: datetime) -> x509.Certificate:
    return sm2_issuer.issue(MAKER.key, name="示范市印章制作中心", profile=Profile.PLATFORM, at=moment)[0]


@pytest.fixture(scope="session")
def roots(sm2_issuer: Sm2Issuer) -> Roots:
    return sm2_issuer.chain


@pytest.fixture(scope="session")
def facts(sm2_chain: Chain, moment: datetime) -> SealFacts:
    return SealFacts(
        vendor="yinxin",
        seal_id="37020000000001",
        kind=SealKind.ORGANIZATION,
        name="示范市住房和城乡建设局",
        signers=(der(sm2_chain[0]),),
        by_digest=False,
        picture=SealPicture(kind="PNG", content=b"\x89PNG", width=42, height=42),
        created_at=moment,
        valid_from=moment,
        valid_until=moment + timedelta(days=365),
    )


@pytest.fixture(scope="session")
def make(maker: x509.Certificate) -> Make:
    return lambda facts: make_seal(facts, maker=MAKER, certificate=maker)


@pytest.fixture(scope="session")
def seal(make: Make, facts: SealFacts, roots: Roots, moment: datetime) -> ElectronicSeal:
    return check_seal(make(facts), others=(), roots=roots, at=moment)


@pytest.fixture(scope="session")
def by_digest(make: Make, facts: SealFacts, roots: Roots, moment: datetime) -> ElectronicSeal:
    listed = replace(facts, signers=tuple(sm3(each) for each in facts.signers), by_digest=True)
    return check_seal(make(listed), others=(), roots=roots, at=moment)


@pytest.fixture(scope="session")
def sign(sm2_signer: LocalSm2Signer, sm2_chain: Chain, moment: datetime) -> Sign:
    return lambda seal: sign_with_seal(
        CONTENT, seal=seal, signer=sm2_signer, certificate=sm2_chain[0], protected="/Doc_0", at=moment
    )


@pytest.fixture(scope="session")
def signed(sign: Sign, seal: ElectronicSeal) -> bytes:
    return sign(seal)
