"""The settings say with whom the registry of organizations begins, and a wrong one is named."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.demonstration.city import OPERATOR as DEMONSTRATED
from api.founding import SPEAKERS, founding
from api.settings import Mode, SettingMalformed, Settings
from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from ledger.chain import Address
from ledger.registry import Founding, Role, key_of
from signing import pki
from signing.keystore_file import FileKeyStore
from signing.pki import Subject
from signing.profiles import Profile

OPERATOR = DEMONSTRATED.uscc
LOG = LocalSigner.generate(Algorithm.EDDSA)
ONE, TWO = "0x" + "11" * 20, "0x" + "22" * 20
OURS = Address(b"\x77" * 20)
BEGUN = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def keystore(tmp_path_factory: pytest.TempPathFactory) -> FileKeyStore:
    store = FileKeyStore(Path(tmp_path_factory.mktemp("keys")), bytes(32))
    authority = pki.found(store, city="示范市", at=BEGUN)
    for handle in SPEAKERS:
        store.create(handle, Algorithm.ES256)
        subject = Subject(name=handle, organization="示范", uscc=OPERATOR)
        authority.ensure(handle, subject, Profile.PLATFORM, at=BEGUN)
    return store


def founded(keystore: FileKeyStore, **given: object) -> Founding:
    settings = Settings.model_validate({"mode": Mode.DEMONSTRATION, **given})
    return founding(settings, operator=OPERATOR, account=OURS, keystore=keystore, log=LOG)


def test_without_settings_the_chain_account_is_left_to_be_alone(keystore: FileKeyStore) -> None:
    found = founded(keystore)
    assert (found.administrators, found.guardian, found.threshold, found.quorum) == ((), None, 1, 0)
    assert found.operator == hashlib.sha256(OPERATOR.text.encode()).digest()


def test_the_statement_keys_of_the_house_speak_for_the_operator(keystore: FileKeyStore) -> None:
    grants = founded(keystore).grants
    keys = [keystore.signer(handle).key.key_id for handle in SPEAKERS]
    assert [each.key for each in grants] == [*keys, LOG.key.key_id]
    assert {(each.organization, each.roles) for each in grants} == {
        (hashlib.sha256(OPERATOR.text.encode()).digest(), Role.SPEAKER)
    }
    assert all(each.valid_from is not None and each.valid_from <= BEGUN for each in grants)


def test_administrators_a_guardian_and_witnesses_are_those_of_the_settings(keystore: FileKeyStore) -> None:
    found = founded(
        keystore,
        chain_administrators=f"{ONE}, {TWO}",
        chain_threshold=2,
        chain_delay_hours=48,
        chain_guardian=TWO,
        chain_witnesses=f"{OPERATOR.text}={ONE}",
        chain_quorum=1,
    )
    assert [each.hex() for each in found.administrators] == ["11" * 20, "22" * 20]
    assert (found.threshold, found.delay, found.quorum) == (2, timedelta(hours=48), 1)
    assert found.guardian == bytes([0x22] * 20)
    witness = found.grants[-1]
    assert (witness.roles, witness.key) == (Role.WITNESS, key_of(found.administrators[0]))


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"chain_administrators": "0x11"}, "YINXIN_CHAIN_ADMINISTRATORS"),
        ({"chain_administrators": "0x" + "zz" * 20}, "YINXIN_CHAIN_ADMINISTRATORS"),
        ({"chain_administrators": "0x" + "00" * 20}, "YINXIN_CHAIN_ADMINISTRATORS"),
        ({"chain_administrators": f"{ONE},{ONE}"}, "YINXIN_CHAIN_ADMINISTRATORS"),
        ({"chain_administrators": ONE, "chain_threshold": 2}, "YINXIN_CHAIN_THRESHOLD"),
        (
            {"chain_administrators": ",".join(f"0x{each:040x}" for each in range(1, 34))},
            "YINXIN_CHAIN_ADMINISTRATORS",
        ),
        ({"chain_guardian": f"{ONE},{TWO}"}, "YINXIN_CHAIN_GUARDIAN"),
        ({"chain_guardian": "0x" + "00" * 20}, "YINXIN_CHAIN_GUARDIAN"),
        ({"chain_witnesses": f"{OPERATOR.text}=0x{OURS.hex()}"}, "YINXIN_CHAIN_WITNESSES"),
        ({"chain_guardian": "nobody"}, "YINXIN_CHAIN_GUARDIAN"),
        ({"chain_witnesses": ONE}, "YINXIN_CHAIN_WITNESSES"),
        ({"chain_witnesses": f"{OPERATOR.text}=0x12"}, "YINXIN_CHAIN_WITNESSES"),
        ({"chain_witnesses": f"{OPERATOR.text}={ONE},{OPERATOR.text}={ONE}"}, "YINXIN_CHAIN_WITNESSES"),
        ({"chain_quorum": 1}, "YINXIN_CHAIN_QUORUM"),
        (
            {"chain_witnesses": f"{OPERATOR.text}={ONE},{OPERATOR.text}={TWO}", "chain_quorum": 2},
            "YINXIN_CHAIN_QUORUM",
        ),
    ],
)
def test_a_setting_that_does_not_fit_is_named(
    keystore: FileKeyStore, given: dict[str, object], setting: str
) -> None:
    with pytest.raises(SettingMalformed) as refused:
        founded(keystore, **given)
    assert refused.value.facts["setting"] == setting
