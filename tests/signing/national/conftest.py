"""The small town of joint signing with national cryptography in use."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.database import Database
from signing.activation_module import LocalActivationModule
from signing.national_authority import NationalAuthority, found_national
from signing.national_signing import NationalSigning
from signing.sm2_keystore import FileSm2KeyStore
from signing.typesetting import Typesetter
from tests.signing.joint.conftest import NOW, SECRET, Town


def switch_on(town: Town, keys: FileSm2KeyStore, national: NationalAuthority) -> None:
    """Use national cryptography in ``town`` from now on, with these keys."""
    module = LocalActivationModule(
        town.keystore, town.book, pins=town.pins, clock=town.clock, national=NationalSigning(keys)
    )
    town.keyring = replace(town.keyring, module=module, national=national)
    town.workshop = replace(town.workshop, keyring=town.keyring)


@pytest.fixture
def sm2(tmp_path: Path) -> FileSm2KeyStore:
    return FileSm2KeyStore(tmp_path / "keys", SECRET)


@pytest.fixture
def national(sm2: FileSm2KeyStore) -> NationalAuthority:
    return found_national(sm2, held=sm2, city="示范市", maker="示范市印信平台", at=NOW)


@pytest.fixture
def town(
    database: Database,
    typesetter: Typesetter,
    tmp_path: Path,
    sm2: FileSm2KeyStore,
    national: NationalAuthority,
) -> Town:
    town = Town(database, typesetter, tmp_path)
    switch_on(town, sm2, national)
    return town


@pytest.fixture
def switched_off() -> Callable[[Town], None]:
    """What takes national cryptography out of use in a town."""

    def off(town: Town) -> None:
        town.keyring = replace(town.keyring, national=None)
        town.workshop = replace(town.workshop, keyring=town.keyring)

    return off
