"""What is said over the socket of the signer: one request, one answer, each a frame of deterministic CBOR.

A frame is its length in four bytes, the greatest first, and then so many bytes. A request names one of the
acts and has its members; an answer is either what was asked for or a refusal with its sentences.

A whole exchange has one end in time: a frame that comes byte by byte holds nobody longer.

    until = Deadline(LIMIT_S)
    send(connection, {"act": "chain", "key": "seal:42"}, until=until)
    receive(connection, most=LONGEST_ANSWER, until=until)
"""

import socket
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import cast

from evidence import canonical
from evidence.canonical import Value
from evidence.errors import Invalid, Malformed, NotCanonical, Refused, Term, Unavailable, YinxinError
from signing.increments import LARGEST
from signing.keystore import (
    CertificateOfAnotherKey,
    KeyExists,
    KeyHandleMalformed,
    KeyMissing,
    KeyUncertified,
)

LENGTH_BYTES = 4
LONGEST_REQUEST = LARGEST + 1024 * 1024
"""Bytes: the largest file, and activation data beside it."""
LONGEST_ANSWER = 64 * 1024
"""Bytes; a chain of three certificates has about 3 kB."""
LONGEST_NATIONAL_ANSWER = 512 * 1024
"""Bytes; a signature by a seal carries the seal with its picture."""
LIMIT_S = 5.0
"""Seconds of a whole exchange: a slow token signs in one, and who signs waits with the log locked."""
INCREMENT_LIMIT_S = 20.0
"""Seconds of an exchange that carries a file and holds no lock: about an increment, or by SM2."""


class Act(StrEnum):
    """All that the signer does."""

    CREATE = "create"
    KEY = "key"
    BIND = "bind"
    CHAIN = "chain"
    MANIFEST = "manifest"
    INCREMENT = "increment"
    SM2_KEY = "sm2-key"
    SM2_BIND = "sm2-bind"
    SM2_CHAIN = "sm2-chain"
    NATIONAL = "national"


class SignerRequestMalformed(Malformed):
    """The frame is no request, or no answer, of this protocol."""

    code = "signer-request-malformed"
    zh = "签名进程的请求或答复结构不对（{place}），未作任何签名；请核对两端版本。"
    en = "A request to the signer, or its answer, is malformed at {place}; use one version at both ends."


class SignerSilent(Unavailable):
    """The signer process does not answer. Facts: ``socket``."""

    code = "signer-silent"
    zh = "签名进程（{socket}）没有应答，本次签署未完成，可以重来；请启动 yinxin signer 后重试。"
    en = "The signer at {socket} does not answer, nothing was completed; start yinxin signer and try again."


class SignerFailed(Unavailable):
    """The signer has a fault of its own. Facts: ``fault``, its kind."""

    code = "signer-failed"
    zh = "签名进程内部出错（{fault}），本次签署未完成，可以重来；请管理员查看其日志。"
    en = "The signer failed ({fault}), nothing was completed; let the operator read its log, and try again."


class SaidBySigner(YinxinError):  # noqa: N818  errors are named by the reason
    """A refusal of the signer, under its code and in its words. Facts: ``reason``, ``refusal``: the code."""

    zh = "{reason}"
    en = "{reason}"

    def __init__(self, **facts: object) -> None:
        super().__init__(**facts)
        self.code = str(facts["refusal"])  # type: ignore[misc]  # here alone each error has its own


class SignerRefused(SaidBySigner, Refused):
    """The signer refused."""

    code = "signer-refused"


class SignerHindered(SaidBySigner, Unavailable):
    """The signer could not do it now."""

    code = "signer-hindered"


class SignerDoubted(SaidBySigner, Invalid):
    """The signer found that the evidence does not hold."""

    code = "signer-doubted"


_KINDS = {"unavailable": SignerHindered, "invalid": SignerDoubted}

_OF_KEYS = {
    each.code: each
    for each in (KeyExists, KeyMissing, KeyUncertified, CertificateOfAnotherKey, KeyHandleMalformed)
}
"""Refusals that callers of a key store tell apart."""


class Deadline:
    """The moment, ``seconds`` from now, at which an exchange is over."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._end = monotonic, monotonic() + seconds

    def left(self) -> float:
        """Give the seconds that are left.

        Raises:
            TimeoutError: none are.
        """
        left = self._end - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def send(connection: socket.socket, value: Mapping[str, Value], *, until: Deadline) -> None:
    """Send one frame; OSError when the other side is gone, or does not take it in time."""
    content = canonical.encode(value)
    connection.settimeout(until.left())
    connection.sendall(len(content).to_bytes(LENGTH_BYTES) + content)


def receive(connection: socket.socket, *, most: int, until: Deadline) -> Value:
    """Receive one frame of at most ``most`` bytes.

    Raises:
        SignerRequestMalformed: it is longer, cut off, or not the one encoding of a value.
        OSError: the other side is silent, slow or gone.
    """
    length = int.from_bytes(_exactly(connection, LENGTH_BYTES, until))
    if length > most:
        raise SignerRequestMalformed(place="length")
    try:
        return canonical.decode(_exactly(connection, length, until))
    except NotCanonical as error:
        raise SignerRequestMalformed(place="CBOR") from error


def refusal_value(error: YinxinError) -> Mapping[str, Value]:
    """Write a refusal; of its facts only the handle goes along, which callers may need."""
    return {
        "code": error.code,
        "kind": _kind(error),
        "zh": error.sentence("zh"),
        "en": error.sentence("en"),
        "handle": str(error.facts.get("handle", "")),
    }


def refusal(value: Mapping[str, Value]) -> YinxinError:
    """Read a refusal, for the caller to raise."""
    code = str(value.get("code"))
    if code in _OF_KEYS:
        return _OF_KEYS[code](handle=value.get("handle"))
    reason = Term(str(value.get("zh")), str(value.get("en")))
    return _KINDS.get(str(value.get("kind")), SignerRefused)(reason=reason, refusal=code)


def _kind(error: YinxinError) -> str:
    match error:
        case Unavailable():
            return "unavailable"
        case Invalid():
            return "invalid"
        case _:
            return "refused"


def _exactly(connection: socket.socket, length: int, until: Deadline) -> bytes:
    received = bytearray()
    while len(received) < length:
        connection.settimeout(until.left())
        piece = connection.recv(min(length - len(received), 1 << 20))
        if not piece:
            raise SignerRequestMalformed(place="end")
        received += piece
    return bytes(received)


def members(value: Value) -> Mapping[str, Value]:
    """Give the members of a map of texts.

    Raises:
        SignerRequestMalformed: it is none.
    """
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise SignerRequestMalformed(place="map")
    return cast("Mapping[str, Value]", value)
