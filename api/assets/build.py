"""Bring in the third-party files that the manifest names, and check them.

    python -m api.assets.build            npm ci, copy, check; prints one line a file
    python -m api.assets.build check      check what is in place; needs no npm

The locked npm packages carry the files; ``manifest.json`` says which file of which package goes where, what
its SHA-256 must be and under which licence it comes. Nothing of it is committed. A file that differs is never
put in place, and the program ends with 1 and names it; files that are right already are left alone.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MANIFEST = HERE / "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file to take: ``path`` inside npm ``package`` goes to ``target`` under the repository.

    ``sha256`` is in hex, ``licence`` an SPDX expression.
    """

    package: str
    path: str
    target: str
    sha256: str
    licence: str


def read_manifest(path: Path = MANIFEST) -> tuple[Asset, ...]:
    """Return the assets that the manifest names."""
    return tuple(Asset(**each) for each in json.loads(path.read_text(encoding="utf-8"))["assets"])


def fault(asset: Asset, root: Path) -> str | None:
    """Return what is wrong with the file in place under ``root``, in words, or None."""
    target = root / asset.target
    if not target.is_file():
        return "missing; run python -m api.assets.build"
    return _difference(asset, target)


def place(asset: Asset, *, packages: Path, root: Path) -> str | None:
    """Copy the asset out of ``packages`` (a node_modules folder) to its place; return what is wrong, or None.

    A file that differs from the manifest is not copied.
    """
    source = packages / asset.package / asset.path
    if not source.is_file():
        return f"package {asset.package} has no {asset.path}"
    difference = _difference(asset, source)
    if difference is None:
        target = root / asset.target
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, aside)
        aside.replace(target)
    return difference


def _difference(asset: Asset, path: Path) -> str | None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return None if found == asset.sha256 else f"SHA-256 is {found}, the manifest says {asset.sha256}"


def _install_packages() -> None:
    """Bring the locked packages into node_modules; npm prints its own errors."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is missing: install Node 20 or newer, then run python -m api.assets.build again")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    outcome = subprocess.run(command, cwd=HERE, check=False)  # noqa: S603  # npm, found on the path, with fixed words
    if outcome.returncode != 0:
        sys.exit("npm ci failed in api/assets; check the network and run python -m api.assets.build again")


def _report(asset: Asset, wrong: str | None) -> bool:
    """Print the asset's line and return whether it is right."""
    state = "ok" if wrong is None else "WRONG"
    line = f"{state:5} {asset.target}  {asset.package}  {asset.licence}"
    print(line if wrong is None else f"{line}: {wrong}", flush=True)  # noqa: T201  # the command's own output
    return wrong is None


def main(arguments: Sequence[str] | None = None) -> int:
    """Build or check; return 0 when every file is in place and right, else 1."""
    parser = argparse.ArgumentParser(prog="python -m api.assets.build", description=__doc__.splitlines()[0])
    parser.add_argument("mode", nargs="?", choices=["build", "check"], default="build")
    mode = parser.parse_args(arguments).mode
    assets = read_manifest()
    faults = {asset: fault(asset, ROOT) for asset in assets}
    if mode == "build" and any(faults.values()):
        _install_packages()
        faults = {
            asset: place(asset, packages=HERE / "node_modules", root=ROOT) if wrong else None
            for asset, wrong in faults.items()
        }
    right = [_report(asset, wrong) for asset, wrong in faults.items()]
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
