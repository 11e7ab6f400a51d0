"""One exhibit: signed by a pinned key, opened by its entry, led to the log's root by its receipt.

The same five questions are put to every exhibit of a bundle, to the subject one by one and to the others
together.
"""

from dataclasses import dataclass

from evidence import statement
from evidence.bundle import Exhibit
from evidence.checkpoint import read_checkpoint
from evidence.entry import Entry, check_entry
from evidence.errors import CommitmentMismatch, Invalid, KeyDiffers, ReceiptOfAnotherChain
from evidence.receipt import Receipt, check_anchor, check_receipt, read_receipt
from evidence.ties import Recorded
from verify.checks import Concern, Finding, Outcome, worst
from verify.issuer_keys import check_signature, claim_of, find_key
from verify.sentences import SENTENCES
from verify.trust import LogAnchor, TrustAnchors
from verify.witness import AnchorWitness
from verify.words import moment, told


@dataclass(frozen=True)
class ReadExhibit(Recorded):
    """An exhibit taken apart; nothing in it is trusted yet."""

    exhibit: Exhibit

    @classmethod
    def of(cls, exhibit: Exhibit) -> "ReadExhibit":
        """Take an exhibit apart.

        Raises:
            StatementMalformed, EntryMalformed: naming the place.
        """
        return cls(statement.read(exhibit.statement), Entry.decode(exhibit.entry), exhibit)


def check_authorship(exhibit: ReadExhibit, trust: TrustAnchors) -> tuple[Finding, Finding]:
    """Checks of the issuer's key and of the signature."""
    found = find_key(claim_of(exhibit.signed), trust)
    return found.finding, check_signature(found.pinned, exhibit.signed.check)


def check_opening(exhibit: ReadExhibit) -> Finding:
    """Check that the entry opens to the statement."""
    try:
        check_entry(exhibit.entry, exhibit.exhibit.statement, exhibit.exhibit.salt)
    except CommitmentMismatch as error:
        words = SENTENCES["entry-of-another"].filled(member=str(error.facts["place"]))
        return Finding("entry", Outcome.FAILED, words)
    return Finding("entry", Outcome.PASSED, SENTENCES["entry-opens"])


def check_inclusion(
    exhibit: ReadExhibit, trust: TrustAnchors, chain: AnchorWitness | None
) -> tuple[Finding, Finding]:
    """Checks of the receipt and of the anchor that it claims."""
    log = trust.log
    try:
        receipt = check_receipt(exhibit.exhibit.receipt, origin=log.origin, key=log.key)
    except Invalid as error:
        return _refused(exhibit, log, error), _anchor("anchor-none", Outcome.INDETERMINATE)
    anchored = _check_anchor(receipt, trust, chain)
    if receipt.leaf != exhibit.entry.leaf:
        return Finding("receipt", Outcome.FAILED, SENTENCES["receipt-of-another"]), anchored
    if receipt.checkpoint is None:
        words = SENTENCES["receipt-recorded"].filled(origin=log.origin, index=receipt.index)
        return Finding("receipt", Outcome.INDETERMINATE, words), anchored
    size = read_checkpoint(receipt.checkpoint).size  # checked with the receipt
    words = SENTENCES["receipt-holds"].filled(origin=log.origin, index=receipt.index, size=size)
    return Finding("receipt", Outcome.PASSED, words), anchored


def _refused(exhibit: ReadExhibit, log: LogAnchor, error: Invalid) -> Finding:
    """Say why the receipt does not hold; another log under a key of its own is unknown, not false."""
    if isinstance(error, KeyDiffers) and read_receipt(exhibit.exhibit.receipt).origin != log.origin:
        return Finding("receipt", Outcome.INDETERMINATE, SENTENCES["receipt-of-another-log"])
    return Finding("receipt", Outcome.FAILED, SENTENCES["receipt-broken"].filled(reason=told(error)))


def _check_anchor(receipt: Receipt, trust: TrustAnchors, chain: AnchorWitness | None) -> Finding:
    anchor = receipt.anchor
    if anchor is None:
        return _anchor("anchor-none", Outcome.INDETERMINATE)
    try:
        check_anchor(anchor, chain_id=trust.chain.chain_id, contract=trust.chain.log_contract)
    except ReceiptOfAnotherChain:
        contract = f"0x{anchor.contract.hex()}"
        return _anchor("anchor-elsewhere", Outcome.FAILED, chain=anchor.chain_id, contract=contract)
    seen = None if chain is None else chain.anchor(receipt)
    if seen is None:
        return _anchor(
            "anchor-claimed", Outcome.INDETERMINATE, chain=anchor.chain_id, block=anchor.block_number
        )
    return _anchor(
        "anchor-confirmed", Outcome.PASSED, chain=anchor.chain_id, block=seen.block_number, depth=seen.depth
    )


def _anchor(key: str, outcome: Outcome, **facts: str | int) -> Finding:
    return Finding("anchor", outcome, SENTENCES[key].filled(**facts), Concern.ANCHORED)


def check_related(exhibit: ReadExhibit, trust: TrustAnchors) -> Finding:
    """Put the questions to an exhibit that is not the subject, and answer with the gravest finding."""
    key, signature = check_authorship(exhibit, trust)
    receipt, _ = check_inclusion(exhibit, trust, None)
    gravest = worst((key, signature, check_opening(exhibit), receipt))
    stated = exhibit.signed.statement
    facts = {"issuer": trust.name_of(stated.issuer), "at": moment(stated.issued_at)}
    type_words = SENTENCES[f"type-{stated.type.value.split('/')[1]}"]
    if gravest.outcome is Outcome.PASSED:
        return Finding("related", Outcome.PASSED, SENTENCES["related-holds"].filled(type=type_words, **facts))
    words = SENTENCES["related-not"].filled(type=type_words, reason=gravest.words, **facts)
    return Finding("related", gravest.outcome, words)
