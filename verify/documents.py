"""The documents of an agreement: those of its manifest, whole in the bundle, each kept by its assembled PDF.

The manifest lists the frozen documents in an order; the fact of the completion names them and the manifest;
the fact "assembled" names one PDF for each, in the same order. An assembled PDF extends its document by
signatures, so it begins with the document's bytes. Whose signatures those are is for a PDF reader to check.
"""

from collections.abc import Iterator, Sequence

from evidence.errors import BundleMalformed
from evidence.fields import Fields
from evidence.merkle import HASH_BYTES
from verify.argument import Examined
from verify.checks import Finding, Outcome, worst
from verify.sentences import SENTENCES

DOCUMENTS = "documents"
ASSEMBLED = "assembled"


def check_documents(examined: Examined, manifest: Fields, *, stated: Sequence[bytes]) -> tuple[Finding, ...]:
    """Check the documents that ``manifest`` lists: one finding, none where it lists none.

    ``stated`` are the 32-byte digests of the documents that the fact of the completion names.

    Raises:
        BundleMalformed: a list of digests cannot be read.
    """
    if not manifest.has(DOCUMENTS):
        return ()
    documents = manifest.octets_list(DOCUMENTS, length=HASH_BYTES)
    if set(stated) != set(documents):
        return (Finding(DOCUMENTS, Outcome.FAILED, SENTENCES["documents-others"]),)
    assembled = [
        Fields(one.body, BundleMalformed, place="body").octets_list("files", length=HASH_BYTES)
        for one in examined.exhibits
        if one.is_later_about(examined.subject) and one.body.get("action") == ASSEMBLED
    ]
    found = [each for results in assembled for each in _check_kept(examined, documents, results)]
    found += _check_present(examined, documents)
    if found:
        return (worst(found),)
    words = SENTENCES["documents-kept" if assembled else "documents-frozen"].filled(count=len(documents))
    return (Finding(DOCUMENTS, Outcome.PASSED, words),)


def _check_kept(
    examined: Examined, documents: Sequence[bytes], results: Sequence[bytes]
) -> Iterator[Finding]:
    """Find what keeps the assembled PDFs from being those of the documents, one for each, in their order."""
    if len(results) != len(documents):
        words = SENTENCES["documents-count"].filled(made=len(results), count=len(documents))
        yield Finding(DOCUMENTS, Outcome.FAILED, words)
        return
    files = examined.bundle.files
    for place, (document, result) in enumerate(zip(documents, results, strict=True), start=1):
        frozen, made = files.get(document), files.get(result)
        if made is None:
            words = SENTENCES["documents-unassembled"].filled(place=place)
            yield Finding(DOCUMENTS, Outcome.INDETERMINATE, words)
        elif frozen is not None and not (made.startswith(frozen) and len(made) > len(frozen)):
            yield Finding(DOCUMENTS, Outcome.FAILED, SENTENCES["documents-altered"].filled(place=place))


def _check_present(examined: Examined, documents: Sequence[bytes]) -> Iterator[Finding]:
    """Find the documents that are not enclosed."""
    for place, document in enumerate(documents, start=1):
        if document not in examined.bundle.files:
            words = SENTENCES["documents-absent"].filled(place=place)
            yield Finding(DOCUMENTS, Outcome.INDETERMINATE, words)
