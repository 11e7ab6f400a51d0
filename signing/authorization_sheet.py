"""The readable authorization: the exact text in two languages, how it stands, and its evidence attached.

The QR code leads to the page that says how it stands now; a code cannot hold the evidence itself, so that is
attached to the file, where ``yinxin verify FILE.pdf`` finds it.

    sheet = read_sheet(session, authorization_id, address=url, archive=archive)
    pdf = render_authorization(typesetter, sheet)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evidence.errors import Term
from identity.approvals import approval
from identity.authorization_states import State
from identity.authorization_text import BEIJING
from identity.authorization_uses import Use, uses_of
from identity.authorizations import Authorization, AuthorizationId, authorization
from identity.use_limits import uses_term
from ledger import entries, facts, receipts
from ledger.receipts import AnchoringState
from signing.authorization_bundles import bundle, granted_fact
from signing.exhibits import Archive
from signing.pdf_attachment import Attachment, attach
from signing.qr_image import qr_svg
from signing.typesetting import Fact, Typesetter

ATTACHMENT = "authorization.bundle"
GROUP = 4  # characters of a digest printed together
SHOWN_USES = 8  # lines; the attached evidence has all of them

_ANCHORING = {
    AnchoringState.RECORDED: Term("已记入账本，尚未上链", "recorded, not yet anchored"),
    AnchoringState.CHECKPOINTED: Term("已入检查点，尚未上链", "in a checkpoint, not yet anchored"),
    AnchoringState.ANCHORED: Term("已上链", "anchored"),
}
_ENDS = {
    State.USED: Term("用完时间", "Used up"),
    State.REVOKED: Term("撤销时间", "Revoked"),
    State.LAPSED: Term("失效时间", "Lapsed"),
}


@dataclass(frozen=True)
class Row:
    """One line of the record: what it is called and what it says, in both languages."""

    label: Term
    value: Term


@dataclass(frozen=True, kw_only=True)
class AuthorizationSheet:
    """What is printed of an authorization as of ``at``; ``evidence`` is its encoded bundle."""

    found: Authorization
    rows: tuple[Row, ...]
    address: str
    evidence: bytes
    at: datetime


def read_sheet(
    session: Session, authorization_id: AuthorizationId, *, address: str, archive: Archive
) -> AuthorizationSheet:
    """Gather what is printed; ``address`` is the page that says how the authorization stands.

    Raises:
        AuthorizationUnknown, AuthorizationWithoutGrant: there is none, or it was never granted.
        FactErased: its salt was erased, as the law asks.
    """
    found = authorization(session, authorization_id)
    index = facts.fact(session, granted_fact(found)).index
    return AuthorizationSheet(
        found=found,
        rows=(
            *_life(found, approval(session, found.approval or b"").method.term),
            *_uses(found, uses_of(session, found.id)),
            *_recorded(session, found, index),
        ),
        address=address,
        evidence=bundle(session, authorization_id, archive=archive),
        at=archive.clock.now(),
    )


def render_authorization(typesetter: Typesetter, sheet: AuthorizationSheet) -> bytes:
    """Set the authorization on A4 pages, its evidence attached.

    A character that the font lacks is spelled by its number: no word of a firm takes the document away, and
    the attached evidence holds the exact text.

    Raises:
        QrTooLong: the address is too long for a code.
    """
    text, spelled = sheet.found.text, typesetter.spelled
    printed: dict[str, Fact] = {
        "number": str(sheet.found.id),
        "zh": spelled(text.zh).split("\n"),
        "en": spelled(text.en).split("\n"),
        "rows": [
            {
                "zh": row.label.zh,
                "en": row.label.en,
                "value_zh": spelled(row.value.zh),
                "value_en": "" if row.value.en == row.value.zh else spelled(row.value.en),
            }
            for row in sheet.rows
        ],
        "spelled": any(spelled(said) != said for said in _written(sheet)),
        "qr": qr_svg(sheet.address),
        "address": sheet.address,
        "at": _time(sheet.at),
        "attachment": ATTACHMENT,
    }
    content = typesetter.set("authorization.typ", printed, at=sheet.at)
    evidence = Attachment(name=ATTACHMENT, data=sheet.evidence, what="evidence bundle")
    return attach(content, (evidence,), at=sheet.at)


def _written(sheet: AuthorizationSheet) -> Iterator[str]:
    yield from (sheet.found.text.zh, sheet.found.text.en)
    for row in sheet.rows:
        yield from (row.value.zh, row.value.en)


def _life(found: Authorization, method: Term) -> tuple[Row, ...]:
    end = _ENDS.get(found.state)
    ended = () if end is None else (Row(end, _moment(found.ended_at)),)
    return (
        Row(Term("状态", "State"), found.state.term),
        Row(Term("确认方式", "Confirmed by"), method),
        Row(Term("申请时间", "Requested"), _moment(found.requested_at)),
        Row(Term("授权时间", "Granted"), _moment(found.answered_at)),
        *ended,
    )


def _uses(found: Authorization, uses: tuple[Use, ...]) -> tuple[Row, ...]:
    allowed = uses_term(found.uses)
    taken = Term(f"已使用 {found.taken} 次（{allowed.zh}）", f"{found.taken} taken ({allowed.en})")
    lines = [
        Row(Term(f"第 {each.ordinal} 次使用", f"Use {each.ordinal}"), _said(each))
        for each in uses[-SHOWN_USES:]
    ]
    return (Row(Term("使用情况", "Uses"), taken), *lines)


def _said(use: Use) -> Term:
    text = _time(use.used_at) if use.said is None else f"{_time(use.used_at)}　{use.said}"
    return Term(text, text)


def _recorded(session: Session, found: Authorization, index: int) -> tuple[Row, ...]:
    digest, leaf = found.digest, entries.entry(session, index).leaf.hex()
    anchoring = _ANCHORING[receipts.anchoring_state(session, index)]
    written = f"{digest.algorithm.value} {_grouped(digest.value.hex())}"
    return (
        Row(Term("文本摘要", "Digest of the text"), Term(written, written)),
        Row(
            Term("账本记录", "Log entry"),
            Term(f"第 {index} 号，{anchoring.zh}", f"no. {index}, {anchoring.en}"),
        ),
        Row(Term("条目散列", "Leaf of the entry"), Term(_grouped(leaf), _grouped(leaf))),
    )


def _moment(at: datetime | None) -> Term:
    text = "—" if at is None else _time(at)
    return Term(text, text)


def _time(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _grouped(text: str) -> str:
    return " ".join(text[place : place + GROUP] for place in range(0, len(text), GROUP))
