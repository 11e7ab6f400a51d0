"""The evidence bundle: one file with all that a stranger needs to check a certificate or an agreement.

It holds exhibits (a signed statement, the salt of its commitment, its log entry and the log's receipt),
fields disclosed, files, and a status list. The first exhibit is the subject and gives the bundle its kind.
Nothing in it is unbound: the entry commits to the statement, the receipt names the entry's leaf, every other
exhibit is tied to the subject by typed fields (``evidence.ties``), a file's SHA-256 stands under ``files`` in
the subject, its parts or what was stated later about it, and a disclosure opens one of the subject's own
``commitments``, each name once. Which of them are disclosed is for the holder to choose.
Signatures and paths are for the verifier, who brings the trusted keys.

    bundle = Bundle("certificate", (exhibit,), (), {digest: pdf}, status_list)
    bundle = Bundle.decode(bundle.encode())
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from evidence.canonical import Value, decode, encode
from evidence.commitment import SALT_BYTES, Disclosure, check_disclosure
from evidence.digest import sha256
from evidence.entry import Entry, check_entry
from evidence.errors import BundleMalformed, Invalid, NotCanonical
from evidence.fields import Fields
from evidence.receipt import read_receipt
from evidence.statement import StatementType, read
from evidence.statuslist import read_status_list
from evidence.ties import Recorded, commitments_of, files_named, stranger

KINDS: Mapping[str, StatementType] = {
    "certificate": StatementType.CERTIFICATE,
    "agreement": StatementType.AGREEMENT,
    "authorization": StatementType.AUTHORIZATION,
}
"""What a bundle may be about, and the type of its first statement."""


@dataclass(frozen=True)
class Exhibit:
    """A signed statement with its 16-byte salt, its log entry and the log's signed receipt."""

    statement: bytes
    salt: bytes
    entry: bytes
    receipt: bytes


@dataclass(frozen=True)
class Bundle:
    """Evidence on one subject; ``files`` are keyed by their 32-byte SHA-256."""

    kind: str
    exhibits: tuple[Exhibit, ...]
    disclosures: tuple[Disclosure, ...]
    files: Mapping[bytes, bytes]
    status_list: bytes | None

    MAGIC: ClassVar[bytes] = b"yinxin-bundle/1\n"

    def encode(self) -> bytes:
        """Return the bundle's one encoding: the magic line, then deterministic CBOR.

        Raises:
            BundleMalformed: something in it is unbound, or is not what it stands for.
        """
        ordered = replace(self, disclosures=tuple(sorted(self.disclosures, key=_name)))
        _check_bound(ordered)
        content: dict[str, Value] = {
            "kind": self.kind,
            "exhibits": [
                {"statement": e.statement, "salt": e.salt, "entry": e.entry, "receipt": e.receipt}
                for e in self.exhibits
            ],
            "disclosures": [_disclosed(disclosure) for disclosure in ordered.disclosures],
            "files": [self.files[digest] for digest in sorted(self.files)],
            "status_list": self.status_list,
        }
        return self.MAGIC + encode(content)

    @classmethod
    def decode(cls, encoded: bytes) -> "Bundle":
        """Read a bundle and check that all its parts are bound to each other; signatures are not checked.

        Raises:
            BundleMalformed: the bytes are not the one encoding of a bundle, or something in it is unbound.
        """
        if not encoded.startswith(cls.MAGIC):
            raise BundleMalformed(place="magic")
        try:
            fields = Fields(decode(encoded[len(cls.MAGIC) :]), BundleMalformed)
        except NotCanonical as error:
            raise BundleMalformed(place="bundle") from error
        bundle = cls(
            kind=fields.text("kind"),
            exhibits=tuple(_exhibit(fields) for fields in fields.each("exhibits")),
            disclosures=tuple(_disclosure(fields) for fields in fields.each("disclosures")),
            files=_files(fields),
            status_list=None if fields.absent("status_list") else fields.octets("status_list"),
        )
        fields.done()
        _check_bound(bundle)
        return bundle


def _exhibit(fields: Fields) -> Exhibit:
    exhibit = Exhibit(
        statement=fields.octets("statement"),
        salt=fields.octets("salt", length=SALT_BYTES),
        entry=fields.octets("entry"),
        receipt=fields.octets("receipt"),
    )
    fields.done()
    return exhibit


def _name(disclosure: Disclosure) -> str:
    return disclosure.name


def _disclosed(disclosure: Disclosure) -> Mapping[str, Value]:
    return {"name": disclosure.name, "value": disclosure.value, "salt": disclosure.salt}


def _disclosure(fields: Fields) -> Disclosure:
    disclosure = Disclosure(
        name=fields.text("name"), value=fields.take("value"), salt=fields.octets("salt", length=SALT_BYTES)
    )
    fields.done()
    return disclosure


def _files(fields: Fields) -> dict[bytes, bytes]:
    contents = fields.items("files")
    files = {sha256(content).value: content for content in contents if isinstance(content, bytes)}
    if len(files) != len(contents) or list(files) != sorted(files):
        raise fields.refuse("files")
    return files


def _check_bound(bundle: Bundle) -> None:
    """Check that every part is bound to the subject, and every statement to its entry and receipt."""
    try:
        recorded = [_check_exhibit(exhibit) for exhibit in bundle.exhibits]
        _check_kind(bundle, recorded)
        _check_ties(recorded)
        _check_disclosures(bundle.disclosures, commitments_of(recorded))
        _check_files(bundle.files, files_named(recorded))
        if bundle.status_list is not None:
            read_status_list(bundle.status_list)
    except BundleMalformed:
        raise
    except Invalid as error:
        raise BundleMalformed(place=error.facts.get("place", error.code)) from error


def _check_kind(bundle: Bundle, recorded: Sequence[Recorded]) -> None:
    if not recorded or KINDS.get(bundle.kind) is not recorded[0].type:
        raise BundleMalformed(place="kind")
    if len({exhibit.statement for exhibit in bundle.exhibits}) != len(bundle.exhibits):
        raise BundleMalformed(place="exhibits")


def _check_ties(recorded: Sequence[Recorded]) -> None:
    place = stranger(recorded)
    if place is not None:
        raise BundleMalformed(place=f"exhibits.{place}")


def _check_exhibit(exhibit: Exhibit) -> Recorded:
    """Check that entry and receipt belong to the statement, and return it with its entry."""
    entry = Entry.decode(exhibit.entry)
    check_entry(entry, exhibit.statement, exhibit.salt)
    if read_receipt(exhibit.receipt).leaf != entry.leaf:
        raise BundleMalformed(place="leaf")
    return Recorded(read(exhibit.statement), entry)


def _check_disclosures(disclosures: tuple[Disclosure, ...], commitments: Collection[bytes]) -> None:
    names = [disclosure.name for disclosure in disclosures]
    if names != sorted(set(names)):
        raise BundleMalformed(place="disclosures")
    for disclosure in disclosures:
        check_disclosure(disclosure, commitments)


def _check_files(files: Mapping[bytes, bytes], named: Collection[bytes]) -> None:
    for digest, content in files.items():
        if digest not in named or sha256(content).value != digest:
            raise BundleMalformed(place="files")
