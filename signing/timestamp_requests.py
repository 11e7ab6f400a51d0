"""Timestamp requests read strictly, and each refusal with the failure that RFC 3161, 2.4.2 names for it.

A request is taken only whole: what the authority would have to ignore in it, it refuses. The imprint goes
back into the token as it came, so its algorithm and length are checked first.

    try:
        request = read_request(content, policy=POLICY)
    except TimestampRefused as refusal:
        return rejection(refusal, refusal.failure)
"""

import hashlib
from typing import ClassVar

from asn1crypto import cms, core, tsp

from evidence.errors import Refused
from signing.asn1_signature import UNREADABLE

LONGEST_REQUEST = 4096  # bytes; what openssl sends has about 70
IMPRINTS = ("sha256", "sha384", "sha512")
"""Hash functions of imprints; SHA-1 and MD5 no longer bind content to its digest."""


class TimestampResponse(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    """A TimeStampResp; asn1crypto's own type takes none without a token, so no rejection either."""

    _fields = [  # noqa: RUF012  asn1crypto completes the list in place
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class TimestampRefused(Refused):
    """A timestamp request gets no token; ``failure`` is its PKIFailureInfo as asn1crypto names it."""

    failure: ClassVar[str]


class TimestampRequestMalformed(TimestampRefused):
    """The bytes are no DER TimeStampReq of version 1, or too many."""

    code = "timestamp-request-malformed"
    failure = "bad_data_format"
    zh = "这不是 RFC 3161 时间戳请求（DER 编码，版本 1）；请用 openssl ts -query 等工具生成后重新发送。"
    en = "This is no RFC 3161 timestamp request in DER, version 1; make one, as by openssl ts -query."


class TimestampImprintUnsupported(TimestampRefused):
    """The imprint is by another hash function, or has not its length."""

    code = "timestamp-imprint-unsupported"
    failure = "bad_alg"
    zh = "时间戳只接受 SHA-256、SHA-384 或 SHA-512 摘要，且长度须与算法相符；请换用其中一种。"
    en = "Only SHA-256, SHA-384 and SHA-512 imprints of their own length are stamped; use one of them."


class TimestampPolicyUnknown(TimestampRefused):
    """The request asks for a policy under which this authority does not work. Facts: ``policy``."""

    code = "timestamp-policy-unknown"
    failure = "unaccepted_policy"
    zh = "本时间戳服务只按策略 {policy} 签发；请在请求中省略策略或改为该策略。"
    en = "This authority stamps under the policy {policy} alone; leave the policy out or ask for this one."


class TimestampExtensionUnknown(TimestampRefused):
    """The request carries extensions; this authority knows none."""

    code = "timestamp-extension-unknown"
    failure = "unaccepted_extensions"
    zh = "时间戳请求带有本服务不支持的扩展；请去掉扩展后重新发送。"
    en = "The timestamp request carries extensions, and this authority knows none; leave them out."


def read_request(content: bytes, *, policy: str) -> tsp.TimeStampReq:
    """Read a DER TimeStampReq for an authority that works under ``policy``, a dotted object identifier.

    Raises:
        TimestampRequestMalformed: it is none, or longer than ``LONGEST_REQUEST``.
        TimestampImprintUnsupported, TimestampPolicyUnknown, TimestampExtensionUnknown: what it asks for is
            not done here.

    Source: RFC 3161, section 2.4.1.
    """
    request = _parsed(content)
    algorithm = request["message_imprint"]["hash_algorithm"]
    name, parameters = algorithm["algorithm"].native, algorithm["parameters"]
    imprint = request["message_imprint"]["hashed_message"].native
    if name not in IMPRINTS or len(imprint) != hashlib.new(name).digest_size or parameters.native is not None:
        raise TimestampImprintUnsupported
    if request["req_policy"].native not in (None, policy):
        raise TimestampPolicyUnknown(policy=policy)
    if request["extensions"].native is not None:
        raise TimestampExtensionUnknown
    return request


def _parsed(content: bytes) -> tsp.TimeStampReq:
    if len(content) > LONGEST_REQUEST:
        raise TimestampRequestMalformed
    try:
        request = tsp.TimeStampReq.load(content, strict=True)
        version = request.native["version"]  # reads every part: asn1crypto parses when it is asked
    except UNREADABLE:
        raise TimestampRequestMalformed from None
    if version != "v1":
        raise TimestampRequestMalformed
    return request


def rejection(refusal: Refused, failure: str) -> bytes:
    """Return the DER TimeStampResp without a token that says why (RFC 3161, 2.4.2).

    ``failure`` is a PKIFailureInfo as asn1crypto names it.
    """
    said = [core.UTF8String(refusal.sentence("zh")), core.UTF8String(refusal.sentence("en"))]
    status = {"status": "rejection", "status_string": said, "fail_info": {failure}}
    return bytes(TimestampResponse({"status": status}).dump())
