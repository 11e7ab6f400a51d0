"""The trust file reads back as it was written, and a wrong member is named."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from evidence.digest import sha256
from tests.verify import city
from verify.errors import TrustMalformed
from verify.trust import STATUS_LIST_MAX_AGE, TrustAnchors

Change = Callable[[dict[str, Any]], None]


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(city.trust_anchors().to_json())
    return loaded


def refused(change: Change) -> str:
    changed = document()
    change(changed)
    with pytest.raises(TrustMalformed) as error:
        TrustAnchors.parse(json.dumps(changed).encode())
    return str(error.value.facts["member"])


def put(path: str, value: object) -> Change:
    def change(loaded: Any) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            loaded = loaded[int(parent)] if parent.isdecimal() else loaded[parent]
        loaded[int(last) if last.isdecimal() else last] = value

    return change


def test_a_trust_file_reads_back_as_it_was_written() -> None:
    trust = city.trust_anchors()
    assert TrustAnchors.parse(trust.to_json()) == trust


def test_the_fingerprint_is_the_digest_of_the_very_bytes() -> None:
    data = city.trust_anchors().to_json() + b"\n"
    assert TrustAnchors.parse(data).fingerprint == sha256(data).value.hex()


def test_a_key_without_an_end_reads_back() -> None:
    trust = city.trust_anchors(city.issuer_key(valid_until=None))
    assert trust.issuers[0].valid_until is None


def test_the_policy_may_be_left_out() -> None:
    changed = document()
    del changed["policy"]
    parsed = TrustAnchors.parse(json.dumps(changed).encode())
    assert parsed.status_list_max_age == STATUS_LIST_MAX_AGE


def test_the_policy_sets_how_old_a_status_list_may_be() -> None:
    changed = document()
    changed["policy"]["status_list_max_age_hours"] = 2
    parsed = TrustAnchors.parse(json.dumps(changed).encode())
    assert parsed.status_list_max_age == timedelta(hours=2)


@pytest.mark.parametrize(
    ("path", "value", "member"),
    [
        ("v", 2, "trust.v"),
        ("v", True, "trust.v"),
        ("city", "示范市", "trust.city"),
        ("city.name_en", "", "trust.city.name_en"),
        ("hosts", "permits.example", "trust.hosts"),
        ("hosts.0", 7, "trust.hosts[0]"),
        ("issuers.0.issuer", None, "trust.issuers[0].issuer"),
        ("issuers.0.spki", "not base64!", "trust.issuers[0].spki"),
        ("issuers.0.spki", "AAAA", "trust.issuers[0].spki"),
        ("issuers.0.valid_from", "yesterday", "trust.issuers[0].valid_from"),
        ("issuers.0.valid_from", "2026-01-01T00:00:00", "trust.issuers[0].valid_from"),
        ("issuers.0.roles", None, "trust.issuers[0].roles"),
        ("log.origin", 1, "trust.log.origin"),
        ("chain.chain_id", -1, "trust.chain.chain_id"),
        ("chain.genesis", "00", "trust.chain.genesis"),
        ("chain.log_contract", "zz", "trust.chain.log_contract"),
        ("chain.registry_contract", "00", "trust.chain.registry_contract"),
        ("chain.code_hashes", [], "trust.chain.code_hashes"),
        ("policy.status_list_max_age_hours", "24", "trust.policy.status_list_max_age_hours"),
    ],
)
def test_a_wrong_member_is_named(path: str, value: object, member: str) -> None:
    assert refused(put(path, value)) == member


def test_the_registry_of_organizations_is_pinned_where_the_file_names_it() -> None:
    named = document()
    put("chain.registry_contract", "0x" + "55" * 20)(named)
    parsed = TrustAnchors.parse(json.dumps(named).encode())
    assert parsed.chain.registry_contract == b"\x55" * 20
    assert TrustAnchors.parse(parsed.to_json()).chain == parsed.chain


@pytest.mark.parametrize("data", [b"", b"{", b"\xff"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(TrustMalformed):
        TrustAnchors.parse(data)


def test_a_file_that_is_no_object_is_refused() -> None:
    with pytest.raises(TrustMalformed):
        TrustAnchors.parse(b"[]")
