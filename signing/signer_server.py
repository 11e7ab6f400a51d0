"""The signer: the process that has the keys of people and seals, and answers on a socket of this machine.

Some of its acts are about keys and move none: make one, its public half, bind and read its chain; the same
for SM2 keys, where it keeps any. The others sign, on activation data alone (``signing.activation_module``).
Who connects must be a process of a user that was named at the start, as the kernel says; a request is bounded
in length and time, and one that cannot be read is answered and ends its connection. A fault of its own, a
full disk or a bug, is logged by its kind and answered as such; it ends neither the conversation nor the
listening.

    with SignerServer(path, keystore, module, users={os.getuid()}) as server:
        server.serve()      # until close()
"""

import errno
import logging
import os
import socket
import struct
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.canonical import Value
from evidence.errors import Refused, YinxinError
from evidence.fields import Fields
from signing import signer_protocol as protocol
from signing.activation_data import ActivationData
from signing.activation_module import ActivationModule
from signing.increments import Increment
from signing.keystore import PERSON_KEY, SEAL_KEY, CertifiedKeys, KeyHandle, KeyStore, KeyUncertified
from signing.national_signing import NationalNotKept, Sealing
from signing.signer_protocol import Act, SignerFailed, SignerRequestMalformed
from signing.sm2_keystore import Sm2Keys

CONNECTIONS = 16
"""How many are answered at once; more wait in the kernel's queue."""
PAUSE_S = 0.2
"""Seconds before it listens again when no connection could be taken."""
_CREDENTIALS = struct.Struct("3i")  # unix(7), SO_PEERCRED: process, user, group

log = logging.getLogger("yinxin.signer")


class NoHeldKey(Refused):
    """The signer has keys of people and seals alone. Facts: ``handle``."""

    code = "no-held-key"
    zh = "签名进程只保管个人和印章的密钥，不受理 {handle}。"
    en = "The signer has keys of people and seals alone, not {handle}."


class SubjectChanged(Refused):
    """A key's certificate names its holder for ever. Facts: ``handle``."""

    code = "subject-changed"
    zh = "密钥 {handle} 的证书不能改为另一主体，未作改动；请为新的主体另建密钥。"
    en = "The certificate of the key {handle} cannot come to name another subject; make another key for that."


class SocketTaken(Refused):
    """Another signer answers on the socket. Facts: ``socket``."""

    code = "socket-taken"
    zh = "{socket} 上已有签名进程在运行；请先停止它，或换用另一个地址。"
    en = "Another signer answers at {socket}; stop it first, or use another place."


class SignerServer:
    """Answers at ``path`` to processes of ``users``.

    Raises:
        SocketTaken: another one answers there.
    """

    def __init__(
        self,
        path: Path,
        keystore: KeyStore,
        module: ActivationModule,
        *,
        users: Collection[int],
        sm2: Sm2Keys | None = None,
    ) -> None:
        self._path, self._keystore, self._module, self._users = path, keystore, module, frozenset(users)
        self._sm2 = sm2
        self._turns = threading.BoundedSemaphore(CONNECTIONS)
        self._closed = threading.Event()
        self._binding = threading.Lock()
        self._socket = _listening(path, own=self._users == {os.getuid()})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serve(self) -> None:
        """Answer until ``close``."""
        while not self._closed.is_set():
            self._turns.acquire()
            try:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._converse, args=(connection,), daemon=True).start()
            except (OSError, RuntimeError) as error:  # closed, or for a moment without descriptors or threads
                self._turns.release()
                if not self._closed.is_set():
                    log.error("no connection taken: %s", _fault(error))  # noqa: TRY400  the same
                    self._closed.wait(PAUSE_S)

    def close(self) -> None:
        """Answer nobody any more; what is being answered ends by itself."""
        self._closed.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection:
                answer = self._answer(connection) if _user(connection) in self._users else None
                if answer is not None:
                    with suppress(OSError):
                        protocol.send(connection, answer, until=protocol.Deadline(protocol.LIMIT_S))
        finally:
            self._turns.release()

    def _answer(self, connection: socket.socket) -> Mapping[str, Value] | None:
        """Give the answer to the request; None where nobody is there any more."""
        try:
            fields = _request(connection)
            return None if fields is None else {"done": self._act(fields.text("act"), fields)}
        except YinxinError as error:
            return {"refused": protocol.refusal_value(error)}
        except Exception as error:  # noqa: BLE001  whoever asked is told, and the log says which
            log.error("not done: %s", _fault(error))  # noqa: TRY400  a traceback may name somebody
            return {"refused": protocol.refusal_value(SignerFailed(fault=_fault(error)))}

    def _act(self, act: str, fields: Fields) -> Value:
        if act in {Act.MANIFEST, Act.INCREMENT, Act.NATIONAL}:
            return self._sign(act, fields)
        handle = KeyHandle(fields.text("key", limit=128))
        _check_held(handle)
        chain = _chain(fields) if act in {Act.BIND, Act.SM2_BIND} else ()
        fields.done()
        match act:
            case Act.CREATE:
                return self._keystore.create(handle, Algorithm.ES256).spki
            case Act.KEY:
                return self._keystore.signer(handle).key.spki
            case Act.SM2_KEY:
                return self._sm2_keys.ensure(handle).spki
            case Act.BIND | Act.SM2_BIND:
                self._bind(self._keystore if act == Act.BIND else self._sm2_keys, handle, chain)
                return None
            case Act.CHAIN | Act.SM2_CHAIN:
                store = self._keystore if act == Act.CHAIN else self._sm2_keys
                return [each.public_bytes(Encoding.DER) for each in store.chain(handle)]
        raise SignerRequestMalformed(place="act")

    def _sign(self, act: str, fields: Fields) -> Value:
        data = ActivationData.decode(fields.octets("data"))
        _check_held(data.key)
        if act == Act.INCREMENT:
            return self._module.sign_increment(data, _increment(fields))
        if act == Act.NATIONAL:
            made = self._module.sign_national(data, _sealing(fields))
            return [made.cms, made.ses]
        fields.done()
        return self._module.sign_manifest(data)

    @property
    def _sm2_keys(self) -> Sm2Keys:
        if self._sm2 is None:
            raise NationalNotKept
        return self._sm2

    def _bind(self, store: CertifiedKeys, handle: KeyHandle, chain: tuple[x509.Certificate, ...]) -> None:
        """Bind ``chain``; what the module reads in a certificate of its holder stays as first bound."""
        with self._binding:
            with suppress(KeyUncertified):
                if store.chain(handle)[0].subject != chain[0].subject:
                    raise SubjectChanged(handle=handle)
            store.bind(handle, chain)


def _request(connection: socket.socket) -> Fields | None:
    """Give the request; None where it did not come."""
    until = protocol.Deadline(protocol.LIMIT_S)
    try:
        request = protocol.receive(connection, most=protocol.LONGEST_REQUEST, until=until)
    except OSError:
        return None
    return Fields(request, SignerRequestMalformed)


def _fault(error: Exception) -> str:
    """Name the kind of a fault, of the system by its number too: never its words, which may name somebody."""
    number = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
    return type(error).__name__ if number is None else f"{type(error).__name__} {number}"


def _check_held(handle: KeyHandle) -> None:
    if not handle.startswith((PERSON_KEY, SEAL_KEY)):
        raise NoHeldKey(handle=handle)


def _chain(fields: Fields) -> tuple[x509.Certificate, ...]:
    items = fields.items("chain")
    try:
        chain = tuple(x509.load_der_x509_certificate(each) for each in items if isinstance(each, bytes))
    except ValueError as error:
        raise SignerRequestMalformed(place="chain") from error
    if not chain or len(chain) != len(items):
        raise SignerRequestMalformed(place="chain")
    return chain


def _increment(fields: Fields) -> Increment:
    increment = Increment(
        content=fields.octets("content"),
        original=fields.count("original"),
        start=fields.count("start"),
        end=fields.count("end"),
        attributes=fields.octets("attributes"),
    )
    fields.done()
    return increment


def _sealing(fields: Fields) -> Sealing | None:
    absent = fields.absent("content")
    sealing = None if absent else Sealing(content=fields.octets("content"), seal=fields.octets("seal"))
    fields.done()
    return sealing


def _user(connection: socket.socket) -> int:
    """Give the user of the process at the other end, as the kernel knows it."""
    said = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(said)[1])


def _listening(path: Path, *, own: bool) -> socket.socket:
    """Listen at ``path``; who may speak is decided by the user of each peer, so others may open it too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(path))
        raise SocketTaken(socket=path)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177 if own else 0o111)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen()
    return listening
