"""Writing a file so that a reader sees all of it or none, also after a power cut.

The bytes go to a temporary file in the same folder, reach the disk, and only then get their name; the
folder is flushed as well, because a name lives in its folder.
"""

import os
import tempfile
from pathlib import Path


def write_new(target: Path, content: bytes) -> None:
    """Write ``content`` as the new file ``target``, mode 0600.

    Raises:
        FileExistsError: the name is taken; the file there is untouched.
    """
    temporary = _write_aside(target, content)
    try:
        os.link(temporary, target)
    finally:
        temporary.unlink()
    _flush_folder(target.parent)


def write_over(target: Path, content: bytes) -> None:
    """Write ``content`` as ``target``, mode 0600, in place of what the name meant before."""
    _write_aside(target, content).replace(target)
    _flush_folder(target.parent)


def remove(target: Path) -> None:
    """Remove the file ``target``; its name is gone from the disk when this returns."""
    target.unlink(missing_ok=True)
    _flush_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make ``folder``, mode 0700, unless it is there; its name is on disk when this returns."""
    folder.mkdir(exist_ok=True, mode=0o700)
    _flush_folder(folder.parent)


def _write_aside(target: Path, content: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")  # mkstemp makes the file 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
