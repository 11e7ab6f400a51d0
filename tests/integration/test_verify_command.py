"""``yinxin verify`` in a process that may not open a socket, as root, without any network."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import qrcode

from evidence.digest import sha256
from evidence.statuslist import CertificateState
from tests.verify import city

ROOT = Path(__file__).resolve().parents[2]
AS_OF = city.NOW.isoformat()
SERVER_PACKAGES = ("fastapi", "sqlalchemy", "web3", "pydantic", "httpx", "psycopg", "starlette", "PIL")
NO_SOCKETS = """
import sys

def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError("the verifier opened a socket: " + event)

sys.addaudithook(refuse)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory with a pinned trust file, a bundle, and the guard that forbids sockets."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(NO_SOCKETS)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "trust.json").write_bytes(city.trust_anchors().to_json())
    (tmp_path / "permit.bundle").write_bytes(city.bundle().encode())
    (tmp_path / "list").write_bytes(city.status_list())
    return tmp_path


@cache
def unshared() -> tuple[str, ...]:
    """What puts a command into an empty network namespace, where the machine lets us."""
    unshare = shutil.which("unshare") if os.geteuid() == 0 else None
    if unshare is None or subprocess.run([unshare, "-n", "true"], check=False).returncode:
        return ()
    return unshare, "-n"


def without_network(
    folder: Path, *command: str, standard_input: Path | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": f"{folder / 'guard'}:{ROOT}",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [*unshared(), sys.executable, *command],
        cwd=folder,
        env=environment,
        input=None if standard_input is None else standard_input.read_bytes(),
        capture_output=True,
        check=False,
    )
    out, err = (said.decode() for said in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def verify(
    folder: Path, *arguments: str, standard_input: Path | None = None
) -> subprocess.CompletedProcess[str]:
    asked = ("-m", "api.commands", "verify", "--as-of", AS_OF, *arguments)
    return without_network(folder, *asked, standard_input=standard_input)


def test_the_guard_forbids_sockets(folder: Path) -> None:
    opened = without_network(folder, "-c", "import socket; socket.socket()")
    assert "the verifier opened a socket" in opened.stderr


def test_a_genuine_bundle_is_verified_without_a_network(folder: Path) -> None:
    done = verify(folder, "permit.bundle")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("真实，截至北京时间2026-05-03 06:00:00有效。\n")
    assert "示范中学教学楼" in done.stdout
    assert " 11 ✓ TOTAL-PASSED" in done.stdout


def test_the_report_names_the_trust_file_and_its_fingerprint(folder: Path) -> None:
    fingerprint = sha256((folder / "var/trust.json").read_bytes()).value.hex()
    done = verify(folder, "--lang", "en", "permit.bundle")
    assert f"Trust file: var/trust.json (Demonstration City) SHA-256 {fingerprint}\n" in done.stdout


def test_a_bundle_with_one_bit_flipped_is_not_genuine(folder: Path) -> None:
    whole = bytearray((folder / "permit.bundle").read_bytes())
    whole[len(whole) // 2] ^= 1
    (folder / "permit.bundle").write_bytes(whole)
    done = verify(folder, "permit.bundle")
    assert done.returncode == 1
    assert done.stdout.startswith("不真实。\n")


def test_a_bundle_by_an_unknown_key_cannot_be_verified(folder: Path) -> None:
    other = city.trust_anchors(city.issuer_key(city.strange_signer()))
    (folder / "var/trust.json").write_bytes(other.to_json())
    done = verify(folder, "permit.bundle")
    assert done.returncode == 2
    assert done.stdout.startswith("无法核验。\n")


def test_a_suspended_certificate_has_an_exit_code_of_its_own(folder: Path) -> None:
    listed = city.status_list(CertificateState.SUSPENDED)
    (folder / "permit.bundle").write_bytes(replace(city.bundle(), status_list=listed).encode())
    done = verify(folder, "--lang", "en", "permit.bundle")
    assert done.returncode == 4
    assert done.stdout.startswith("Genuine, but suspended (as of 2026-05-03 06:00:00 Beijing time).\n")


def test_a_code_is_verified_by_itself(folder: Path) -> None:
    done = verify(folder, city.code())
    assert done.returncode == 0
    assert done.stdout.startswith("真实，但是否有效无法确定。\n")
    assert f"核验对象：https://{city.HOST}/c#…" in done.stdout


def test_a_code_with_a_status_list_has_an_answer(folder: Path) -> None:
    done = verify(folder, "--json", "--status-list", "list", city.code())
    report = json.loads(done.stdout)
    assert (report["conclusion"], report["answer"]) == ("TOTAL-PASSED", "IN_FORCE")


def test_a_code_of_another_city_cannot_be_verified(folder: Path) -> None:
    done = verify(folder, city.code(host="other.example", signer=city.strange_signer()))
    assert done.returncode == 2
    assert "other.example" in done.stdout


def test_an_unknown_code_is_unusable_in_one_sentence(folder: Path) -> None:
    done = verify(folder, "https://other.example/something")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1


def test_several_subjects_give_a_report_each_and_the_gravest_exit_code(folder: Path) -> None:
    (folder / "other.txt").write_text("hello")
    done = verify(folder, "--json", "permit.bundle", "other.txt", city.code())
    assert done.returncode == 3
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == [
        "certificate",
        "certificate-qr",
    ]
    assert done.stderr.startswith("other.txt：这不是证据包")


def test_standard_input_is_a_file_or_a_code(folder: Path) -> None:
    for content in (city.bundle().encode(), f"{city.code()}\n".encode()):
        (folder / "input").write_bytes(content)
        done = verify(folder, "--json", "-", standard_input=folder / "input")
        assert json.loads(done.stdout)["conclusion"] == "TOTAL-PASSED"


def drawn(path: Path, text: str) -> None:
    with path.open("wb") as picture:
        qrcode.make(text).save(picture)


def test_the_code_in_a_picture_is_read_and_no_code_is_none(folder: Path) -> None:
    drawn(folder / "scan.png", city.code())
    drawn(folder / "other.png", "https://permits.example/elsewhere")
    done = verify(folder, "--lang", "en", "--json", "--status-list", "list", "scan.png", "other.png")
    assert done.returncode == 3
    assert [json.loads(line)["answer"] for line in done.stdout.splitlines()] == ["IN_FORCE"]
    assert "other.png: The picture or the pages show 0 certificates' codes" in done.stderr


def test_without_the_packages_that_read_pictures_it_says_what_to_install(folder: Path) -> None:
    drawn(folder / "scan.png", city.code())
    (folder / "guard" / "zxingcpp.py").write_text("raise ModuleNotFoundError(name='zxingcpp')")
    done = verify(folder, "scan.png")
    assert done.returncode == 3
    assert "zxingcpp" in done.stderr
    assert "yinxin[server]" in done.stderr


def test_a_missing_file_is_named(folder: Path) -> None:
    done = verify(folder, "--lang", "en", "nowhere.bundle")
    assert done.returncode == 3
    assert done.stderr.startswith("The file nowhere.bundle cannot be read (no such file or folder);")
    assert done.stderr.count("nowhere.bundle") == 1


def test_the_reason_of_the_system_is_told_in_chinese(folder: Path) -> None:
    assert "（没有这个文件或文件夹）" in verify(folder, "nowhere.bundle").stderr


def test_a_missing_trust_file_says_how_to_get_one(folder: Path) -> None:
    (folder / "var/trust.json").unlink()
    done = verify(folder, "--lang", "en", "permit.bundle")
    assert done.returncode == 3
    assert "/trust.json" in done.stderr
    assert f"var/trust.json, {folder / '.config/yinxin/trust.json'}" in done.stderr


def test_the_trust_file_of_the_user_is_found(folder: Path) -> None:
    own = folder / ".config/yinxin"
    own.mkdir(parents=True)
    (folder / "var/trust.json").rename(own / "trust.json")
    assert verify(folder, "permit.bundle").returncode == 0


def test_a_named_trust_file_that_is_missing_is_not_replaced(folder: Path) -> None:
    done = verify(folder, "--trust", "elsewhere.json", "permit.bundle")
    assert done.returncode == 3
    assert "elsewhere.json" in done.stderr


def test_a_broken_trust_file_is_unusable(folder: Path) -> None:
    (folder / "var/trust.json").write_text("{}")
    assert verify(folder, "permit.bundle").returncode == 3


@pytest.mark.parametrize(("as_of", "code"), [("2026-05-03", 0), ("2026-05-03T09:00:00", 0), ("tomorrow", 3)])
def test_a_moment_without_an_offset_is_beijing_time(folder: Path, as_of: str, code: int) -> None:
    done = without_network(folder, "-m", "api.commands", "verify", "--as-of", as_of, "permit.bundle")
    assert done.returncode == code


def test_without_a_moment_the_present_one_is_asked_about(folder: Path) -> None:
    done = without_network(folder, "-m", "api.commands", "verify", "--json", "permit.bundle")
    assert json.loads(done.stdout)["conclusion"] == "TOTAL-PASSED"


def test_the_command_loads_nothing_of_the_server(folder: Path) -> None:
    script = "import sys; from api.commands import main; main(['verify', 'permit.bundle', '--json'])"
    loaded = without_network(folder, "-c", f"{script}; print(*sys.modules)").stdout.splitlines()[-1].split()
    assert "verify.bundle" in loaded
    assert [name for name in SERVER_PACKAGES if name in loaded] == []
