"""How a command ends: with its own code, or with one sentence on what did not work, and 1.

A failure that nobody foresaw is written to the log of the folder, its places without its words, because the
words may quote what a person typed; the user is told where it stands. Ctrl-C and SIGTERM end a command alike:
what it started is stopped on the way out, and a second Ctrl-C does not interrupt that.
"""

import logging
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType

from api.settings import Settings, language_asked_for, read_settings
from api.system_reasons import reason
from evidence.errors import Language, Unavailable, YinxinError

FAILED = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells count
LOG_FILE = Path("log/yinxin.log")

log = logging.getLogger("yinxin.commands")


class FolderNotWritable(Unavailable):
    """The folder of the house cannot be written. Facts: ``folder``, ``reason``."""

    code = "folder-not-writable"
    zh = "文件夹 {folder} 无法写入（{reason}）。请检查权限，或用 YINXIN_FOLDER 指定另一个文件夹。"
    en = "The folder {folder} cannot be written ({reason}); check it, or name another by YINXIN_FOLDER."


class Unforeseen(Unavailable):
    """Something failed that nobody foresaw. Facts: ``kind``, ``file``."""

    code = "unforeseen"
    zh = "出现意外错误（{kind}），已停止；详情见 {file}，请将该文件交给维护人员。"
    en = "Something unforeseen failed ({kind}) and all was stopped; give {file} to whoever maintains this."


def ending(work: Callable[[Settings], int], **given: object) -> int:
    """Do ``work`` with the settings of the environment (``given`` goes before it); give the exit code."""
    language = language_asked_for()
    try:
        settings = read_settings(**given)
        _keep_log(settings.folder, language)
        with _until_interrupted():
            return work(settings)
    except YinxinError as error:
        sys.stderr.write(error.sentence(language) + "\n")
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _keep_log(folder: Path, language: Language) -> None:
    """Send what the house logs to ``folder``, and what nobody foresaw as well.

    Raises:
        FolderNotWritable: nothing can be written there.
    """
    file = folder / LOG_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.parent.mkdir(exist_ok=True)
        keeper = logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise FolderNotWritable(folder=folder, reason=reason(error)) from error
    keeper.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[keeper], force=True)
    sys.excepthook = partial(_tell_unforeseen, file, language)
    threading.excepthook = _log_unforeseen_in_thread


@contextmanager
def _until_interrupted() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into KeyboardInterrupt, and let those after it wait for the end."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _tell_unforeseen(
    file: Path,
    language: Language,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    _log_unforeseen(error, trace)
    sys.stderr.write(Unforeseen(kind=kind.__name__, file=file).sentence(language) + "\n")


def _log_unforeseen_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _log_unforeseen(told.exc_value, told.exc_traceback)


def _log_unforeseen(error: BaseException, trace: TracebackType | None) -> None:
    """Log the kind and the places of ``error`` and of what led to it, never its words."""
    while True:
        log.error("unforeseen %s\n%s", type(error).__name__, "".join(traceback.format_tb(trace)))
        cause = error.__cause__ or error.__context__
        if cause is None:
            return
        error, trace = cause, cause.__traceback__
