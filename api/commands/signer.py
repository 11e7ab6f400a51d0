"""``yinxin signer``: the process that has the keys of people and seals, and signs on activation data alone.

yinxin signer --trust trust.json --user yinxin

It listens at ``YINXIN_SIGNER`` and keeps keys and book below a ``YINXIN_FOLDER`` of its own, under a secret
or in a token of its own. The trust file of the site tells whose approvals it believes; the first one is kept,
and another key is refused from then on.
"""

import argparse
import os
import pwd
import threading
from contextlib import suppress
from pathlib import Path

from api.activating import BOOK, site_of
from api.ending import ending
from api.house_keys import derived, secret_of
from api.key_store import keystore_of
from api.national import sm2_keys_of
from api.settings import SettingMissing, Settings
from evidence.clock import SystemClock
from evidence.errors import Refused, Term
from evidence.keys import VerifyingKey
from ledger import durable
from signing.activation_book import ActivationBook
from signing.activation_checks import Pins
from signing.activation_module import LocalActivationModule
from signing.national_signing import NationalSigning
from signing.signer_server import SignerServer
from verify.trust import TrustAnchors

NAME = "signer"
HELP = "签名进程：只凭激活数据签名。 Keep the held keys; sign on activation data alone."
PIN = "verifier.der"


class VerifierUnnamed(Refused):
    """The trust file does not name one identity verifier. Facts: ``file``, ``reason``."""

    code = "verifier-unnamed"
    zh = "文件 {file} 没有指明唯一的身份核验密钥（{reason}）；请从本站 /trust.json 重新取得。"
    en = "The file {file} does not name one identity verifier ({reason}); fetch /trust.json from the site."


class VerifierChanged(Refused):
    """The trust file names another identity verifier than the one pinned at the first start."""

    code = "verifier-changed"
    zh = "身份核验密钥与首次启动时记下的不同，签名进程不启动；确需更换时，请先删除 {file}。"
    en = "The identity verifier is not the one pinned at the first start; to change it, remove {file}."


class UserUnknown(Refused):
    """No user of this machine has this name. Facts: ``user``."""

    code = "user-unknown"
    zh = "本机没有名为 {user} 的用户；请核对 --user。"
    en = "This machine has no user called {user}; check --user."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare whom it believes and whom it answers."""
    parser.add_argument("--trust", type=Path, metavar="FILE", help="本站的信任文件 the site's trust file")
    parser.add_argument("--user", metavar="NAME", help="网站进程的用户（默认同一用户） the site's user")


def run(args: argparse.Namespace) -> int:
    """Answer until stopped; give 1 when it could not begin."""
    return ending(lambda settings: _serve(args, settings))


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    if settings.signer is None:
        raise SettingMissing(
            setting="YINXIN_SIGNER",
            zh_why="签名进程须知道在何处应答",
            en_why="the signer must know where to answer",
        )
    if not settings.demonstration and settings.secret is None:
        raise SettingMissing(
            setting="YINXIN_SECRET",
            zh_why="签名进程须有自己的密钥口令，与网站的不同",
            en_why="the signer needs a secret of its own, not that of the site",
        )
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret, clock = secret_of(settings), SystemClock()
    sm2 = sm2_keys_of(settings, derived(secret, "keystore"))
    keystore = keystore_of(settings, derived(secret, "keystore"))
    pins = Pins(verifier=pinned(settings.folder / PIN, args.trust), party=site_of(settings))
    book = ActivationBook(settings.folder / BOOK, derived(secret, "activations"))
    national = None if sm2 is None else NationalSigning(sm2)
    module = LocalActivationModule(keystore, book, pins=pins, clock=clock, national=national)
    with SignerServer(settings.signer, keystore, module, users={_user(args.user)}, sm2=sm2) as server:
        threading.Thread(target=server.serve, daemon=True).start()
        said = {
            "zh": f"签名进程已在 {settings.signer} 应答。",
            "en": f"The signer answers at {settings.signer}.",
        }
        print(said[settings.language], flush=True)  # noqa: T201  the command's output
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0


def pinned(pin: Path, trust: Path | None) -> VerifyingKey:
    """Give the verifier's key: the pinned one, which the file ``trust`` sets the first time.

    Raises:
        VerifierUnnamed: there is none yet and the file is absent, or names none or several.
        VerifierChanged: the file names another.
        TrustMalformed: the file is no trust file.
    """
    kept = VerifyingKey.from_spki(pin.read_bytes()) if pin.exists() else None
    if trust is None:
        if kept is None:
            raise VerifierUnnamed(file="--trust", reason=Term("未给出", "not given"))
        return kept
    named = _named(trust)
    if kept is None:
        durable.write_new(pin, named.spki)
    elif kept != named:
        raise VerifierChanged(file=pin)
    return named


def _named(trust: Path) -> VerifyingKey:
    try:
        anchors = TrustAnchors.parse(trust.read_bytes())
    except OSError as error:
        raise VerifierUnnamed(file=trust, reason=Term("无法读取", "unreadable")) from error
    keys = {each.key for each in anchors.issuers if "approval" in each.roles}
    if len(keys) != 1:
        raise VerifierUnnamed(file=trust, reason=Term(f"{len(keys)} 个", f"{len(keys)} keys"))
    return keys.pop()


def _user(name: str | None) -> int:
    if name is None:
        return os.getuid()
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError as error:
        raise UserUnknown(user=name) from error
