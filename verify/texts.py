"""What the parties wrote into the text fields of an agreement, each by its own approval.

    manifest: texts [label, width, place] ─ approval: texts D ─ file of SHA-256 D: [domain, salt, texts]

The texts are the statement of their own party alone; the others signed the manifest that asks for them. That
they stand so in the assembled PDF is for a reader's eyes: its increments are each party's own. The report
repeats them between quotation marks, so that nobody writes in another's name.
"""

from collections.abc import Iterator, Mapping, Sequence

from evidence import canonical
from evidence.canonical import Value
from evidence.commitment import SALT_BYTES
from evidence.errors import BundleMalformed, NotCanonical
from verify.argument import Examined
from verify.checks import Finding, Outcome, worst
from verify.exhibits import ReadExhibit
from verify.sentences import SENTENCES
from verify.signers import exhibit_of, slot_of
from verify.words import Words, quoted

TEXTS = "texts"
TEXTS_DOMAIN = "yinxin/texts/1"
LONGEST_TEXT = 100
"""Characters of a text, or of its label, that a report repeats."""


def check_texts(
    examined: Examined, signed: Sequence[ReadExhibit], asked: Mapping[str, Value] | None
) -> tuple[Finding, ...]:
    """Check what was written against the approvals: one finding, none where nothing was asked or written.

    ``asked`` are the text fields of the manifest by slot, None where it is not enclosed.

    Raises:
        BundleMalformed: the text fields of the manifest cannot be read.
    """
    if asked is None:
        return ()
    found = [each for one in signed for each in _written(examined, one, asked)]
    if not found:
        return ()
    gravest = worst(found)
    if gravest.outcome is not Outcome.PASSED:
        return (gravest,)
    said = Words("；".join(one.words.zh for one in found), "; ".join(one.words.en for one in found))
    return (_finding("texts-hold", Outcome.PASSED, count=len(found), said=said),)


def _written(examined: Examined, signature: ReadExhibit, asked: Mapping[str, Value]) -> Iterator[Finding]:
    slot, labels = slot_of(signature), _labels(asked.get(str(signature.body.get("slot"))))
    approval = exhibit_of(examined, signature.body.get("approval"))
    if approval is None:  # the check of approvals says so
        return
    named = approval.body.get(TEXTS)
    if not labels and named is None:
        return
    if not labels or not isinstance(named, bytes):
        yield _finding("texts-unapproved", Outcome.FAILED, slot=slot)
        return
    content = examined.bundle.files.get(named)
    if content is None:
        yield _finding("texts-absent", Outcome.INDETERMINATE, slot=slot)
        return
    texts = _texts(content)
    if texts is None or len(texts) != len(labels):
        yield _finding("texts-malformed", Outcome.FAILED, slot=slot)
        return
    lines = [f"{quoted(label)} {quoted(text)}" for label, text in zip(labels, texts, strict=True)]
    yield Finding(
        TEXTS,
        Outcome.PASSED,
        Words(f"签署位{slot}：{'，'.join(lines)}", f"slot {slot}: {', '.join(lines)}"),
    )


def _labels(asked: Value) -> list[str]:
    labels = list[str]()
    for field in asked if isinstance(asked, list) else []:
        match field:
            case [str(label), int(width), list()] if not isinstance(width, bool):
                labels.append(label[:LONGEST_TEXT])
            case _:
                raise BundleMalformed(place="manifest.texts")
    return labels


def _texts(content: bytes) -> list[str] | None:
    """Read a file of texts; None where it is none."""
    try:
        read = canonical.decode(content)
    except NotCanonical:
        return None
    match read:
        case [str(domain), bytes(salt), [*texts]] if domain == TEXTS_DOMAIN and len(salt) == SALT_BYTES:
            kept = [text for text in texts if isinstance(text, str) and 0 < len(text) <= LONGEST_TEXT]
            return kept if len(kept) == len(texts) else None
    return None


def _finding(key: str, outcome: Outcome, **facts: str | int | Words) -> Finding:
    return Finding(TEXTS, outcome, SENTENCES[key].filled(**facts))
