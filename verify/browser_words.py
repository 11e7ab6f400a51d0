"""The words of the verifier for the browser, so that both say the same.

``python -m verify.browser_words > api/static/js/verifier/sentences.js`` writes the module again after a
change of ``verify.sentences`` or ``verify.labels``; a test compares the two.
"""

import json
import sys
from collections.abc import Mapping

from evidence import errors, proof_refusals
from verify import errors as impossible
from verify.labels import LABELS, QR_FIELDS, TYPES
from verify.sentences import SENTENCES
from verify.words import Words


def script() -> str:
    """The sentences and labels as an ES module, one entry a line."""
    tables: dict[str, Mapping[str, object]] = {
        "SENTENCES": _both(SENTENCES),
        "LABELS": _both(LABELS),
        "TYPES": _both(TYPES),
        "QR_FIELDS": QR_FIELDS,
        "REFUSALS": _refusals(),
    }
    written = "".join(f"export const {name} = {{\n{_entries(table)}}};\n" for name, table in tables.items())
    return f"// Written by `python -m verify.browser_words`; a test compares the two.\n{written}"


def _refusals() -> dict[str, object]:
    """What is said of evidence that does not hold, by the code of its error."""
    kinds = [
        kind
        for module in (errors, proof_refusals, impossible)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, errors.Invalid) and hasattr(kind, "code")
    ]
    return {kind.code: {"zh": kind.zh, "en": kind.en} for kind in dict.fromkeys(kinds)}


def _both(table: Mapping[str, Words]) -> dict[str, object]:
    return {key: {"zh": words.zh, "en": words.en} for key, words in table.items()}


def _entries(table: Mapping[str, object]) -> str:
    return "".join(
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n" for key, value in table.items()
    )


if __name__ == "__main__":  # pragma: no cover  # run by hand; the test calls script()
    sys.stdout.write(script())
