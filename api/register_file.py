"""The file that names the registers: where each answers, who keeps it, and the key of its answers.

    [population]
    url = "https://registers.example/population"
    issuer = "11990100MB0A10099X"
    name = "示范市公安局"
    key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…"

One table for each register; ``key`` is the DER SubjectPublicKeyInfo in base64. The key is pinned: an answer
under another one is not believed. ``former``, a list, may name keys of earlier receipts.
"""

import base64
import tomllib
from pathlib import Path
from typing import Any

from api.settings import UNSEEN, SettingMalformed
from evidence.errors import KeyUnsupported, Term
from evidence.keys import VerifyingKey
from registers.answers import Authority
from registers.questions import Register
from registers.source_http import Place

SETTING = "YINXIN_REGISTERS"
_ALLOWED = Term(
    "一个 TOML 文件，为 population、enterprise、qualification 各写明 url、issuer、name 和 key",
    "a TOML file that gives url, issuer, name and key for population, enterprise and qualification",
)


def read_places(file: Path) -> dict[Register, Place]:
    """Read where the registers are.

    Raises:
        SettingMalformed: the file is not there, or says something else.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        return {register: _place(tables[register.value]) for register in Register}
    except (OSError, ValueError, KeyError, TypeError, KeyUnsupported):
        raise SettingMalformed(setting=SETTING, value=UNSEEN, allowed=_ALLOWED) from None


def _place(table: dict[str, Any]) -> Place:
    """Read one table; raises ValueError, KeyError, TypeError or KeyUnsupported for any other."""
    url, issuer, name = (table[each] for each in ("url", "issuer", "name"))
    if not all(isinstance(text, str) and text for text in (url, issuer, name)):
        raise ValueError
    former = tuple(_key(text) for text in table.get("former", []))
    return Place(url, Authority(issuer, name, _key(table["key"]), former))


def _key(text: str) -> VerifyingKey:
    return VerifyingKey.from_spki(base64.b64decode(text, validate=True))
