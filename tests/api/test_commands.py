"""Commands are found by name, loaded only when asked for, and say what they need."""

from pathlib import Path

import pytest

from api import commands

GREET = '''
"""Greets."""
NAME = "greet"
HELP = "greets somebody"

def configure(parser):
    parser.add_argument("who")

def run(args):
    print("hello " + args.who)
    return 7
'''
NEEDY = "import a_package_of_the_server\n"
LAZY = GREET.replace('"greet"', '"lazy"').replace("    print", "    import another_package\n    print")
BROKEN = "import api.no_such_room\n"


@pytest.fixture(autouse=True)
def _registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, source in {"greet": GREET, "needy": NEEDY, "lazy": LAZY, "broken": BROKEN}.items():
        (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    monkeypatch.setattr(commands, "COMMANDS", ("verify", "greet", "needy", "lazy"))


def test_a_command_gets_its_arguments_and_gives_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["greet", "world"]) == 7
    assert capsys.readouterr().out == "hello world\n"


@pytest.mark.parametrize(
    ("name", "package"), [("needy", "a_package_of_the_server"), ("lazy", "another_package")]
)
def test_a_command_without_its_packages_says_what_to_install(
    name: str, package: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main([name, "x"]) == commands.UNUSABLE
    said = capsys.readouterr().err
    assert package in said
    assert "yinxin[server]" in said


def test_a_missing_room_of_the_house_is_no_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "COMMANDS", ("broken",))
    with pytest.raises(ModuleNotFoundError):
        commands.main(["broken"])


def test_the_help_lists_every_command_even_where_its_packages_are_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        commands.main(["--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "greets somebody" in said
    assert "yinxin[server]" in said


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(SystemExit) as stopped:
        commands.main(["dance"])
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "said", "lines"),
    [
        (["verify", "--lang", "en"], "yinxin verify: FILE|QR|URL is missing; run yinxin verify --help", 1),
        (["verify", "--lang=zh", "--trust"], "yinxin verify：参数 --trust 缺少值；", 1),
        (["verify", "--lang", "zh", "--colour", "a"], "yinxin：不认识参数 --colour；", 1),
        (["verify", "--lang", "fr", "a"], "yinxin verify：参数 --lang 不能是 'fr'，可选 ", 2),
        (["dance"], "yinxin：参数 COMMAND 不能是 'dance'，可选 ", 2),
        ([], "yinxin：缺少参数 COMMAND；", 2),
    ],
)
def test_unusable_arguments_are_told_in_the_readers_language(
    arguments: list[str], said: str, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        commands.main(arguments)
    told = capsys.readouterr().err
    assert told.startswith(said)
    assert told.count("\n") == lines


def test_the_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["yinxin", "greet", "you"])
    assert commands.main() == 7
    assert capsys.readouterr().out == "hello you\n"


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_every_command_calls_itself_by_the_name_of_its_module(name: str) -> None:
    from importlib import import_module  # noqa: PLC0415  # only where this test runs

    assert name == import_module(f"api.commands.{name}").NAME
