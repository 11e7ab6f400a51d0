"""National signatures in the evidence pack: checked up to a pinned root, and every altered bit refused."""

import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509

from evidence.errors import Invalid, Refused, YinxinError
from signing.agreements import Agreement
from signing.assembly import assemble
from signing.evidence_pack import zipped
from signing.national_authority import NationalAuthority, found_national
from signing.national_check import (
    CommandsAnother,
    DocumentAnother,
    NationalAbsent,
    NationalDiffers,
    NationalMissing,
    NationalPackUnfit,
    NationalRootDiffers,
    NationalUnexpected,
    check_pack,
)
from signing.national_pack import commands
from signing.national_signing import NationalSignature
from signing.sm2_keystore import FileSm2KeyStore
from tests.signing.joint.conftest import NOW, SECRET, Town
from tests.signing.joint.handed_over import archive_of, packed, trust
from tests.signing.joint.small_pdf import small_pdf
from tests.signing.joint.test_evidence_pack import unpacked
from verify.checks import Outcome
from verify.pack import national_in, verify_pack

STEP = 397  # every so many bits of a file are flipped
NAMES = (
    "national/root.pem",
    "national/openssl.txt",
    "national/1.p7s",
    "national/2.p7s",
    "national/3.p7s",
    "national/2.ses",
)


@pytest.fixture(name="files")
def packed_files(town: Town) -> dict[str, bytes]:
    return unpacked(whole_pack(town))


def whole_pack(town: Town) -> bytes:
    signed: Agreement = town.signed_by_all()
    assemble(town.database, signed.id, workshop=town.workshop)
    return packed(town, archive_of(town), town.read(signed.id))


def refusals(files: dict[str, bytes], root: x509.Certificate) -> dict[str, type[YinxinError]]:
    return {each.file: type(each.refusal) for each in check_pack(zipped(files), root=root) if each.refusal}


def test_a_pack_is_whole_for_openssl_and_here_and_for_the_verifier(
    town: Town, national: NationalAuthority, tmp_path: Path
) -> None:
    archive = archive_of(town)
    signed = town.signed_by_all()
    assemble(town.database, signed.id, workshop=town.workshop)
    data = packed(town, archive, town.read(signed.id))
    report = verify_pack(data, trust(town, archive), as_of=town.clock.now())
    assert {each.name for each in report.checks if each.outcome is not Outcome.PASSED} <= {"anchor"}
    assert national_in(data) == 4
    files = unpacked(data)
    assert {name for name in files if name.startswith("national/")} == set(NAMES)
    found = check_pack(data, root=national.root)
    assert [each.file for each in found] == ["original.pdf", *NAMES[:1], *NAMES[2:], NAMES[1]]
    assert all(each.refusal is None for each in found)
    assert {each.signer for each in found} >= {"沈若华", "林知远", "示范建设集团有限公司"}
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(tmp_path / "pack")
    lines = files["national/openssl.txt"].decode().splitlines()
    assert run(tmp_path / "pack", lines) == 0
    (tmp_path / "pack" / "original.pdf").write_bytes(files["original.pdf"] + b" ")
    assert run(tmp_path / "pack", lines) != 0
    printed = subprocess.run(
        ["pdftotext", "-layout", "report.pdf", "-"],
        cwd=tmp_path / "pack",
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for said in ("国密签名", "National signatures", "yinxin national", "national/openssl.txt"):
        assert said.replace(" ", "") in "".join(printed.split())


def test_seals_cover_the_list_of_several_documents(
    town: Town, national: NationalAuthority, tmp_path: Path
) -> None:
    archive = archive_of(town)
    signed = town.signed_by_all(small_pdf(mark="附件"))
    assemble(town.database, signed.id, workshop=town.workshop)
    data = packed(town, archive, town.read(signed.id))
    found = check_pack(data, root=national.root)
    assert [each.file for each in found] == [*NAMES[:1], *NAMES[2:], NAMES[1]]
    assert all(each.refusal is None for each in found)
    with zipfile.ZipFile(BytesIO(data)) as opened:
        opened.extractall(tmp_path)
        lines = opened.read("national/openssl.txt").decode().splitlines()
    assert run(tmp_path, lines) == 0
    (tmp_path / "manifest.cbor").write_bytes(signed.manifest_bytes + b" ")
    assert run(tmp_path, [line for line in lines if "manifest.cbor" in line]) != 0


def run(folder: Path, lines: list[str]) -> int:
    script = "set -eo pipefail\n" + "\n".join(lines)
    return subprocess.run(["bash", "-c", script], cwd=folder, check=False, capture_output=True).returncode


def few_of(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return what the check reads, without the many files that it leaves alone."""
    few = {name: content for name, content in files.items() if name.startswith(("national/", "signatures/"))}
    return few | {name: files[name] for name in ("manifest.cbor", "original.pdf")}


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_every_flipped_bit_is_refused_at_its_file(
    files: dict[str, bytes], national: NationalAuthority
) -> None:
    few = few_of(files)
    for name in NAMES:
        for bit in range(0, 8 * len(few[name]), STEP * (16 if name.endswith(".ses") else 1)):
            flipped = bytearray(few[name])
            flipped[bit // 8] ^= 1 << bit % 8
            assert name in refusals({**few, name: bytes(flipped)}, national.root), (name, bit)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_every_other_file_is_refused_by_its_own_sentence(
    files: dict[str, bytes], national: NationalAuthority, tmp_path: Path
) -> None:
    root, few = national.root, few_of(files)
    assert refusals(few, root) == {}
    for name in NAMES:
        left = {each: content for each, content in few.items() if each != name}
        assert refusals(left, root)[name] is NationalMissing
    assert refusals({**few, "national/9.p7s": b""}, root) == {"national/9.p7s": NationalUnexpected}
    exchanged = {**few, "national/1.p7s": few["national/3.p7s"], "national/3.p7s": few["national/1.p7s"]}
    assert refusals(exchanged, root)["national/1.p7s"] is NationalDiffers
    assert refusals({**few, "original.pdf": b"%PDF"}, root)["original.pdf"] is DocumentAnother
    assert refusals({**few, "national/openssl.txt": b"rm -r ."}, root) == {
        "national/openssl.txt": CommandsAnother
    }
    keys = FileSm2KeyStore(tmp_path / "elsewhere", SECRET)
    elsewhere = found_national(keys, held=keys, city="示范市", maker="示范市印信平台", at=NOW)
    others = refusals(few, elsewhere.root)
    assert others["national/root.pem"] is NationalRootDiffers
    assert set(others) == set(NAMES) - {"national/openssl.txt"}
    bare = {name: content for name, content in few.items() if not name.startswith("national/")}
    with pytest.raises(NationalAbsent):
        check_pack(zipped(bare), root=root)
    for hostile in (two_of_a_name(few), large(few), b"", b"PK\x03\x04", zipped({"national/1.p7s": b""})):
        with pytest.raises(NationalPackUnfit):
            check_pack(hostile, root=root)
    unreadable = {**few, "signatures/1.p7s": b"0", "national/2.ses": bytes(1000)}
    assert all(issubclass(each, Invalid | Refused) for each in refusals(unreadable, root).values())


def two_of_a_name(files: dict[str, bytes]) -> bytes:
    out = BytesIO(zipped(files))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("national/1.p7s", b"")
    return out.getvalue()


def large(files: dict[str, bytes]) -> bytes:
    """A file that unpacks to a hundred times what it may be."""
    out = BytesIO(zipped(files))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("national/9.ses", bytes(64 * 2**20))
    return out.getvalue()


def test_the_pack_of_a_city_without_it_has_none(town: Town, switched_off: Callable[[Town], None]) -> None:
    switched_off(town)
    data = whole_pack(town)
    assert not any(name.startswith("national/") for name in unpacked(data))


def test_no_command_is_written_for_a_slot_that_is_no_plain_word(files: dict[str, bytes]) -> None:
    made = NationalSignature(files["national/1.p7s"], None)
    assert commands({"1": made})
    with pytest.raises(ValueError, match="curl"):
        commands({"1\ncurl": made})
