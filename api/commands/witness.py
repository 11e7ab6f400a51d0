"""``yinxin witness``: an organization mirrors a log and countersigns what it has itself checked.

yinxin witness --new-key --key-file witness.key
yinxin witness --log URL --chain RPC --trust FILE --folder DIR --organization USCC --key-file witness.key

Exit codes of the last round: 0 signed, or nothing to sign; 1 refused or failed; 3 it could not begin.
"""

import argparse
import hashlib
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from api.watching import add_arguments, alone_in, ending, language, pinned_log, read, require, rounds
from evidence.errors import Invalid, Language, Refused, YinxinError
from evidence.identifiers import Uscc
from ledger.chain_history import ChainHistory
from ledger.chain_web3 import Web3Chain
from ledger.countersigning import Proposal
from ledger.durable import write_new
from ledger.log_http import HttpLog
from ledger.mirror import Mirror
from ledger.proposals_http import fetch_proposal, send_countersignature
from ledger.transactions import ChainAccount
from ledger.witnessing import Witness
from verify.trust import TrustAnchors

NAME = "witness"
HELP = "见证：镜像账本，核对后会签检查点。 Mirror a log and countersign what was checked."

NOT_SIGNED = 1
KEY_BYTES = 32
SECRET_BITS = 0o077  # what others may do with a key file: nothing


class KeyFileUnusable(Invalid):
    """A key file is not 64 hexadecimal digits, or others may read it. Facts: ``path``."""

    code = "key-file-unusable"
    zh = "密钥文件 {path} 无法使用：应为 64 位十六进制，且只有本人可读（chmod 600）。"
    en = "The key file {path} cannot be used: it takes 64 hexadecimal digits, readable by its owner alone."


class KeyFileTaken(Refused):
    """A new key would replace one that is there. Facts: ``path``."""

    code = "key-file-taken"
    zh = "文件 {path} 已经存在，没有覆盖；请换一个文件名。"
    en = "The file {path} is there already and was not replaced; choose another name."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare for whom is signed, and with what."""
    add_arguments(parser)
    parser.add_argument("--organization", metavar="USCC", help="本机构统一社会信用代码 its credit code")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="见证密钥文件 file of the key")
    parser.add_argument("--new-key", action="store_true", help="生成新密钥文件 make a new key file")
    require(parser, "key_file")


def run(args: argparse.Namespace) -> int:
    """Witness, and give the exit code of the last round; or make a key."""
    return ending(args, lambda: _new_key(args.key_file) if args.new_key else _witness(args))


def _new_key(path: Path) -> int:
    """Write a new private key, readable by its owner alone, and print its account."""
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        write_new(path, secret.hex().encode() + b"\n")
    except FileExistsError:
        raise KeyFileTaken(path=path) from None
    sys.stdout.write(f"0x{ChainAccount(secret).address.hex()}\n")
    return 0


def account_in(path: Path) -> ChainAccount:
    """Read a key file.

    Raises:
        KeyFileUnusable: it holds no key, or others may read it.
        FileUnusable: it cannot be read.
    """
    text = read(path).decode(errors="replace").strip().removeprefix("0x")
    try:
        account = ChainAccount(bytes.fromhex(text))
        if path.stat().st_mode & SECRET_BITS or len(account.secret) != KEY_BYTES:
            raise KeyFileUnusable(path=path)
        _ = account.address
    except (ValueError, TypeError) as error:
        raise KeyFileUnusable(path=path) from error
    return account


def _witness(args: argparse.Namespace) -> int:
    missing = [
        name for name in ("log", "chain", "trust", "folder", "organization") if not getattr(args, name)
    ]
    if missing:
        raise ArgumentsMissing(names=", ".join(f"--{name}" for name in missing))
    trust = TrustAnchors.parse(read(args.trust))
    account = account_in(args.key_file)
    organization = hashlib.sha256(Uscc.parse(args.organization).text.encode()).digest()
    folder: Path = args.folder
    told: list[str] = []

    def look() -> int:
        code, line = party.round(language(args))
        if told != [line]:
            told[:] = [line]
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return code

    with alone_in(folder), HttpLog(args.log) as log:
        chain = Web3Chain.at(args.chain)
        mirror = Mirror(folder / "log", origin=trust.log.origin, key=trust.log.key)
        witness = Witness(folder, mirror=mirror, pinned=pinned_log(trust), account=account)
        party = Party(log, chain, mirror, witness, organization)
        return rounds(look, once=args.once, every=args.every)


class ArgumentsMissing(Refused):
    """A witness lacks arguments. Facts: ``names``."""

    code = "arguments-missing"
    zh = "缺少参数 {names}；用法请运行 yinxin witness --help 查看。"
    en = "{names} is missing; run yinxin witness --help for what it takes."


@dataclass(frozen=True)
class Party:
    """What a round needs: the log, the chain, and who signs."""

    log: HttpLog
    chain: ChainHistory
    mirror: Mirror
    witness: Witness
    organization: bytes

    def round(self, tongue: Language) -> tuple[int, str]:
        """Look once; give the exit code and what there is to say.

        What is asked is fetched before the mirror grows, so that the mirror is never behind it.
        """
        try:
            proposal = fetch_proposal(self.log)
            self.mirror.grow(self.log)
            if proposal is not None:
                signature = self.witness.sign(proposal, self.chain)
                send_countersignature(self.log, organization=self.organization, signature=signature)
        except YinxinError as error:
            return NOT_SIGNED, f"[{error.code}] {error.sentence(tongue)}"
        return 0, _told(self.mirror, proposal, tongue)


def _told(mirror: Mirror, proposal: Proposal | None, tongue: Language) -> str:
    if proposal is None:
        if tongue == "zh":
            return f"镜像 {mirror.size} 条记录，目前没有待会签的检查点。"
        return f"{mirror.size} entries are mirrored; nothing waits to be countersigned."
    if tongue == "zh":
        return f"已会签第 {proposal.seq} 次增长（{proposal.size} 条记录）。"
    return f"Growth {proposal.seq} to {proposal.size} entries was countersigned."
