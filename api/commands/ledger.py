"""``yinxin ledger``: bring a lost log back, out of its chain and out of somebody's mirror.

yinxin ledger rebuild --from-chain --trust trust.json --chain http://127.0.0.1:8545
yinxin ledger rebuild --from-chain --trust trust.json --mirror /mnt/court/log
yinxin ledger restore --trust trust.json --mirror /mnt/court/log
"""

import argparse
import sys
from pathlib import Path
from typing import TypeVar

from api.ending import ending
from api.settings import SettingMissing, Settings
from api.watching import pinned_log, read
from api.wiring import open_database
from evidence.clock import SystemClock
from evidence.errors import Language
from ledger.chain_web3 import Web3Chain
from ledger.history import check_chain, read_growths, with_registry
from ledger.mirror import Mirror
from ledger.rebuilding import LogEndUnknown, Recovered, rebuild, recover, restore
from verify.trust import TrustAnchors

Given = TypeVar("Given")

NAME = "ledger"
HELP = "从链上或镜像恢复账本。 Bring a lost log back, out of its chain or a mirror."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what is brought back, and out of what."""
    parser.add_argument(
        "what", choices=("rebuild", "restore"), help="重建账本，或补回内容 log, or its contents"
    )
    parser.add_argument("--from-chain", action="store_true", help="从链上重建 rebuild out of the chain")
    parser.add_argument("--chain", metavar="RPC", help="链节点网址 JSON-RPC (YINXIN_CHAIN_URL)")
    parser.add_argument("--trust", type=Path, required=True, metavar="FILE", help="信任文件 trust file")
    parser.add_argument("--mirror", type=Path, metavar="DIR", help="镜像的 log 文件夹 a mirror's folder log")


def run(args: argparse.Namespace) -> int:
    """Bring back what there is; give 1 when it could not be."""
    return ending(lambda settings: _bring_back(args, settings))


def _bring_back(args: argparse.Namespace, settings: Settings) -> int:
    trust = TrustAnchors.parse(read(args.trust))
    mirror = None
    if args.mirror is not None:
        mirror = Mirror(args.mirror, origin=trust.log.origin, key=trust.log.key)
    if args.what == "restore":
        return _restore(settings, _given(mirror, "--mirror", zh="从哪个镜像补回", en="out of which mirror"))
    _given(args.from_chain or None, "--from-chain", zh="从链上重建", en="that the chain is to be read")
    pinned = pinned_log(trust)
    url = _given(
        args.chain or settings.chain_url, "YINXIN_CHAIN_URL", zh="链节点网址", en="which node is to be read"
    )
    chain = Web3Chain.at(url)
    check_chain(chain, pinned)
    pinned = with_registry(chain, pinned)
    found = recover(read_growths(chain, pinned), mirror)
    try:
        with open_database(settings, as_owner=True) as database, database.transaction() as session:
            rebuild(session, found, pinned, clock=SystemClock())
            filled = 0 if mirror is None else restore(session, mirror)
    except LogEndUnknown:
        sys.stdout.write("\n".join(_told(found, 0, settings.language)) + "\n")
        raise
    sys.stdout.write("\n".join(_told(found, filled, settings.language)) + "\n")
    return 0


def _given(value: Given | None, setting: str, *, zh: str, en: str) -> Given:
    if value is None:
        raise SettingMissing(setting=setting, zh_why=f"请指明{zh}", en_why=f"say {en}")
    return value


def _restore(settings: Settings, mirror: Mirror) -> int:
    with open_database(settings, as_owner=True) as database, database.transaction() as session:
        filled = restore(session, mirror)
    said = {"zh": f"补回 {filled} 条记录的内容。", "en": f"{filled} contents were restored."}
    sys.stdout.write(said[settings.language] + "\n")
    return 0


def _told(found: Recovered, filled: int, language: Language) -> list[str]:
    """Say what could and could not be brought back."""
    runs = [f"{run.first}-{run.end - 1}" for run in found.runs]
    lost = [f"{start}-{end - 1}" for start, end in found.lost]
    if language == "zh":
        told = [
            f"账本共 {found.size} 条记录，{'可以继续增长' if found.goes_on else '末尾未知，不能继续增长'}。",
            f"可恢复：{found.known} 条的哈希与树节点（{'、'.join(runs) or '无'}）；{filled} 条的内容。",
            f"只知道根：{'、'.join(lost) or '无'}。",
            f"未恢复：{found.size - filled} 条的内容，可用镜像补回（yinxin ledger restore）。",
            "链上没有，无法恢复：盐值、签名声明、检查点的签名。",
        ]
        after = "新检查点由后台任务签署，下次增长后全部重新锚定。"
    else:
        goes_on = "it can go on growing" if found.goes_on else "its end is unknown, so it cannot go on"
        told = [
            f"The log has {found.size} entries; {goes_on}.",
            f"Recoverable: the leaves of {found.known} ({', '.join(runs) or 'none'}); {filled} contents.",
            f"Known by root alone: {', '.join(lost) or 'none'}.",
            f"Not recovered: {found.size - filled} contents; out of a mirror by yinxin ledger restore.",
            "Not recovered, because it was never on the chain: salts, signed statements, signed checkpoints.",
        ]
        after = "The worker signs the next checkpoint, and the next growth anchors all."
    return [*told, after] if found.goes_on else told
