"""Authorizations as the city of the tests states them, and bundles over them."""

from datetime import timedelta
from functools import cache

from evidence.bundle import Bundle
from evidence.canonical import Value
from evidence.clock import microseconds
from evidence.commitment import Disclosure, commit_fields
from evidence.digest import sha256
from evidence.keys import LocalSigner
from evidence.statement import StatementType
from tests.verify import city

CHALLENGE = str(sha256(b"challenge"))
TEXT = "资格使用授权书\n".encode()
PERSON: dict[str, Value] = {"person": {"name": "林知远"}}
(COMMITMENT,) = commit_fields(PERSON, city.salts(PERSON))
HELD: dict[str, Value] = {"qualification": {"kind": "structural-engineer-1", "registration_number": "S1"}}
HELD_SALT = city.salt(200)
(QUALIFICATION,) = commit_fields(HELD, {"qualification": HELD_SALT})
START, END = city.ISSUED, city.ISSUED + timedelta(days=30)


def approval(**changes: Value) -> bytes:
    body: dict[str, Value] = {
        "person": COMMITMENT,
        "action": "authorize",
        "subject": str(sha256(TEXT)),
        "challenge": CHALLENGE,
        "method": "face",
        "policy": "yinxin/scan-policy/1",
    }
    return city.stated(StatementType.APPROVAL, {**body, **changes})


def authorization(approved: bytes, **changes: Value) -> bytes:
    body: dict[str, Value] = {
        "firm": "91370200MA3C00005K",
        "purpose": "申请施工许可",
        "project": "示范中学教学楼",
        "valid_from": microseconds(START),
        "valid_until": microseconds(END),
        "person": COMMITMENT,
        "qualification": QUALIFICATION,
        "commitments": sorted([COMMITMENT, QUALIFICATION]),
        "text": str(sha256(TEXT)),
        "files": [sha256(TEXT).value],
        "approval": sha256(approved).value,
    }
    return city.stated(StatementType.AUTHORIZATION, {**body, **changes})


def counted(approved: bytes, uses: Value, **changes: Value) -> bytes:
    """An authorization of the second policy."""
    terms: dict[str, Value] = {
        "position": "项目负责人",
        "scope": "施工许可申请",
        "uses": uses,
        "method": "face",
        "challenge": CHALLENGE,
        "registers": [],
        "policy": "yinxin/authorization-policy/2",
    }
    return authorization(approved, **{**terms, **changes})


def answer(*, issuer: str = city.AGENCY, signer: LocalSigner | None = None, **changes: Value) -> bytes:
    """What a register confirms over commitments, as ``registers.answers`` writes it."""
    body: dict[str, Value] = {
        "register": "qualification",
        "asked": [bytes(32)],
        "same": ["holder"],
        "differs": [],
        "as_of": microseconds(city.ISSUED),
        "portrait": None,
    }
    return city.stated(StatementType.REGISTER_ANSWER, {**body, **changes}, issuer=issuer, signer=signer)


@cache
def unpinned() -> bytes:
    """An answer under a key that no trust file names."""
    return answer(signer=city.strange_signer())


@cache
def forged() -> bytes:
    """An answer in the name of another than the key's owner."""
    return answer(issuer=city.STRANGER)


def told(approved: bytes, *answers: bytes, **changes: Value) -> bytes:
    """An authorization of three uses that names what registers answered."""
    return counted(approved, 3, **{"registers": sorted(sha256(one).value for one in answers), **changes})


def used(subject: bytes, ordinal: Value, *, change: str = "use", after: timedelta = timedelta()) -> bytes:
    body: dict[str, Value] = {
        "authorization": sha256(subject).value,
        "change": change,
        "ordinal": ordinal,
    }
    return city.stated(StatementType.AUTHORIZATION_CHANGE, body, at=city.LISTED + after)


def ended(subject: bytes, change: str, **members: Value) -> bytes:
    body: dict[str, Value] = {"authorization": sha256(subject).value, "change": change, **members}
    return city.stated(StatementType.AUTHORIZATION_CHANGE, body, at=city.LISTED)


def bundle(*statements: bytes, log: city.Log | None = None) -> Bundle:
    disclosed = [
        Disclosure("person", PERSON["person"], city.salts(PERSON)["person"]),
        Disclosure("qualification", HELD["qualification"], HELD_SALT),
    ]
    made = city.bundle(*statements, log=log, kind="authorization", disclosures=disclosed, files=(TEXT,))
    return Bundle(made.kind, made.exhibits, made.disclosures, made.files, None)
