"""The modules that a page's script imports, so that the page names them all at once.

A browser learns what a module imports once it has that module: what lies six imports deep would be asked for
after six answers. They are read from the import statements of the files themselves.

    modules("js/officer/page.js")      # ("/static/js/officer/answer.js", "/static/js/verifier/tables.js", …)
"""

import re
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

STATIC = Path(__file__).resolve().parent.parent / "static"

_IMPORTED = re.compile(r'^(?:im|ex)port\b(?:[^;"]*\bfrom)?\s*"(\.[^"]+)";', re.MULTILINE)
"""A statement that names a file: imports from it, its side effects alone, or what is exported again."""


@cache
def modules(script: str) -> tuple[str, ...]:
    """Give the addresses of what ``script``, a file below ``static``, imports, and what that does in turn."""
    found = [script]
    for each in found:  # it grows while it is walked
        found += [file for file in _imported(each) if file not in found]
    return tuple(f"/static/{file}" for file in found[1:])


def _imported(script: str) -> list[str]:
    named = _IMPORTED.findall((STATIC / script).read_text(encoding="utf-8"))
    return [normpath(PurePosixPath(script).parent / each) for each in dict.fromkeys(named)]
