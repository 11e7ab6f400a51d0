"""``yinxin monitor``: watch a log and its chain from outside, with no access to the database.

Exit codes, the gravest of what a round found: 0 all is well; 10 split view; 11 rewritten history; 12 an
unknown contract or chain; 13 an unknown log; 14 the node tells a history that does not hold; 15 missing
entries; 16 the chain is unreachable; 17 the log is unreachable; 18 entries wait too long for the chain; 3 it
could not begin.
"""

import argparse
import sys
from datetime import timedelta
from pathlib import Path

from api.monitor_metrics import kind_name, metrics
from api.watching import add_arguments, alone_in, ending, language, pinned_log, read, require, rounds
from evidence.clock import SystemClock
from evidence.errors import Language
from ledger.chain_web3 import Web3Chain
from ledger.durable import write_over
from ledger.following import Follower
from ledger.log_http import HttpLog
from ledger.mirror import Mirror
from ledger.monitoring import Monitor, Report
from verify.trust import TrustAnchors

NAME = "monitor"
HELP = "从外部监视账本与链。 Watch a log and its chain from outside."

PATIENCE_SECONDS = 600


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what is watched, and where what was seen is kept."""
    add_arguments(parser)
    require(parser, "log", "chain", "trust", "folder")
    parser.add_argument("--depth", type=int, default=1, help="区块深度，到此为定局 blocks until final (1)")
    parser.add_argument("--metrics", type=Path, metavar="FILE", help="指标文件 metrics for Prometheus")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_SECONDS,
        metavar="SECONDS",
        help="最久多少秒未上链 longest wait for the chain (600)",
    )
    parser.add_argument(
        "--compare",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="他人所见的检查点 a checkpoint that somebody else was shown; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Watch, and give the exit code of the last round."""
    return ending(args, lambda: _watch(args))


def _watch(args: argparse.Namespace) -> int:
    trust = TrustAnchors.parse(read(args.trust))
    folder: Path = args.folder
    told: list[str] = []

    def look() -> int:
        others = tuple(read(path).decode(errors="replace") for path in args.compare)
        report = monitor.round(log, chain, others=others)
        if args.metrics is not None:
            write_over(args.metrics, metrics(report).encode())
        lines = _lines(report, language(args))
        if lines[1:] != told[1:] or not told:
            told[:] = lines
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()
        return int(report.worst or 0)

    with alone_in(folder), HttpLog(args.log) as log:
        chain = Web3Chain.at(args.chain)
        monitor = Monitor(
            folder,
            mirror=Mirror(folder / "log", origin=trust.log.origin, key=trust.log.key),
            follower=Follower(folder / "chain.json", pinned_log(trust), depth=args.depth),
            clock=SystemClock(),
            patience=timedelta(seconds=args.patience),
        )
        return rounds(look, once=args.once, every=args.every)


def _lines(report: Report, tongue: Language) -> list[str]:
    """Say how things stand, and one sentence for each thing that is wrong."""
    at = report.at.isoformat(timespec="seconds")
    if tongue == "zh":
        anchored = f"已上链 {report.anchored_size} 条，第 {report.growths} 次增长"
        head = f"{at} 账本 {report.log_size} 条，{anchored if _saw_chain(report) else '尚未读到链'}。"
    else:
        anchored = f"{report.anchored_size} anchored, growth {report.growths}"
        head = f"{at} {report.log_size} entries, {anchored if _saw_chain(report) else 'chain not seen yet'}."
    if not report.findings:
        return [head, "一切正常。" if tongue == "zh" else "All is well."]
    return [head, *(f"[{kind_name(each.kind)}] {each.error.sentence(tongue)}" for each in report.findings)]


def _saw_chain(report: Report) -> bool:
    """Tell whether this folder has ever followed the chain; before that its sizes mean nothing."""
    return report.growths > 0 or report.block_number is not None
