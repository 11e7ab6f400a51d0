"""The cases of agreement bundles: one thing changed in each, with the check that fails for it."""

from collections.abc import Iterator
from dataclasses import replace

from evidence.statement import StatementType
from tests.verify.agreements import ASSEMBLED, DOCUMENTS, NEWEST, OLDER, OTHER, SIGNED, Body, Told, torn
from tests.verify.altered import Altered


def cases() -> Iterator[tuple[str, str, Told]]:
    """What is changed, the one check that then does not pass, and the agreement so told."""
    yield "whole", "", Told()
    yield (
        "older-signature",
        "",
        Told(schema=OLDER, bodies={"signature2": {"delegations": "left out", "commitments": [OTHER]}}),
    )
    for names, steps in ((("2",), ()), (tuple(SIGNED), ("step1", "step2"))):
        untied: dict[str, Body] = {f"signature{slot}": {"delegations": "left out"} for slot in names}
        told = Told(bodies=untied, left_out=frozenset(steps))
        yield f"steps-left-out-of-{len(names)}", "delegations", told
        torn_off = replace(told, files_left_out=frozenset({"manifest"}))
        yield f"both-left-out-of-{len(names)}", "delegations", torn_off
    yield from _approvals()
    yield from _delegations()
    yield from _detached()
    yield from _declines()
    yield from _documents()
    yield from _voids()


def _approvals() -> Iterator[tuple[str, str, Told]]:
    yield "approval-left-out", "approvals", Told(left_out=frozenset({"approval4"}))
    for member, value in (("action", "sign"), ("subject", "sha256:00"), ("person", OTHER)):
        yield f"approval-{member}", "approvals", Told(bodies={"approval2": {member: value}})
    yield "approval-method", "approvals", Told(bodies={"approval2": {"method": "by telephone"}})
    yield "approval-type", "approvals", Told(types={"approval2": StatementType.SIGNATURE})


def _delegations() -> Iterator[tuple[str, str, Told]]:
    for step in ("step1", "step2"):
        yield f"{step}-left-out", "delegations", Told(left_out=frozenset({step}))
        for member, value in (
            ("action", "completed"),
            ("agreement", bytes(16)),
            ("slot", "4"),
            ("files", []),
            ("giver", OTHER),
            ("taker", OTHER),
            ("giver", "left out"),
        ):
            yield f"{step}-{member}-{value!r:.9}", "delegations", Told(bodies={step: {member: value}})
        yield f"{step}-type", "delegations", Told(types={step: StatementType.AUTHORIZATION})
        yield f"{step}-after-signing", "delegations", Told(later={step: 5})
    yield "steps-crossed", "delegations", Told(later={"step1": 2})
    steps = frozenset({"step1", "step2"})
    for name, value in (("steps-forgotten", []), ("no-list", "two")):
        bodies: dict[str, Body] = {"signature1": {"delegations": value}}
        yield name, "delegations", Told(bodies=bodies, left_out=steps)
    yield "manifest-left-out", "delegations", Told(files_left_out=frozenset({"manifest"}))
    manifest = frozenset({"manifest"})
    yield "unnamed-foreign", "delegations", Told(bodies={"step2": {"giver": OTHER}}, files_left_out=manifest)


def _detached() -> Iterator[tuple[str, str, Told]]:
    yield "cms-left-out", "detached", Told(files_left_out=frozenset({"cms4"}))
    yield "cms-no-der", "detached", Told(torn={"4": b"\x30\x03\x02\x01"})
    yield "cms-empty", "detached", Told(torn={"4": b"\x30\x04\x30\x00\x30\x00"})
    yield "cms-torn", "detached", Told(torn={"1": torn()})
    for member, value in (
        ("slot", "1"),
        ("approval", bytes(32)),
        ("content", b"another manifest"),
        ("key", "other"),
        ("later", "2"),
    ):
        yield f"cms-{member}", "detached", Told(cms={"4": {member: value}})


def _declines() -> Iterator[tuple[str, str, Told]]:
    yield "decline-left-out", "declines", Told(left_out=frozenset({"decline"}))
    for member, value in (
        ("action", "delegated"),
        ("agreement", bytes(16)),
        ("slot", "4"),
        ("files", []),
    ):
        yield f"decline-{member}", "declines", Told(bodies={"decline": {member: value}})
    yield "decline-type", "declines", Told(types={"decline": StatementType.AUTHORIZATION})
    yield "decline-later", "declines", Told(later={"decline": 9})


def _documents() -> Iterator[tuple[str, str, Told]]:
    contract, annex = DOCUMENTS
    first, second = ASSEMBLED
    two = Told(schema=NEWEST, documents=DOCUMENTS, assembled=ASSEMBLED)
    yield "two-documents", "", two
    yield "two-documents-not-yet-assembled", "", replace(two, assembled=())
    for name, assembled in (
        ("swapped", (second, first)),
        ("one-for-both", (first, first)),
        ("one-missing", (first,)),
        ("one-more", (first, second, second + b" again")),
        ("one-unsigned", (first, annex)),
        ("one-altered", (first, second.replace(b"annex", b"index"))),
    ):
        yield f"two-documents-{name}", "documents", replace(two, assembled=assembled)
    for name, documents in (("one-not-stated", (contract,)), ("one-more-stated", (*DOCUMENTS, b"%PDF-1.7"))):
        yield f"two-documents-{name}", "documents", replace(two, documents=documents)
    for name in ("document2", "result2"):
        left_out = frozenset({name})
        yield f"two-documents-{name}-left-out", "documents", replace(two, files_left_out=left_out)


VOIDED = Told(voided=True)
"""The agreement, voided."""


def _voids() -> Iterator[tuple[str, str, Told]]:
    yield "consent-left-out", "voids", replace(VOIDED, left_out=frozenset({"consent4"}))
    for member, value in (
        ("agreement", bytes(16)),
        ("files", []),
        ("reason", bytes(32)),
        ("reason", "cancelled"),
        ("consents", []),
        ("consents", "left out"),
    ):
        consents = (
            frozenset(f"consent{slot}" for slot in SIGNED) if member == "consents" else frozenset[str]()
        )
        told = replace(VOIDED, bodies={"void": {member: value}}, left_out=consents)
        yield f"void-{member}-{value!r:.9}", "voids", told
    for member, value in (("action", "sign"), ("subject", "sha256:00"), ("method", "by telephone")):
        yield f"consent-{member}", "voids", replace(VOIDED, bodies={"consent4": {member: value}})
    yield "consent-type", "voids", replace(VOIDED, types={"consent1": StatementType.SIGNATURE})
    yield "consent-afterwards", "voids", replace(VOIDED, later={"consent2": 2})
    yield "void-before-it-was-complete", "voids", replace(VOIDED, later={"void": -3})


def altered() -> Iterator[Altered]:
    """The bytes of every case."""
    yield "voided", VOIDED.encode()
    for name, _, told in cases():
        yield name, told.encode()
