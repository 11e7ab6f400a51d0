"""JSON-RPC over HTTP with every bound that a node which hangs, breaks or lies may try to pass.

web3 writes the questions and reads the answers; its own HTTP provider bounds neither the size nor the whole
time of an answer, and sorts a batch by ids without asking whose they are. A question is a method and its
parameters; several travel as one batch. An answer counts only when it is JSON of bounded size, arrives in
time as a whole, and carries the id of its question. None is asked again here: the worker comes back.

    HttpRpc("http://127.0.0.1:8545", time_out=5.0).ask([("eth_chainId", ())])

Source: JSON-RPC 2.0, sections 4 to 6.
"""

import json
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from evidence.errors import Term
from ledger import deadline, reverts
from ledger.chain import ChainGarbled, ChainRefused, ChainUnavailable
from ledger.ethereum import JSONBaseProvider, RPCEndpoint

Question = tuple[str, Sequence[Any]]

ANSWER_LIMIT = 16 * 1024 * 1024  # bytes of one HTTP answer; a hundred blocks of a busy chain stay below 4 MB
BATCH_LIMIT = 100  # questions in one HTTP request; nodes take a thousand
REASON_LIMIT = 200  # characters of a node's own words that are passed on
_OK = 200
_JSON = {"content-type": "application/json"}

_NOT_JSON = Term(zh="不是 JSON", en="not JSON")
_TOO_LARGE = Term(zh="超过大小上限", en="larger than any answer")
_OTHER_ID = Term(zh="应答的编号不是所问的编号", en="an answer to another question")
_NO_RESULT = Term(zh="既无结果也无错误", en="neither a result nor an error")


class Rpc(Protocol):
    """Whatever answers questions; ``endpoint`` names it in messages."""

    @property
    def endpoint(self) -> str:
        """The name of the node in messages: host and port, never credentials."""
        ...

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        """Give the results in the order of ``questions``.

        Raises:
            ChainUnavailable: no answer in time.
            ChainGarbled: an answer that is none.
            ChainRefused: the node answered one of them by an error.
        """
        ...


class HttpRpc(JSONBaseProvider):
    """A node at ``url``; an answer that is not whole after ``time_out`` seconds is none."""

    def __init__(self, url: str, *, time_out: float) -> None:
        super().__init__()
        parts = urlsplit(url)
        self.endpoint = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
        self._url = url
        self._time_out = time_out
        self._client = deadline.client(time_out=time_out)

    def ask(self, questions: Sequence[Question]) -> list[Any]:
        """Give the results in the order of ``questions``."""
        results: list[Any] = []
        for start in range(0, len(questions), BATCH_LIMIT):
            results.extend(self._asked(questions[start : start + BATCH_LIMIT]))
        return results

    def _asked(self, questions: Sequence[Question]) -> list[Any]:
        sent = [self.encode_rpc_request(RPCEndpoint(method), list(given)) for method, given in questions]
        ids = [json.loads(each)["id"] for each in sent]
        single = len(sent) == 1
        answer = self._posted(sent[0] if single else b"[" + b",".join(sent) + b"]")
        if isinstance(answer, dict):  # to one question, or an error to all of a batch
            return [self._result(answer, ids[0] if single else None)]
        if not isinstance(answer, list) or len(answer) != len(sent):
            raise ChainGarbled(endpoint=self.endpoint, what=_OTHER_ID)
        by_id = {each.get("id"): each for each in answer if _is_answer(each)}
        return [self._result(by_id.get(each, {}), each) for each in ids]

    def _result(self, answer: dict[str, Any], expected: Any) -> Any:
        if "error" in answer and answer["error"] is not None:
            raise ChainRefused(reason=reverts.reason(answer["error"])[:REASON_LIMIT])
        if expected is None or answer.get("id") != expected:
            raise ChainGarbled(endpoint=self.endpoint, what=_OTHER_ID)
        if "result" not in answer:
            raise ChainGarbled(endpoint=self.endpoint, what=_NO_RESULT)
        return answer["result"]

    def _posted(self, content: bytes) -> Any:
        body = self._body(content)
        try:
            return self.decode_rpc_response(body)
        except (ValueError, RecursionError) as error:
            raise ChainGarbled(endpoint=self.endpoint, what=_NOT_JSON) from error

    def _body(self, content: bytes) -> bytes:
        """Post ``content`` and read the answer as far as time and size allow."""
        body = bytearray()
        try:
            with (
                deadline.within(self._time_out),
                self._client.stream("POST", self._url, content=content, headers=_JSON) as response,
            ):
                if response.status_code != _OK:
                    raise ChainGarbled(endpoint=self.endpoint, what=f"HTTP {response.status_code}")
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > ANSWER_LIMIT:
                        raise ChainGarbled(endpoint=self.endpoint, what=_TOO_LARGE)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ChainUnavailable(endpoint=self.endpoint) from error
        return bytes(body)


def _is_answer(each: object) -> bool:
    """Say whether it is an object with an id that can be one of ours."""
    return isinstance(each, dict) and isinstance(each.get("id"), int | str)
