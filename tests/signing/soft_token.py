"""A token of SoftHSM2 in a folder: the outside tool that stands for a hardware module."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import pkcs11

from signing.pkcs11_token import Token

PIN = "482913"
MODULES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
    Path("/opt/homebrew/lib/softhsm/libsofthsm2.so"),
)


def module() -> Path:
    """Give SoftHSM2's library; without it the tests fail with a sentence."""
    found = next((path for path in MODULES if path.exists()), None)
    assert found is not None, "SoftHSM2 is missing: install softhsm2 (make outside does) and run again"
    assert shutil.which("softhsm2-util"), "softhsm2-util is missing: install softhsm2 and run again"
    return found


def configure(folder: Path) -> None:
    """Let this process, and those it starts, keep their tokens in ``folder``."""
    (folder / "tokens").mkdir(parents=True, exist_ok=True)
    conf = folder / "softhsm2.conf"
    conf.write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(conf)


def new_token() -> str:
    """Initialize a token and give its label; what was open before in this process is closed by that."""
    library, label = module(), f"t{secrets.token_hex(6)}"
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", PIN[::-1], "--pin", PIN],
        check=True,
        capture_output=True,
    )
    pkcs11.lib(str(library)).reinitialize()
    return label


def open_token(label: str) -> Token:
    return Token(module(), label=label, pin=PIN)
