"""Agreement bundles with the stamp of a qualification, whole, and with one thing changed.

The one slot asks for the stamp of Q: put by its holder, or under use 1 of a grant to the firm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

from evidence import canonical
from evidence.canonical import Value
from evidence.clock import microseconds
from evidence.digest import Digest, HashAlgorithm, sha256
from evidence.statement import StatementType
from signing.cades import sign_detached
from tests.verify import authorizations, city
from tests.verify.agreements import AGREEMENT, C0, NEWER, OTHER
from tests.verify.altered import Altered, raw
from tests.verify.people import keys

FIRM = "91370200MA3C00005K"
Q = authorizations.QUALIFICATION
AT = city.ISSUED + timedelta(seconds=5)

Body = dict[str, Value]


@cache
def grant(**changes: Value) -> bytes:
    """The grant to the firm of two uses, the same bytes each time."""
    return authorizations.counted(authorizations.approval(), 2, **changes)


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """What is told of the stamp; each field is one way to be different."""

    own: bool = False
    granted: bytes = field(default_factory=grant)
    held: Value = "as signed"
    bodies: Mapping[str, Body] = field(default_factory=dict)
    types: Mapping[str, StatementType] = field(default_factory=dict)
    issuers: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    @property
    def manifest(self) -> bytes:
        """What the party signs."""
        grant_ = None if self.own else sha256(self.granted).value
        held: Value = [Q, grant_] if self.held == "as signed" else self.held
        slot: Body = {"id": "1", "group": "a", "person": C0, **({} if held is None else {"held": held})}
        return canonical.encode({"schema": NEWER, "slots": [slot], "groups": [["a", 1, 1]]})

    def encode(self) -> bytes:
        """The bytes of the bundle, whether or not it holds."""
        over = sha256(self.manifest).value
        subject = str(sha256(canonical.encode(["yinxin/slot/1", over, "1"])))
        approval = self._stated(
            "approval",
            StatementType.APPROVAL,
            {"person": C0, "action": "sign", "subject": subject, "method": "face"},
        )
        use = self._stated(
            "use",
            StatementType.AUTHORIZATION_CHANGE,
            {"authorization": sha256(self.granted).value, "change": "use", "used_for": subject, "ordinal": 1},
        )
        signer, chain = keys()["1"]
        digest = Digest(HashAlgorithm.SHA256, sha256(approval).value)
        cms = sign_detached(self.manifest, signer=signer, chain=chain, slot="1", approval=digest, at=AT)
        signed: Body = {
            "agreement": AGREEMENT,
            "manifest": over,
            "slot": "1",
            "kind": "qualification",
            "organization": FIRM,
            "key": signer.key.key_id,
            "approval": sha256(approval).value,
            "delegations": [],
            "commitments": [C0],
            "files": [sha256(cms).value],
            "qualification": Q,
            "authorization": None if self.own else sha256(self.granted).value,
            "use": None if self.own else sha256(use).value,
            "registers": [],
        }
        signature = self._stated("signature", StatementType.SIGNATURE, signed)
        completed: Body = {
            "action": "completed",
            "agreement": AGREEMENT,
            "signatures": [sha256(signature).value],
            "declined": [],
            "files": [over],
        }
        last = city.stated(StatementType.AGREEMENT, completed, at=AT + timedelta(seconds=1))
        shown = {"subject": last, "signature": signature, "approval": approval}
        if not self.own:
            shown |= {"grant": self.granted, "use": use}
        bundled = city.bundle(
            *(one for name, one in shown.items() if name not in self.left_out),
            kind="agreement",
            disclosures=(),
            files=[self.manifest, cms] if "manifest" not in self.left_out else [cms],
        )
        return raw(replace(bundled, status_list=None))

    def _stated(self, name: str, type_: StatementType, body: Body) -> bytes:
        changed = {**body, **self.bodies.get(name, {})}
        issuer = self.issuers.get(name, city.AGENCY)
        return city.stated(self.types.get(name, type_), changed, at=AT, issuer=issuer)


def cases() -> Iterator[tuple[str, str, Stamped]]:
    """What is changed, the one check that then does not pass, and the stamp so told."""
    yield "stamp-own", "", Stamped(own=True)
    yield "stamp-granted", "", Stamped()
    yield "stamp-last-use", "", Stamped(bodies={"use": {"change": "used", "ordinal": 2}})
    for name in ("grant", "use"):
        yield f"{name}-left-out", "stamps", Stamped(left_out=frozenset({name}))
    for member, value in (
        ("firm", "91370200MA3C00006H"),
        ("qualification", OTHER),
        ("valid_until", microseconds(AT)),
        ("valid_from", microseconds(AT + timedelta(seconds=1))),
    ):
        yield f"grant-{member}", "stamps", Stamped(granted=grant(**{member: value}))
    for member, value in (("authorization", OTHER), ("change", "revoked"), ("used_for", "sha256:00")):
        yield f"use-{member}", "stamps", Stamped(bodies={"use": {member: value}})
    yield "use-type", "stamps", Stamped(types={"use": StatementType.AGREEMENT})
    yield "own-with-a-use", "stamps", Stamped(own=True, bodies={"signature": {"use": OTHER}})
    yield "held-other", "stamps", Stamped(held=[OTHER, sha256(grant()).value])
    yield "held-by-the-holder", "stamps", Stamped(held=[Q, None])
    yield "held-missing", "stamps", Stamped(held=None)
    yield "kind-of-a-person", "stamps", Stamped(bodies={"signature": {"kind": "person"}})


def altered() -> Iterator[Altered]:
    """The bytes of every case."""
    for name, _, told in cases():
        yield name, told.encode()
