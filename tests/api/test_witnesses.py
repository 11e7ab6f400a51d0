"""The doors for witnesses, and the command that knocks at them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from api import commands
from api.commands.witness import KeyFileUnusable, Party, account_in
from api.routes import witnesses
from ledger import deployment
from ledger.anchoring import Anchoring
from ledger.log_http import HttpLog
from ledger.mirror import Mirror
from ledger.witnessing import Witness
from tests.ledger.grown_log import pin
from tests.ledger.test_witnesses_together import ACCOUNTS, FOUNDING, ORGANIZATIONS
from tests.quiet_city import QuietCity, open_quiet_city

LONG = "ab" * 65


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        opened.anchor()
        yield opened


def give(city: QuietCity, **given: str) -> httpx.Response:
    return city.visitor.post("/ledger/countersignatures", json=given)


def test_nothing_is_proposed_where_nobody_is_asked(city: QuietCity) -> None:
    answer = city.visitor.get("/ledger/proposal")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_countersignature_that_nobody_asked_for_is_refused_by_name(city: QuietCity) -> None:
    answer = give(city, organization="00" * 32, signature=LONG)
    assert answer.is_client_error
    assert "nothing-to-countersign" in answer.text


@pytest.mark.parametrize(
    "given",
    [{"organization": "00", "signature": LONG}, {"organization": "00" * 32, "signature": LONG + "00"}, {}],
)
def test_a_countersignature_of_another_length_is_refused(city: QuietCity, given: dict[str, str]) -> None:
    assert give(city, **given).is_client_error


def test_only_so_many_countersignatures_are_checked_at_a_time(city: QuietCity) -> None:
    with ExitStack() as held:
        for _ in range(witnesses.AT_ONCE):
            witnesses._places.acquire()
            held.callback(witnesses._places.release)
        refused = give(city, organization="00" * 32, signature="00" * 65)
    assert refused.status_code == 503
    assert "countersigning-busy" in refused.text
    assert give(city, organization="00" * 32, signature="00" * 65).status_code != 503


def test_a_log_that_needs_two_witnesses_grows_once_two_have_asked_and_answered(tmp_path: Path) -> None:
    with open_quiet_city(tmp_path / "city") as city:
        house = city.house
        anchoring = Anchoring(
            database=house.database,
            chain=city.chain,
            account=city.chain.account,
            origin=house.settings.origin,
            signer=house.log_signer,
            clock=house.clock,
            founding=FOUNDING,
        )
        anchoring.step()
        with house.database.transaction() as session:
            stands = deployment.current(session)
        assert stands is not None
        assert stands.log is not None
        pinned = pin(city.chain, stands.log.address)
        anchored = []
        for number in range(2):
            folder = tmp_path / str(number)
            with HttpLog(str(city.visitor.base_url)) as log:
                mirror = Mirror(folder / "log", origin=house.settings.origin, key=house.log_signer.key)
                witness = Witness(folder, mirror=mirror, pinned=pinned, account=ACCOUNTS[number])
                code, said = Party(log, city.chain, mirror, witness, ORGANIZATIONS[number]).round("en")
            assert (code, "was countersigned" in said) == (0, True)
            anchored.append(anchoring.step().anchored)
        assert anchored == [0, mirror.size]


def test_a_new_key_is_readable_by_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "witness.key"
    assert commands.main(["witness", "--new-key", "--key-file", str(file)]) == 0
    assert capsys.readouterr().out.strip() == f"0x{account_in(file).address.hex()}"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_there_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "witness.key"
    file.write_text("kept")
    assert commands.main(["witness", "--new-key", "--key-file", str(file), "--lang", "en"]) == 3
    assert file.read_text() == "kept"
    assert "was not replaced" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "mode"), [("00" * 32, 0o600), ("xyz", 0o600), ("01" * 31, 0o600), ("01" * 32, 0o644)]
)
def test_a_file_that_holds_no_secret_key_is_refused(tmp_path: Path, text: str, mode: int) -> None:
    file = tmp_path / "witness.key"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(KeyFileUnusable):
        account_in(file)


def test_what_a_witness_lacks_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        commands.main(["witness", "--key-file", str(tmp_path / "key"), "--log", "https://a", "--lang", "en"])
        == 3
    )
    assert "--chain, --trust, --folder, --organization is missing" in capsys.readouterr().err


def test_a_witness_is_not_asked_for_a_depth_that_it_would_not_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        commands.main(["witness", "--key-file", "key", "--depth", "2"])
    assert refused.value.code == 2
    assert "--depth" in capsys.readouterr().err
