"""Calls and answers of contracts in bytes, and the committed bytecode; all of it pure.

abi.call("extend(uint64,bytes32,bytes32[])", size, root, proof)
abi.answer(["uint64", "bytes32", "uint64"], reading.value)
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from evidence.errors import Term
from ledger.chain import Address, ChainGarbled, LedgerDiffers

WORD = 32  # bytes of one ABI value


def call(signature: str, *values: Any) -> bytes:
    """Encode a call of the function with this canonical signature."""
    return bytes(keccak(signature.encode())[:4] + encode(types(signature), values))


def types(signature: str) -> list[str]:
    """Give the types of the parameters of a canonical signature."""
    parts, depth = [""], 0
    for letter in signature[signature.index("(") + 1 : -1]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts if parts != [""] else []


def answer(expected: Sequence[str], value: bytes) -> tuple[Any, ...]:
    """Decode an answer; one of another length means that no contract of ours stands there.

    Raises:
        LedgerDiffers: it has another length.
        ChainGarbled: a word is none of its type, or a pointer leads nowhere.
    """
    fixed = not any(each == "bytes" or each.endswith("[]") for each in expected)
    least = WORD * len(expected)
    if len(value) < least or (fixed and len(value) != least):
        what = Term(zh="合约应答字节数", en="number of bytes that the contract answers")
        raise LedgerDiffers(what=what, expected=least, found=len(value))
    with strictly():
        return decode(expected, value)


@contextmanager
def strictly() -> Iterator[None]:
    """Turn what the readers of a contract's words raise into the error of the port.

    Raises:
        ChainGarbled: a word, a pointer, a state, a role or a moment is none that a contract of ours gives.
    """
    try:
        yield
    except (DecodingError, ValueError, OverflowError) as error:
        what = Term(zh="合约应答无法解读", en="a contract's answer cannot be read")
        raise ChainGarbled(endpoint="JSON-RPC", what=what) from error


def address(text: str) -> Address:
    """Give the 20 bytes of an address that was decoded to text."""
    return Address(bytes.fromhex(text.removeprefix("0x")))


@cache
def bytecode(name: str) -> bytes:
    """Give the bytecode that creates the contract ``name``."""
    text = resources.files("ledger").joinpath("artifacts", f"{name}.json").read_text("utf-8")
    return bytes.fromhex(json.loads(text)["bytecode"].removeprefix("0x"))
