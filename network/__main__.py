"""``python -m network``: start a consortium on this machine, or write the first block of a real one."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from eth_utils.address import is_address

from evidence.errors import Language, YinxinError
from ledger.chain import Address
from network import consortium
from network.consortium import Consortium
from network.genesis import Genesis, final_depth, needed

WATCH_SECONDS = 1.0


def main() -> int:
    """Do what the command line asks; give the exit code."""
    args = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # no validator outlives the command
    try:
        return _found(args) if args.command == "genesis" else _start(args)
    except YinxinError as error:
        sys.stderr.write(error.sentence(args.language) + "\n")
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m network", description="联盟链网络。 The consortium's network."
    )
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="语言。 Language.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="在本机启动验证节点。 Start validators on this machine.")
    start.add_argument("--folder", type=Path, default=Path("var/network"), help="数据文件夹。 Where it lies.")
    start.add_argument("--validators", type=int, default=consortium.VALIDATORS, help="个数。 How many.")
    first = commands.add_parser("genesis", help="输出创世区块。 Print the first block of a consortium.")
    first.add_argument("--chain-id", type=int, required=True, help="链标识。 A number no other chain has.")
    first.add_argument("--period", type=int, default=2, help="出块间隔（秒）。 Seconds between blocks.")
    for name, meaning in (
        ("--validator", "出块账户，可重复。 An account that seals; repeat it."),
        ("--funded", "预存资金的提交账户，可重复。 A submitting account that gets money; repeat it."),
    ):
        first.add_argument(name, type=_address, action="append", required=True, help=meaning)
    return parser


def _address(text: str) -> Address:
    if not is_address(text):
        raise argparse.ArgumentTypeError("0x + 40 hexadecimal digits")
    return Address(bytes.fromhex(text.removeprefix("0x")))


def _found(args: argparse.Namespace) -> int:
    first = Genesis(args.chain_id, args.period, tuple(args.validator), tuple(args.funded))
    sys.stdout.write(json.dumps(first.document(), indent=2) + "\n")
    return 0


def _start(args: argparse.Namespace) -> int:
    folder: Path = args.folder.resolve()
    known = (folder / "network.json").exists()
    network = consortium.reopen(folder) if known else consortium.found(folder, validators=args.validators)
    try:
        network.start()
        sys.stdout.write(_greeting(network, args.language))
        sys.stdout.flush()
        return _watch(network, args.language)
    finally:
        network.stop()


def _watch(network: Consortium, language: Language) -> int:
    """Tell of every validator that ends, until the command is interrupted."""
    ended: set[int] = set()
    while len(ended) < len(network.validators):
        for number, each in enumerate(network.validators, start=1):
            if not each.runs and number not in ended:
                ended.add(number)
                zh, en = (
                    f"验证节点 {number} 已停止，日志 {each.log}",
                    f"validator {number} ended; see {each.log}",
                )
                sys.stdout.write((zh if language == "zh" else en) + "\n")
                sys.stdout.flush()
        time.sleep(WATCH_SECONDS)
    return 1


def _greeting(network: Consortium, language: Language) -> str:
    count, folder = len(network.validators), network.folder
    zh = f"联盟链已启动：{count} 个验证节点，至少 {needed(count)} 个运行时出块。按 Ctrl-C 停止全部。"
    en = f"The consortium runs: {count} validators, {needed(count)} of which must. Ctrl-C stops all."
    use = "让印信使用它（serve 与 worker 相同）：" if language == "zh" else "For yinxin serve and worker:"
    told = [
        zh if language == "zh" else en,
        *(f"  {number}  {each.url}" for number, each in enumerate(network.validators, start=1)),
        use,
        f"  export YINXIN_CHAIN_URL={network.validators[0].url}",
        f"  export YINXIN_CHAIN_KEY=$(cat {folder / 'submitter'})",
        f"  export YINXIN_CHAIN_DEPTH={final_depth(count)}",
    ]
    return "\n".join(told) + "\n"


if __name__ == "__main__":
    sys.exit(main())
