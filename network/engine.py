"""The engine: geth 1.13.15, the last release that seals blocks by Clique, as ``make engine`` built it.

One set of flags serves the validators on one machine and those of an organization: ``network/operator``
is checked against it.
"""

import subprocess
from pathlib import Path

from evidence.errors import Refused

GETH = Path(__file__).parent / "geth" / "bin" / "geth"
INIT_SECONDS = 60  # a key or a first block is written in about a second

FULL = (
    "--syncmode=full",
    "--gcmode=archive",  # every state is on disk: a killed validator comes back where it was
    "--snapshot=false",  # a second copy of the state that archive makes needless
    "--history.transactions=0",  # receipts of all blocks, not of the last year's
    "--nodiscover",  # peers are the organizations of the list, nobody else
)
"""How every node of the consortium runs, whether it seals or only follows."""

SEALS = ("--mine", "--miner.gasprice=1")
"""What a validator has besides: it seals, also transactions that pay 1 wei a gas, the least geth knows."""


class EngineMissing(Refused):
    """The engine was not built."""

    code = "engine-missing"
    zh = "联盟链引擎尚未构建。请安装 Go 1.23 或更新版本，然后运行 make engine。"
    en = "The consortium's engine is not built. Install Go 1.23 or newer and run make engine."


class EngineRefused(Refused):
    """geth would not do what it was asked."""

    code = "engine-refused"
    zh = "联盟链引擎拒绝执行（{reason}）；请按原因处理后重新运行。"
    en = "The consortium's engine refused ({reason}); put that right, then run again."


def run(*arguments: str) -> None:
    """Run geth once with ``arguments`` and wait for its end.

    Raises:
        EngineMissing: it was not built.
        EngineRefused: it ended with an error; its last line is the reason.
    """
    ended = subprocess.run(  # noqa: S603  our own build
        [program(), *arguments], capture_output=True, text=True, timeout=INIT_SECONDS, check=False
    )
    if ended.returncode:
        raise EngineRefused(reason=(ended.stderr.strip().splitlines() or ["?"])[-1])


def program() -> str:
    """Give the path of geth.

    Raises:
        EngineMissing: it was not built.
    """
    if not GETH.exists():
        raise EngineMissing
    return str(GETH)
