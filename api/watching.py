"""What a monitor and a witness share: a pinned trust file, a folder of their own, and rounds.

They run at somebody else's: they read no settings, open no database and write in their folder alone.
"""

import argparse
import fcntl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from api.system_reasons import reason
from evidence.errors import Language, Refused, Unavailable, YinxinError
from ledger.chain import Address
from ledger.history import PinnedLog
from verify.trust import TrustAnchors

UNUSABLE = 3
"""Exit code when nothing could begin, as for every command."""

ROUND_SECONDS = 60

_LOCK = "lock"
T = TypeVar("T")


class FolderInUse(Refused):
    """Another process works in this folder. Facts: ``folder``."""

    code = "folder-in-use"
    zh = "另一个进程正在使用文件夹 {folder}；请先停止它，或换一个文件夹。"
    en = "Another process works in the folder {folder}; stop it first, or name another folder."


class FileUnusable(Unavailable):
    """A file or folder named on the command line cannot be used. Facts: ``path``, ``reason``."""

    code = "file-unusable"
    zh = "无法使用 {path}（{reason}），请检查路径和权限。"
    en = "{path} cannot be used ({reason}); check the path and the permissions."


class CodeUnpinned(Refused):
    """A trust file names a contract and no hash of its code. Facts: ``contract``."""

    code = "code-unpinned"
    zh = "信任文件没有写明合约 {contract} 的代码哈希，无法核对其代码；请重新获取信任文件。"
    en = "The trust file has no code hash of {contract}, so its code cannot be checked; fetch the file again."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what both take."""
    parser.add_argument("--log", metavar="URL", help="账本网址 address of the log (https://host/ledger)")
    parser.add_argument("--chain", metavar="RPC", help="链节点网址 JSON-RPC of your own node")
    parser.add_argument("--trust", type=Path, metavar="FILE", help="信任文件 trust file")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="自己的文件夹 a folder of its own")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="只看一轮 one round only")
    how.add_argument(
        "--every",
        type=float,
        default=ROUND_SECONDS,
        metavar="SECONDS",
        help="每隔多少秒一轮 between rounds (60)",
    )
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 language (zh)")


def require(parser: argparse.ArgumentParser, *names: str) -> None:
    """Make these arguments compulsory."""
    for action in parser._actions:  # noqa: SLF001  argparse offers no other way to say it afterwards
        if action.dest in names:
            action.required = True


def language(args: argparse.Namespace) -> Language:
    """Give the language asked for."""
    return cast("Language", args.lang)


def read(path: Path) -> bytes:
    """Read a file named on the command line.

    Raises:
        FileUnusable: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnusable(path=path, reason=reason(error)) from error


def pinned_log(trust: TrustAnchors) -> PinnedLog:
    """Give the chain and contracts that the trust file pins.

    Raises:
        CodeUnpinned: it names a contract without the hash of its code.
    """
    chain = trust.chain
    addresses = {"EvidenceLog": chain.log_contract, "StatusRegister": chain.status_contract}
    registry = chain.registry_contract
    if registry is not None:
        addresses["OrganizationRegistry"] = registry
    for name in addresses:
        if name not in chain.code_hashes:
            raise CodeUnpinned(contract=name)
    codes = tuple((Address(address), chain.code_hashes[name]) for name, address in addresses.items())
    return PinnedLog(
        chain.chain_id,
        chain.genesis,
        Address(chain.log_contract),
        codes,
        register=Address(chain.status_contract),
        registry=None if registry is None else Address(registry),
    )


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of ``folder``, made when it is not there; it ends with the process.

    Raises:
        FolderInUse: another process holds it.
        FileUnusable: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / _LOCK).open("a")
    except OSError as error:
        raise FileUnusable(path=folder, reason=reason(error)) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(folder=folder) from None
        yield


def rounds(look: Callable[[], int], *, once: bool, every: float) -> int:
    """Look once, or again and again until Ctrl-C; give the exit code of the last round."""
    pause = threading.Event()
    code = 0
    try:
        while True:
            code = look()
            if once:
                return code
            pause.wait(every)
    except KeyboardInterrupt:
        return code


def ending(args: argparse.Namespace, work: Callable[[], int]) -> int:
    """Do ``work``; say in one sentence why it could not begin or go on, and give 3 then."""
    try:
        return work()
    except YinxinError as error:
        sys.stderr.write(error.sentence(language(args)) + "\n")
    except OSError as error:
        failed = FileUnusable(path=error.filename or args.folder, reason=reason(error))
        sys.stderr.write(failed.sentence(language(args)) + "\n")
    return UNUSABLE
