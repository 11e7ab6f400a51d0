"""The tables of the verifier for the browser, so that both read and judge by the same.

``python -m verify.browser_tables > api/static/js/verifier/tables.js`` writes the module again after a change
of ``evidence.ties``, of the methods of ``verify.authorization`` and ``verify.signers``, of the states of
``verify.certificate``, of what ends a certificate or of the words in which a type is described; a test
compares the two.
"""

import json
import sys
from collections.abc import Mapping

from evidence.certificate_types import Basis, Face, HolderKind, LifeState, ValidityRule
from evidence.statement import StatementType
from evidence.ties import LATER, PARTS, REFERENCES, WRITTEN
from verify.authorization import METHODS
from verify.certificate import CHANGED_TO
from verify.issuer_keys import role_of
from verify.signers import RECOGNISED
from verify.standing import ENDINGS


def script() -> str:
    """The tables as an ES module, one entry a line; types of statements by their short names."""
    tables: dict[str, Mapping[str, object]] = {
        "METHODS": METHODS,
        "RECOGNISED": RECOGNISED,
        "CHANGED_TO": dict(sorted(CHANGED_TO.items())),
        "REFERENCES": {role_of(type_): members for type_, members in REFERENCES.items()},
        "LATER": _ties(LATER),
        "PARTS": _ties(PARTS),
        "WRITTEN": {role_of(type_): members for type_, members in WRITTEN.items()},
        "DESCRIBED": {
            name: list(words)
            for name, words in (
                ("holder", HolderKind),
                ("basis", Basis),
                ("face", Face),
                ("validity", ValidityRule),
                ("state", LifeState),
            )
        },
    }
    written = "".join(f"export const {name} = {{\n{_entries(table)}}};\n" for name, table in tables.items())
    endings = f"export const ENDINGS = {json.dumps(sorted(ENDINGS))};\n"
    return f"// Written by `python -m verify.browser_tables`; a test compares the two.\n{written}{endings}"


def _ties(table: Mapping[StatementType, tuple[StatementType, str]]) -> dict[str, object]:
    return {role_of(subject): (role_of(type_), member) for subject, (type_, member) in table.items()}


def _entries(table: Mapping[str, object]) -> str:
    return "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in table.items())


if __name__ == "__main__":  # pragma: no cover  # run by hand; the test calls script()
    sys.stdout.write(script())
