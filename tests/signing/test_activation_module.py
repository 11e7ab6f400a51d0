"""The activation module signs on what proves itself, once for each act, and on nothing else."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from evidence.algorithms import Algorithm
from evidence.digest import sha256
from evidence.errors import SignatureInvalid, YinxinError
from evidence.keys import LocalSigner
from identity.approval_refusals import (
    ApprovalForAnotherAction,
    ApprovalForAnotherSubject,
    ApprovalFromLater,
    ApprovalTooOld,
)
from identity.passkey_refusals import DeviceSignatureInvalid
from signing.activation_checks import FRESHNESS
from signing.activation_data import ActivationData, ActivationMalformed, Purpose
from signing.activation_refusals import (
    ActivationExpired,
    ActivationForAnother,
    ActivationForAnotherKey,
    ActivationSpent,
    ActivationUnproven,
    ActivationUnrecorded,
    ApprovalUsed,
    IncrementWrong,
)
from signing.cades import check_detached
from tests.identity.authenticator import Authenticator

from .activations import CONTRACTOR, Bench, turned

SECONDS = timedelta(seconds=1)
CHALLENGE = sha256(b"a case at a counter")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "book", Random(7))  # noqa: S311  salts of a test


def refused(bench: Bench, data: ActivationData, reason: type[YinxinError]) -> None:
    with pytest.raises(reason):
        bench.module.sign_manifest(data)
    assert bench.keystore.signed == 0


@pytest.mark.parametrize("person", [0, 1])
def test_true_data_sign_once(bench: Bench, person: int) -> None:
    data = bench.data(bench.people[person])
    made = bench.module.sign_manifest(data)
    signature = check_detached(made, data.manifest, roots=[bench.authority.root])
    assert (signature.slot, signature.approval) == ("1", sha256(data.approval))
    assert bench.opened().sign_manifest(data) == made
    assert bench.keystore.signed == 1


def test_a_lost_signature_is_made_anew_under_a_new_approval_of_the_same_challenge(bench: Bench) -> None:
    lost, again = (bench.data(bench.people[1], challenge=CHALLENGE) for _ in range(2))
    first = bench.module.sign_manifest(lost)
    second = bench.opened().sign_manifest(again)
    signature = check_detached(second, again.manifest, roots=[bench.authority.root])
    assert signature.approval == sha256(again.approval)
    assert [bench.module.sign_manifest(each) for each in (lost, again)] == [first, second]
    assert bench.keystore.signed == 2


@pytest.mark.parametrize("what", ["manifest", "slot", "key"])
def test_a_challenge_serves_what_it_was_first_used_for_alone(bench: Bench, what: str) -> None:
    bench.module.sign_manifest(bench.data(bench.people[1], "2", key=bench.seals[1], challenge=CHALLENGE))
    other = {
        "manifest": bench.data(bench.people[1], "2", number=2, key=bench.seals[1], challenge=CHALLENGE),
        "slot": bench.data(bench.people[1], challenge=CHALLENGE),
        "key": bench.data(bench.people[1], "2", key=bench.seal("s3", CONTRACTOR), challenge=CHALLENGE),
    }[what]
    with pytest.raises(ApprovalUsed):
        bench.module.sign_manifest(other)
    second = replace(other, purpose=Purpose.INCREMENT, opening=None)
    with pytest.raises(ActivationForAnother):
        bench.module.sign_increment(second, bench.increment(second))
    assert bench.keystore.signed == 1


def test_two_approvals_of_one_challenge_make_one_increment(bench: Bench) -> None:
    lost, again = (bench.data(bench.people[1], challenge=CHALLENGE) for _ in range(2))
    for each in (lost, again):
        bench.module.sign_manifest(each)
    made, other = (replace(each, purpose=Purpose.INCREMENT, opening=None) for each in (again, lost))
    bench.module.sign_increment(made, bench.increment(made))
    with pytest.raises(ActivationSpent):
        bench.module.sign_increment(other, bench.increment(other, mark="other "))


def test_a_seal_signs_for_its_own_organization(bench: Bench) -> None:
    data = bench.data(bench.people[1], "2", key=bench.seals[1])
    check_detached(bench.module.sign_manifest(data), data.manifest, roots=[bench.authority.root])


def test_a_page_and_the_folder_that_it_lies_in_are_on_disk(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.append(os.fstat(descriptor).st_ino))
    bench.module.sign_manifest(bench.data(bench.people[1], "2", key=bench.seals[1]))
    (page,) = bench.folder.rglob("*.answer")
    assert {each.stat().st_ino for each in (page, page.parent, bench.folder)} <= set(flushed)


def test_an_approval_that_was_used_signs_nothing_with_its_s_turned(bench: Bench) -> None:
    data = bench.data(bench.people[1])
    bench.module.sign_manifest(data)
    with pytest.raises(ApprovalUsed):
        bench.opened().sign_manifest(replace(data, approval=turned(data.approval)))
    assert bench.keystore.signed == 1


def test_data_are_what_they_say_in_bytes(bench: Bench) -> None:
    for person in bench.people[:2]:
        data = bench.data(person)
        assert ActivationData.decode(data.encode()) == data


def test_an_approval_of_another_verifier_signs_nothing(bench: Bench) -> None:
    data = bench.data(bench.people[1], signer=LocalSigner.generate(Algorithm.ES256))
    refused(bench, data, SignatureInvalid)


def test_an_approval_of_another_document_signs_nothing(bench: Bench) -> None:
    data = replace(bench.data(bench.people[1]), manifest=bench.manifest(2).encode())
    refused(bench, data, ApprovalForAnotherSubject)


def test_an_approval_to_sign_moves_no_seal(bench: Bench) -> None:
    data = replace(bench.data(bench.people[1]), slot="2", key=bench.seals[1])
    refused(bench, data, ApprovalForAnotherAction)


def test_a_slot_that_is_not_there_is_refused(bench: Bench) -> None:
    refused(bench, replace(bench.data(bench.people[1]), slot="9"), ActivationMalformed)


def test_an_old_approval_signs_nothing(bench: Bench) -> None:
    refused(bench, bench.data(bench.people[1], at=bench.clock.now() - FRESHNESS - SECONDS), ApprovalTooOld)


def test_an_approval_from_later_signs_nothing(bench: Bench) -> None:
    refused(bench, bench.data(bench.people[1], at=bench.clock.now() + SECONDS), ApprovalFromLater)


def test_an_agreement_that_lapsed_is_not_signed(bench: Bench) -> None:
    bench.clock.advance(timedelta(days=30))
    refused(bench, bench.data(bench.people[1]), ActivationExpired)


def test_a_seal_of_another_organization_signs_nothing(bench: Bench) -> None:
    refused(bench, bench.data(bench.people[1], "2", key=bench.seals[0]), ActivationForAnotherKey)


def test_a_seal_fills_no_slot_of_a_person_and_a_person_none_of_a_seal(bench: Bench) -> None:
    refused(bench, bench.data(bench.people[1], key=bench.seals[0]), ActivationForAnotherKey)
    refused(bench, bench.data(bench.people[1], "2"), ActivationForAnotherKey)


def test_the_key_of_somebody_of_another_name_signs_nothing(bench: Bench) -> None:
    refused(bench, bench.data(bench.people[1], key=bench.people[0].key), ActivationForAnotherKey)


def test_a_key_in_use_signs_for_no_namesake(bench: Bench) -> None:
    bench.module.sign_manifest(bench.data(bench.people[1]))
    with pytest.raises(ActivationForAnotherKey):
        bench.opened().sign_manifest(bench.data(bench.people[2], key=bench.people[1].key))


def test_without_what_opens_the_approval_nothing_is_signed(bench: Bench) -> None:
    refused(bench, replace(bench.data(bench.people[1]), opening=None), ActivationUnproven)


def test_the_opening_of_somebody_else_signs_nothing(bench: Bench) -> None:
    other = bench.data(bench.people[0])
    refused(bench, replace(bench.data(bench.people[1]), opening=other.opening), ActivationUnproven)


def test_an_approval_that_says_device_key_needs_its_answer(bench: Bench) -> None:
    refused(bench, replace(bench.data(bench.people[0]), device=None), ActivationUnproven)


def test_the_answer_of_another_device_signs_nothing(bench: Bench) -> None:
    stranger = Authenticator(bench.party)
    refused(bench, bench.data(bench.people[0], device=stranger), DeviceSignatureInvalid)


def test_a_device_that_was_added_for_somebody_else_signs_nothing(bench: Bench) -> None:
    true = bench.data(bench.people[0])
    theirs = bench.answer(
        replace(bench.people[1], device=Authenticator(bench.party)), Authenticator(bench.party), sha256(b"")
    )
    refused(bench, replace(true, device=theirs), ActivationUnproven)


def test_the_second_act_needs_the_first(bench: Bench) -> None:
    data = replace(bench.data(bench.people[1]), purpose=Purpose.INCREMENT)
    with pytest.raises(ActivationUnrecorded) as error:
        bench.module.sign_increment(data, bench.increment(data))
    assert "activations/" in error.value.sentence("en")
    refused(bench, data, ActivationMalformed)


def test_an_increment_is_signed_once_and_its_signature_found_again(bench: Bench) -> None:
    data = bench.data(bench.people[1])
    bench.module.sign_manifest(data)
    bench.clock.advance(timedelta(days=60))
    second = replace(data, purpose=Purpose.INCREMENT, opening=None)
    increment = bench.increment(second)
    signature = bench.module.sign_increment(second, increment)
    bench.keystore.signer(data.key).key.verify(increment.attributes, signature)
    assert bench.opened().sign_increment(second, increment) == signature
    with pytest.raises(ActivationSpent):
        bench.module.sign_increment(second, bench.increment(second, mark="other "))
    assert bench.keystore.signed == 2


def test_each_document_of_the_manifest_has_its_increment_signed_once(bench: Bench) -> None:
    bench.documents = 2
    data = bench.data(bench.people[1])
    bench.module.sign_manifest(data)
    second = replace(data, purpose=Purpose.INCREMENT, opening=None)
    increments = [bench.increment(second, number=number) for number in (1, 2)]
    signed = [bench.module.sign_increment(second, each) for each in increments]
    assert [bench.opened().sign_increment(second, each) for each in increments] == signed
    for number in (1, 2):
        with pytest.raises(ActivationSpent):
            bench.module.sign_increment(second, bench.increment(second, number=number, mark="other "))
    with pytest.raises(IncrementWrong):
        bench.module.sign_increment(second, bench.increment(second, number=3))
    assert bench.keystore.signed == 3


@pytest.mark.parametrize("part", ["document", "gap", "ByteRange", "digest", "attributes", "certificate"])
def test_what_does_not_extend_the_approved_document_is_not_signed(bench: Bench, part: str) -> None:
    data = bench.data(bench.people[1])
    bench.module.sign_manifest(data)
    second = replace(data, purpose=Purpose.INCREMENT, opening=None)
    true = bench.increment(second)
    wrong = {
        "document": bench.increment(second, number=2),
        "gap": replace(true, start=true.start - 1),
        "ByteRange": replace(true, content=true.content.replace(b"/ByteRange", b"/ByteRangE")),
        "digest": replace(true, content=true.content[:-1] + b"!"),
        "attributes": replace(true, attributes=true.attributes + b"\x00"),
        "certificate": bench.increment(replace(second, key=bench.people[0].key)),
    }[part]
    with pytest.raises(IncrementWrong) as error:
        bench.module.sign_increment(second, wrong)
    assert error.value.facts["part"] == (part if part in {"document", "gap", "ByteRange"} else "attributes")
    assert bench.keystore.signed == 1
