"""The code of our contracts as it stands on a chain, held against the committed artifacts.

The compiler leaves 32 zero bytes after a PUSH32 where a contract fixes a value when it is created (Solidity's
``immutable``); there the code on the chain has the value. Every other byte must be the same.
"""

import json
import re
from functools import cache
from importlib import resources

_FIXED_AT_CREATION = b"\x7f" + bytes(32)  # PUSH32 and its operand


def fits(contract: str, code: bytes) -> bool:
    """Say whether ``code`` is that of the artifact ``contract``, such as EvidenceLog."""
    return _form(contract).fullmatch(code) is not None


@cache
def _form(contract: str) -> re.Pattern[bytes]:
    text = resources.files("ledger").joinpath("artifacts", f"{contract}.json").read_text("utf-8")
    compiled = bytes.fromhex(json.loads(text)["deployedBytecode"].removeprefix("0x"))
    pieces = [re.escape(piece) for piece in compiled.split(_FIXED_AT_CREATION)]
    return re.compile(rb"\x7f.{32}".join(pieces), re.DOTALL)
