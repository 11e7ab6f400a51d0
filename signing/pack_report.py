"""The readable report of an evidence pack: who signed for whom, when, by what authority, and how to check it.

It names people, because it is for the parties and the court to read; what counts is the evidence beside it.

    report = read_report(session, found, carried=carried((original, pdf)), at=clock.now())
    pdf = render_report(typesetter, report, files=files, verified=verified)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy.orm import Session

from evidence.digest import Digest, sha256
from evidence.errors import Term
from evidence.statement import read
from identity.approvals import approval
from identity.authorization_records import authorization
from identity.organizations import organization
from identity.people import PersonId, person
from ledger import facts, receipts
from signing.agreements import Agreement, Slot
from signing.authorization_sheet import Row
from signing.cades import read_envelope
from signing.manifest import SlotKind
from signing.marks import TextField
from signing.national_report import national_sections
from signing.pdf_evidence import Carried, asn1_name
from signing.qualification_stamps import asked_of, printed
from signing.report_rows import Section, grouped, same, time_said
from signing.seals import seal
from signing.signatures import Signature, left_at_closing, signatures
from signing.slot_texts import texts_by_slot
from signing.tables import SignatureRow
from signing.typesetting import Fact, Typesetter
from signing.voids import newest_void
from verify.checks import Outcome
from verify.report import Report
from verify.words import quoted

_KINDS = {
    SlotKind.PERSON: Term(
        "自然人签名；签署清单写明其人", "a person's signature; the manifest names the person"
    ),
    SlotKind.APPROVER: Term("审批；签署清单写明其人", "an approval; the manifest names the person"),
    SlotKind.REPRESENTATIVE: Term(
        "法定代表人签名；由签署时在任者签署", "the legal representative's signature, by whoever was in office"
    ),
    SlotKind.QUALIFICATION: Term(
        "执业印章；由签署清单写明的人员加盖",
        "a qualification's stamp, put by the person whom the manifest names",
    ),
    SlotKind.SEAL: Term(
        "单位印章；由单位指定的保管人加盖", "the organization's seal, set by its appointed keeper"
    ),
}
_OUTCOMES = {
    Outcome.PASSED: Term("通过", "passed"),
    Outcome.INDETERMINATE: Term("未定", "undecided"),
    Outcome.FAILED: Term("不通过", "failed"),
}
_LEFT = Row(
    Term("任职变动", "Office"),
    Term("签署时在任，各方签完时已离任", "in office when signing, no more when all had signed"),
)


@dataclass(frozen=True, kw_only=True)
class PackReport:
    """What is printed of an agreement as of ``at``, before the verifier's result and the list of files."""

    found: Agreement
    sections: tuple[Section, ...]
    at: datetime


def read_report(session: Session, found: Agreement, *, carried: Carried, at: datetime) -> PackReport:
    """Gather what is printed of ``found``, which is assembled; ``carried`` is what its PDF carries."""
    signed = {each.slot: each for each in signatures(session, found.id)}
    lists = [x509.load_der_x509_crl(each) for each in carried.revocation_lists]
    left = left_at_closing(session, found)
    texts = texts_by_slot(session, found.id)
    parties = [
        _party(
            session,
            slot,
            signed[slot.id],
            lists,
            left=slot.id in left,
            written=zip(found.manifest.slot(slot.id).texts, texts[slot.id].texts, strict=True)
            if slot.id in texts
            else (),
        )
        for slot in found.filled
    ]
    declined = [slot for slot in found.slots if slot.declined_at is not None]
    return PackReport(
        found=found,
        sections=(
            Section(Term("签署概况", "The agreement"), tuple(_overview(session, found))),
            *parties,
            *([_declines(session, declined)] if declined else []),
            *_voided(session, found),
            Section(
                Term("根证书指纹（SHA-256）", "Root certificates"), tuple(_roots(signed.values(), carried))
            ),
            *national_sections(session, found),
            Section(Term("时间戳", "Timestamps"), tuple(_timestamps(carried))),
            Section(Term("账本记录", "Ledger"), tuple(_ledger(session, found))),
        ),
        at=at,
    )


def render_report(
    typesetter: Typesetter, report: PackReport, *, files: Mapping[str, bytes], verified: Report
) -> bytes:
    """Set the report on A4 pages; ``files`` are those beside it, ``verified`` the verifier's result.

    A character that the font lacks is spelled by its number, as in a readable authorization.
    """
    listed = tuple(
        Row(same(name), same(grouped(sha256(content).value.hex()))) for name, content in files.items()
    )
    sections = (
        *report.sections,
        Section(Term("离线核验结果", "Result of the offline verifier"), tuple(_verified(verified))),
        Section(Term("所附文件及其 SHA-256", "Files enclosed, with their SHA-256"), listed),
    )
    spelled = typesetter.spelled
    printed: dict[str, Fact] = {
        "title": spelled(report.found.title),
        "number": str(report.found.id),
        "at": time_said(report.at),
        "slot": report.found.filled[0].id,
        "sections": [
            {
                "zh": spelled(section.title.zh),
                "en": spelled(section.title.en),
                "rows": [
                    {
                        "zh": row.label.zh,
                        "en": "" if row.label.en == row.label.zh else row.label.en,
                        "value_zh": spelled(row.value.zh),
                        "value_en": "" if row.value.en == row.value.zh else spelled(row.value.en),
                    }
                    for row in section.rows
                ],
            }
            for section in sections
        ],
    }
    return typesetter.set("evidence-pack.typ", printed, at=report.at)


def _overview(session: Session, found: Agreement) -> Iterator[Row]:
    yield Row(Term("签署编号", "Number"), same(str(found.id)))
    starter = organization(session, found.started_by)
    yield Row(Term("发起单位", "Started by"), same(f"{starter.name}　{starter.uscc.text}"))
    yield Row(Term("发起时间", "Started"), same(time_said(found.created_at)))
    if found.completed_at is not None:
        yield Row(Term("签署完成", "Completed"), same(time_said(found.completed_at)))
    yield from _digests(Term("原文摘要", "Original document"), found.documents, found.manifest.names)
    yield Row(Term("签署清单摘要", "Manifest"), same(grouped(found.manifest_digest.value.hex())))
    yield from _digests(Term("已签文件摘要", "Signed document"), found.results, found.manifest.names)


def _digests(label: Term, digests: Sequence[Digest], names: Sequence[str]) -> Iterator[Row]:
    """Give a row for each document; of several with its number and name."""
    if len(digests) == 1:
        names = ()
    for number, digest in enumerate(digests, start=1):
        said = grouped(digest.value.hex())
        if not names:
            yield Row(label, same(said))
            continue
        numbered = Term(f"第 {number} 份{label.zh}", f"{label.en} {number}")
        yield Row(numbered, same(f"{names[number - 1]}　{said}"))


def _party(
    session: Session,
    slot: Slot,
    signature: Signature,
    lists: Sequence[x509.CertificateRevocationList],
    *,
    left: bool,
    written: Iterable[tuple[TextField, str]],
) -> Section:
    party = organization(session, slot.organization)
    approved = approval(session, session.get_one(SignatureRow, (signature.agreement, slot.id)).approval)
    title = Term(f"签署位 {slot.id}　{slot.capacity_zh}", f"Slot {slot.id}: {slot.capacity_en}")
    rows = [
        Row(Term("签署人", "Signer"), same(_named(session, signature.person))),
        Row(Term("代表单位", "For"), same(f"{party.name}　{party.uscc.text}")),
        Row(Term("签署方式与权限", "Capacity and authority"), _KINDS[slot.kind]),
        *([_LEFT] if left else []),
        *_seal(session, signature),
        *_stamp(session, signature),
        *(Row(same(quoted(field.label)), same(quoted(text))) for field, text in written),
        Row(Term("签署时间", "Signed"), same(time_said(signature.signed_at))),
        Row(Term("本人确认方式", "Recognised by"), approved.method.term),
        *_chain(session, slot),
        *_certificate(signature, lists),
        Row(Term("本人确认的账本条目", "Log entry of the approval"), _entry(session, approved.digest)),
        Row(Term("签名的账本条目", "Log entry of the signature"), _entry(session, signature.fact)),
    ]
    return Section(title, tuple(rows))


def _seal(session: Session, signature: Signature) -> Iterator[Row]:
    if signature.seal is not None:
        yield Row(Term("印章", "Seal"), seal(session, signature.seal).called)


def _stamp(session: Session, signature: Signature) -> Iterator[Row]:
    """Say whose stamp it is, and by what authority it was put."""
    asked = asked_of(session, signature.agreement, signature.slot)
    if asked is None:
        return
    said = printed(session, asked.qualification)
    yield Row(
        Term("执业印章", "Qualification"), same(f"{said.title}　{said.name}　{said.registration_number}")
    )
    if asked.authorization is None:
        yield Row(Term("加盖依据", "By authority of"), Term("持证人本人的行为", "its holder's own act"))
        return
    granted = authorization(session, asked.authorization)
    words = f"{granted.purpose}；{granted.project}"
    yield Row(
        Term("加盖依据", "By authority of"),
        Term(f"持证人授权 {granted.id}：{words}", f"its holder's authorization {granted.id}: {words}"),
    )


def _chain(session: Session, slot: Slot) -> Iterator[Row]:
    for place, step in enumerate(slot.chain, start=1):
        at = time_said(read(facts.signed_statement(session, step.fact)).statement.issued_at)
        giver, taker = _named(session, step.giver), _named(session, step.taker)
        how = Term("由发起方更换", "replaced by the starter") if step.replaced else Term("转交", "delegated")
        said = Term(f"{giver} → {taker}　{how.zh}　{at}", f"{giver} → {taker}, {how.en}, {at}")
        yield Row(Term(f"转交第 {place} 步", f"Delegation, step {place}"), said)


def _certificate(signature: Signature, lists: Sequence[x509.CertificateRevocationList]) -> Iterator[Row]:
    found = read_envelope(signature.cms).certificate
    until = f"{time_said(found.not_valid_before_utc)} — {time_said(found.not_valid_after_utc)}"
    yield Row(Term("签名证书", "Certificate"), same(f"{asn1_name(found)}　{found.serial_number:x}"))
    yield Row(Term("证书有效期", "Valid"), same(until))
    yield Row(Term("当时的证书状态", "Status at the time"), _status(found, lists))


def _status(found: x509.Certificate, lists: Sequence[x509.CertificateRevocationList]) -> Term:
    """How the certificate stood by the list that the sealed PDF carries."""
    own = [each for each in lists if each.issuer == found.issuer]
    if not own:
        return Term("已签文件未载其吊销列表", "the signed document carries no revocation list for it")
    newest = max(own, key=lambda each: each.last_update_utc)
    at, entry = (
        time_said(newest.last_update_utc),
        newest.get_revoked_certificate_by_serial_number(found.serial_number),
    )
    if entry is None:
        return Term(f"未被吊销（吊销列表签发于 {at}）", f"not revoked (list of {at})")
    since = time_said(entry.revocation_date_utc)
    return Term(f"已于 {since} 吊销（吊销列表签发于 {at}）", f"revoked at {since} (list of {at})")


def _declines(session: Session, slots: Sequence[Slot]) -> Section:
    rows = (
        Row(
            Term(f"签署位 {slot.id}　{slot.capacity_zh}", f"Slot {slot.id}: {slot.capacity_en}"),
            same(f"{organization(session, slot.organization).name}　{time_said(slot.declined_at)}"),
        )
        for slot in slots
    )
    return Section(Term("拒签", "Declined"), tuple(rows))


def _voided(session: Session, found: Agreement) -> Iterator[Section]:
    made = newest_void(session, found.id)
    if made is None or found.ended_fact is None:
        return
    rows = [
        Row(Term("作废时间", "Voided"), same(time_said(found.ended_at))),
        Row(Term("理由", "Reason"), same(made.reason)),
        Row(Term("提议编号", "Proposal"), same(str(made.id))),
        Row(Term("作废的账本条目", "Log entry of the voiding"), _entry(session, found.ended_fact)),
    ]
    for slot in found.filled:
        given = made.consents[slot.id]
        label = Term(f"签署位 {slot.id}　{slot.capacity_zh}", f"Slot {slot.id}: {slot.capacity_en}")
        said = f"{_named(session, given.person)}　{time_said(given.at)}　"
        entry, how = _entry(session, given.approval), approval(session, given.approval).method.term
        rows.append(Row(label, Term(f"{said}{how.zh}　{entry.zh}", f"{said}{how.en}, {entry.en}")))
    yield Section(Term("签署各方一致作废", "Voided by all who signed"), tuple(rows))


def _roots(signed: Iterable[Signature], carried: Carried) -> Iterator[Row]:
    """Give the roots of the parties' own signatures, and those put in beside them for timestamps and seal."""
    enclosed = [each for one in signed for each in read_envelope(one.cms).others]
    for each in dict.fromkeys([*enclosed, *carried.certificates]):
        if each.issuer == each.subject:
            yield Row(same(asn1_name(each)), same(grouped(each.fingerprint(SHA256()).hex())))


def _timestamps(carried: Carried) -> Iterator[Row]:
    for place, each in enumerate(carried.timestamps, start=1):
        yield Row(same(f"timestamps/{place}.tst"), same(time_said(each.at)))


def _ledger(session: Session, found: Agreement) -> Iterator[Row]:
    if found.fact is None:
        return
    index = facts.fact(session, found.fact).index
    cover = receipts.covering(session, index)
    yield Row(Term("签署完成的账本条目", "Log entry of the completion"), _entry(session, found.fact))
    if cover.checkpoint is not None:
        size = cover.checkpoint.size
        yield Row(Term("检查点", "Checkpoint"), Term(f"{size} 个条目", f"{size} entries"))
    if cover.anchor is None:
        yield Row(Term("上链", "Anchored"), Term("尚未上链", "not yet"))
        return
    chain, block = cover.anchor.chain_id, cover.anchor.block_number
    yield Row(Term("上链", "Anchored"), Term(f"链 {chain}，区块 {block}", f"chain {chain}, block {block}"))
    yield Row(Term("链上交易", "Transaction"), same(grouped(cover.anchor.transaction.hex())))


def _verified(report: Report) -> Iterator[Row]:
    said = Term(report.sentence("zh"), report.sentence("en"))
    yield Row(Term("结论", "Conclusion"), Term(f"{report.conclusion}　{said.zh}", said.en))
    yield Row(Term("信任文件 SHA-256", "Trust file"), same(grouped(report.trust_fingerprint)))
    for check in report.checks:
        outcome = _OUTCOMES[check.outcome]
        label = Term(f"{check.number} {outcome.zh}", outcome.en)
        yield Row(label, Term(check.zh, check.en))


def _named(session: Session, id_: PersonId) -> str:
    return person(session, id_).name


def _entry(session: Session, digest: bytes) -> Term:
    index = facts.fact(session, digest).index
    return Term(f"第 {index} 号", f"no. {index}")
