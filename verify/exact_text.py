"""The exact text of an authorization, as its evidence encloses it: what was read, and what counts."""

from evidence.bundle import Bundle
from evidence.digest import sha256
from evidence.statement import read


def exact_text(data: bytes) -> str | None:
    """Give the text whose digest is signed, None where it was left out.

    ``data`` are the bytes of an authorization's bundle that was verified and holds.

    Raises:
        BundleMalformed, StatementMalformed: it is no bundle.
    """
    bundle = Bundle.decode(data)
    signed = read(bundle.exhibits[0].statement).statement.body.get("text")
    found = (content for content in bundle.files.values() if str(sha256(content)) == signed)
    content = next(found, None)
    return None if content is None else content.decode(errors="replace")
