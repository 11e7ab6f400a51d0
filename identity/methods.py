"""The ways in which a person is recognised when they approve; a verifier says each in its own words."""

from enum import StrEnum

from evidence.errors import Term


class Method(StrEnum):
    """How the person was recognised."""

    FACE = "face"
    FACE_PASSKEY = "face+passkey"
    PASSKEY_CODE_OFFICER = "passkey+code+officer"
    CODE_OFFICER_AT_COUNTER = "code+officer-at-counter"

    @property
    def term(self) -> Term:
        """The method as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    Method.FACE: Term("刷脸", "face scan"),
    Method.FACE_PASSKEY: Term("刷脸加设备密钥", "face scan and device key"),
    Method.PASSKEY_CODE_OFFICER: Term(
        "设备密钥加验证码，工作人员核对证件", "device key and one-time code, document checked by an officer"
    ),
    Method.CODE_OFFICER_AT_COUNTER: Term(
        "窗口核对证件加验证码", "document checked at a counter, and one-time code"
    ),
}
