"""What a log asks its witnesses to countersign, over HTTP, and what they answer.

A log may answer anything: a field of another kind or length makes an answer none, only 200 and 204 say that a
signature was taken, and its own words are quoted.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from evidence.errors import Refused, Term
from evidence.merkle import HASH_BYTES
from ledger.chain import Address
from ledger.countersigning import Proposal
from ledger.log_http import HttpLog
from ledger.log_source import LogUnavailable
from ledger.quoting import quoted

ADDRESS_BYTES = 20
_MALFORMED = Term("应答写法不对", "the answer is malformed")
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9a-fA-F]*")
_LARGEST = 2**63 - 1  # of any number that is kept
_TAKEN = (HTTPStatus.OK, HTTPStatus.NO_CONTENT)


class CountersignatureRefused(Refused):
    """The log did not take the signature. Facts: ``reason``."""

    code = "countersignature-refused"
    zh = "账本没有收下会签（{reason}）；请核对机构代码与见证账户是否已登记。"
    en = "The log did not take the countersignature ({reason}); see that its organization is registered."


def fetch_proposal(log: HttpLog) -> Proposal | None:
    """Give what the log asks to be countersigned now; None when nothing waits.

    Raises:
        LogUnavailable: it does not answer, or not with a proposal.
    """
    status, content = log.asked("GET", "proposal")
    if status == HTTPStatus.NO_CONTENT:
        return None
    if status != HTTPStatus.OK:
        raise LogUnavailable(log="proposal", reason=f"HTTP {status}")
    try:
        return _proposal(json.loads(content))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LogUnavailable(log="proposal", reason=_MALFORMED) from error


def send_countersignature(log: HttpLog, *, organization: bytes, signature: bytes) -> None:
    """Hand over a signature (65 bytes) of ``organization`` (32 bytes).

    Raises:
        CountersignatureRefused: the log does not take it.
        LogUnavailable: it does not answer, or neither takes nor refuses it.
    """
    given = {"organization": organization.hex(), "signature": signature.hex()}
    status, content = log.asked("POST", "countersignatures", json=given)
    if status in _TAKEN:
        return
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CountersignatureRefused(reason=quoted(content.decode(errors="replace")))
    raise LogUnavailable(log="countersignatures", reason=f"HTTP {status}")


def _proposal(told: Any) -> Proposal:
    """Read a proposal; a field of another kind or length makes it none.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    chain_id, seq, size = (_number(told[name]) for name in ("chain_id", "seq", "size"))
    contract = _octets(told["contract"], ADDRESS_BYTES)
    return Proposal(chain_id, Address(contract), seq, size, _octets(told["root"], HASH_BYTES))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise ValueError("not a number")
    return value


def _octets(value: object, length: int) -> bytes:
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value):
        raise ValueError("not hexadecimal")
    found = bytes.fromhex(value.removeprefix("0x"))
    if len(found) != length:
        raise ValueError("not so many bytes")
    return found
