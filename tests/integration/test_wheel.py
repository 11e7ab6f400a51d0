"""The wheel: the verifier alone with three packages, and the whole house with the server's; no checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from api import hardhat
from ledger.database import Database
from signing.assembly import assemble
from signing.evidence_pack import zipped
from signing.typesetting import Typesetter
from tests.conformance.case import every
from tests.conformance.run import differences
from tests.registers.places import written
from tests.signing.joint.conftest import Town
from tests.signing.joint.handed_over import archive_of, handed_on_and_declined, packed, trust
from tests.verify import city

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel"), pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
SERVER_PACKAGES = (
    "sqlalchemy",
    "psycopg",
    "alembic",
    "web3",
    "fastapi",
    "starlette",
    "pydantic",
    "httpx",
    "jinja2",
)
CARRIED = (
    "signing/fonts/NotoSerifSC_400Regular.ttf",
    "signing/fonts/LICENSE-NotoSerifSC.txt",
    "signing/fonts/ZhiMangXing_400Regular.ttf",
    "signing/fonts/LICENSE-ZhiMangXing.txt",
    "identity/models/fr_feature.onnx",
    "identity/models/fr_liveness.onnx",
    "identity/models/LICENSE-faceplugin.txt",
    "api/static/third_party/zxing-wasm/reader/zxing_reader.wasm",
    "api/static/third_party/pdfjs-dist/pdf.worker.min.mjs",
    "api/static/css/house.css",
    "api/templates/base.html",
    "api/strings/house.toml",
    "api/assets/manifest.json",
    "api/migrations/env.py",
    "ledger/artifacts/EvidenceLog.json",
    "ledger/artifacts/StatusRegister.json",
    "signing/templates/certificate-two-leaf.typ",
    "verify/types/construction-permit.toml",
)
WASM = "/static/third_party/zxing-wasm/reader/zxing_reader.wasm"
SECOND_HARDHAT_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # worth nothing
OPERATOR = ("--operator", "11990100MB0A10013K", "--name", "示范市行政审批服务局", "--area", "990100")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("yinxin-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and the locked packages of the verifier, nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "-q", "--no-deps"]
    locked = ["--require-hashes", "-r", str(ROOT / "requirements/verifier.txt")]
    subprocess.run([*pip, *locked], check=True)
    subprocess.run([*pip, str(wheel)], check=True)
    return folder


@cache
def unshared() -> tuple[str, ...]:
    """What puts a command into an empty network namespace, where the machine lets us."""
    unshare = shutil.which("unshare") if os.geteuid() == 0 else None
    if unshare is None or subprocess.run([unshare, "-n", "true"], check=False).returncode:
        return ()
    return unshare, "-n"


def outside(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in ``folder``, outside the checkout, knowing nothing of it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONIOENCODING": "utf-8", **more}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", CARRIED)
def test_the_wheel_carries_what_runs_without_node(wheel: Path, path: str) -> None:
    assert path in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_carries_no_face_and_no_packages_of_node(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [
        name for name in names if "node_modules" in name or "/faces/" in name or name.endswith(".jpg")
    ] == []


def test_every_tracked_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    packages = ["evidence", "ledger", "identity", "signing", "registers", "verify", "api"]
    tracked = subprocess.run(
        ["git", "ls-files", "--", *packages], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [name for name in tracked if not name.startswith("api/demonstration/faces/")]
    assert [name for name in wanted if name not in names and (ROOT / name).exists()] == []


def test_the_verifier_brings_no_database_no_chain_and_no_web_framework(installed: Path) -> None:
    listed = subprocess.run(
        [installed / "bin/python", "-m", "pip", "list", "--format=freeze"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.lower()
    assert [name for name in SERVER_PACKAGES if f"{name}==" in listed] == []


def test_the_installed_packages_satisfy_what_the_wheel_declares(installed: Path) -> None:
    checked = subprocess.run(
        [installed / "bin/python", "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_verifier_checks_a_bundle_without_a_network(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "trust.json").write_bytes(city.trust_anchors().to_json())
    (tmp_path / "permit.bundle").write_bytes(city.bundle().encode())
    verify = [
        str(installed / "bin/yinxin"),
        "verify",
        "--trust",
        "trust.json",
        "--as-of",
        city.NOW.isoformat(),
    ]
    done = outside(tmp_path, *unshared(), *verify, "permit.bundle")
    assert done.returncode == 0, done.stderr


def test_the_verifier_checks_an_evidence_pack_without_a_network(
    installed: Path, tmp_path: Path, database: Database
) -> None:
    town = Town(database, Typesetter(), tmp_path / "town")
    archive, found = archive_of(town), handed_on_and_declined(town)
    assemble(database, found.id, workshop=town.workshop)
    data = packed(town, archive, town.read(found.id))
    with zipfile.ZipFile(BytesIO(data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    (tmp_path / "trust.json").write_bytes(trust(town, archive).to_json())
    (tmp_path / "pack.zip").write_bytes(data)
    (tmp_path / "evidence.bundle").write_bytes(files["evidence.bundle"])
    (tmp_path / "altered.zip").write_bytes(zipped({**files, "report.pdf": files["report.pdf"] + b" "}))
    verify = [str(installed / "bin/yinxin"), "verify", "--trust", "trust.json", "--json"]
    told = [
        outside(tmp_path, *unshared(), *verify, name)
        for name in ("pack.zip", "evidence.bundle", "altered.zip")
    ]
    assert [each.returncode for each in told] == [0, 0, 1], told[0].stderr
    of_pack, of_bundle, of_altered = (json.loads(each.stdout) for each in told)
    assert (of_pack["conclusion"], of_pack["answer"]) == (of_bundle["conclusion"], of_bundle["answer"])
    assert [one["name"] for one in of_altered["checks"] if one["outcome"] == "TOTAL-FAILED"] == ["files"]


def test_the_installed_verifier_gives_every_expected_report(installed: Path) -> None:
    script = ROOT / "tests/conformance/verify_case.py"
    assert differences(tuple(every()), (str(installed / "bin/python"), str(script))) == []


def test_without_the_server_packages_a_server_command_says_what_to_install(
    installed: Path, tmp_path: Path
) -> None:
    done = outside(tmp_path, str(installed / "bin/yinxin"), "serve", "--help")
    assert done.returncode == 3
    assert "yinxin[server]" in done.stderr


@pytest.fixture
def production(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a city at work out of the wheel; the server's packages are borrowed from here."""
    chain = hardhat.start(log=tmp_path / "hardhat.log")
    borrowed = tmp_path / "borrowed"
    borrowed.mkdir()
    site_packages = Path(sysconfig.get_path("purelib"))
    for each in site_packages.iterdir():
        if not each.name.startswith(("__editable__", "yinxin")):
            (borrowed / each.name).symlink_to(each)
    yield {
        "PYTHONPATH": str(borrowed),
        "YINXIN_FOLDER": str(tmp_path / "var"),
        "YINXIN_LANGUAGE": "en",
        "YINXIN_PORT": "0",
        "YINXIN_SECRET": "0123456789abcdef0123456789abcdef",
        "YINXIN_CHAIN_URL": chain.url,
        "YINXIN_CHAIN_KEY": SECOND_HARDHAT_KEY,
        "YINXIN_PUBLIC_URL": "https://yinxin.example",
        "YINXIN_REGISTERS": str(written(tmp_path)),
    }
    chain.stop()


def test_with_the_server_packages_the_help_of_serve_is_there(
    installed: Path, tmp_path: Path, production: dict[str, str]
) -> None:
    done = outside(tmp_path, str(installed / "bin/yinxin"), "serve", "--help", **production)
    assert done.returncode == 0, done.stderr


def test_the_wheel_opens_an_account_of_a_city_at_work(
    installed: Path, tmp_path: Path, production: dict[str, str]
) -> None:
    account = ["account", "--role", "officer", "--title", "执法一队", "--organization", OPERATOR[1]]
    done = outside(
        tmp_path, str(installed / "bin/yinxin"), *account, "--organization-name", OPERATOR[3], **production
    )
    assert "https://yinxin.example/sign-in/" in done.stdout, done.stderr


def test_the_wheel_serves_a_city_at_work_outside_the_checkout(
    installed: Path, tmp_path: Path, production: dict[str, str]
) -> None:
    environment = {**production, "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    serve = [str(installed / "bin/yinxin"), "serve", *OPERATOR]
    with subprocess.Popen(serve, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        try:
            url = serving.stdout.readline().rpartition(" ")[2].strip()
            statuses = [httpx.get(url + path).status_code for path in ("/", WASM)]
        finally:
            serving.terminate()
    assert statuses == [200, 200]
    assert serving.returncode == 0
