"""Errors as sentences: every refusal says what, which, and what to do now, in Chinese and English.

There are three kinds. ``Refused``: same facts, same answer. ``Unavailable``: try later. ``Invalid``: the
evidence does not hold. A leaf is named by its reason and carries a stable ``code`` and two templates that its
facts fill. A fact that reads differently in the two languages is a ``Term``; a moment reads as the civil time
of China. Facts are never personal: an error may be logged and shown to anybody.

    class ChallengeExpired(Refused):
        code = "challenge-expired"
        zh = "刷脸口令已于{expired_at}过期，请重新开始刷脸。"
        en = "The challenge expired at {expired_at}; start the face scan again."

    raise ChallengeExpired(expired_at=moment)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import ClassVar, Literal

Language = Literal["zh", "en"]

CIVIL_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The time that people in China read; it has no summer time."""


@dataclass(frozen=True)
class Term:
    """A word of the field in both languages, for use as a fact of an error."""

    zh: str
    en: str


def _said(fact: object, language: Language) -> object:
    match fact:
        case Term():
            return fact.zh if language == "zh" else fact.en
        case datetime():
            return fact.astimezone(CIVIL_TIME).strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return fact


class YinxinError(Exception):
    """The root of all errors of Yinxin: a code, a sentence in two languages, and the facts that fill it."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        self.facts: dict[str, object] = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: Language) -> str:
        """Return the sentence in ``language``, filled with the facts."""
        words = {name: _said(fact, language) for name, fact in self.facts.items()}
        template = self.zh if language == "zh" else self.en
        return template.format(**words)

    def __reduce__(self) -> tuple[Callable[[], "YinxinError"], tuple[()]]:
        """Travel between processes with the facts, which are keyword arguments."""
        return partial(type(self), **self.facts), ()


class Refused(YinxinError):  # noqa: N818 - errors are named by the reason, not by their class
    """The same facts get the same answer: change what is asked, not when."""


class Unavailable(YinxinError):  # noqa: N818 - the same
    """Something needed is not reachable now: try later."""


class Invalid(YinxinError):  # noqa: N818 - the same
    """The evidence does not hold."""


class NotEncodable(Refused):
    """A value has no deterministic encoding: a float, a huge integer, broken Unicode, deep nesting."""

    code = "not-encodable"
    zh = "该值无法确定地编码（{kind}），请检查输入的文字和数字。"
    en = "A value of kind {kind} has no deterministic encoding; check the text and numbers entered."


class NotCanonical(Invalid):
    """Bytes are not deterministic CBOR; ``offset`` is where the reader stopped, in bytes."""

    code = "not-canonical"
    zh = "数据不是规范的编码（第{offset}字节处），可能已被改动，请重新获取原件。"
    en = "The data is not canonically encoded (at byte {offset}); get the original again."


class DigestMalformed(Invalid):
    """A text is not ``algorithm:hex``."""

    code = "digest-malformed"
    zh = "摘要的写法不对，应为“sha256:”加64位小写十六进制数。"
    en = 'The digest is not written as "sha256:" and 64 lower-case hexadecimal digits.'


class ProofInvalid(Invalid):
    """A Merkle proof does not hold; ``proof`` says which kind. What does not fit names the leaf below it."""

    code = "proof-invalid"
    zh = "日志证明不成立（{proof}），该记录不在所称的日志之中，请重新获取凭证。"
    en = "The {proof} proof does not hold: the log is not what it claims; get the evidence again."


class DisclosureInvalid(Invalid):
    """A disclosed field is bound by none of the commitments."""

    code = "disclosure-invalid"
    zh = "披露的字段“{name}”与签名时的承诺值不符，请向签发方索取正确的字段。"
    en = "The disclosed field {name} matches no signed commitment; ask the issuer for the right field."


class CommitmentMismatch(Invalid):
    """An entry does not belong to the signed statement shown with it."""

    code = "commitment-mismatch"
    zh = "日志记录与所附的签名声明不符（{place}），请重新获取凭证。"
    en = "The log entry does not belong to the signed statement beside it ({place}); get the evidence again."


class SignatureInvalid(Invalid):
    """A signature does not verify under the key."""

    code = "signature-invalid"
    zh = "签名不成立：内容与密钥{key_id}的签名不符，请勿采信，并向签发方核实。"
    en = "The signature does not hold under key {key_id}; do not rely on it, and ask the issuer."


class AlgorithmDiffers(SignatureInvalid):
    """The protected header names another algorithm than the key has."""

    code = "algorithm-differs"
    zh = "签名不成立：签名所称算法{claimed}与密钥{key_id}的算法{actual}不同，请勿采信。"
    en = "The signature claims {claimed}, but key {key_id} is for {actual}; do not rely on it."


class KeyDiffers(SignatureInvalid):
    """The protected header names another key."""

    code = "key-differs"
    zh = "签名不成立：签名所用密钥{claimed}不是给定的密钥{key_id}，请用正确的公钥核验。"
    en = "The signature was made with key {claimed}, not {key_id}; verify it with the right public key."


class KeyUnsupported(Refused):
    """A public key is none of the kinds in the table of algorithms."""

    code = "key-unsupported"
    zh = "不支持该公钥：只接受P-256、Ed25519和2048位以上的RSA公钥。"
    en = "The public key is not supported: use P-256, Ed25519, or RSA of at least 2048 bits."


class Malformed(Invalid):
    """Bytes do not have the form they must have; ``place`` is the field where reading stopped."""


class StatementMalformed(Malformed):
    """Bytes are not a signed statement."""

    code = "statement-malformed"
    zh = "签名声明的结构不对（{place}），可能已被改动，请重新获取原件。"
    en = "The signed statement is malformed at {place}; it may have been altered, so get the original again."


class EntryMalformed(Malformed):
    """Bytes are not an entry of the log."""

    code = "entry-malformed"
    zh = "日志记录的结构不对（{place}），请重新获取凭证。"
    en = "The log entry is malformed at {place}; get the evidence again."


class CheckpointMalformed(Malformed):
    """A text is not a checkpoint of the expected log."""

    code = "checkpoint-malformed"
    zh = "日志检查点的格式不对（{place}），请重新获取凭证。"
    en = "The log checkpoint is malformed at {place}; get the evidence again."


class CheckpointOfAnotherLog(CheckpointMalformed):
    """A checkpoint names another log; ``place`` is the origin line."""

    code = "checkpoint-of-another-log"
    zh = "检查点属于日志“{origin}”，不是“{expected}”（{place}），请取得该日志的检查点。"
    en = "The checkpoint is of the log {origin}, not of {expected} ({place}); get one of this log."


class ReceiptMalformed(Malformed):
    """A statement is not a receipt of the expected log."""

    code = "receipt-malformed"
    zh = "存证回执的结构不对（{place}），请重新获取回执。"
    en = "The receipt is malformed at {place}; get the receipt again."


class ReceiptOfAnotherLog(ReceiptMalformed):
    """A receipt is by another log; ``place`` is its origin."""

    code = "receipt-of-another-log"
    zh = "回执出自日志“{origin}”，不是“{expected}”（{place}），请取得该日志的回执。"
    en = "The receipt is of the log {origin}, not of {expected} ({place}); get one of this log."


class ReceiptOfAnotherChain(Invalid):
    """A receipt is anchored on a chain or in a contract other than the pinned ones; ``contract`` is hex."""

    code = "receipt-of-another-chain"
    zh = "回执指向链{chain}的合约{contract}，与信任文件不同：请勿采信，并向发证机关核实。"
    en = "The receipt names contract {contract} on chain {chain}, not the pinned one; ask the issuer."


class StatusListMalformed(Malformed):
    """A statement is not a status list."""

    code = "status-list-malformed"
    zh = "证照状态清单的结构不对（{place}），请重新下载清单。"
    en = "The status list is malformed at {place}; download it again."


class StatusIndexUnknown(Refused):
    """A status list has no place for this certificate."""

    code = "status-index-unknown"
    zh = "状态清单中没有第{index}号（共{size}号），请下载更新的清单。"
    en = "The status list has no index {index} (its size is {size}); download a newer list."


class BundleMalformed(Malformed):
    """Bytes are not an evidence bundle, or hold something that nothing in it binds."""

    code = "bundle-malformed"
    zh = "证据包的结构不对或已被改动（{place}），请重新获取证据包。"
    en = "The evidence bundle is malformed or altered at {place}; get the bundle again."


class QrUnknown(Refused):
    """A text is not a certificate's QR code."""

    code = "qr-unknown"
    zh = "这不是电子证照的二维码，请对准证照上的二维码重新扫描。"
    en = "This is not the QR code of an electronic certificate; scan the code printed on the certificate."


class QrOfAnotherCity(Refused):
    """A QR code leads to a host that is not ours."""

    code = "qr-of-another-city"
    zh = "该二维码属于{host}，不是本市的证照，请到其签发地核验，并当心假冒网站。"
    en = "This QR code belongs to {host}, not to this city; verify it there, and beware of imitations."


class QrAltered(Malformed):
    """A QR code of ours does not hold what was signed."""

    code = "qr-altered"
    zh = "二维码内容不完整或已被改动（{place}），请勿采信，并向签发机关核实。"
    en = "The QR code is incomplete or altered ({place}); do not rely on it, and ask the issuing agency."


class QrKeyUnknown(Invalid):
    """A QR code is signed with a key that is not among the trusted ones."""

    code = "qr-key-unknown"
    zh = "二维码的签名密钥{key_id}不在信任名单之中，无法确认真伪，请更新信任名单或向签发机关核实。"
    en = "The QR code is signed with the untrusted key {key_id}; update the trust list or ask the issuer."


class QrTooLarge(Refused):
    """A payload does not fit a code that a phone reads reliably; ``bits`` and ``limit`` say by how much."""

    code = "qr-too-large"
    zh = "证照上的文字太长，二维码放不下（{bits}位，上限{limit}位），请缩短各栏文字。"
    en = "The printed fields do not fit the QR code ({bits} bits, limit {limit}); shorten them."


class IdentifierMalformed(Refused):
    """An identifier does not have the form of its standard; ``position`` counts from 1."""

    code = "identifier-malformed"
    zh = "{kind}的第{position}位不符合规定的格式，请核对后重新输入。"
    en = "The {kind} is malformed at position {position}; compare it with the original and enter it again."


class CheckDigitWrong(Refused):
    """A check character does not fit the others; ``position`` counts from 1."""

    code = "check-digit-wrong"
    zh = "{kind}的第{position}位校验码不正确，请逐位核对后重新输入。"
    en = "Character {position} of the {kind}, a check character, is wrong; compare all characters and retry."
