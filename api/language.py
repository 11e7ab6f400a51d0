"""The two languages of the pages: every sentence by key, Chinese first.

The sentences live in ``api/strings/*.toml`` as ``[some.key]`` with ``zh`` and ``en``. A page is in one
language; the visitor switches by ``?lang=en`` and a cookie remembers it.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request

from evidence.errors import Language

COOKIE = "language"
FOLDER = Path(__file__).with_name("strings")


class SentenceMissing(KeyError):  # noqa: N818  named by its reason, like every error here
    """A page asks for a sentence that no file has; a fault of the program."""


def _flatten(table: dict[str, Any], prefix: str = "") -> dict[str, dict[str, str]]:
    if set(table) == {"zh", "en"}:
        return {prefix.rstrip("."): table}
    flat: dict[str, dict[str, str]] = {}
    for key, value in table.items():
        flat |= _flatten(value, f"{prefix}{key}.")
    return flat


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Give every sentence: key → {zh, en}."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        found |= _flatten(tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def sentence(key: str, language: Language, **facts: object) -> str:
    """Give the sentence ``key`` in ``language`` with ``facts`` filled in.

    Raises:
        SentenceMissing: no file has the key.
    """
    if key not in sentences():
        raise SentenceMissing(key)
    return sentences()[key][language].format(**facts) if facts else sentences()[key][language]


def in_both(key: str, **facts: object) -> str:
    """Give the sentence ``key`` in Chinese and below it in English, for who chose no language.

    Raises:
        SentenceMissing: no file has the key.
    """
    return f"{sentence(key, 'zh', **facts)}\n{sentence(key, 'en', **facts)}"


def sentences_below(prefix: str, language: Language) -> dict[str, str]:
    """Give the sentences whose keys begin with ``prefix``, for a page's scripts."""
    return {key: both[language] for key, both in sentences().items() if key.startswith(prefix)}


def language_of(request: Request) -> Language:
    """Give the visitor's language: the query, then the cookie, then Chinese."""
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE)
    return "en" if asked == "en" else "zh"
