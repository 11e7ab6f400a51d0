"""Trust anchors: whose keys count, for what, and from when to when.

They are pinned in a file that the reader obtained beforehand and are never taken from the thing being
checked. The file is plain JSON, so that an agency can publish it and a stranger can read it; its
fingerprint is the SHA-256 of the very bytes of the file, and every report names it.

    {"v": 1,
     "city": {"name_zh", "name_en"},
     "hosts": ["permits.example.gov.cn"],
     "issuers": [{"issuer", "name_zh", "name_en", "spki": base64 DER,
                  "valid_from", "valid_until": null or time, "roles": ["certificate", "status-list"]}],
     "log": {"origin", "spki"},
     "chain": {"chain_id", "genesis", "log_contract", "status_contract", "registry_contract": hex,
               "code_hashes": {name: hex}},
     "types": [{"issuer", "name": "fishing-licence@2", "description": {…}}],
     "policy": {"status_list_max_age_hours": 24}}

A role is the short name of a statement type (``certificate`` for ``yinxin/certificate/1``). ``types`` are the
types of certificates that issuers registered, by the names that their certificates bear, none twice, each
described as ``evidence.type_description`` says. ``types`` and ``policy`` may be absent, and
``registry_contract`` in files from before organizations were on the chain.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evidence.certificate_types import VERSION_NAME, CertificateType
from evidence.keys import VerifyingKey
from evidence.type_description import TypeMalformed, describe, read_table
from verify.errors import TrustMalformed
from verify.member import Member, read_json
from verify.words import Words, instant

STATUS_LIST_MAX_AGE = timedelta(hours=24)
"""How old a status list may be unless the trust file says otherwise: an officer loads one every morning."""

MOST_HOURS = 366 * 24
"""That a trust file may allow a status list."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of the checking device may be behind the issuer's before a list counts as from the "
"future."""


@dataclass(frozen=True)
class IssuerKey:
    """A key pinned to an issuer: its window of validity and the statement types it may sign (``roles``)."""

    issuer: str
    name: Words
    key: VerifyingKey
    valid_from: datetime
    valid_until: datetime | None
    roles: frozenset[str]

    def valid_at(self, moment: datetime) -> bool:
        """Whether the window covers ``moment``; the end is exclusive."""
        return self.valid_from <= moment and (self.valid_until is None or moment < self.valid_until)


@dataclass(frozen=True)
class LogAnchor:
    """The log: the origin line of its checkpoints and the key that signs checkpoints and receipts."""

    origin: str
    key: VerifyingKey


@dataclass(frozen=True)
class ChainAnchor:
    """The chain: genesis and code hashes of 32 bytes each, contract addresses of 20."""

    chain_id: int
    genesis: bytes
    log_contract: bytes
    status_contract: bytes
    code_hashes: Mapping[str, bytes] = field(default_factory=dict)
    registry_contract: bytes | None = None


@dataclass(frozen=True)
class PinnedType:
    """A version of a type that ``issuer`` registered; its ``code`` is the name that certificates bear."""

    issuer: str
    type: CertificateType


@dataclass(frozen=True)
class TrustAnchors:
    """Everything that a verification takes on trust."""

    city: Words
    hosts: tuple[str, ...]
    issuers: tuple[IssuerKey, ...]
    log: LogAnchor
    chain: ChainAnchor
    status_list_max_age: timedelta = STATUS_LIST_MAX_AGE
    fingerprint: str = ""
    types: tuple[PinnedType, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> "TrustAnchors":
        """Read a trust file.

        Raises:
            TrustMalformed: naming the first member that is missing or malformed.
        """
        return _anchors(read_json(data, "trust"), hashlib.sha256(data).hexdigest())

    def to_json(self) -> bytes:
        """The trust file that says the same, for the agency to publish."""
        document = {
            "v": 1,
            "city": {"name_zh": self.city.zh, "name_en": self.city.en},
            "hosts": list(self.hosts),
            "issuers": [_issuer_members(issuer) for issuer in self.issuers],
            "log": {"origin": self.log.origin, "spki": _base64(self.log.key.spki)},
            "chain": {
                "chain_id": self.chain.chain_id,
                "genesis": self.chain.genesis.hex(),
                "log_contract": self.chain.log_contract.hex(),
                "status_contract": self.chain.status_contract.hex(),
                **_registry_member(self.chain.registry_contract),
                "code_hashes": {name: code.hex() for name, code in sorted(self.chain.code_hashes.items())},
            },
            **({"types": [_type_members(each) for each in self.types]} if self.types else {}),
            "policy": {"status_list_max_age_hours": self.status_list_max_age // timedelta(hours=1)},
        }
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()

    def keys_named(self, key_id_prefix: bytes) -> tuple[IssuerKey, ...]:
        """The pinned keys whose id begins with these 8 bytes; one key may serve two issuers."""
        return tuple(issuer for issuer in self.issuers if issuer.key.key_id.startswith(key_id_prefix))

    def type_of(self, issuer: str, certificate_type: str) -> CertificateType | None:
        """The type that certificates of ``issuer`` name so, where the file describes it."""
        named = (each.type for each in self.types if each.issuer == issuer)
        return next((each for each in named if each.code == certificate_type), None)

    def name_of(self, issuer: str) -> Words:
        """The pinned name of ``issuer``, or its identifier where the file does not know it."""
        known = (pinned.name for pinned in self.issuers if pinned.issuer == issuer)
        return next(known, None) or Words(issuer, issuer)


def _issuer_members(issuer: IssuerKey) -> dict[str, object]:
    return {
        "issuer": issuer.issuer,
        "name_zh": issuer.name.zh,
        "name_en": issuer.name.en,
        "spki": _base64(issuer.key.spki),
        "valid_from": instant(issuer.valid_from),
        "valid_until": None if issuer.valid_until is None else instant(issuer.valid_until),
        "roles": sorted(issuer.roles),
    }


def _type_members(pinned: PinnedType) -> dict[str, object]:
    return {"issuer": pinned.issuer, "name": pinned.type.code, "description": describe(pinned.type)}


def _registry_member(address: bytes | None) -> dict[str, str]:
    return {} if address is None else {"registry_contract": address.hex()}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _anchors(document: Member, fingerprint: str) -> TrustAnchors:
    if document.at("v").count() != 1:
        raise document.at("v").refuse()
    city, log, policy = document.at("city"), document.at("log"), document.at("policy")
    max_age = STATUS_LIST_MAX_AGE
    if not policy.absent:
        max_age = timedelta(hours=policy.at("status_list_max_age_hours").count(most=MOST_HOURS))
    return TrustAnchors(
        city=Words(city.at("name_zh").text(), city.at("name_en").text()),
        hosts=tuple(host.text() for host in document.at("hosts").each()),
        issuers=tuple(_issuer(issuer) for issuer in document.at("issuers").each()),
        log=LogAnchor(log.at("origin").text(), log.at("spki").key()),
        chain=_chain(document.at("chain")),
        status_list_max_age=max_age,
        fingerprint=fingerprint,
        types=() if document.at("types").absent else _types(document.at("types")),
    )


def _types(member: Member) -> tuple[PinnedType, ...]:
    types = list[PinnedType]()
    for each in member.each():
        read = _type(each)
        if any((known.issuer, known.type.code) == (read.issuer, read.type.code) for known in types):
            raise each.at("name").refuse()
        types.append(read)
    return tuple(types)


def _type(member: Member) -> PinnedType:
    name, issuer = VERSION_NAME.fullmatch(member.at("name").text()), member.at("issuer").text()
    described = member.at("description")
    try:
        read = read_table(described.value)  # type: ignore[arg-type]  # it refuses what is no table
    except TypeMalformed as error:
        raise TrustMalformed(member=f"{described.path}.{error.facts['place']}") from error
    if name is None or name[1] != read.code:
        raise member.at("name").refuse()
    return PinnedType(issuer, read.versioned(int(name[2])))


def _issuer(member: Member) -> IssuerKey:
    until = member.at("valid_until")
    return IssuerKey(
        issuer=member.at("issuer").text(),
        name=Words(member.at("name_zh").text(), member.at("name_en").text()),
        key=member.at("spki").key(),
        valid_from=member.at("valid_from").moment(),
        valid_until=None if until.absent else until.moment(),
        roles=frozenset(role.text() for role in member.at("roles").each()),
    )


def _chain(member: Member) -> ChainAnchor:
    codes = member.at("code_hashes").named()
    registry = member.at("registry_contract")
    return ChainAnchor(
        chain_id=member.at("chain_id").count(),
        genesis=member.at("genesis").octets(32),
        log_contract=member.at("log_contract").octets(20),
        status_contract=member.at("status_contract").octets(20),
        code_hashes={name: code.octets(32) for name, code in codes.items()},
        registry_contract=None if registry.absent else registry.octets(20),
    )
