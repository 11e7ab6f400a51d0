"""Reverts: why a contract would not do what it was asked, in the words of its own interface.

A contract refuses by a custom error: four bytes that name it, then its values. A node passes them on as the
``data`` of its JSON-RPC error, beside a message of its own that says little:

    geth       "execution reverted"
    anvil      "execution reverted: custom error 0xf9ac2af1: …"
    Hardhat    "VM Exception while processing transaction: reverted with an unrecognized custom error (…)"

The errors known are those of the committed artifacts and the two that Solidity raises by itself.

    reason({"code": 3, "message": "execution reverted", "data": "0xf9ac2af1…"}) == "TooEarly(0x1594…, 1795…)"

Source: Solidity ABI specification, "Errors"; Ethereum execution APIs, eth_call.
"""

import json
from functools import cache
from importlib import resources
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from ledger.quoting import quoted

CONTRACTS = ("OrganizationRegistry", "EvidenceLog", "StatusRegister")
_SELECTOR = 4  # bytes
_BY_SOLIDITY = {"Error": ["string"], "Panic": ["uint256"]}


def reason(error: object) -> str:
    """Say why, from the ``error`` of a JSON-RPC answer; if no contract of ours, in the node's words."""
    if not isinstance(error, dict):
        return quoted(str(error))
    data = _data(error.get("data"))
    said = quoted(str(error.get("message", error)))
    if not data:
        return said
    return named(data) or (said if data.hex() in said else f"{said} 0x{data.hex()}")


def named(data: bytes) -> str | None:
    """Name the error that ``data`` is, with its values; None where no contract of ours has it."""
    name, types = _errors().get(data[:_SELECTOR], ("", []))
    if not name:
        return None
    try:
        values = decode(types, data[_SELECTOR:])
    except (DecodingError, OverflowError):
        return name
    return f"{name}({', '.join(_shown(each) for each in values)})"


def _data(told: Any) -> bytes:
    """Read the data of an error: hexadecimal, or within an object, as older Hardhat nodes nest it."""
    if isinstance(told, dict):
        told = told.get("data")
    try:
        return bytes.fromhex(told.removeprefix("0x"))
    except (ValueError, AttributeError):
        return b""


def _shown(value: object) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else quoted(str(value))


@cache
def _errors() -> dict[bytes, tuple[str, list[str]]]:
    """Give the name and the types of every error known, by its selector."""
    known = dict(_BY_SOLIDITY)
    for contract in CONTRACTS:
        text = resources.files("ledger").joinpath("artifacts", f"{contract}.json").read_text("utf-8")
        for each in json.loads(text)["abi"]:
            if each["type"] == "error":
                known[each["name"]] = [given["type"] for given in each["inputs"]]
    return {
        keccak(f"{name}({','.join(types)})".encode())[:_SELECTOR]: (name, types)
        for name, types in known.items()
    }
