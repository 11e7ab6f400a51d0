"""``yinxin account`` opens an account of a city at work and prints a link that works once."""

import io
import re

import pytest

from api import accounts, commands
from api.policy import Role, Visitor
from evidence.clock import SystemClock
from evidence.identifiers import CitizenNumber, Uscc
from identity.contacts import Contact, contact, contact_of_firm
from identity.people import find_person
from ledger.database import Database

USCC = "11990100MB0A10013K"
NAMED = ("--organization", USCC, "--organization-name", "示范市行政审批服务局")


@pytest.fixture(autouse=True)
def _production(
    database_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {
        "MODE": "production",
        "FOLDER": str(tmp_path_factory.mktemp("house")),
        "LANGUAGE": "en",
        "DATABASE_URL": database_url,
        "SECRET": "0123456789abcdef0123456789abcdef",
        "CHAIN_URL": "http://127.0.0.1:1",
        "CHAIN_KEY": "11" * 32,
        "PUBLIC_URL": "https://yinxin.example",
        "REGISTERS": "registers.toml",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"YINXIN_{name}", value)
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", None)
    monkeypatch.setattr("logging.root.handlers", [])


def link(said: str) -> str:
    found = re.search(r"https://yinxin\.example/sign-in/(\S+)", said)
    assert found, said
    return found[1]


def enter(database: Database, token: str) -> Visitor:
    clock = SystemClock()
    with database.transaction() as session:
        fresh = accounts.sign_in_by_link(session, token=token, clock=clock)
        return accounts.visitor(session, token=fresh, clock=clock)


def test_the_link_enters_the_account_with_its_roles(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        commands.main(["account", "--role", "officer", "--role", "agency", "--title", "执法一队", *NAMED])
        == 0
    )
    visitor = enter(database, link(capsys.readouterr().out))
    assert visitor.roles == {Role.OFFICER, Role.AGENCY}
    assert visitor.organization == USCC


def test_the_link_works_once(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    commands.main(["account", "--role", "officer", "--title", "执法一队", *NAMED])
    token = link(capsys.readouterr().out)
    enter(database, token)
    with pytest.raises(accounts.LinkSpent):
        enter(database, token)


def test_a_person_is_found_again_by_name_and_citizen_number(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = []
    for _ in range(2):
        monkeypatch.setattr("sys.stdin", io.StringIO("11010519491231002X\n"))
        assert commands.main(["account", "--role", "person", "--title", "林知远", "--person", "林知远"]) == 0
        entered.append(enter(database, link(capsys.readouterr().out)).person)
    assert entered[0] == entered[1]
    assert entered[0] is not None


def test_another_link_for_an_open_account_enters_the_same_account(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.main(["account", "--role", "officer", "--title", "执法一队", *NAMED])
    account = enter(database, link(capsys.readouterr().out)).account
    assert commands.main(["account", "--again", str(account)]) == 0
    assert enter(database, link(capsys.readouterr().out)).account == account


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--role", "officer"),
        ("--role", "officer", "--title", "执法一队"),
        ("--role", "person", "--title", "林知远"),
        ("--title", "执法一队", *NAMED),
    ],
)
def test_an_account_that_lacks_something_is_refused(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["account", *arguments]) == 1
    assert "--role" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--role", "officer", "--title", "执法一队", "--organization", "11990100MB0A10013X"),
        ("--role", "officer", "--title", "执法一队", "--organization", USCC),
        ("--again", "00000000-0000-4000-8000-000000000000"),
    ],
)
def test_what_is_not_known_is_refused_in_one_sentence(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["account", *arguments]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def opened_for(monkeypatch: pytest.MonkeyPatch, number: str, *arguments: str) -> int:
    """Open an account of 钱以明 by the command; give its code."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{number}\n"))
    named = ["--role", "person", "--title", "钱以明", "--person", "钱以明"]
    return commands.main(["account", *named, *arguments])


def kept(database: Database, number: str) -> Contact:
    with database.transaction() as session:
        found = find_person(session, name="钱以明", citizen_number=CitizenNumber.parse(number))
        assert found is not None
        return contact(session, found.id)


def test_a_person_is_given_a_phone_and_a_mail_address_beside_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "11010519491231002X"
    for arguments in (("--phone", "139 0000 0000"), ("--mail", "qian@example.com")):
        assert opened_for(monkeypatch, number, *arguments) == 0
    assert kept(database, number) == Contact("13900000000", "qian@example.com")


@pytest.mark.parametrize(
    ("number", "given"),
    [
        ("110105194912310038", (("--phone", "13900000001"), ("--phone", "13900000002"))),
        ("110101199003070134", (("--mail", "qian@example.com"), ("--mail", "other@example.com"))),
        ("110101199003070150", (("--mail", "qian@example.com"), ("--phone", "13900000003"))),
    ],
)
def test_messages_are_not_led_elsewhere_behind_their_reader(
    database: Database,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    number: str,
    given: tuple[tuple[str, str], tuple[str, str]],
) -> None:
    """A phone where there was only a mailbox leads them elsewhere too: the phone comes first."""
    first, then = given
    assert opened_for(monkeypatch, number, *first) == 0
    before = kept(database, number)
    assert opened_for(monkeypatch, number, *then) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert kept(database, number) == before
    assert opened_for(monkeypatch, number, *first) == 0


def test_the_mailbox_of_a_firm_is_not_changed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    account = ("account", "--role", "firm", "--title", "经办人", *NAMED)
    assert commands.main([*account, "--mail", "office@example.com"]) == 0
    assert commands.main([*account, "--mail", "other@example.com"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    with database.transaction() as session:
        assert contact_of_firm(session, Uscc.parse(USCC)).mail == "office@example.com"


def test_a_firm_is_given_a_mail_address(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    mail = ("--mail", "office@example.com")
    assert commands.main(["account", "--role", "firm", "--title", "经办人", *NAMED, *mail]) == 0
    capsys.readouterr()
    with database.transaction() as session:
        assert contact_of_firm(session, Uscc.parse(USCC)).mail == "office@example.com"


@pytest.mark.parametrize(
    "lacking",
    [
        ["--role", "counter", "--title", "三号窗口", *NAMED],
        ["--role", "counter", "--title", "三号窗口", "--person", "何静安"],
        ["--role", "officer", "--title", "执法一队", "--phone", "13900000000", *NAMED],
    ],
)
def test_an_account_at_a_counter_names_a_person_and_an_organization(
    lacking: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main(["account", *lacking]) == 1
    assert "--person" in capsys.readouterr().err
