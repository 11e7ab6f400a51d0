"""Production refuses to start with what a demonstration may have; each refusal has its own name."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from api import accounts, hardhat, wiring
from api.demonstration.city import OPERATOR
from api.policy import Role
from api.production import (
    DemonstrationInProduction,
    DoubleInProduction,
    PublicChainKey,
    SuperuserInProduction,
    chain_account,
    refuse_doubles,
)
from api.settings import Mode, SettingMalformed, SettingMissing, Settings
from api.wiring import AssetsMissing, DatabaseUnreachable, open_database, open_house
from evidence.algorithms import Algorithm
from evidence.clock import SystemClock
from evidence.keys import LocalSigner
from ledger import entries, roles
from ledger.database import Database
from ledger.postgres import EmbeddedPostgres
from registers.scripted import ScriptedRegisters
from signing.keystore_memory import MemoryKeyStore
from signing.objects_memory import MemoryObjectStore

REGISTERS = ScriptedRegisters(LocalSigner.generate(Algorithm.ES256), clock=SystemClock())
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105  of this test alone


def production(folder: Path, **given: object) -> Settings:
    ready: dict[str, Any] = {
        "mode": Mode.PRODUCTION,
        "folder": folder,
        "secret": SECRET,
        "chain_url": "http://127.0.0.1:1",
        "chain_key": "11" * 32,
        "public_url": "https://yinxin.example",
        "registers": folder / "registers.toml",
    }
    return Settings(**{**ready, **given})


@pytest.mark.parametrize("double", [MemoryObjectStore(), MemoryKeyStore(), REGISTERS])
def test_a_double_is_refused_by_its_name(double: object) -> None:
    with pytest.raises(DoubleInProduction) as refused:
        refuse_doubles(double)
    assert refused.value.facts == {"part": type(double).__name__}


@pytest.mark.parametrize(
    "key", [hardhat.DEMONSTRATION_ACCOUNT_KEY, hardhat.DEMONSTRATION_ACCOUNT_KEY[2:].upper()]
)
def test_the_chain_key_that_everybody_knows_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(PublicChainKey):
        chain_account(production(tmp_path, chain_key=key))


def test_the_demonstration_may_pay_from_the_public_account(tmp_path: Path) -> None:
    assert len(chain_account(Settings(mode=Mode.DEMONSTRATION, folder=tmp_path)).address) == 20


def test_a_malformed_chain_key_is_refused_without_being_quoted(tmp_path: Path) -> None:
    with pytest.raises(SettingMalformed) as refused:
        chain_account(production(tmp_path, chain_key="quite-secret"))
    assert "quite-secret" not in refused.value.sentence("en")


def test_a_database_with_one_click_accounts_is_refused_in_production(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with database.transaction() as session:
        accounts.open_account(
            session,
            roles=(Role.OFFICER,),
            title_zh="执法人员",
            title_en="officer",
            demonstration=True,
            clock=SystemClock(),
        )
    settings = production(tmp_path, database_url=database_url)
    with pytest.raises(DemonstrationInProduction) as refused, open_database(settings):
        pass
    assert refused.value.facts == {"count": 1}


def test_a_database_without_them_opens_in_production(database_url: str, tmp_path: Path) -> None:
    with (
        open_database(production(tmp_path, database_url=database_url)) as opened,
        opened.transaction() as session,
    ):
        assert accounts.demonstration_accounts(session) == ()


def test_a_superuser_is_refused_in_production(database_url: str, tmp_path: Path) -> None:
    settings = production(tmp_path, database_url=roles.acting(database_url, "postgres"))
    with pytest.raises(SuperuserInProduction), open_database(settings):
        pass


def test_the_owner_migrates_and_lets_the_working_role_work(
    postgres_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """As on a server by URL: an empty database of the owner's, and a role that owns nothing in it."""
    name = f"empty_{uuid4().hex}"
    superuser = create_engine(postgres_server.url, isolation_level="AUTOCOMMIT")
    with superuser.connect() as connection:
        for role in ("the_owner", "the house"):
            connection.execute(text(f'CREATE ROLE "{role}" LOGIN'))
        connection.execute(text(f"CREATE DATABASE {name} OWNER the_owner"))
    place = make_url(postgres_server.url).set(database=name).render_as_string(hide_password=False)
    settings = production(
        tmp_path,
        database_url=roles.acting(place, "the house"),
        database_owner_url=roles.acting(place, "the_owner"),
    )
    with open_database(settings) as opened, opened.transaction() as session:
        assert accounts.demonstration_accounts(session) == ()
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text("DELETE FROM entries"))
    again = production(tmp_path, database_url=settings.database_url)
    with open_database(again) as opened, opened.transaction() as session:
        assert entries.size(session) == 0
    with superuser.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    superuser.dispose()


@pytest.mark.parametrize("setting", ["secret", "chain_url", "chain_key", "registers"])
def test_nothing_is_started_without_a_setting_that_production_needs(setting: str, tmp_path: Path) -> None:
    settings = production(tmp_path / "var", **{setting: None})
    with pytest.raises(SettingMissing), open_house(settings, OPERATOR):
        pass
    assert not (tmp_path / "var").exists()


def test_nothing_is_started_without_the_third_party_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "ROOT", tmp_path)
    settings = Settings(mode=Mode.DEMONSTRATION, folder=tmp_path / "var")
    with pytest.raises(AssetsMissing), open_house(settings, OPERATOR):
        pass
    assert not (tmp_path / "var").exists()


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://city:quite-secret@127.0.0.1:1/city"
    with (
        pytest.raises(DatabaseUnreachable) as refused,
        open_database(Settings(mode=Mode.DEMONSTRATION, folder=tmp_path, database_url=url)),
    ):
        pass
    assert refused.value.facts == {"place": "127.0.0.1/city"}


@pytest.mark.parametrize("url", ["nonsense", "oracle://city", "sqlite:///city"])
def test_a_database_of_another_kind_is_refused(url: str, tmp_path: Path) -> None:
    settings = Settings(mode=Mode.DEMONSTRATION, folder=tmp_path, database_url=url)
    with pytest.raises(SettingMalformed), open_database(settings):
        pass
