"""A command ends with its own code, or with one sentence and 1; nothing is ever shown as a traceback."""

import os
import signal
import sys
from pathlib import Path

import pytest

from api.ending import FAILED, INTERRUPTED, ending
from api.settings import Mode, Settings
from evidence.errors import Refused
from ledger.chain import ChainUnavailable


class Closed(Refused):
    """Made for these tests."""

    code = "closed"
    zh = "今天不办公。"
    en = "Closed today."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the house; what a command sets for its whole process is put back."""
    monkeypatch.setenv("YINXIN_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("YINXIN_MODE", "demonstration")
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr("threading.excepthook", None)
    monkeypatch.setattr("logging.root.handlers", [])
    return tmp_path / "var"


def refusing(error: Exception) -> int:
    def work(_: Settings) -> int:
        raise error

    return ending(work)


def test_a_command_that_works_gives_its_own_code() -> None:
    assert ending(lambda _: 7) == 7


@pytest.mark.parametrize(("language", "sentence"), [("zh", "今天不办公。\n"), ("en", "Closed today.\n")])
def test_a_refusal_is_one_sentence_in_the_language_asked_for(
    language: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YINXIN_LANGUAGE", language)
    assert refusing(Closed()) == FAILED
    assert capsys.readouterr().err == sentence


def test_a_chain_that_is_down_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusing(ChainUnavailable(endpoint="node:8545")) == FAILED
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "value"),
    [("YINXIN_PORT", "http"), ("YINXIN_PORT", "70000"), ("YINXIN_MODE", "quick"), ("YINXIN_LANGUAGE", "fr")],
)
def test_a_malformed_setting_is_named(
    setting: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(setting, value)
    assert ending(lambda _: 0) == FAILED
    told = capsys.readouterr().err
    assert f"{setting} 不能是 {value}：应为" in told


def test_the_demonstration_is_refused_where_production_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YINXIN_MODE", "production")
    assert ending(lambda _: 0, mode=Mode.DEMONSTRATION) == FAILED
    assert capsys.readouterr().err.startswith("YINXIN_MODE 设为 production")


def test_the_demonstration_opens_where_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINXIN_MODE")
    assert ending(lambda _: 0, mode=Mode.DEMONSTRATION) == 0


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("YINXIN_FOLDER", str(tmp_path / "file" / "var"))
    assert ending(lambda _: 0) == FAILED
    assert str(tmp_path / "file" / "var") in capsys.readouterr().err


def _fail_unforeseen(capsys: pytest.CaptureFixture[str]) -> str:
    """Let a command fail as the interpreter would, and give what was told."""
    name = "林知远"
    try:
        refusing(RuntimeError(name))
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    return capsys.readouterr().err


def test_what_nobody_foresaw_is_one_sentence_that_names_the_log(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _fail_unforeseen(capsys)
    assert said.count("\n") == 1
    assert str(folder / "log/yinxin.log") in said


def test_the_log_says_where_and_never_quotes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _fail_unforeseen(capsys)
    logged = (folder / "log/yinxin.log").read_text()
    assert "in refusing" in logged
    assert "RuntimeError" in logged
    assert "林知远" not in logged


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_interrupts_once_and_lets_the_closing_end(number: signal.Signals) -> None:
    closed = []

    def work(_: Settings) -> int:
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), number)  # a second one, while all is being closed
            closed.append("all")
        return 0

    assert ending(work) == INTERRUPTED
    assert closed == ["all"]
