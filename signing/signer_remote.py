"""The signer from the server's side: a key store that gives no signer, and the activation module.

A connection is made for each request, so that a signer that was restarted is simply there again. One that
took too long is not asked again for a moment: whoever waits may hold the lock of the log.

    signer = RemoteSigner(Path("/run/yinxin/signer"))
    keystore = DividedKeyStore(house=files, held=signer)
"""

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.canonical import Value
from evidence.errors import KeyUnsupported, Refused
from evidence.keys import Signer, VerifyingKey
from signing import signer_protocol as protocol
from signing.activation_data import ActivationData
from signing.increments import Increment
from signing.keystore import PERSON_KEY, SEAL_KEY, KeyHandle, KeyStore
from signing.national_signing import NationalSignature, Sealing
from signing.signer_protocol import Act, SignerRequestMalformed, SignerSilent
from signing.sm2 import Sm2VerifyingKey

PAUSE_S = 10.0
"""Seconds that a signer which took too long is left alone, so that not each of a queue waits for it."""


class HeldKeyElsewhere(Refused):
    """The key is in the signer process and signs on activation alone. Facts: ``handle``."""

    code = "held-key-elsewhere"
    zh = "密钥 {handle} 在签名进程中，只凭激活数据签名；本进程不能直接使用。"
    en = "The key {handle} is in the signer and signs on activation data alone; this process cannot use it."


class RemoteSigner:
    """The signer at the socket ``path``: an ``ActivationModule``, and a ``KeyStore`` whose signers refuse."""

    def __init__(self, path: Path, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path, self._monotonic = path, monotonic
        self._alone_until = monotonic()
        self._keys: dict[KeyHandle, VerifyingKey] = {}

    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        """Have a P-256 key made under ``handle``; see the port.

        Raises:
            KeyUnsupported: held keys are of P-256.
            SignerSilent: the signer does not answer.
        """
        if algorithm is not Algorithm.ES256:
            raise KeyUnsupported
        return VerifyingKey.from_spki(self._octets(Act.CREATE, {"key": handle}))

    def signer(self, handle: KeyHandle) -> Signer:
        """Return the public half of the key of ``handle``; it refuses to sign."""
        if handle not in self._keys:
            self._keys[handle] = VerifyingKey.from_spki(self._octets(Act.KEY, {"key": handle}))
        return _PublicHalf(handle, self._keys[handle])

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Have ``chain`` kept; see the port."""
        self._keep(Act.BIND, handle, chain)

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain; see the port."""
        return self._certificates(Act.CHAIN, handle)

    def sign_manifest(self, data: ActivationData) -> bytes:
        """Have the manifest signed; see ``ActivationModule``."""
        return self._octets(Act.MANIFEST, {"data": data.encode()})

    def sign_increment(self, data: ActivationData, increment: Increment) -> bytes:
        """Have one increment signed; see ``ActivationModule``."""
        return self._octets(
            Act.INCREMENT,
            {
                "data": data.encode(),
                "content": increment.content,
                "original": increment.original,
                "start": increment.start,
                "end": increment.end,
                "attributes": increment.attributes,
            },
        )

    def sign_national(self, data: ActivationData, sealing: Sealing | None) -> NationalSignature:
        """Have the national signatures made; see ``ActivationModule``."""
        request: dict[str, Value] = {"data": data.encode(), "content": None}
        if sealing is not None:
            request |= {"content": sealing.content, "seal": sealing.seal}
        match self._ask(Act.NATIONAL, request):
            case [bytes() as cms, (bytes() | None) as ses]:
                return NationalSignature(cms, ses)
        raise SignerRequestMalformed(place=Act.NATIONAL.value)

    @property
    def sm2(self) -> "RemoteSm2Keys":
        """The signer's SM2 keys."""
        return RemoteSm2Keys(self)

    def _certificates(self, act: Act, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        answer = self._ask(act, {"key": handle})
        if not isinstance(answer, list):
            raise SignerRequestMalformed(place="chain")
        return tuple(x509.load_der_x509_certificate(each) for each in answer if isinstance(each, bytes))

    def _keep(self, act: Act, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        self._ask(act, {"key": handle, "chain": [each.public_bytes(Encoding.DER) for each in chain]})

    def _octets(self, act: Act, request: Mapping[str, Value]) -> bytes:
        answer = self._ask(act, request)
        if not isinstance(answer, bytes):
            raise SignerRequestMalformed(place=act.value)
        return answer

    def _ask(self, act: Act, request: Mapping[str, Value]) -> Value:
        if self._monotonic() < self._alone_until:
            raise SignerSilent(socket=self._path)
        carries = act in {Act.INCREMENT, Act.NATIONAL}
        limit = protocol.INCREMENT_LIMIT_S if carries else protocol.LIMIT_S
        until = protocol.Deadline(limit, self._monotonic)
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(until.left())
                connection.connect(str(self._path))
                protocol.send(connection, {"act": act.value, **request}, until=until)
                national = act is Act.NATIONAL
                most = protocol.LONGEST_NATIONAL_ANSWER if national else protocol.LONGEST_ANSWER
                answer = protocol.members(protocol.receive(connection, most=most, until=until))
        except OSError as error:
            if isinstance(error, TimeoutError):
                self._alone_until = self._monotonic() + PAUSE_S
            raise SignerSilent(socket=self._path) from error
        except SignerRequestMalformed as error:
            if error.facts.get("place") == "end":  # it died, or does not know this user
                raise SignerSilent(socket=self._path) from error
            raise
        if "refused" in answer:
            raise protocol.refusal(protocol.members(answer["refused"]))
        return answer.get("done")


class RemoteSm2Keys:
    """The ``Sm2Keys`` of a signer, which alone signs with them."""

    def __init__(self, signer: RemoteSigner) -> None:
        self._signer = signer

    def ensure(self, handle: KeyHandle) -> Sm2VerifyingKey:
        """Return the public half, made the first time; see the port."""
        return Sm2VerifyingKey.from_spki(self._signer._octets(Act.SM2_KEY, {"key": handle}))  # noqa: SLF001  one room

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Have ``chain`` kept; see the port."""
        self._signer._keep(Act.SM2_BIND, handle, chain)  # noqa: SLF001  the same

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain; see the port."""
        return self._signer._certificates(Act.SM2_CHAIN, handle)  # noqa: SLF001  the same


class _PublicHalf:
    """A ``Signer`` that knows its public half and signs nothing."""

    def __init__(self, handle: KeyHandle, key: VerifyingKey) -> None:
        self._handle, self._key = handle, key

    @property
    def key(self) -> VerifyingKey:
        """The public half."""
        return self._key

    def sign(self, message: bytes) -> NoReturn:
        """Refuse.

        Raises:
            HeldKeyElsewhere: always.
        """
        del message
        raise HeldKeyElsewhere(handle=self._handle)


class DividedKeyStore:
    """A ``KeyStore`` of two: ``held`` has the keys of people and seals, ``house`` all others."""

    def __init__(self, *, house: KeyStore, held: KeyStore) -> None:
        self._house, self._held = house, held

    def create(self, handle: KeyHandle, algorithm: Algorithm) -> VerifyingKey:
        """Make a key in the store that has such keys; see the port."""
        return self._of(handle).create(handle, algorithm)

    def signer(self, handle: KeyHandle) -> Signer:
        """Return what the store that has such keys gives; see the port."""
        return self._of(handle).signer(handle)

    def bind(self, handle: KeyHandle, chain: Sequence[x509.Certificate]) -> None:
        """Keep ``chain`` where the key is; see the port."""
        self._of(handle).bind(handle, chain)

    def chain(self, handle: KeyHandle) -> tuple[x509.Certificate, ...]:
        """Return the bound chain from where the key is; see the port."""
        return self._of(handle).chain(handle)

    def _of(self, handle: KeyHandle) -> KeyStore:
        return self._held if handle.startswith((PERSON_KEY, SEAL_KEY)) else self._house
