"""What is said over the socket of the signer: one request, one answer, each a frame of deterministic CBOR.

A frame is its length in four bytes, the greatest first, and then so many bytes. A request names one of six
acts and has its members; an answer is either what was asked for or a refusal with its sentences.

    send(connection, {"act": "chain", "key": "seal:42"})
    receive(connection, most=LONGEST_ANSWER)
"""

import socket
from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from evidence import canonical
from evidence.canonical import Value
from evidence.errors import Malformed, NotCanonical, Refused, Term, Unavailable, YinxinError
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
LIMIT_S = 20.0
"""Seconds that either side waits for the other: a token of a slow kind signs in one."""


class Act(StrEnum):
    """All that the signer does."""

    CREATE = "create"
    KEY = "key"
    BIND = "bind"
    CHAIN = "chain"
    MANIFEST = "manifest"
    INCREMENT = "increment"


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


class SignerRefused(Refused):
    """The signer refused, in its own words. Facts: ``reason``, ``refusal``: its code."""

    code = "signer-refused"
    zh = "{reason}"
    en = "{reason}"


class SignerHindered(Unavailable):
    """The signer could not sign now, in its own words. Facts: ``reason``, ``refusal``: its code."""

    code = "signer-hindered"
    zh = "{reason}"
    en = "{reason}"


_OF_KEYS = {
    each.code: each
    for each in (KeyExists, KeyMissing, KeyUncertified, CertificateOfAnotherKey, KeyHandleMalformed)
}
"""Refusals that callers of a key store tell apart."""


def send(connection: socket.socket, value: Mapping[str, Value]) -> None:
    """Send one frame; OSError when the other side is gone."""
    content = canonical.encode(value)
    connection.sendall(len(content).to_bytes(LENGTH_BYTES) + content)


def receive(connection: socket.socket, *, most: int) -> Value:
    """Receive one frame of at most ``most`` bytes.

    Raises:
        SignerRequestMalformed: it is longer, cut off, or not the one encoding of a value.
        OSError: the other side is silent or gone.
    """
    length = int.from_bytes(_exactly(connection, LENGTH_BYTES))
    if length > most:
        raise SignerRequestMalformed(place="length")
    try:
        return canonical.decode(_exactly(connection, length))
    except NotCanonical as error:
        raise SignerRequestMalformed(place="CBOR") from error


def refusal_value(error: YinxinError) -> Mapping[str, Value]:
    """Write a refusal; of its facts only the handle goes along, which callers may need."""
    return {
        "code": error.code,
        "later": isinstance(error, Unavailable),
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
    kind = SignerHindered if value.get("later") is True else SignerRefused
    return kind(reason=reason, refusal=code)


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
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
