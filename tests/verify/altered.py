"""Authorization bundles as a forger would hand them over: one thing changed, everything else as it was."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from evidence.bundle import Bundle
from evidence.canonical import Value, decode, encode
from evidence.clock import microseconds
from evidence.digest import sha256
from evidence.statement import read
from identity.methods import Method
from tests.verify import city
from tests.verify.authorizations import (
    answer,
    approval,
    authorization,
    bundle,
    counted,
    ended,
    forged,
    told,
    unpinned,
    used,
)

AFTER = city.ISSUED + timedelta(days=2)
BEFORE = city.ISSUED - timedelta(seconds=1)

Altered = tuple[str, bytes]
"""A name and the bytes of a bundle."""


def raw(made: Bundle) -> bytes:
    """Encode a bundle without looking whether it holds."""
    content: dict[str, Value] = {
        "kind": made.kind,
        "exhibits": [
            {"statement": e.statement, "salt": e.salt, "entry": e.entry, "receipt": e.receipt}
            for e in made.exhibits
        ],
        "disclosures": [{"name": d.name, "value": d.value, "salt": d.salt} for d in made.disclosures],
        "files": [made.files[digest] for digest in sorted(made.files)],
        "status_list": made.status_list,
    }
    return Bundle.MAGIC + encode(content)


def backdated() -> tuple[bytes, bytes]:
    """A grant whose validity begins nine days before it, and its approval."""
    shown = approval()
    return counted(shown, 3, valid_from=microseconds(city.ISSUED - timedelta(days=9))), shown


def sound() -> Iterator[Altered]:
    """Bundles that hold, in every state that evidence can tell."""
    shown = approval()
    three, any_number, first_policy = counted(shown, 3), counted(shown, None), authorization(shown)
    yield "granted", raw(bundle(three, shown))
    yield "first-policy", raw(bundle(first_policy, shown))
    yield "two-of-three", raw(bundle(three, shown, used(three, 1), used(three, 2)))
    yield "all-three", raw(bundle(three, shown, *(used(three, number) for number in (1, 2, 3))))
    yield "last-use", raw(bundle(three, shown, used(three, 1), used(three, 3, change="used")))
    yield "any-number", raw(bundle(any_number, shown, *(used(any_number, number) for number in range(1, 5))))
    unnumbered = [used(three, ordinal) for ordinal in (None, "1", [1], True)]
    yield "no-ordinal", raw(bundle(three, shown, *unnumbered))
    for change in ("revoked", "refused", "lapsed", "renamed"):
        yield change, raw(bundle(three, shown, used(three, 1), ended(three, change)))
    asked_before = counted(shown, 1, position=None, scope=None)
    yield "asked-before", raw(bundle(asked_before, shown))
    for method in Method:
        by = approval(method=method.value)
        yield f"by-{method.value}", raw(bundle(counted(by, 1, method=method.value), by))
    yield "backdated", raw(bundle(*backdated()))
    registers = answer(register="enterprise"), answer()
    yield "told-by-registers", raw(bundle(told(shown, *registers), shown, *registers))
    yield "text-left-out", raw(replace(bundle(three, shown), files={}))
    shown_alone = replace(bundle(three, shown), disclosures=bundle(three, shown).disclosures[:1])
    yield "one-fact-withheld", raw(shown_alone)
    yield "no-fact-shown", raw(replace(shown_alone, disclosures=()))
    erased = bundle(three, shown, ended(three, "renamed", action="erased"))
    yield "facts-erased", raw(replace(erased, disclosures=()))
    yield "recorded-only", raw(bundle(three, shown, log=city.Log(checkpointed=False)))


def doubtful() -> Iterator[Altered]:
    """Bundles whole in themselves, of which something does not hold or is not known."""
    shown = approval()
    three = counted(shown, 3)
    yield "no-approval", raw(bundle(three))
    for member, value in (("action", "sign"), ("subject", str(sha256(b"?"))), ("person", bytes(32))):
        other = approval(**{member: value})
        yield f"approval-of-another-{member}", raw(bundle(counted(other, 3), other))
    for member, value in (("method", "face+passkey"), ("challenge", str(sha256(b"?")))):
        yield f"grant-of-another-{member}", raw(bundle(counted(shown, 3, **{member: value}), shown))
    for method in ("iris", None, "x" * 60):
        unknown = approval(method=method)
        yield f"method-{str(method)[:4]}", raw(bundle(authorization(unknown), unknown))
    for member, wrong in (("uses", 0), ("valid_until", None), ("method", 1), ("scope", "")):
        uses, changes = (wrong, {}) if member == "uses" else (3, {member: wrong})
        yield f"form-{member}", raw(bundle(counted(shown, uses, **changes), shown))
    receipt, other = answer(), answer(differs=["holder"])
    without_form = answer(differs=None)
    yield "register-absent", raw(bundle(told(shown, receipt, other), shown, receipt))
    yield "register-differs", raw(bundle(told(shown, receipt, other), shown, receipt, other))
    yield "register-without-form", raw(bundle(told(shown, without_form), shown, without_form))
    yield "register-unknown", raw(bundle(told(shown, unpinned()), shown, unpinned()))
    yield "register-forged", raw(bundle(told(shown, forged()), shown, forged()))
    yield "approval-as-register", raw(bundle(told(shown, shown), shown))
    yield "form-registers", raw(bundle(counted(shown, 3, registers=[b"short"]), shown))
    yield "registers-none", raw(bundle(counted(shown, 3, registers=None), shown))
    strange = city.Log(signer=city.strange_log_signer())
    yield "strange-log", raw(bundle(three, shown, log=strange))
    yield (
        "log-of-another-name",
        raw(bundle(three, shown, log=replace(city.Log(), origin="other.example/log"))),
    )
    yield "another-city", raw(bundle(three, shown, log=replace(strange, origin="other.example/log")))


def each_field() -> Iterator[Altered]:
    """Every field of grant, approval and receipt changed in turn, by a forger alone or helped by the log."""
    shown = approval()
    receipt = answer()
    granted = told(shown, receipt)
    whole = bundle(granted, shown, receipt)
    for name, statement in (("grant", granted), ("approval", shown), ("register", receipt)):
        for member, changed in _changed_members(statement):
            statements = [changed if one == statement else one for one in (granted, shown, receipt)]
            exhibits = tuple(
                replace(exhibit, statement=one)
                for exhibit, one in zip(whole.exhibits, statements, strict=True)
            )
            yield f"{name}-{member}", raw(replace(whole, exhibits=exhibits))
            yield f"{name}-{member}-logged", raw(bundle(*statements))


def re_encoded() -> Iterator[Altered]:
    """The same statements in other bytes."""
    shown = approval()
    granted = counted(shown, 3)
    whole = bundle(granted, shown)
    parts = decode(granted[1:])
    assert isinstance(parts, list)
    payload = parts[2]
    assert isinstance(payload, bytes)
    for name, other in {
        "without-tag": granted[1:],
        "longer": granted + b"\0",
        "cut": granted[:-1],
        "header-unprotected": granted[:1] + encode([parts[0], {1: -7}, *parts[2:]]),
        "payload-longer": _with_payload(parts, payload + b"\0"),
        "payload-map-of-long-form": _with_payload(parts, b"\xb8" + bytes([payload[0] & 0x1F]) + payload[1:]),
        "signature-empty": granted[:1] + encode([*parts[:3], b""]),
    }.items():
        exhibits = (replace(whole.exhibits[0], statement=other), whole.exhibits[1])
        yield name, raw(replace(whole, exhibits=exhibits))


def damaged() -> Iterator[Altered]:
    """One byte changed, here and there, and a file cut off."""
    shown = approval()
    whole = raw(bundle(counted(shown, 3), shown))
    for place in range(len(Bundle.MAGIC), len(whole), 41):
        yield f"byte-{place}", whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    yield "cut-off", whole[:-9]
    yield "too-long", whole + b"\0"


def _changed_members(statement: bytes) -> Iterator[tuple[str, bytes]]:
    parts = decode(statement[1:])
    assert isinstance(parts, list)
    stated = read(statement).statement
    body, at = dict(stated.body), microseconds(stated.issued_at)
    content: dict[str, Value] = {"v": 1, "issuer": stated.issuer, "issued_at": at, "body": body}
    changed: dict[str, dict[str, Value]] = {
        "issuer": {**content, "issuer": f"{stated.issuer}?"},
        "issued_at": {**content, "issued_at": at + 1},
        "added": {**content, "body": {**body, "extra": 1}},
        "emptied": {**content, "body": {}},
    }
    for member, value in body.items():
        changed[f"body-{member}"] = {**content, "body": {**body, member: _other(value)}}
    for name, altered in changed.items():
        yield name, _with_payload(parts, encode(altered))


def _with_payload(parts: list[Value], payload: bytes) -> bytes:
    return b"\xd2" + encode([*parts[:2], payload, *parts[3:]])


def _other(value: Value) -> Value:
    """A value of the same kind, and another."""
    match value:
        case bool() | None:
            return "?"
        case int():
            return value + 1
        case str():
            return value + "?"
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case list():
            return value[:-1] or ["?"]
    raise AssertionError(value)
