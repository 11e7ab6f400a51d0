import hashlib
import json
from pathlib import Path

import pytest

from api.assets.build import HERE, MANIFEST, ROOT, Asset, fault, main, place, read_manifest

CONTENT = b"a font"
ASSET = Asset(
    package="@fonts/one",
    path="400/One.ttf",
    target="signing/fonts/One.ttf",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    licence="OFL-1.1",
)


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    file = tmp_path / "node_modules" / ASSET.package / ASSET.path
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    return tmp_path / "node_modules"


def test_an_asset_is_copied_to_its_place(packages: Path, tmp_path: Path) -> None:
    assert place(ASSET, packages=packages, root=tmp_path) is None
    assert (tmp_path / ASSET.target).read_bytes() == CONTENT
    assert fault(ASSET, tmp_path) is None


def test_an_asset_that_differs_is_not_copied(packages: Path, tmp_path: Path) -> None:
    (packages / ASSET.package / ASSET.path).write_bytes(b"another font")
    wrong = place(ASSET, packages=packages, root=tmp_path)
    assert wrong is not None
    assert ASSET.sha256 in wrong
    assert not (tmp_path / ASSET.target).exists()


def test_a_package_without_the_file_is_named(packages: Path, tmp_path: Path) -> None:
    (packages / ASSET.package / ASSET.path).unlink()
    assert place(ASSET, packages=packages, root=tmp_path) == "package @fonts/one has no 400/One.ttf"


def test_an_altered_file_in_place_is_found(packages: Path, tmp_path: Path) -> None:
    place(ASSET, packages=packages, root=tmp_path)
    (tmp_path / ASSET.target).write_bytes(b"altered")
    assert "SHA-256 is" in str(fault(ASSET, tmp_path))


def test_a_missing_file_says_what_to_run(tmp_path: Path) -> None:
    assert "python -m api.assets.build" in str(fault(ASSET, tmp_path))


def test_every_asset_of_the_manifest_is_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(read_manifest())


def test_every_package_of_the_manifest_is_locked() -> None:
    locked = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for asset in read_manifest():
        assert locked[f"node_modules/{asset.package}"]["integrity"].startswith("sha512-")


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (HERE / "package-lock.json").read_text(encoding="utf-8")


def test_every_package_brings_its_licence_along() -> None:
    licences = {asset.package for asset in read_manifest() if "LICENSE" in asset.target}
    assert licences == {asset.package for asset in read_manifest()}


def test_no_asset_is_committed_by_mistake() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    folders = [line for line in ignored if line.endswith("/")]
    for asset in read_manifest():
        assert any(asset.target.startswith(folder) for folder in folders)


def test_the_manifest_names_each_place_once() -> None:
    targets = [each["target"] for each in json.loads(MANIFEST.read_text(encoding="utf-8"))["assets"]]
    assert len(targets) == len(set(targets))
