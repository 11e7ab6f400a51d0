"""``yinxin national``: check the national signatures of evidence packs up to an SM2 root, without a network.

yinxin national evidence-pack.zip --root sm2-root.cer

Without ``--root`` the root of the city in ``YINXIN_FOLDER`` is trusted. Exit codes: 0 all hold; 1 some do
not; 3 unusable input. Everything else of a pack is for ``yinxin verify``.
"""

import argparse
import sys
from pathlib import Path

from cryptography import x509

from api.national import sm2_folder
from api.settings import Settings, language_asked_for, read_settings
from api.system_reasons import reason
from evidence.errors import Language, Refused, Term, YinxinError
from identity.authorization_text import BEIJING
from signing.bound_chains import BoundChains
from signing.national_authority import ROOT_HANDLE
from signing.national_check import Finding, check_pack

NAME = "national"
HELP = "核验证据包内的国密签名，不联网。 Check the national signatures of a pack, without a network."

HOLD, DO_NOT_HOLD, UNUSABLE = 0, 1, 3
LARGEST_PACK = 2**30
"""Bytes; as the verifier allows (``verify.pack``)."""


class PackUnreadable(Refused):
    """A file named on the command line cannot be read. Facts: ``path``, ``reason``."""

    code = "national-file-unreadable"
    zh = "读不了文件 {path}（{reason}），请检查路径和权限。"
    en = "The file {path} cannot be read ({reason}); check the path and the permissions."


class NationalRootUnnamed(Refused):
    """No SM2 root is trusted. Facts: ``folder``."""

    code = "national-root-unnamed"
    zh = "没有信任的国密根证书（{folder} 中没有）；请从平台 /pki/sm2-root.cer 取得，核对后用 --root 指定。"
    en = (
        "No SM2 root is trusted, {folder} has none; fetch /pki/sm2-root.cer from the site, compare its "
        "fingerprint, and name it by --root."
    )


class NationalRootUnreadable(Refused):
    """The file is no certificate. Facts: ``path``."""

    code = "national-root-unreadable"
    zh = "{path} 不是证书；请指定 PEM 或 DER 格式的国密根证书。"
    en = "{path} is no certificate; name the SM2 root in PEM or DER."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("packs", nargs="+", type=Path, metavar="FILE", help="司法证据包 evidence pack")
    parser.add_argument("--root", type=Path, metavar="FILE", help="国密根证书 SM2 root, PEM or DER")


def run(args: argparse.Namespace) -> int:
    """Check every pack, print what was found, and return the exit code."""
    language = language_asked_for()
    try:
        root = _root(args.root, read_settings())
    except YinxinError as error:
        sys.stderr.write(error.sentence(language) + "\n")
        return UNUSABLE
    codes = []
    for path in args.packs:
        try:
            findings = check_pack(_content(path), root=root)
        except YinxinError as error:
            sys.stderr.write(f"{path}: {error.sentence(language)}\n")
            codes.append(UNUSABLE)
            continue
        lines = [str(path), *(_line(each, language) for each in findings)]
        sys.stdout.write("\n".join(lines) + "\n")
        codes.append(DO_NOT_HOLD if any(each.refusal for each in findings) else HOLD)
    return max(codes)


def _root(named: Path | None, settings: Settings) -> x509.Certificate:
    """Give the trusted root: the named one, else the one of the city in this folder.

    Raises:
        NationalRootUnnamed: there is neither.
        PackUnreadable, NationalRootUnreadable: the file is no certificate.
    """
    if named is None:
        folder = sm2_folder(settings)
        chain = BoundChains(folder).find(ROOT_HANDLE) if folder.is_dir() else None
        if chain is None:
            raise NationalRootUnnamed(folder=folder)
        return chain[-1]
    content = _content(named)
    try:
        if content.startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError as error:
        raise NationalRootUnreadable(path=named) from error


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_PACK:
            raise PackUnreadable(path=path, reason=Term("文件过大", "it is too large"))
        return path.read_bytes()
    except OSError as error:
        raise PackUnreadable(path=path, reason=reason(error)) from error


def _line(finding: Finding, language: Language) -> str:
    if finding.refusal is not None:
        return f"  ✗ {finding.file}  {finding.refusal.sentence(language)}"
    at = "" if finding.at is None else f"{finding.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    return f"  ✓ {finding.file}  {finding.signer}  {at}".rstrip()
