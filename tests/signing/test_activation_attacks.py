"""10,000 activations that are forged, replayed, expired or transplanted: not one signature.

What is replayed as it was gets the signature that was made, which is none.
Every attempt starts from data that would sign, and those do sign where the attempts are over, once each: what
was refused was refused for its alteration. The key store counts what its keys sign.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evidence.algorithms import Algorithm
from evidence.errors import YinxinError
from evidence.keys import LocalSigner
from signing.activation_checks import FRESHNESS
from signing.activation_data import ActivationData, Purpose
from signing.activation_module import LocalActivationModule
from signing.activation_refusals import ActivationSpent
from signing.increments import Increment
from signing.keystore import KeyHandle
from tests.identity.authenticator import Authenticator

from .activations import Bench, Somebody, turned

SEED = 20260502
FORGED, TRANSPLANTED, EXPIRED, REPLAYED, INCREMENTS = 4_000, 2_000, 1_000, 1_500, 1_500
ATTEMPTS = 10_000
NAMESAKE = b"person:p3"
"""The unused key of somebody of the same name, one bit from the true handle. It would sign: the module learns
by its first use whose a key is, as the threat model says."""


def refusal(act: Callable[[], object]) -> str:
    """Try it, and give the code of the refusal; anything else than a refusal fails the test."""
    try:
        act()
    except YinxinError as error:
        return error.code
    pytest.fail("an altered activation was not refused")


def mangled(encoded: bytes, random: Random) -> bytes:
    """Flip, insert, remove, cut or repeat somewhere in ``encoded``; always other bytes than before."""
    place = random.randrange(len(encoded))
    match random.randrange(5):
        case 0:
            flipped = encoded[place] ^ (1 << random.randrange(8))
            return encoded[:place] + bytes([flipped]) + encoded[place + 1 :]
        case 1:
            return encoded[:place] + random.randbytes(random.randint(1, 8)) + encoded[place:]
        case 2:
            return encoded[:place] + encoded[place + random.randint(1, 8) :]
        case 3:
            return encoded[:place]
        case _:
            return encoded + encoded[: place + 1]


@dataclass(frozen=True)
class Case:
    """Who may sign what, and true data for it."""

    who: Somebody
    slot: str
    key: KeyHandle
    document: int
    true: ActivationData

    def again(self, bench: Bench, **changes: Any) -> ActivationData:
        """Fresh data of the same person for the same slot, altered from the start."""
        return bench.data(self.who, self.slot, number=self.document, **{"key": self.key, **changes})


def cases(bench: Bench) -> list[Case]:
    """Two documents, two people of whom one has a device key, two seals: eight true activations."""
    wanted = [
        (who, slot, key, document)
        for document in (1, 2)
        for who, slot, key in (
            (bench.people[0], "1", bench.people[0].key),
            (bench.people[1], "1", bench.people[1].key),
            (bench.people[0], "2", bench.seals[1]),
            (bench.people[1], "3", bench.seals[0]),
        )
    ]
    return [
        Case(who, slot, key, document, bench.data(who, slot, number=document, key=key))
        for who, slot, key, document in wanted
    ]


def forged(bench: Bench, case: Case, number: int) -> bytes:
    """Bytes altered anywhere; by turns random bytes, another verifier, another device, no device."""
    match number % 8:
        case 0:
            return bench.random.randbytes(bench.random.randint(0, 4096))
        case 1:
            return case.again(bench, signer=LocalSigner.generate(Algorithm.ES256)).encode()
        case 2 if case.who.device is not None:
            return case.again(bench, device=Authenticator(bench.party)).encode()
        case 3 if case.who.device is not None:
            return replace(case.true, device=None).encode()
    while True:
        encoded = mangled(case.true.encode(), bench.random)
        if NAMESAKE not in encoded:
            return encoded


def transplanted(bench: Bench, all_: list[Case], case: Case) -> bytes:
    """True parts of two activations in one; never all of one."""
    true = {each.true.encode() for each in all_}
    while True:
        other = bench.random.choice(all_).true
        names = [each.name for each in fields(ActivationData) if bench.random.random() < 0.5]
        mixed = replace(case.true, **{name: getattr(other, name) for name in names}).encode()
        if mixed not in true:
            return mixed


def expired(bench: Bench, case: Case) -> bytes:
    """Data that would have signed earlier, or would later."""
    early = FRESHNESS + timedelta(microseconds=bench.random.randint(1, 10**12))
    later = timedelta(microseconds=bench.random.randint(1, 10**12))
    now = bench.clock.now()
    return case.again(bench, at=bench.random.choice((now - early, now + later))).encode()


def replayed(bench: Bench, case: Case) -> bytes:
    """What signed already: as it was, with its signature turned, opened anew, for its other purpose."""
    used = case.true
    match bench.random.randrange(3):
        case 0:
            return used.encode()
        case 1:
            return replace(used, approval=turned(used.approval)).encode()
    return replace(used, purpose=Purpose.INCREMENT).encode()


def altered(bench: Bench, case: Case, true: Increment) -> Increment:
    """An increment that differs somewhere from the one that may be signed."""
    random = bench.random
    match random.randrange(6):
        case 0:
            return replace(true, content=mangled(true.content, random))
        case 1:
            return replace(true, attributes=mangled(true.attributes, random))
        case 2:
            return replace(true, original=true.original + random.choice((-3, -1, 1, 40, 10**6)))
        case 3:
            return replace(true, start=true.start + random.choice((-1, 1)), end=true.end)
        case 4:
            return bench.increment(case.true, number=3 - case.document)
    return bench.increment(replace(case.true, key=bench.people[2].key), number=case.document)


def tried(module: LocalActivationModule, encoded: bytes) -> None:
    module.sign_manifest(ActivationData.decode(encoded))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_ten_thousand_false_activations_make_no_signature(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "book", Random(SEED))  # noqa: S311  the same alterations each run
    all_ = cases(bench)
    said: Counter[str] = Counter()

    def attempt(act: Callable[[], object]) -> None:
        said[refusal(act)] += 1

    for number in range(FORGED):
        attempt(partial(tried, bench.module, forged(bench, all_[number % 8], number // 8)))
    for number in range(TRANSPLANTED):
        attempt(partial(tried, bench.module, transplanted(bench, all_, all_[number % 8])))
    for number in range(EXPIRED):
        attempt(partial(tried, bench.module, expired(bench, all_[number % 8])))
    assert bench.keystore.signed == 0

    made = [bench.module.sign_manifest(each.true) for each in all_]  # the control: unaltered, each signs
    assert bench.keystore.signed == len(all_)

    module = bench.opened()
    for number in range(REPLAYED):
        again = replayed(bench, all_[number % 8])
        if again == all_[number % 8].true.encode():
            assert module.sign_manifest(ActivationData.decode(again)) == made[number % 8]
            said["given again"] += 1
        else:
            attempt(partial(tried, module, again))
    for number in range(INCREMENTS):
        each = all_[number % 8]
        data = replace(each.true, purpose=Purpose.INCREMENT)
        true = bench.increment(data, number=each.document)
        attempt(partial(module.sign_increment, data, altered(bench, each, true)))
    assert bench.keystore.signed == len(all_)

    for each in all_:  # the control of the second act, which then signs nothing else
        data = replace(each.true, purpose=Purpose.INCREMENT)
        module.sign_increment(data, bench.increment(data, number=each.document))
        with pytest.raises(ActivationSpent):
            module.sign_increment(data, bench.increment(data, number=each.document, mark="twice"))
    assert bench.keystore.signed == 2 * len(all_)
    assert said.total() == ATTEMPTS
    assert len(said) > 15, said  # by many different checks
