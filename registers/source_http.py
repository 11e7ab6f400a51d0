"""Registers asked over HTTPS: bounded in size and time, no redirect followed, believed by their key alone.

A question is posted as its bytes to ``<address>``; the reply is deterministic CBOR with ``answer``, a
COSE_Sign1, and ``portrait``, bytes or null. Plain HTTP is taken to this machine alone, where a program beside
the house may carry what an authority asks of its callers: client certificates, a private network.

    source = HttpRegisters({Register.POPULATION: Place("https://…", authority), …}, clock=clock)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from evidence.canonical import decode
from evidence.clock import Clock
from evidence.errors import NotCanonical, Refused, StatementMalformed
from evidence.fields import Fields
from ledger import deadline
from registers.answers import Answer, Authority, Reply, read
from registers.questions import Question, Register
from registers.refusals import RegisterNotGenuine, RegisterSilent

DEADLINE_SECONDS = 10.0  # for a whole answer
LARGEST_REPLY = 9_000_000  # bytes: a portrait of 8 MB, as the image door takes it, and the answer
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class RegisterAddressMalformed(Refused):
    """A text is no address of a register; it is not repeated, because it may hold a password."""

    code = "register-address-malformed"
    zh = "{register}的网址写法不对，应为 https://主机/路径；请检查 YINXIN_REGISTERS 所指的文件。"
    en = "The {register}'s address is malformed; write https://host/path in the file of YINXIN_REGISTERS."


@dataclass(frozen=True)
class Place:
    """Where a register answers, and who keeps it."""

    address: str
    authority: Authority


class HttpRegisters:
    """A :class:`registers.source.RegisterSource` over the authorities' own services."""

    double = False

    def __init__(self, places: Mapping[Register, Place], *, clock: Clock) -> None:
        for register, place in places.items():
            _check_address(register, place.address)
        self._places = dict(places)
        self._clock = clock
        self._client = deadline.client(time_out=DEADLINE_SECONDS)

    @property
    def authorities(self) -> Mapping[Register, Authority]:
        """Who keeps each register."""
        return {register: place.authority for register, place in self._places.items()}

    def ask(self, question: Question) -> Answer:
        """Post the question and read the reply; raises RegisterSilent and RegisterNotGenuine."""
        place = self._places[question.register]
        return read(self._reply(question, place.address), question, place.authority, clock=self._clock)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _reply(self, question: Question, address: str) -> Reply:
        content = self._posted(question, address)
        try:
            fields = Fields(decode(content), StatementMalformed)
            signed = fields.octets("answer")
            portrait = None if fields.absent("portrait") else fields.octets("portrait")
            fields.done()
        except (NotCanonical, StatementMalformed) as error:
            raise RegisterNotGenuine(register=question.register.term, place="reply") from error
        return Reply(signed, portrait)

    def _posted(self, question: Question, address: str) -> bytes:
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/cbor"}
        try:
            with (
                deadline.within(DEADLINE_SECONDS),
                self._client.stream("POST", address, headers=headers, content=question.encode()) as answer,
            ):
                if answer.status_code != HTTPStatus.OK:
                    raise RegisterSilent(register=question.register.term)
                return self._read(question, answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise RegisterSilent(register=question.register.term) from error

    def _read(self, question: Question, answer: httpx.Response) -> bytes:
        content = bytearray()
        for part in answer.iter_raw():
            content += part
            if len(content) > LARGEST_REPLY:
                raise RegisterNotGenuine(register=question.register.term, place="reply")
        return bytes(content)


def _check_address(register: Register, address: str) -> None:
    try:
        parts = urlsplit(address)
        _ = (parts.port, httpx.URL(address))
    except (ValueError, httpx.InvalidURL):
        raise RegisterAddressMalformed(register=register.term) from None
    private = parts.scheme == "http" and parts.hostname in _HERE
    if not parts.hostname or not (parts.scheme == "https" or private):
        raise RegisterAddressMalformed(register=register.term)
