"""What a log asks of its witnesses is read strictly, and only a plain yes says that a signature was taken."""

import json

import httpx
import pytest

from ledger.chain import Address
from ledger.countersigning import Proposal
from ledger.log_http import HttpLog
from ledger.log_source import LogUnavailable
from ledger.proposals_http import CountersignatureRefused, fetch_proposal, send_countersignature

TOLD = {"chain_id": 1, "contract": "0x" + "11" * 20, "seq": 1, "size": 5, "root": "22" * 32}


def answering(status: int, body: bytes = b"") -> HttpLog:
    """A log that answers everything in one way."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(status, stream=httpx.ByteStream(body)))
    log = HttpLog("https://log.example")
    log._client = httpx.Client(transport=transport)
    return log


def send(log: HttpLog) -> None:
    send_countersignature(log, organization=b"o" * 32, signature=b"s" * 65)


def test_what_is_proposed_is_read() -> None:
    found = fetch_proposal(answering(200, json.dumps(TOLD).encode()))
    assert found == Proposal(1, Address(b"\x11" * 20), 1, 5, b"\x22" * 32)


def test_nothing_is_proposed_where_the_answer_is_empty() -> None:
    assert fetch_proposal(answering(204)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"contract": 5},
        {"contract": "0x" + "11" * 19},
        {"contract": "0x0x" + "11" * 20},
        {"contract": "11 " * 20},
        {"root": None},
        {"root": "zz" * 32},
        {"size": float("inf")},
        {"size": float("nan")},
        {"size": 5.9},
        {"size": "5"},
        {"size": True},
        {"size": -1},
        {"size": 2**63},
        {"seq": None},
        {"chain_id": [1]},
    ],
)
def test_a_field_of_another_kind_makes_the_log_unavailable(changed: dict[str, object]) -> None:
    with pytest.raises(LogUnavailable):
        fetch_proposal(answering(200, json.dumps({**TOLD, **changed}).encode()))


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"[" * 16_000, b"\xff\xfe{}", b"{}"])
def test_what_is_no_proposal_makes_the_log_unavailable(body: bytes) -> None:
    with pytest.raises(LogUnavailable):
        fetch_proposal(answering(200, body))


@pytest.mark.parametrize("status", [200, 204])
def test_a_signature_is_taken_where_the_log_says_so(status: int) -> None:
    send(answering(status))


@pytest.mark.parametrize("status", [201, 301, 302, 304, 500, 503])
def test_a_log_that_neither_takes_nor_refuses_a_signature_is_unavailable(status: int) -> None:
    with pytest.raises(LogUnavailable):
        send(answering(status))


def test_a_refusal_is_told_in_words_that_no_terminal_obeys() -> None:
    with pytest.raises(CountersignatureRefused) as refused:
        send(answering(422, "\x1b[31m\u202eno\n".encode() + b"x" * 1000))
    said = refused.value.facts["reason"]
    assert isinstance(said, str)
    assert said.startswith("\\x1b[31m\\u202eno\\nx")
    assert len(said) == 200
