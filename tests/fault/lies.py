"""The lies that a node may tell, each named by what it says."""

from collections.abc import Callable
from typing import Any

from eth_utils.crypto import keccak

from ledger import contracts
from tests.fault.lying_proxy import Alter, Ask, Lie

HEAD = "0x" + contracts.HEAD.hex()
EXCEPTION = "0x" + contracts.ask_exception(issuer=bytes(32), key=bytes(32))[:4].hex()
_SHORT = False  # blocks with the hashes of their transactions
STRANGE = "0x" + keccak(b"strange").hex()
STRANGER = "0x" + keccak(b"stranger")[:20].hex()


def _of(method: str, change: Callable[[list[Any], Any, Ask], Any]) -> Alter:
    """Change the answers to ``method`` alone."""

    def alter(asked: str, params: list[Any], result: Any, ask: Ask) -> Any:
        return change(params, result, ask) if asked == method else result

    return alter


def _receipt(**changes: Any) -> Alter:
    return _of(
        "eth_getTransactionReceipt",
        lambda _params, result, _ask: None if result is None else {**result, **changes},
    )


def _logs(change: Callable[[list[Any]], list[Any]]) -> Alter:
    return _of(
        "eth_getTransactionReceipt",
        lambda _params, result, _ask: None if result is None else {**result, "logs": change(result["logs"])},
    )


def _called(selector: str, answer: Callable[[str], str]) -> Alter:
    def change(params: list[Any], result: Any, _ask: Ask) -> Any:
        return answer(result) if params[0]["data"].startswith(selector) else result

    return _of("eth_call", change)


def _forged(params: list[Any], result: Any, ask: Ask) -> Any:
    """Tell of a waiting transaction that it is mined, by the receipt of another one in the newest block."""
    if result is not None:
        return result
    newest = ask("eth_getBlockByNumber", "latest", _SHORT)
    return {
        "transactionHash": params[0],
        "blockNumber": newest["number"],
        "blockHash": newest["hash"],
        "contractAddress": None,
        "status": "0x1",
        "logs": [],
    }


def _another(params: list[Any], result: Any, ask: Ask) -> Any:
    """Give the receipt of the first transaction of block 1 for every question."""
    first = ask("eth_getBlockByNumber", "0x1", _SHORT)["transactions"][0]
    return ask("eth_getTransactionReceipt", first) if params[0] != first else result


def _stale(params: list[Any], result: Any, ask: Ask) -> Any:
    """Show the chain as it was three blocks ago."""
    newest = int(ask("eth_blockNumber"), 16)
    if params[0] == "latest":
        return ask("eth_getBlockByNumber", hex(max(newest - 3, 0)), _SHORT)
    return None if int(params[0], 16) > newest - 3 else result


def _taller(params: list[Any], result: Any, _ask: Ask) -> Any:
    """Claim blocks that nobody made."""
    if params[0] == "latest":
        return {**result, "number": hex(int(result["number"], 16) + 50)}
    return result


def _other_genesis(params: list[Any], result: Any, _ask: Ask) -> Any:
    return {**result, "hash": STRANGE} if params[0] == "0x0" else result


def _made_up(params: list[Any], result: Any, ask: Ask) -> Any:
    """Answer heights that are not there yet by copies of the newest block."""
    if result is not None:
        return _taller(params, result, ask)
    return {**ask("eth_getBlockByNumber", "latest", _SHORT), "number": params[0]}


def _nonce(by: int) -> Alter:
    return _of("eth_getTransactionCount", lambda _params, result, _ask: hex(max(int(result, 16) + by, 0)))


def _other_id(body: bytes) -> bytes:
    return body.replace(b'"id": ', b'"id": 9')


WRONG_ROOT = Lie("wrong root", _called(HEAD, lambda true: true[:66] + STRANGE[2:] + true[130:]))
WRONG_SIZE = Lie("wrong size", _called(HEAD, lambda true: "0x" + f"{7:x}".zfill(64) + true[66:]))
FORGED_RECEIPT = Lie("forged receipt", _of("eth_getTransactionReceipt", _forged))
ANOTHERS_RECEIPT = Lie("receipt of another transaction", _of("eth_getTransactionReceipt", _another))
OTHER_CHAIN_ID = Lie("other chain id", _of("eth_chainId", lambda _params, _result, _ask: "0x1"))
OTHER_GENESIS = Lie("other genesis", _of("eth_getBlockByNumber", _other_genesis))
STALE_HEAD = Lie("stale head", _of("eth_getBlockByNumber", _stale))
TALLER_HEAD = Lie("blocks claimed that are not there", _of("eth_getBlockByNumber", _taller))
MADE_UP_BLOCKS = Lie("blocks made up", _of("eth_getBlockByNumber", _made_up))
WRONG_EMITTER = Lie("wrong emitter", _logs(lambda logs: [{**each, "address": STRANGER} for each in logs]))
MISSING_LOGS = Lie("missing logs", _logs(lambda _logs: []))
CHANGED_CODE = Lie("changed code", _of("eth_getCode", lambda _params, result, _ask: result + "00"))
NO_CODE = Lie("no code", _of("eth_getCode", lambda _params, _result, _ask: "0x"))
FALSE_SUCCESS = Lie("success of a reverted transaction", _receipt(status="0x1"))
WRONG_BLOCK_HASH = Lie("wrong block hash", _receipt(blockHash=STRANGE))
SWAPPED_CONTRACT = Lie("swapped contract address", _receipt(contractAddress=STRANGER))
HIGHER_NONCE = Lie("higher nonce", _nonce(5))
MUCH_HIGHER_NONCE = Lie("much higher nonce", _nonce(1_000_000))
LOWER_NONCE = Lie("lower nonce", _nonce(-2))
NO_RECEIPT = Lie("no receipt", _of("eth_getTransactionReceipt", lambda _params, _result, _ask: None))
NO_EXCEPTION = Lie("no exception", _called(EXCEPTION, lambda true: "0x" + "00" * ((len(true) - 2) // 2)))
TRUNCATED = Lie("truncated JSON", body=lambda true: true[: len(true) // 2])
GARBAGE = Lie("garbage", body=lambda _true: b"<html>not a node</html>")
WRONG_FIELDS = Lie(
    "malformed fields", _of("eth_getBlockByNumber", lambda _params, _result, _ask: {"hash": 7})
)
OTHER_ID = Lie("answer to another question", body=_other_id)
SERVER_ERROR = Lie("HTTP 500", status=500)
TOO_MANY = Lie("HTTP 429", status=429)
ENDLESS = Lie("absurdly large answer", body=lambda true: true + b" " * (20 * 1024 * 1024))
