"""What a log asks its witnesses to countersign, over HTTP, and what they answer."""

import json
from http import HTTPStatus
from typing import Any

from evidence.errors import Refused, Term
from ledger.chain import Address
from ledger.countersigning import Proposal
from ledger.log_http import HttpLog
from ledger.log_source import LogUnavailable

_MALFORMED = Term("应答写法不对", "the answer is malformed")
_REASON_LIMIT = 200  # characters of the log's own words that are passed on


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
    except (ValueError, KeyError, TypeError) as error:
        raise LogUnavailable(log="proposal", reason=_MALFORMED) from error


def send_countersignature(log: HttpLog, *, organization: bytes, signature: bytes) -> None:
    """Hand over a signature (65 bytes) of ``organization`` (32 bytes).

    Raises:
        CountersignatureRefused: the log does not take it.
        LogUnavailable: it does not answer.
    """
    given = {"organization": organization.hex(), "signature": signature.hex()}
    status, content = log.asked("POST", "countersignatures", json=given)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise LogUnavailable(log="countersignatures", reason=f"HTTP {status}")
    if status >= HTTPStatus.BAD_REQUEST:
        raise CountersignatureRefused(reason=content.decode(errors="replace")[:_REASON_LIMIT])


def _proposal(told: dict[str, Any]) -> Proposal:
    contract, root = (bytes.fromhex(told[name].removeprefix("0x")) for name in ("contract", "root"))
    numbers = [int(told[name]) for name in ("chain_id", "seq", "size")]
    if len(contract) != 20 or len(root) != 32 or not all(0 <= each < 1 << 63 for each in numbers):  # noqa: PLR2004  their lengths
        raise ValueError(told)
    chain_id, seq, size = numbers
    return Proposal(chain_id, Address(contract), seq, size, root)
