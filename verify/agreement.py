"""An agreement bundle: genuine by checks 1 to 8, complete by check 9, then one check for each other exhibit.

The agreement names the signatures of its parties by digest; each must be in the bundle and over the same
manifest, and where the manifest itself is enclosed, what is signed satisfies its groups. Before the other
exhibits come the checks of who approved, how slots were handed on, who declined (``verify.signers``), by what
authority stamps of qualifications were put (``verify.stamps``), of what parties wrote (``verify.texts``), of
the detached signatures (``verify.detached``), of the documents (``verify.documents``) and of what voided it
(``verify.voids``), each where the statements name any. An agreement has no state to look up, so the answer is
UNKNOWN by its nature and the headline says what is known: that the signing is complete. One that is shown to
be voided is NOT_IN_FORCE.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence import canonical
from evidence.canonical import Value
from evidence.errors import BundleMalformed
from evidence.fields import Fields
from evidence.merkle import HASH_BYTES
from evidence.statement import StatementType
from verify.argument import Examined, disclosed_facts
from verify.checks import Finding, Outcome
from verify.detached import check_detached
from verify.documents import check_documents
from verify.exhibits import ReadExhibit
from verify.report import Answer, Kind, Report
from verify.sentences import SENTENCES
from verify.settlement import Subject, settle
from verify.signers import check_approvals, check_declines, check_delegations, tied
from verify.stamps import check_stamps
from verify.standing import Standing
from verify.texts import check_texts
from verify.trust import TrustAnchors
from verify.voids import check_voids

PARTIES = "parties"
COMPLETE = "complete"
COMPLETED = "completed"
"""The only action of an agreement that stands for all who are needed."""

NAMES_STEPS = frozenset({"yinxin/manifest/3", "yinxin/manifest/4", "yinxin/manifest/5"})
"""Schemas of manifests over which every signature names the steps by which its slot came to its signer."""

ONLY = ""
"""The group of every slot where the manifest has none."""


@dataclass(frozen=True)
class AgreementBody:
    """What an agreement statement says: its id, its parties' signatures and its files, by 32-byte digests."""

    agreement: bytes
    signatures: tuple[bytes, ...]
    files: tuple[bytes, ...]

    @classmethod
    def read(cls, body: Value) -> "AgreementBody":
        """Read the body of an agreement statement.

        Raises:
            BundleMalformed: naming the member that is missing or malformed.
        """
        fields = Fields(body, BundleMalformed, place="body")
        if fields.text("action") != COMPLETED:
            raise BundleMalformed(place="body.action")
        return cls(
            agreement=fields.octets("agreement"),
            signatures=fields.octets_list("signatures", length=HASH_BYTES),
            files=fields.octets_list("files", length=HASH_BYTES),
        )


@dataclass(frozen=True)
class NamedSlot:
    """What a slot of the manifest says: the commitment to its person, the stamp and texts it asks for."""

    person: Value
    held: Value
    texts: Value


def agreement_report(examined: Examined, trust: TrustAnchors, *, asked_at: datetime) -> Report:
    """Give the report on a bundle whose subject is an agreement.

    Raises:
        BundleMalformed: the body of the agreement statement is incomplete.
        NotCanonical: an enclosed manifest cannot be read.
    """
    body = AgreementBody.read(examined.subject.body)
    signed = _signed(examined, body)
    voids, voided = check_voids(examined, signed)
    findings = (
        *examined.findings,
        _check_parties(examined, body),
        *_check_signers(examined, body, signed),
        *voids,
        *examined.related,
    )
    standing = voided or Standing(
        Answer.UNKNOWN, COMPLETE, None, SENTENCES["headline-agreement"], SENTENCES["agreement-lasts"]
    )
    about = Subject(Kind.AGREEMENT, body.agreement.hex(), disclosed_facts(examined))
    return settle(about, findings, standing, trust, asked_at=asked_at)


def _check_parties(examined: Examined, body: AgreementBody) -> Finding:
    signed = {one.digest: one for one in examined.exhibits if one.digest in body.signatures}
    for place, signature in enumerate(signed.values(), start=1):
        if not _is_over(signature, body):
            words = SENTENCES["parties-of-another"].filled(place=place)
            return Finding(PARTIES, Outcome.FAILED, words)
    count, missing = len(body.signatures), len(set(body.signatures) - set(signed))
    if missing:
        words = SENTENCES["parties-missing"].filled(missing=missing, count=count)
        return Finding(PARTIES, Outcome.INDETERMINATE, words)
    if count != len(signed) or not signed or not _slots_agree(examined, list(signed.values())):
        return Finding(PARTIES, Outcome.FAILED, SENTENCES["parties-slots"])
    return Finding(PARTIES, Outcome.PASSED, SENTENCES["parties-all"].filled(count=count))


def _signed(examined: Examined, body: AgreementBody) -> list[ReadExhibit]:
    """The signatures that are enclosed."""
    return [
        one
        for one in examined.exhibits
        if one.digest in body.signatures and one.type is StatementType.SIGNATURE
    ]


def _check_signers(
    examined: Examined, body: AgreementBody, signed: Sequence[ReadExhibit]
) -> Iterator[Finding]:
    yield from check_approvals(examined, signed)
    manifest = _manifest(examined, signed)
    slots = None if manifest is None else _slots(manifest)
    persons = None if slots is None or not tied(signed) else {id_: each.person for id_, each in slots.items()}
    held = None if slots is None else {id_: each.held for id_, each in slots.items()}
    owed = None if manifest is None else manifest.has("schema") and manifest.take("schema") in NAMES_STEPS
    yield from check_delegations(examined, signed, persons, owed=owed)
    yield from check_stamps(examined, signed, held)
    asked = None if slots is None else {id_: each.texts for id_, each in slots.items()}
    yield from check_texts(examined, signed, asked)
    yield from check_detached(examined, signed)
    if manifest is not None:
        over = signed[0].body.get("manifest")
        yield from check_documents(examined, manifest, stated=[one for one in body.files if one != over])
    yield from check_declines(examined, signed)


def _manifest(examined: Examined, signed: Sequence[ReadExhibit]) -> Fields | None:
    """The manifest that is signed; None where it is not enclosed."""
    digest = signed[0].body.get("manifest") if signed else None
    content = examined.bundle.files.get(digest) if isinstance(digest, bytes) else None
    return None if content is None else Fields(canonical.decode(content), BundleMalformed, place="manifest")


def _slots(manifest: Fields) -> Mapping[str, NamedSlot]:
    """What the manifest says of each slot."""
    return {
        slot.text("id"): NamedSlot(
            *(slot.take(name) if slot.has(name) else None for name in ("person", "held", "texts"))
        )
        for slot in manifest.each("slots")
    }


def _is_over(signature: ReadExhibit, body: AgreementBody) -> bool:
    return (
        signature.type is StatementType.SIGNATURE
        and signature.body.get("agreement") == body.agreement
        and signature.body.get("manifest") in body.files
    )


def _slots_agree(examined: Examined, signed: Sequence[ReadExhibit]) -> bool:
    """Whether what is signed, each slot once, satisfies the groups of the manifest, if it is enclosed."""
    slots = [str(one.body.get("slot")) for one in signed]
    manifests = [one.body.get("manifest") for one in signed]
    if len(set(slots)) != len(slots) or any(manifest != manifests[0] for manifest in manifests):
        return False
    content = examined.bundle.files.get(manifests[0]) if isinstance(manifests[0], bytes) else None
    return content is None or _satisfied(canonical.decode(content), slots)


def _satisfied(manifest: Value, signed: Sequence[str]) -> bool:
    """Whether ``signed`` are slots of ``manifest``, and as many in each group as it needs.

    A manifest of the first schema has no groups and needs every slot.
    """
    fields = Fields(manifest, BundleMalformed, place="manifest")
    grouped = fields.has("groups")
    each = fields.each("slots")
    slots = {slot.text("id"): slot.text("group") if grouped else ONLY for slot in each}
    if len(slots) != len(each) or not set(signed) <= set(slots):
        return False
    sizes = Counter(slots.values())
    needs = _needs(fields) if grouped else dict(sizes)
    if set(needs) != set(sizes) or not all(1 <= need <= sizes[id_] for id_, need in needs.items()):
        raise BundleMalformed(place="manifest.groups")
    counted = Counter(slots[slot] for slot in signed)
    return all(counted[id_] >= need for id_, need in needs.items())


def _needs(manifest: Fields) -> dict[str, int]:
    needs: dict[str, int] = {}
    for group in manifest.items("groups"):
        match group:
            case [str(id_), int(), int(need)] if id_ not in needs:
                needs[id_] = need
            case _:
                raise BundleMalformed(place="manifest.groups")
    return needs
