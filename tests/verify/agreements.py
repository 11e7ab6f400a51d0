"""Agreement bundles whose slots were handed on and declined, whole, and with one thing changed.

Slot 1 names C0, who delegates to C1, in whose place the starter puts C2; slot 2 is a seal's; of slots 3 and 4
one is needed, 3 declines and 4 signs. Where it is voided, 1 and 4 consent in person, for 2 another
keeper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from evidence import canonical
from evidence.bundle import Bundle
from evidence.canonical import Value
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.statement import StatementType
from signing.cades import sign_detached
from tests.verify import city
from tests.verify.altered import raw
from tests.verify.people import keys

AGREEMENT = b"\x07" * 16
PERSONS = [bytes([number]) * 32 for number in range(200, 206)]
C0, C1, C2, KEEPER, FOURTH, OTHER = PERSONS
REASON = b"\x09" * 32
SIGNED = {"1": C2, "2": KEEPER, "4": FOURTH}
OLDER, NEWER, NEWEST = "yinxin/manifest/2", "yinxin/manifest/3", "yinxin/manifest/4"
DOCUMENTS = (b"%PDF-1.7 the contract", b"%PDF-1.7 the annex")
ASSEMBLED = tuple(document + b" and its signatures" for document in DOCUMENTS)
LISTS: Mapping[str, Mapping[str, Value]] = {
    NEWEST: {"documents": [sha256(each).value for each in DOCUMENTS], "names": ["合同.pdf", "附件.pdf"]},
}
MANIFESTS = {
    schema: canonical.encode(
        {
            "schema": schema,
            **LISTS.get(schema, {}),
            "slots": [
                {"id": "1", "group": "a", "person": C0},
                {"id": "2", "group": "a", "person": None},
                {"id": "3", "group": "b", "person": OTHER},
                {"id": "4", "group": "b", "person": FOURTH},
            ],
            "groups": [["a", 1, 2], ["b", 1, 1]],
        }
    )
    for schema in (OLDER, NEWER, NEWEST)
}
MANIFEST = MANIFESTS[NEWER]

Body = dict[str, Value]


@dataclass(frozen=True)
class Told:
    """What is told of the agreement; each field is one way to be different."""

    bodies: Mapping[str, Body] = field(default_factory=dict)
    types: Mapping[str, StatementType] = field(default_factory=dict)
    issuers: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, int] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    cms: Mapping[str, Body] = field(default_factory=dict)
    torn: Mapping[str, bytes] = field(default_factory=dict)
    files_left_out: frozenset[str] = frozenset()
    schema: str = NEWER
    documents: tuple[bytes, ...] = ()
    assembled: tuple[bytes, ...] = ()
    voided: bool = False

    @property
    def manifest(self) -> bytes:
        """The manifest that all sign."""
        return MANIFESTS[self.schema]

    @property
    def over(self) -> bytes:
        """Its digest, 32 bytes."""
        return sha256(self.manifest).value

    def bundle(self) -> Bundle:
        """The bundle, of which what is ``left_out`` was never put in."""
        said, files = _Saying(self), {"manifest": self.manifest}
        _hand_on(said)
        for slot, person in SIGNED.items():
            files[f"cms{slot}"] = _sign(said, slot, person)
        _state(said, "decline", StatementType.AGREEMENT, {**_step(self, "slot-declined", "3")}, at=7)
        names = [f"signature{slot}" for slot in SIGNED]
        body: Body = {
            "action": "completed",
            "agreement": AGREEMENT,
            "signatures": [said.digest(name) for name in names],
            "declined": [said.digest("decline")],
            "files": [self.over, *(sha256(each).value for each in self.documents)],
        }
        _state(said, "subject", StatementType.AGREEMENT, body, at=8)
        if self.assembled:
            made: list[Value] = [sha256(each).value for each in self.assembled]
            after: Body = {"action": "assembled", "completed": said.digest("subject"), "files": made}
            _state(said, "assembled", StatementType.AGREEMENT, after, at=9)
        for kind, contents in (("document", self.documents), ("result", self.assembled)):
            files |= {f"{kind}{number}": each for number, each in enumerate(contents, start=1)}
        if self.voided:
            _void(said)
        order = ["subject", *(name for name in said.statements if name != "subject")]
        return city.bundle(
            *(said.statements[name] for name in order if name not in self.left_out),
            kind="agreement",
            disclosures=(),
            files=[content for name, content in files.items() if name not in self.files_left_out],
        )

    def encode(self) -> bytes:
        """The bytes of the bundle, whether or not it holds."""
        return raw(replace(self.bundle(), status_list=None))


@dataclass
class _Saying:
    told: Told
    statements: dict[str, bytes] = field(default_factory=dict)

    def digest(self, name: str) -> bytes:
        return sha256(self.statements[name]).value


def _state(said: _Saying, name: str, type_: StatementType, body: Body, *, at: int) -> None:
    told = said.told
    changed = {**body, **told.bodies.get(name, {})}
    said.statements[name] = city.stated(
        told.types.get(name, type_),
        {member: value for member, value in changed.items() if value != "left out"},
        at=city.ISSUED + timedelta(seconds=at + told.later.get(name, 0)),
        issuer=told.issuers.get(name, city.AGENCY),
    )


def _step(told: Told, action: str, slot: str, **members: Value) -> Body:
    return {
        "action": action,
        "agreement": AGREEMENT,
        "slot": slot,
        "files": [told.over],
        **members,
    }


def _hand_on(said: _Saying) -> None:
    _state(
        said, "step1", StatementType.AGREEMENT, _step(said.told, "delegated", "1", giver=C0, taker=C1), at=1
    )
    _state(
        said, "step2", StatementType.AGREEMENT, _step(said.told, "replaced", "1", giver=C1, taker=C2), at=2
    )


def _sign(said: _Saying, slot: str, person: bytes) -> bytes:
    """State approval and signature of a slot; give its detached signature."""
    seal, at = slot == "2", city.ISSUED + timedelta(seconds=5)
    asked: list[Value] = ["yinxin/slot/1", said.told.over, slot]
    approval: Body = {
        "person": person,
        "action": "seal" if seal else "sign",
        "subject": str(sha256(canonical.encode(asked))),
        "method": "face+passkey" if seal else "face",
    }
    _state(said, f"approval{slot}", StatementType.APPROVAL, approval, at=5)
    signed: Body = {
        "slot": slot,
        "key": slot,
        "approval": said.digest(f"approval{slot}"),
        "content": said.told.manifest,
    }
    signed |= said.told.cms.get(slot, {})
    signer, chain = keys()[str(signed["key"])]
    cms = said.told.torn.get(slot) or sign_detached(
        bytes(signed["content"]),  # type: ignore[arg-type]  # a body of tests
        signer=signer,
        chain=chain,
        slot=str(signed["slot"]),
        approval=Digest(HashAlgorithm.SHA256, bytes(signed["approval"])),  # type: ignore[arg-type]  # the same
        at=at + timedelta(seconds=int(str(signed.get("later", 0)))),
    )
    body: Body = {
        "agreement": AGREEMENT,
        "manifest": said.told.over,
        "slot": slot,
        "kind": "seal" if seal else "person",
        "key": keys()[slot][0].key.key_id,
        "approval": said.digest(f"approval{slot}"),
        "delegations": [said.digest("step1"), said.digest("step2")] if slot == "1" else [],
        "commitments": [person],
        "files": [sha256(cms).value],
    }
    _state(said, f"signature{slot}", StatementType.SIGNATURE, body, at=5)
    return cms


def _void(said: _Saying) -> None:
    for slot, person in SIGNED.items():
        asked: list[Value] = ["yinxin/void/1", said.told.over, slot, REASON]
        consent: Body = {
            "person": OTHER if slot == "2" else person,
            "action": "void",
            "subject": str(sha256(canonical.encode(asked))),
            "method": "face",
        }
        _state(said, f"consent{slot}", StatementType.APPROVAL, consent, at=9)
    body: Body = {
        "action": "voided",
        "agreement": AGREEMENT,
        "completed": said.digest("subject"),
        "reason": REASON,
        "consents": [said.digest(f"consent{slot}") for slot in SIGNED],
        "files": [said.told.over],
    }
    _state(said, "void", StatementType.AGREEMENT, body, at=10)


def torn() -> bytes:
    """A detached signature one bit of whose value was turned."""
    whole = Told().bundle().files
    cms = next(content for content in whole.values() if content[:1] == b"\x30")
    return cms[:-1] + bytes([cms[-1] ^ 1])
