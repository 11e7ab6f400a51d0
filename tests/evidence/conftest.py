"""Small factories for the tests of evidence: three signers, one moment, and signed things to alter."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from evidence.algorithms import Algorithm
from evidence.bundle import Bundle, Exhibit
from evidence.canonical import Value
from evidence.checkpoint import Checkpoint, sign_checkpoint
from evidence.commitment import Disclosure, commit_fields
from evidence.digest import sha256
from evidence.entry import entry_for
from evidence.keys import LocalSigner
from evidence.merkle import inclusion_path, leaf_hash, root
from evidence.qr import QrPayload
from evidence.receipt import Anchor, Receipt, sign_receipt
from evidence.statement import Statement, StatementType, sign
from evidence.statuslist import CertificateState, StatusList, sign_status_list

AGENCY = "113700000045030270"
ORIGIN = "shifan.example/log"
SALT = bytes(range(16))
OTHER_SALT = bytes(range(16, 32))


@pytest.fixture(scope="session")
def agency() -> LocalSigner:
    return LocalSigner.generate(Algorithm.ES256)


@pytest.fixture(scope="session")
def log() -> LocalSigner:
    return LocalSigner.generate(Algorithm.EDDSA)


@pytest.fixture(scope="session")
def rsa_signer() -> LocalSigner:
    return LocalSigner.generate(Algorithm.RS256)


@pytest.fixture(params=list(Algorithm))
def signer(
    request: pytest.FixtureRequest, agency: LocalSigner, log: LocalSigner, rsa_signer: LocalSigner
) -> LocalSigner:
    """Each algorithm of the table in turn."""
    signers = {Algorithm.ES256: agency, Algorithm.EDDSA: log, Algorithm.RS256: rsa_signer}
    chosen: Algorithm = request.param
    return signers[chosen]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 5, 2, 8, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def statement(now: datetime) -> Callable[..., Statement]:
    """Make a statement; say only what matters."""

    def make(type_: StatementType = StatementType.CONSENT, body: dict[str, Value] | None = None) -> Statement:
        return Statement(type_, AGENCY, now, {"purpose": "刷脸授权"} if body is None else body)

    return make


@pytest.fixture
def payload(now: datetime) -> QrPayload:
    """A construction permit's code with seven printed Chinese fields."""
    return QrPayload(
        licence_id="1.2.156.3005.2.11100000000013338W050.113700000045030270.2023087974.001.E",
        certificate_type="construction-permit",
        statement=sha256(b"the certificate's signed statement").value,
        status_index=12345,
        fields=(
            "370100202605020101",
            "示范城市发展有限公司",
            "示范市科技创新中心一期工程",
            "示范市示范区创新大道与科技路交叉口东北角",
            "示范建设集团有限公司",
            "示范市建筑设计研究院有限公司",
            "总建筑面积38224.90平方米，地上12层，地下2层",
        ),
        valid_from=date(2026, 5, 2),
        valid_until=date(2028, 5, 1),
        issued_at=now.replace(microsecond=0),
        issuer=AGENCY,
    )


@pytest.fixture
def anchor() -> Anchor:
    return Anchor(
        chain_id=31337,
        contract=b"\x0c" * 20,
        transaction=b"\x0a" * 32,
        block_hash=b"\x0b" * 32,
        block_number=7,
        depth=12,
    )


@pytest.fixture
def receipt_for(log: LocalSigner, now: datetime, anchor: Anchor) -> Callable[[bytes], Receipt]:
    """Make the anchored receipt of a leaf in a log of three."""

    def make(leaf: bytes) -> Receipt:
        leaves = [leaf_hash(b"before"), leaf, leaf_hash(b"after")]
        note = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), root(leaves)), log)
        return Receipt(ORIGIN, 1, leaf, note, inclusion_path(leaves, 1), anchor, now)

    return make


@pytest.fixture
def status_list(now: datetime) -> StatusList:
    return StatusList.of(
        issuer=AGENCY,
        issued_at=now,
        expires_at=now + timedelta(days=1),
        size=6,
        exceptions={
            1: CertificateState.SUSPENDED,
            4: CertificateState.REVOKED,
            5: CertificateState.SUPERSEDED,
        },
    )


@pytest.fixture
def bundle(
    agency: LocalSigner,
    log: LocalSigner,
    statement: Callable[..., Statement],
    receipt_for: Callable[[bytes], Receipt],
    status_list: StatusList,
) -> Bundle:
    """A small bundle with one of everything: exhibit, disclosure, file, status list."""
    file = b"%PDF"
    commitments = commit_fields({"project": "示范"}, {"project": OTHER_SALT})
    body: dict[str, Value] = {"commitments": commitments, "files": [sha256(file).value]}
    signed = sign(statement(StatementType.CERTIFICATE, body), agency)
    entry = entry_for(signed, salt=SALT)
    exhibit = Exhibit(signed, SALT, entry.encode(), sign_receipt(receipt_for(entry.leaf), log))
    return Bundle(
        kind="certificate",
        exhibits=(exhibit,),
        disclosures=(Disclosure("project", "示范", OTHER_SALT),),
        files={sha256(file).value: file},
        status_list=sign_status_list(status_list, agency),
    )
