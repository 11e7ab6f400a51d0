"""The structures of GB/T 38540-2020, version 4, as ASN.1, and their strict reading.

    SESeal        = SealInfo, maker's certificate, algorithm, signature over SealInfo
    SES_Signature = TBS_Sign, signer's certificate, algorithm, signature over TBS_Sign, [0] timestamp

How sure we are, the official text not having been read: order, tags and types of the fields are high (the
header was seen in a vendor's sample; two public implementations agree). Medium: that each signature is over
the DER of the first field alone; that the two kinds of lists carry no tag and ``certListType`` tells them
apart; ``extDatas`` without a tag in the seal and under [0] in the signature; the text ``type`` of a digest,
which every maker chooses. Low: whether ``critical`` is written where it is false, so both are read.

    form = read(SignatureForm, encoded, what=SIGNATURE)
"""

import re
from typing import ClassVar, TypeVar

from asn1crypto import core, parser

from evidence.errors import Term
from signing.ses_refusals import (
    SesAlgorithmUnknown,
    SesExtensionUnknown,
    SesMalformed,
    SesNotDer,
    SesTrailingBytes,
)
from signing.sm2 import SM2_WITH_SM3_OID

MAGIC = "ES"
VERSION = 4
CERTIFICATES = 1  # the values of certListType
DIGESTS = 2

_DER_TIME = re.compile(rb"\d{14}Z")  # X.690, 11.7, without a fraction of a second

_Fields = list[tuple[str, type[core.Asn1Value]] | tuple[str, type[core.Asn1Value], dict[str, object]]]
_Form = TypeVar("_Form", bound=core.Sequence)


class Moment(core.GeneralizedTime):  # type: ignore[misc]  # asn1crypto has no types
    """A GeneralizedTime in UTC to the second."""


class Header(core.Sequence):  # type: ignore[misc]  # the same
    """SES_Header: ``ES``, the version and who made the program."""

    _fields: ClassVar[_Fields] = [
        ("id", core.IA5String),
        ("version", core.Integer),
        ("vid", core.IA5String),
    ]


class CertDigest(core.Sequence):  # type: ignore[misc]  # the same
    """CertDigestObj: a text of the maker's choice and the digest of a certificate."""

    _fields: ClassVar[_Fields] = [("type", core.PrintableString), ("value", core.OctetString)]


class CertDigests(core.SequenceOf):  # type: ignore[misc]  # the same
    """CertDigestList."""

    _child_spec = CertDigest


class Certificates(core.SequenceOf):  # type: ignore[misc]  # the same
    """CertInfoList: certificates, each DER in an OCTET STRING."""

    _child_spec = core.OctetString


class Property(core.Sequence):  # type: ignore[misc]  # the same
    """SES_ESPropertyInfo: whose seal it is, who may sign with it, and when."""

    _fields: ClassVar[_Fields] = [
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("cert_list_type", core.Integer),
        ("cert_list", core.Any),
        ("create_date", Moment),
        ("valid_start", Moment),
        ("valid_end", Moment),
    ]

    def _cert_list_spec(self) -> type[core.SequenceOf]:
        return {CERTIFICATES: Certificates, DIGESTS: CertDigests}[self["cert_list_type"].native]

    _spec_callbacks: ClassVar = {"cert_list": _cert_list_spec}


class Picture(core.Sequence):  # type: ignore[misc]  # the same
    """SES_ESPictrueInfo, as the standard spells it: width and height in millimetres."""

    _fields: ClassVar[_Fields] = [
        ("type", core.IA5String),
        ("data", core.OctetString),
        ("width", core.Integer),
        ("height", core.Integer),
    ]


class ExtData(core.Sequence):  # type: ignore[misc]  # the same
    """One of ExtensionDatas."""

    _fields: ClassVar[_Fields] = [
        ("extn_id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"optional": True}),
        ("extn_value", core.OctetString),
    ]


class ExtDatas(core.SequenceOf):  # type: ignore[misc]  # the same
    """ExtensionDatas."""

    _child_spec = ExtData


class SealInfo(core.Sequence):  # type: ignore[misc]  # the same
    """SES_SealInfo: what the maker of a seal signs."""

    _fields: ClassVar[_Fields] = [
        ("header", Header),
        ("es_id", core.IA5String),
        ("property", Property),
        ("picture", Picture),
        ("ext_datas", ExtDatas, {"optional": True}),
    ]


class SealForm(core.Sequence):  # type: ignore[misc]  # the same
    """SESeal."""

    _fields: ClassVar[_Fields] = [
        ("seal_info", SealInfo),
        ("cert", core.OctetString),
        ("sign_alg_id", core.ObjectIdentifier),
        ("signed_value", core.OctetBitString),
    ]


class ToSign(core.Sequence):  # type: ignore[misc]  # the same
    """TBS_Sign: what the signer signs."""

    _fields: ClassVar[_Fields] = [
        ("version", core.Integer),
        ("eseal", SealForm),
        ("time_info", Moment),
        ("data_hash", core.OctetBitString),
        ("property_info", core.IA5String),
        ("ext_datas", ExtDatas, {"explicit": 0, "optional": True}),
    ]


class SignatureForm(core.Sequence):  # type: ignore[misc]  # the same
    """SES_Signature."""

    _fields: ClassVar[_Fields] = [
        ("to_sign", ToSign),
        ("cert", core.OctetString),
        ("signature_alg_id", core.ObjectIdentifier),
        ("signature", core.OctetBitString),
        ("time_stamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]


def read(form: type[_Form], encoded: bytes, *, what: Term) -> _Form:
    """Read ``encoded`` as ``form``; nothing but its one DER encoding is taken.

    Raises:
        SesTrailingBytes: bytes follow it.
        SesMalformed: it has another structure.
        SesNotDer: it has the structure in another encoding.
    """
    try:
        length = parser.peek(encoded)
        if length != len(encoded):
            raise SesTrailingBytes(what=what, count=len(encoded) - length)
        read_form: _Form = form.load(encoded)
        in_der = all(_DER_TIME.fullmatch(moment) for moment in _moments(read_form))
        in_der = in_der and form.load(encoded).dump(force=True) == encoded
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise SesMalformed(what=what, place="ASN.1") from error
    if not in_der:
        raise SesNotDer(what=what)
    return read_form


def check_extensions(extensions: core.Asn1Value, *, what: Term) -> None:
    """Pass over ``extensions`` that are absent or not critical.

    Raises:
        SesExtensionUnknown: one is critical.
    """
    for extension in extensions.native or ():
        if extension["critical"]:
            raise SesExtensionUnknown(what=what, extension=extension["extn_id"])


def check_algorithm(algorithm: core.ObjectIdentifier, *, what: Term) -> None:
    """Take SM2 with SM3 alone.

    Raises:
        SesAlgorithmUnknown: it is another one.
    """
    if algorithm.dotted != SM2_WITH_SM3_OID:
        raise SesAlgorithmUnknown(what=what, algorithm=algorithm.dotted)


def _moments(value: core.Asn1Value) -> list[bytes]:
    """Return the contents of every time below ``value``."""
    if isinstance(value, Moment):
        return [value.contents]
    if isinstance(value, core.Sequence):
        return [moment for name in value for moment in _moments(value[name])]
    return []
