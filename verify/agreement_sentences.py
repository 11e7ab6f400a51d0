"""What a report says of an agreement alone: its parties, who approved, who handed on, who declined."""

from collections.abc import Mapping
from typing import Final

from verify.words import Words

AGREEMENTS: Final[Mapping[str, Words]] = {
    # the parties of an agreement
    "parties-all": Words(
        "{count}方的签署记录齐全，签的是同一份签署清单。",
        "The signatures of all {count} parties are here, and all are over the same manifest.",
    ),
    "parties-missing": Words(
        "证据包里缺少{missing}方的签署记录（共{count}方）。请索取完整的证据包。",
        "The bundle lacks the signatures of {missing} of {count} parties. Ask for the whole bundle.",
    ),
    "parties-of-another": Words(
        "第{place}份签署记录签的不是这份签署清单。不能采信。",
        "Signature {place} is not over the manifest of this agreement. Do not rely on it.",
    ),
    "parties-slots": Words(
        "签署清单上的签署位与签署记录不一致。不能采信。",
        "The slots of the manifest and the signatures differ. Do not rely on it.",
    ),
    "agreement-lasts": Words(
        "已完成的签署没有有效期，也没有状态清单；文件内容的效力以文件为准。各方此后若一致作废，只有重新索取的证据包才会写明。",
        "A completed signing has neither a validity nor a status list; what it means is for the document "
        "to say. Should its parties void it later, only evidence fetched after that says so.",
    ),
    # its documents
    "documents-kept": Words(
        "{count}份已签文件都完整保留了清单所列的原文，各与其原文逐一对应；其中的签名请用 PDF 阅读器核对。",
        "Signed PDFs that keep the document of the manifest byte for byte, each its own: {count}; check the "
        "signatures in them by a PDF reader.",
    ),
    "documents-frozen": Words(
        "清单所列的{count}份原文齐全，与完成记录一致；证据包里还没有已签文件。",
        "The documents of the manifest are all here, as the completion states them: {count}; no signed PDF "
        "is in the bundle yet.",
    ),
    "documents-others": Words(
        "完成记录所列的原文与签署清单所列的不同。不能采信。",
        "The completion states other documents than the manifest. Do not rely on it.",
    ),
    "documents-count": Words(
        "清单列有{count}份原文，已签文件却有{made}份。不能采信。",
        "The manifest lists {count} documents, but {made} signed PDFs are stated. Do not rely on it.",
    ),
    "documents-altered": Words(
        "第{place}份已签文件不是由清单所列的第{place}份原文合成的。不能采信。",
        "Signed PDF {place} was not made of document {place} of the manifest. Do not rely on it.",
    ),
    "documents-absent": Words(
        "证据包没有附第{place}份原文，无法核对。请索取完整的证据包。",
        "Document {place} is not enclosed and cannot be checked. Ask for the whole bundle.",
    ),
    "documents-unassembled": Words(
        "证据包没有附第{place}份已签文件，无法核对。请索取完整的证据包。",
        "Signed PDF {place} is not enclosed and cannot be checked. Ask for the whole bundle.",
    ),
    # the approval of each signature
    "approvals-bind": Words(
        "{count}份签名都由签名人本人确认，确认的正是其签署位（方式：{methods}）。",
        "Signatures approved by the very person who signed, each for exactly that slot: {count} ({methods}).",
    ),
    "approvals-absent": Words(
        "证据包里没有签署位{slot}的本人确认，无法核对。请索取完整的证据包。",
        "The approval for slot {slot} is not in the bundle and cannot be checked. Ask for the whole bundle.",
    ),
    "approvals-of-another": Words(
        "签署位{slot}所附的本人确认不是为这次签名作出的（{member}不一致）。不能采信。",
        "The approval for slot {slot} is not for this signature ({member} differs). Do not rely on it.",
    ),
    "approvals-unknown": Words(
        "签署位{slot}的确认方式“{method}”不为本工具所识，无法判断。请取得最新的核验工具。",
        "Slot {slot} was approved by a method that this program does not know ({method}). Get the newest "
        "verifier.",
    ),
    "method-face": Words("刷脸", "face scan"),
    "method-device": Words("刷脸加设备密钥", "face scan and device key"),
    "method-officer": Words(
        "工作人员核对证件、设备密钥加验证码", "document checked by an officer, device key and one-time code"
    ),
    "method-counter": Words("窗口核对证件加验证码", "document checked at a counter, and one-time code"),
    # the steps by which a slot was handed on
    "delegations-none": Words(
        "没有转交：写明人员的签署位都由清单所列的人签署。",
        "Nothing was handed on: each slot that names a person was signed by that person.",
    ),
    "delegations-hold": Words(
        "转交与更换记录共{count}步，从清单所列的人到签名人首尾相接。",
        "Steps that handed slots on: {count}, unbroken from the person of the manifest to the signer.",
    ),
    "delegations-left-out": Words(
        "签署位{slot}的签名没有写明该签署位是怎样到签名人手里的，而这份签署清单要求写明。不能采信。",
        "The signature of slot {slot} does not say how the slot came to its signer, as this manifest asks. "
        "Do not rely on it.",
    ),
    "delegations-absent": Words(
        "签署位{slot}的第{place}步转交记录不在证据包里，无法核对是谁把签署交给了签名人。请索取完整的证据包。",
        "Step {place} by which slot {slot} was handed on is not in the bundle, so it cannot be checked who "
        "gave it to the signer. Ask for the whole bundle.",
    ),
    "delegations-foreign": Words(
        "签署位{slot}的第{place}步转交记录接不上（{member}不一致）。不能采信。",
        "Step {place} by which slot {slot} was handed on does not fit ({member} differs). Do not rely on it.",
    ),
    "delegations-untied": Words(
        "签署位{slot}的第{place}步转交记录没有写明承诺值（旧版记录），无法核对是不是同一人。请向签署平台查询。",
        "Step {place} by which slot {slot} was handed on is of an older kind that carries no commitments, so "
        "it cannot be checked whom it names. Ask the platform.",
    ),
    "delegations-signer": Words(
        "签署位{slot}的签名人不是清单所列或承接该签署位的人。不能采信。",
        "Slot {slot} was signed by another than the person whom it names or who took it. Do not rely on it.",
    ),
    "delegations-unnamed": Words(
        "证据包没有附签署清单，无法核对签署位{slot}写明的是谁。请索取完整的证据包。",
        "The manifest is not enclosed, so it cannot be checked whom slot {slot} names. Ask for the whole "
        "bundle.",
    ),
    # the detached signatures
    "detached-hold": Words(
        "分离签名文件（CAdES）{count}份，都与签署清单相符，签名值成立；证书链请用 openssl 核对。",
        "Detached signatures (CAdES): {count}, each over the manifest and sound; check the chains of their "
        "certificates by openssl.",
    ),
    "detached-absent": Words(
        "证据包没有附签署位{slot}的分离签名文件，无法核对签名值。请索取完整的证据包。",
        "The detached signature of slot {slot} is not enclosed and cannot be checked. Ask for the whole "
        "bundle.",
    ),
    "detached-unchecked": Words(
        "此浏览器不支持签署位{slot}的签名算法，签名值未核对。请使用 yinxin verify。",
        "This browser lacks the algorithm of the detached signature of slot {slot}, which was not checked. "
        "Use yinxin verify.",
    ),
    "detached-malformed": Words(
        "签署位{slot}的分离签名文件结构不对。不能采信。",
        "The detached signature of slot {slot} is malformed. Do not rely on it.",
    ),
    "detached-manifest": Words(
        "签署位{slot}的分离签名签的不是这份签署清单。不能采信。",
        "The detached signature of slot {slot} is not over this manifest. Do not rely on it.",
    ),
    "detached-slot": Words(
        "签署位{slot}所附的分离签名是为另一签署位作出的。不能采信。",
        "The detached signature of slot {slot} was made for another slot. Do not rely on it.",
    ),
    "detached-approval": Words(
        "签署位{slot}的分离签名写明的是另一次本人确认。不能采信。",
        "The detached signature of slot {slot} names another approval. Do not rely on it.",
    ),
    "detached-time": Words(
        "签署位{slot}的分离签名写明的时间与签署记录不同。不能采信。",
        "The detached signature of slot {slot} states another time than its record. Do not rely on it.",
    ),
    "detached-key": Words(
        "签署位{slot}的分离签名所用密钥不是签署记录写明的密钥。不能采信。",
        "The detached signature of slot {slot} is of another key than its record states. Do not rely on it.",
    ),
    "detached-broken": Words(
        "签署位{slot}的分离签名不成立：被改动过，或是伪造的。不能采信。",
        "The detached signature of slot {slot} does not hold: it was altered or forged. Do not rely on it.",
    ),
    # by what authority stamps of qualifications were put
    "stamps-hold": Words(
        "执业印章{count}枚，加盖依据成立：{said}。",
        "Stamps of qualifications: {count}, each put by authority: {said}.",
    ),
    "stamp-own": Words(
        "签署位{slot}由签署清单写明的持证人本人加盖",
        "slot {slot} by the holder themself, whom the manifest names",
    ),
    "stamp-granted": Words(
        "签署位{slot}凭持证人的授权加盖，为该授权的第{ordinal}次使用（用途：{purpose}；项目：{project}）",
        "slot {slot} by use {ordinal} of the holder's authorization (purpose: {purpose}; project: {project})",
    ),
    "stamps-absent": Words(
        "签署位{slot}的执业印章所凭的授权或其使用记录不在证据包里，无法核对。请索取完整的证据包。",
        "The authorization of the stamp in slot {slot}, or the record of its use, is not in the bundle. Ask "
        "for the whole bundle.",
    ),
    "stamps-foreign": Words(
        "签署位{slot}的执业印章与其加盖依据不符（{member}不一致）。不能采信。",
        "The stamp in slot {slot} does not fit the authority that it names ({member} differs). Do not rely "
        "on it.",
    ),
    # what the parties wrote
    "texts-hold": Words(
        "{count}方填写的文字都与其本人确认一致，只是该方自己的陈述：{said}。",
        "What parties wrote is what each of them approved, and the statement of that party alone ({count}): "
        "{said}.",
    ),
    "texts-absent": Words(
        "签署位{slot}填写的文字不在证据包里，无法核对。请索取完整的证据包。",
        "What was written in slot {slot} is not in the bundle and cannot be checked. Ask for the whole "
        "bundle.",
    ),
    "texts-unapproved": Words(
        "签署位{slot}的本人确认没有写明所填文字，或清单并未要求填写。不能采信。",
        "The approval for slot {slot} does not name what was written, or the manifest asked for nothing. Do "
        "not rely on it.",
    ),
    "texts-malformed": Words(
        "签署位{slot}所填文字的文件结构不对，或与清单要求的栏数不符。不能采信。",
        "The file of what was written in slot {slot} is malformed, or not one text for each field. Do not "
        "rely on it.",
    ),
    # who declined
    "declines-hold": Words(
        "另有{count}方拒签，其签署位不在已签之列，签署仍满足清单要求。",
        "Parties that declined: {count}; none of them signed, and the manifest is satisfied without them.",
    ),
    "declines-absent": Words(
        "第{place}份拒签记录不在证据包里，无法核对。请索取完整的证据包。",
        "Record {place} of a party that declined is not in the bundle. Ask for the whole bundle.",
    ),
    "declines-foreign": Words(
        "第{place}份拒签记录不属于这次签署，或与签署记录矛盾（{member}不一致）。不能采信。",
        "Record {place} of a party that declined is not of this agreement, or contradicts its signatures "
        "({member} differs). Do not rely on it.",
    ),
    # what voided it
    "voids-hold": Words(
        "已作废：签署各方共{count}方于{at}全部同意，均经本人确认（其中{same}方由原签署人确认，其余由现任负责人确认）。",
        "Voided: all {count} who signed had consented by {at}, each by an approval of exactly that ({same} "
        "by the very signer, the others by whoever speaks for the party now).",
    ),
    "voids-absent": Words(
        "第{place}份同意作废的本人确认不在证据包里，无法核对是否已作废。请索取完整的证据包。",
        "Approval {place} of the voiding is not in the bundle, so it cannot be checked whether the agreement "
        "is voided. Ask for the whole bundle.",
    ),
    "voids-without": Words(
        "作废记录缺少签署位{slot}对作废的本人确认。不能采信。",
        "The record of the voiding has no consent of slot {slot}. Do not rely on it.",
    ),
    "voids-foreign": Words(
        "作废记录不属于这次签署，或与签署记录矛盾（{member}不一致）。不能采信。",
        "The record of the voiding is not of this agreement, or contradicts its signatures ({member} "
        "differs). Do not rely on it.",
    ),
}
