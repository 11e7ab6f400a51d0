"""The file that names the registers of a city at work, for tests that start one and ask none."""

import base64
from pathlib import Path

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from registers.questions import Register

KEY = LocalSigner.generate(Algorithm.ES256).key
TABLE = """[{register}]
url = "https://registers.example/{register}"
issuer = "11990100MB0A10099X"
name = "示范市公安局"
key = "{key}"
"""


def tables(*registers: str, key: str = base64.b64encode(KEY.spki).decode()) -> str:
    """One table for each of ``registers``."""
    return "".join(TABLE.format(register=register, key=key) for register in registers)


def written(folder: Path, text: str | None = None) -> Path:
    """Write ``text``, or a file that names all registers."""
    file = folder / "registers.toml"
    file.write_text(tables(*Register) if text is None else text, encoding="utf-8")
    return file
