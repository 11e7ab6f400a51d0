"""How the statements of a bundle are tied to its subject: by typed fields, in one direction, not otherwise.

A statement refers to another in the fields that ``REFERENCES`` names for its type, each a 32-byte digest of a
signed statement or a list of them, and in its log entry, whose ``refs`` are leaves. Later statements of the
same issuer change or finish a subject by naming it in the field that ``LATER`` gives. Words are no ties,
whatever digests stand in them: whoever is certified writes some of the words.

    stranger(recorded)      # the first statement that nothing leads to from the subject, or None
    files_named(recorded)   # the only files that may be shown with the subject
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from evidence.canonical import Value
from evidence.digest import sha256
from evidence.entry import Entry
from evidence.merkle import HASH_BYTES
from evidence.statement import SignedStatement, StatementType

REFERENCES: Mapping[StatementType, tuple[str, ...]] = {
    StatementType.CONSENT: ("consent",),
    StatementType.ENROLLMENT: ("consent", "registers"),
    StatementType.PASSKEY: ("approval", "passkey"),
    StatementType.AUTHORIZATION: ("approval", "registers"),
    StatementType.AUTHORIZATION_CHANGE: ("authorization",),
    StatementType.KEY: ("held",),
    StatementType.SEAL: ("held", "previous", "approval"),
    StatementType.SIGNATURE: ("approval", "delegations", "authorization", "use", "registers"),
    StatementType.AGREEMENT: ("signatures", "completed", "declined", "consents"),
    StatementType.CERTIFICATE: ("refs",),
    StatementType.CERTIFICATE_CHANGE: ("certificate", "previous"),
    StatementType.CERTIFICATE_COPY: ("certificate", "made"),
}
"""The fields in which a statement of each type refers to others; the types left out refer to none."""

LATER: Mapping[StatementType, tuple[StatementType, str]] = {
    StatementType.AUTHORIZATION: (StatementType.AUTHORIZATION_CHANGE, "authorization"),
    StatementType.AGREEMENT: (StatementType.AGREEMENT, "completed"),
    StatementType.CERTIFICATE: (StatementType.CERTIFICATE_CHANGE, "certificate"),
}
"""What is stated later about a subject of each type, and the field in which it names that subject."""

PARTS: Mapping[StatementType, tuple[StatementType, str]] = {
    StatementType.AGREEMENT: (StatementType.SIGNATURE, "signatures")
}
"""What a subject consists of beside itself, and the field in which it names its parts."""


WRITTEN: Mapping[StatementType, tuple[str, str]] = {StatementType.SIGNATURE: ("approval", "texts")}
"""The field in which a part of each type names its approval, and the one in which that names a file."""


@dataclass(frozen=True)
class Recorded:
    """A signed statement with the log entry that stands beside it, both as read; nothing is trusted yet."""

    signed: SignedStatement
    entry: Entry

    @property
    def type(self) -> StatementType:
        """The type of the statement."""
        return self.signed.statement.type

    @property
    def body(self) -> Mapping[str, Value]:
        """The body of the statement."""
        return self.signed.statement.body

    @cached_property
    def digest(self) -> bytes:
        """The 32-byte SHA-256 of the signed statement, by which others refer to it."""
        return sha256(self.signed.encoded).value

    def listed(self, member: str) -> frozenset[bytes]:
        """The 32-byte values that the body holds under ``member``, alone or in a list."""
        value = self.body.get(member)
        values = value if isinstance(value, list) else [value]
        return frozenset(one for one in values if isinstance(one, bytes) and len(one) == HASH_BYTES)

    @property
    def references(self) -> frozenset[bytes]:
        """The digests of the statements that the typed fields of this one name."""
        return frozenset().union(*(self.listed(member) for member in REFERENCES.get(self.type, ())))

    def is_later_about(self, subject: "Recorded") -> bool:
        """Whether this is what the issuer of ``subject`` stated later about it."""
        type_, member = LATER.get(subject.type, (None, ""))
        return (
            self.type is type_
            and self.body.get(member) == subject.digest
            and self.signed.statement.issuer == subject.signed.statement.issuer
        )


def stranger(recorded: Sequence[Recorded]) -> int | None:
    """The place (from 0) of the first statement that no ties lead to from the first one, or None."""
    subject = recorded[0]
    by_digest = {one.digest: one for one in recorded}
    by_leaf = {one.entry.leaf: one for one in recorded}
    waiting = [subject, *(one for one in recorded if one.is_later_about(subject))]
    reached = set[bytes]()
    while waiting:
        one = waiting.pop()
        if one.digest not in reached:
            reached.add(one.digest)
            waiting += [by_digest[digest] for digest in one.references if digest in by_digest]
            waiting += [by_leaf[leaf] for leaf in one.entry.refs if leaf in by_leaf]
    return next((place for place, one in enumerate(recorded) if one.digest not in reached), None)


def commitments_of(recorded: Sequence[Recorded]) -> frozenset[bytes]:
    """The commitments that disclosures may open: those of the subject, the first statement, alone."""
    return recorded[0].listed("commitments")


def files_named(recorded: Sequence[Recorded]) -> frozenset[bytes]:
    """The digests of files named by the subject, its parts, their approvals, and what was stated later."""
    subject = recorded[0]
    type_, member = PARTS.get(subject.type, (None, ""))
    parts = [one for one in recorded if one.type is type_ and one.digest in subject.listed(member)]
    later = [one for one in recorded if one.is_later_about(subject)]
    written = [each for part in parts for each in _written(part, recorded)]
    return frozenset().union(*(one.listed("files") for one in (subject, *parts, *later)), *written)


def _written(part: Recorded, recorded: Sequence[Recorded]) -> Iterator[frozenset[bytes]]:
    """Give what the approval of ``part`` names of what its person wrote."""
    member, names = WRITTEN.get(part.type, ("", ""))
    for one in recorded:
        if one.type is StatementType.APPROVAL and one.digest in part.listed(member):
            yield one.listed(names)
