"""Agreement bundles of a manifest that asks for texts, whole, and with one thing changed.

Slot 1 asks for a telephone number and a place of work; slot 2 asks for nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.statement import StatementType
from signing.cades import sign_detached
from tests.verify import city
from tests.verify.agreements import AGREEMENT, C0, C1
from tests.verify.altered import Altered, raw
from tests.verify.people import keys

AT = city.ISSUED + timedelta(seconds=5)
SALT = b"\x05" * 16
TEXTS = ("13800000000", "示范路 18 号")
PLACE: list[Value] = [0, 0, 60, 300]
ASKED: list[Value] = [["联系电话", 160, PLACE], ["开工地点", 200, [0, 0, 60, 340]]]
PERSONS = {"1": C0, "2": C1}

Body = dict[str, Value]


def file_of(texts: Value = TEXTS, *, domain: str = "yinxin/texts/1", salt: bytes = SALT) -> bytes:
    """The file of texts that an approval names."""
    listed = [*texts] if isinstance(texts, tuple) else texts
    return canonical.encode([domain, salt, listed])


@dataclass(frozen=True, kw_only=True)
class Texted:
    """What is told; ``written`` is what the approval of slot 1 names, ``enclosed`` what is in the bundle."""

    written: bytes | None = field(default_factory=file_of)
    enclosed: bytes | None = field(default_factory=file_of)
    asked: Value = field(default_factory=lambda: ASKED)
    elsewhere: bytes | None = None
    left_out: frozenset[str] = frozenset()

    @property
    def manifest(self) -> bytes:
        """What both parties sign."""
        slots: list[Value] = [
            {"id": "1", "group": "a", "person": C0, "texts": self.asked},
            {"id": "2", "group": "a", "person": C1, "texts": []},
        ]
        return canonical.encode({"schema": "yinxin/manifest/5", "slots": slots, "groups": [["a", 1, 2]]})

    def encode(self) -> bytes:
        """The bytes of the bundle, whether or not it holds."""
        shown: dict[str, bytes] = {}
        files = {"manifest": self.manifest}
        for slot, texts in (("1", self.written), ("2", self.elsewhere)):
            files[f"cms{slot}"] = self._sign(shown, slot, texts)
        if self.enclosed is not None:
            files["texts"] = self.enclosed
        completed: Body = {
            "action": "completed",
            "agreement": AGREEMENT,
            "signatures": [sha256(shown[f"signature{slot}"]).value for slot in PERSONS],
            "declined": [],
            "files": [sha256(self.manifest).value],
        }
        subject = city.stated(StatementType.AGREEMENT, completed, at=AT + timedelta(seconds=1))
        bundled = city.bundle(
            subject,
            *(one for name, one in shown.items() if name not in self.left_out),
            kind="agreement",
            disclosures=(),
            files=[content for name, content in files.items() if name not in self.left_out],
        )
        return raw(replace(bundled, status_list=None))

    def _sign(self, shown: dict[str, bytes], slot: str, texts: bytes | None) -> bytes:
        over, (signer, chain) = sha256(self.manifest).value, keys()[slot]
        approved: Mapping[str, Value] = {
            "person": PERSONS[slot],
            "action": "sign",
            "subject": str(sha256(canonical.encode(["yinxin/slot/1", over, slot]))),
            "method": "face",
            **({} if texts is None else {"texts": sha256(texts).value}),
        }
        approval = city.stated(StatementType.APPROVAL, dict(approved), at=AT)
        digest = Digest(HashAlgorithm.SHA256, sha256(approval).value)
        cms = sign_detached(self.manifest, signer=signer, chain=chain, slot=slot, approval=digest, at=AT)
        body: Body = {
            "agreement": AGREEMENT,
            "manifest": over,
            "slot": slot,
            "kind": "person",
            "key": signer.key.key_id,
            "approval": sha256(approval).value,
            "delegations": [],
            "commitments": [PERSONS[slot]],
            "files": [sha256(cms).value],
        }
        shown[f"signature{slot}"] = city.stated(StatementType.SIGNATURE, body, at=AT)
        shown[f"approval{slot}"] = approval
        return cms


def approved(texts: tuple[str, ...]) -> Texted:
    """An agreement whose slot 1 wrote ``texts``, whole."""
    return Texted(written=file_of(texts), enclosed=file_of(texts))


def cases() -> Iterator[tuple[str, str, Texted]]:
    """What is changed, the one check that then does not pass, and the agreement so told."""
    yield "texts-whole", "", Texted()
    yield "texts-none", "", Texted(asked=[], written=None, enclosed=None)
    yield "texts-of-another-slot", "", approved(("1；签署位2：“同意延期” 是", "甲”"))
    yield "texts-label-of-another-slot", "", Texted(asked=[["电话” 1；签署位2：“同意", 160, PLACE], ASKED[1]])
    yield "texts-left-out", "texts", Texted(enclosed=None)
    yield "texts-unapproved", "texts", Texted(written=None, enclosed=None)
    yield "texts-unasked", "texts", Texted(asked=[])
    yield "texts-unasked-elsewhere", "texts", Texted(elsewhere=file_of(("别处",)))
    for name, content in (
        ("one-too-few", file_of(TEXTS[:1])),
        ("one-too-many", file_of((*TEXTS, "更多"))),
        ("empty", file_of(("", TEXTS[1]))),
        ("number", file_of((1, 2))),
        ("too-long", file_of(("字" * 101, TEXTS[1]))),
        ("no-list", file_of("文字")),
        ("domain", file_of(domain="yinxin/texts/2")),
        ("salt", file_of(salt=b"\x05" * 15)),
        ("no-cbor", b"\xff"),
        ("a-map", canonical.encode({"texts": [*TEXTS]})),
    ):
        yield f"texts-{name}", "texts", Texted(written=content, enclosed=content)


def broken() -> Iterator[Altered]:
    """Bundles whose texts are not those that were approved, or whose manifest asks for none that can be."""
    yield "texts-altered", Texted(enclosed=file_of(("13900000000", TEXTS[1]))).encode()
    yield "texts-other-salt", Texted(enclosed=file_of(salt=b"\x06" * 16)).encode()
    yield "texts-field-without-place", Texted(asked=[["联系电话", 160]]).encode()
    yield "texts-width-of-true", Texted(asked=[["联系电话", True, PLACE], ASKED[1]]).encode()


def altered() -> Iterator[Altered]:
    """The bytes of every case."""
    for name, _, told in cases():
        yield name, told.encode()
    yield from broken()
