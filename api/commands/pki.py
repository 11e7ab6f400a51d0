"""``yinxin pki``: the city's certificates, as they are shown and revoked.

yinxin pki show
yinxin pki revoke 7f3a… --reason keyCompromise

A revocation is for ever, and the key signs no more from that moment. The keys of statements are pinned by
the trust file and the registry of organizations, where they end; their certificates are not revoked here.
"""

import argparse

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from api.ending import ending
from api.founding import SPEAKERS
from api.house_keys import derived, secret_of
from api.key_store import keystore_of
from api.national import sm2_keys_of
from api.settings import Settings
from api.wiring import open_database
from evidence.clock import SystemClock
from evidence.errors import Refused
from signing.key_certificates import RevocationReason, find_certificate, revocations, revoke
from signing.national_authority import ROOT_HANDLE
from signing.pki import Authority

NAME = "pki"
HELP = "查看证书链，吊销证书。 Show the city's certificates, or revoke one."


class StatementKeyStands(Refused):
    """The certificate is of a key that signs statements. Facts: ``serial``."""

    code = "statement-key-stands"
    zh = (
        "编号 {serial} 的证书属于声明密钥，以信任文件和机构登记为准；"
        "请用 yinxin organization compromised 停用。"
    )
    en = (
        "The certificate {serial} is of a key that signs statements, which the trust file and the registry "
        "pin; end it by yinxin organization compromised."
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what may be done."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    acts.add_parser("show", help="证书链、指纹、有效期与吊销 chain, fingerprints, validity, revocations")
    below = acts.add_parser("revoke", help="吊销一张证书，不可撤回 revoke a certificate for ever")
    below.add_argument("serial", metavar="SERIAL", help="证书编号（十六进制） serial number, hexadecimal")
    reasons = [str(reason) for reason in RevocationReason]
    below.add_argument("--reason", required=True, choices=reasons, help="吊销原因 why (RFC 5280, 5.3.1)")


def run(args: argparse.Namespace) -> int:
    """Do it; give 1 when it could not be done."""
    return ending(lambda settings: _revoke(args, settings) if args.act == "revoke" else _show(settings))


def _show(settings: Settings) -> int:
    settings.require_ready()
    authority = Authority(keystore_of(settings, derived(secret_of(settings), "keystore")))
    sm2 = sm2_keys_of(settings, derived(secret_of(settings), "keystore"))
    national = () if sm2 is None else (sm2.chain(ROOT_HANDLE)[-1],)
    for certificate in (authority.root, authority.issuing, *national):
        _say(*_described(certificate))
    with open_database(settings) as database, database.transaction() as session:
        for each in revocations(session):
            _say(f"{each.serial:x}  {each.at:%Y-%m-%dT%H:%M:%SZ}  {each.reason}")
    return 0


def _described(certificate: x509.Certificate) -> tuple[str, ...]:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return (
        certificate.subject.rfc4514_string(),
        f"  serial   {certificate.serial_number:x}",
        f"  sha256   {certificate.fingerprint(hashes.SHA256()).hex()}",
        f"  validity {begins:%Y-%m-%d} – {ends:%Y-%m-%d}",
    )


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    settings.require_ready()
    with open_database(settings) as database, database.transaction() as session:
        row = find_certificate(session, args.serial)
        if row is not None and row.handle in SPEAKERS:
            raise StatementKeyStands(serial=row.serial)
        revoke(session, args.serial, reason=RevocationReason(args.reason), at=SystemClock().now())
    said = {"zh": f"证书 {args.serial} 已吊销。", "en": f"The certificate {args.serial} is revoked."}
    _say(said[settings.language])
    return 0


def _say(*lines: str) -> None:
    print(*lines, sep="\n")  # noqa: T201  the command's output
