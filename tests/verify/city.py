"""A small city that issues evidence for the tests: an agency, a log, a trust file, and bundles over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from evidence.algorithms import Algorithm
from evidence.bundle import Bundle, Exhibit
from evidence.canonical import Value
from evidence.checkpoint import Checkpoint, sign_checkpoint
from evidence.commitment import Disclosure, commit_fields
from evidence.digest import sha256
from evidence.entry import Entry, entry_for
from evidence.keys import LocalSigner
from evidence.merkle import inclusion_path, root
from evidence.qr import QrPayload, sign_qr
from evidence.receipt import Anchor, Receipt, sign_receipt
from evidence.statement import Statement, StatementType, read, sign
from evidence.status_delta import StatusDelta, digest_of, pair, sign_delta
from evidence.statuslist import CertificateState, StatusList, sign_status_list
from tests.verify.fixed_keys import FixedSigner
from verify.trust import ChainAnchor, IssuerKey, LogAnchor, TrustAnchors
from verify.words import Words

AGENCY, PLATFORM, STRANGER = "11370200MB2F00001A", "91370200MA3C00002B", "91370200MA3C00003X"
ISSUED = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)
LISTED = datetime(2026, 5, 2, 22, 0, tzinfo=UTC)
NOW = datetime(2026, 5, 3, 1, 0, tzinfo=UTC)
HOST = "permits.example"
ORIGIN = "shifan.example/log"
LICENCE = "1.2.156.3005.2.11370200MB2F00001A001.11370200MB2F00001A.370200202605010101.001.5"
ROLES = frozenset(
    {
        "agreement",
        "approval",
        "authorization",
        "authorization-change",
        "certificate",
        "certificate-change",
        "register-answer",
        "signature",
        "status-list",
    }
)
FIELDS: Mapping[str, Value] = {"owner": "示范城市发展有限公司", "project_name": "示范中学教学楼"}
QR_FIELDS = ("示范中学教学楼", "示范市一号路1号", "示范城市发展有限公司", "示范建设集团有限公司")
CHAIN = ChainAnchor(31337, bytes(32), b"\x11" * 20, b"\x22" * 20, {"EvidenceLog": b"\x33" * 32})
ANCHOR = Anchor(31337, b"\x11" * 20, b"\x44" * 32, b"\x55" * 32, 7)
PDF = b"%PDF-1.7 a small certificate"


@cache
def agency_signer() -> LocalSigner:
    return FixedSigner("agency")


@cache
def log_signer() -> LocalSigner:
    return FixedSigner("log", Algorithm.EDDSA)


@cache
def strange_signer() -> LocalSigner:
    return FixedSigner("strange")


@cache
def strange_log_signer() -> LocalSigner:
    return FixedSigner("strange_log", Algorithm.EDDSA)


@cache
def platform_signer() -> LocalSigner:
    return FixedSigner("platform")


def issuer_key(signer: LocalSigner | None = None, **changes: object) -> IssuerKey:
    key = IssuerKey(
        issuer=AGENCY,
        name=Words("示范市行政审批服务局", "Administrative Approval Service of Demonstration City"),
        key=(signer or agency_signer()).key,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2029, 1, 1, tzinfo=UTC),
        roles=ROLES,
    )
    return replace(key, **changes)  # type: ignore[arg-type]  # tests name the one member they change


def trust_anchors(*issuers: IssuerKey) -> TrustAnchors:
    anchors = TrustAnchors(
        city=Words("示范市", "Demonstration City"),
        hosts=(HOST,),
        issuers=issuers or (issuer_key(),),
        log=LogAnchor(ORIGIN, log_signer().key),
        chain=CHAIN,
    )
    return TrustAnchors.parse(anchors.to_json())


def salt(number: int) -> bytes:
    return number.to_bytes(16, "big")


def salts(fields: Mapping[str, Value]) -> dict[str, bytes]:
    return {name: salt(100 + place) for place, name in enumerate(fields)}


def days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def certificate_body(**changes: Value) -> dict[str, Value]:
    body: dict[str, Value] = {
        "licence_id": LICENCE,
        "number": "370200202605010101",
        "certificate_type": "construction-permit",
        "holder": "91370200MA3C00004M",
        "commitments": list(commit_fields(FIELDS, salts(FIELDS))),
        "valid_from": days(date(2026, 5, 1)),
        "valid_until": days(date(2028, 4, 30)),
        "status_index": 2,
        "status_key": bytes(32),
        "refs": [],
    }
    return {**body, **changes}


def stated(
    type_: StatementType,
    body: Mapping[str, Value],
    *,
    at: datetime = ISSUED,
    issuer: str = AGENCY,
    signer: LocalSigner | None = None,
) -> bytes:
    return sign(Statement(type_, issuer, at, body), signer or agency_signer())


def certificate(**changes: Value) -> bytes:
    return stated(StatementType.CERTIFICATE, certificate_body(**changes))


def change(subject: bytes, action: str, *, at: datetime = ISSUED, **members: Value) -> bytes:
    body = {"action": action, "certificate": sha256(subject).value, **members}
    return stated(StatementType.CERTIFICATE_CHANGE, body, at=at)


def status_list(
    state: CertificateState = CertificateState.NONE,
    *,
    at: datetime = LISTED,
    index: int = 2,
    size: int = 4,
    issuer: str = AGENCY,
    signer: LocalSigner | None = None,
    lasts: timedelta = timedelta(days=7),
) -> bytes:
    listed = StatusList.of(
        issuer=issuer, issued_at=at, expires_at=at + lasts, size=size, exceptions={index: state}
    )
    return sign_status_list(listed, signer or agency_signer())


def delta(
    listed: bytes,
    changes: Mapping[int, CertificateState],
    *,
    at: datetime = NOW,
    issuer: str = AGENCY,
    signer: LocalSigner | None = None,
    lasts: timedelta = timedelta(days=7),
) -> bytes:
    """A list with what changed since, as one thing to carry."""
    since = StatusDelta(issuer, at, at + lasts, digest_of(listed), changes)
    return pair(listed, sign_delta(since, signer or agency_signer()))


@dataclass(frozen=True)
class Recorded:
    """Statements as the log recorded them; ``receipts`` may be replaced to show one that does not hold."""

    statements: tuple[bytes, ...]
    entries: tuple[Entry, ...]
    receipts: tuple[bytes, ...]

    def exhibits(self) -> tuple[Exhibit, ...]:
        return tuple(
            Exhibit(statement, salt(place), entry.encode(), receipt)
            for place, (statement, entry, receipt) in enumerate(
                zip(self.statements, self.entries, self.receipts, strict=True)
            )
        )


@dataclass(frozen=True)
class Log:
    """The log that records; each field is one way to be different."""

    signer: LocalSigner = field(default_factory=log_signer)
    origin: str = ORIGIN
    anchor: Anchor | None = ANCHOR
    checkpointed: bool = True

    def record(self, *statements: bytes) -> Recorded:
        entries = tuple(entry_for(one, salt=salt(place)) for place, one in enumerate(statements))
        leaves = [entry.leaf for entry in entries]
        note = sign_checkpoint(Checkpoint(self.origin, len(leaves), root(leaves)), self.signer)
        receipts = tuple(
            sign_receipt(
                Receipt(
                    origin=self.origin,
                    index=index,
                    leaf=entry.leaf,
                    checkpoint=note if self.checkpointed else None,
                    path=tuple(inclusion_path(leaves, index)) if self.checkpointed else (),
                    anchor=self.anchor if self.checkpointed else None,
                    issued_at=read(statements[index]).statement.issued_at,
                ),
                self.signer,
            )
            for index, entry in enumerate(entries)
        )
        return Recorded(statements, entries, receipts)


def bundle(
    *statements: bytes,
    log: Log | None = None,
    kind: str = "certificate",
    disclosures: Sequence[Disclosure] | None = None,
    files: Sequence[bytes] = (PDF,),
    listed: bytes | None = None,
) -> Bundle:
    """A certificate bundle with its issue record unless told otherwise."""
    subject = statements or (certificate(),)
    if not statements:
        subject = (*subject, change(subject[0], "issued", files=[sha256(PDF).value]))
    disclosed = [Disclosure(name, FIELDS[name], salts(FIELDS)[name]) for name in FIELDS]
    return Bundle(
        kind=kind,
        exhibits=(log or Log()).record(*subject).exhibits(),
        disclosures=tuple(disclosed if disclosures is None else disclosures),
        files={sha256(content).value: content for content in files},
        status_list=status_list() if listed is None else listed,
    )


def payload(**changes: object) -> QrPayload:
    made = QrPayload(
        licence_id=LICENCE,
        certificate_type="construction-permit",
        statement=sha256(b"the certificate statement").value,
        status_index=2,
        fields=QR_FIELDS,
        valid_from=date(2026, 5, 1),
        valid_until=date(2028, 4, 30),
        issued_at=ISSUED,
        issuer=AGENCY,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name the one member they change


def code(*, host: str = HOST, signer: LocalSigner | None = None, **changes: object) -> str:
    return sign_qr(payload(**changes), signer or agency_signer(), host=host)
