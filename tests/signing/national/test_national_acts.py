"""The module signs by SM2 on what proves itself, after the first act, once, and on nothing else."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from evidence.algorithms import Algorithm
from evidence.digest import sha256
from evidence.errors import SignatureInvalid, YinxinError
from evidence.keys import LocalSigner
from identity.approval_refusals import ApprovalForAnotherSubject, ApprovalTooOld
from signing.activation_book import ActivationBook
from signing.activation_checks import ASSEMBLY_LIFE, Pins
from signing.activation_data import ActivationData, ActivationMalformed, Purpose
from signing.activation_module import LocalActivationModule
from signing.activation_refusals import (
    ActivationForAnother,
    ActivationForAnotherKey,
    ActivationSpent,
    ActivationUnrecorded,
)
from signing.keystore import KeyHandle
from signing.national_authority import NationalAuthority, found_national
from signing.national_signing import LONGEST_SEAL, NationalNotKept, NationalSigning, Sealing, SealingWrong
from signing.paths import PathInvalid
from signing.pki import Chain
from signing.profiles import Profile
from signing.ses_refusals import SesMalformed, SignerNotInSeal
from signing.ses_seal import SealFacts, SealKind, SealPicture, make_seal
from signing.ses_signature import check_sealed
from signing.sm2 import Sm2Signer, Sm2VerifyingKey
from signing.sm2_cades import check_detached_sm2
from signing.sm2_keystore import FileSm2KeyStore
from tests.signing.activations import CONTRACTOR, NOW, SECRET, Bench, turned
from tests.signing.test_activation_attacks import mangled

CHALLENGE = sha256(b"a case at a counter")
FALSE = 400


class CountingSm2Keys(FileSm2KeyStore):
    """Counts what the keys of people and seals sign."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SECRET)
        self.signed = 0

    def signer(self, handle: KeyHandle) -> Sm2Signer:
        found = super().signer(handle)
        return _Counted(self, found) if handle.startswith(("person:", "seal:")) else found


@dataclass
class _Counted:
    keys: CountingSm2Keys
    signer: Sm2Signer

    @property
    def key(self) -> Sm2VerifyingKey:
        return self.signer.key

    def sign(self, message: bytes) -> bytes:
        self.keys.signed += 1
        return self.signer.sign(message)


@dataclass
class NationalBench(Bench):
    """The bench with SM2 keys beside the others, and what a seal's slot is sealed with."""

    keys: CountingSm2Keys = field(init=False)
    national: NationalAuthority = field(init=False)

    def __post_init__(self) -> None:
        self.keys = CountingSm2Keys(self.folder.parent / "sm2")
        super().__post_init__()
        self.national = found_national(
            self.keys, held=self.keys, city="示范市", maker="示范市印信平台", at=NOW
        )
        for key in (*(each.key for each in self.people), *self.seals):
            self.certified(key)

    def certified(self, key: KeyHandle) -> Chain:
        return self.national.ensure(key, beside=self.keystore.chain(key)[0], at=NOW)

    def opened(self) -> LocalActivationModule:
        return LocalActivationModule(
            self.keystore,
            ActivationBook(self.folder, SECRET),
            pins=Pins(verifier=self.verifier.key, party=self.party),
            clock=self.clock,
            national=NationalSigning(self.keys),
        )

    def signed_first(self, slot: str = "1", *, number: int = 1) -> ActivationData:
        """Sign the manifest; give the data for the national act."""
        key = self.seals[1] if slot == "2" else None
        data = self.data(self.people[1], slot, key=key, number=number)
        self.module.sign_manifest(data)
        return replace(data, purpose=Purpose.NATIONAL, opening=None)

    def sealing(
        self,
        key: KeyHandle | None = None,
        *,
        maker: NationalAuthority | None = None,
        document: bytes | None = None,
    ) -> Sealing:
        made_by = maker or self.national
        own = self.certified(key or self.seals[1])[0]
        facts = SealFacts(
            vendor="yinxin",
            seal_id="9901000012345",
            kind=SealKind.ORGANIZATION,
            name="公章",
            signers=(own.public_bytes(Encoding.DER),),
            by_digest=False,
            picture=SealPicture(kind="PNG", content=b"\x89PNG", width=42, height=42),
            created_at=NOW,
            valid_from=NOW,
            valid_until=NOW + timedelta(days=365),
        )
        seal = make_seal(facts, maker=made_by.maker, certificate=made_by.maker_chain[0])
        return Sealing(self.document() if document is None else document, seal)


@pytest.fixture
def bench(tmp_path: Path) -> NationalBench:
    return NationalBench(tmp_path / "book", Random(7))  # noqa: S311  salts of a test


def refused(
    bench: NationalBench, data: ActivationData, sealing: Sealing | None, reason: type[YinxinError]
) -> None:
    with pytest.raises(reason):
        bench.module.sign_national(data, sealing)
    assert bench.keys.signed == 0


def test_a_person_signs_a_second_time_once(bench: NationalBench) -> None:
    data = bench.signed_first()
    made = bench.module.sign_national(data, None)
    signature = check_detached_sm2(made.cms, data.manifest, roots=[bench.national.root])
    assert (signature.slot, signature.approval) == ("1", sha256(data.approval))
    bench.clock.advance(timedelta(days=1))
    assert bench.opened().sign_national(data, None) == made
    assert (bench.keys.signed, made.ses) == (1, None)


def test_a_seal_seals_the_document_once(bench: NationalBench) -> None:
    data = bench.signed_first("2")
    made = bench.module.sign_national(data, bench.sealing())
    assert made.ses is not None
    sealed = check_sealed(made.ses, bench.document(), others=(), roots=[bench.national.root])
    assert sealed.protected == "original.pdf"
    assert bench.opened().sign_national(data, bench.sealing()) == made  # another structure of the same seal
    assert bench.keys.signed == 2


def test_without_the_first_act_there_is_no_second(bench: NationalBench) -> None:
    data = bench.data(bench.people[1])
    refused(bench, replace(data, purpose=Purpose.NATIONAL), None, ActivationUnrecorded)


@pytest.mark.parametrize("purpose", [Purpose.MANIFEST, Purpose.INCREMENT])
def test_data_for_another_act_are_refused(bench: NationalBench, purpose: Purpose) -> None:
    refused(bench, replace(bench.signed_first(), purpose=purpose), None, ActivationMalformed)


def test_data_for_this_act_do_no_other(bench: NationalBench) -> None:
    data = bench.signed_first()
    with pytest.raises(ActivationMalformed):
        bench.module.sign_manifest(data)
    with pytest.raises(ActivationMalformed):
        bench.module.sign_increment(data, bench.increment(data))


def test_an_approval_of_another_verifier_signs_nothing(bench: NationalBench) -> None:
    bench.signed_first()
    forged = bench.data(bench.people[1], signer=LocalSigner.generate(Algorithm.ES256))
    refused(bench, replace(forged, purpose=Purpose.NATIONAL), None, SignatureInvalid)


def test_an_approval_of_another_document_signs_nothing(bench: NationalBench) -> None:
    data = bench.signed_first()
    refused(bench, replace(data, manifest=bench.manifest(2).encode()), None, ApprovalForAnotherSubject)


def test_an_approval_that_is_too_old_signs_nothing(bench: NationalBench) -> None:
    data = bench.signed_first()
    bench.clock.advance(ASSEMBLY_LIFE + timedelta(seconds=1))
    refused(bench, data, None, ApprovalTooOld)


def test_the_key_of_somebody_else_signs_nothing(bench: NationalBench) -> None:
    refused(bench, replace(bench.signed_first(), key=bench.people[0].key), None, ActivationForAnother)


def test_another_approval_of_the_same_challenge_gets_nothing(bench: NationalBench) -> None:
    first, again = (bench.data(bench.people[1], challenge=CHALLENGE) for _ in range(2))
    for each in (first, again):
        bench.module.sign_manifest(each)
    bench.module.sign_national(replace(first, purpose=Purpose.NATIONAL), None)
    for other in (again, replace(first, approval=turned(first.approval))):
        with pytest.raises(ActivationSpent):
            bench.module.sign_national(replace(other, purpose=Purpose.NATIONAL), None)
    assert bench.keys.signed == 1


def test_an_sm2_certificate_that_names_another_holder_is_not_used(bench: NationalBench) -> None:
    key, other = bench.people[1].key, bench.keystore.chain(bench.people[0].key)[0]
    issuer = bench.national.issuer
    bench.keys.bind(key, issuer.issue_beside(bench.keys.ensure(key), other, profile=Profile.PERSON, at=NOW))
    refused(bench, bench.signed_first(), None, ActivationForAnotherKey)


def test_a_sealing_comes_with_a_seals_slot_and_no_other(bench: NationalBench) -> None:
    refused(bench, bench.signed_first(), bench.sealing(), SealingWrong)
    refused(bench, bench.signed_first("2"), None, SealingWrong)


def refused_sealing(bench: NationalBench, sealing: Sealing, reason: type[YinxinError]) -> None:
    data = bench.signed_first("2")
    with pytest.raises(reason):
        bench.module.sign_national(data, sealing)
    assert list(bench.folder.rglob("*.sealing")) == []
    assert bench.keys.signed == 1  # the second signature over the manifest, which was approved


def test_another_document_is_not_sealed(bench: NationalBench) -> None:
    refused_sealing(bench, bench.sealing(document=bench.document(2)), SealingWrong)


def test_an_electronic_seal_of_another_key_seals_nothing(bench: NationalBench) -> None:
    refused_sealing(bench, bench.sealing(bench.seal("s3", CONTRACTOR)), SignerNotInSeal)


def test_an_electronic_seal_of_another_city_seals_nothing(bench: NationalBench, tmp_path: Path) -> None:
    keys = FileSm2KeyStore(tmp_path / "elsewhere", SECRET)
    elsewhere = found_national(keys, held=keys, city="邻市", maker="邻市印信平台", at=NOW)
    refused_sealing(bench, bench.sealing(maker=elsewhere), PathInvalid)


@pytest.mark.parametrize(("seal", "reason"), [(b"0", SesMalformed), (bytes(LONGEST_SEAL + 1), SealingWrong)])
def test_what_is_no_electronic_seal_seals_nothing(
    bench: NationalBench, seal: bytes, reason: type[YinxinError]
) -> None:
    refused_sealing(bench, Sealing(bench.document(), seal), reason)


def test_a_module_without_sm2_keys_says_so(bench: NationalBench) -> None:
    data = bench.signed_first()
    with pytest.raises(NationalNotKept):
        Bench.opened(bench).sign_national(data, None)


def test_forged_activations_make_no_sm2_signature(bench: NationalBench) -> None:
    true = bench.signed_first("2")
    sealing, said = bench.sealing(), set()
    for _ in range(FALSE):
        with pytest.raises(YinxinError) as refusal:
            bench.module.sign_national(ActivationData.decode(mangled(true.encode(), bench.random)), sealing)
        said.add(refusal.value.code)
    assert bench.keys.signed == 0
    assert len(said) > 2, said
    bench.module.sign_national(true, sealing)  # the control: unaltered, it signs
    assert bench.keys.signed == 2
