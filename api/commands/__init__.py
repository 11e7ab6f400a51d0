"""The command line: ``yinxin COMMAND``, one module per command, loaded only when it is asked for.

A command is a module of this package with ``NAME``, ``HELP``, ``configure(parser)`` and ``run(args) ->
int``; its name in ``COMMANDS`` is all that registers it. Only the chosen module is imported, so that
``yinxin verify`` works where nothing but the verifier is installed. A command whose packages are missing
says so in one sentence.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Protocol, cast

from api.usage import UsageParser, languages_asked_for
from evidence.errors import Language

COMMANDS = (
    "verify",
    "run",
    "demo",
    "serve",
    "worker",
    "signer",
    "account",
    "ledger",
    "monitor",
    "witness",
    "exceptions",
    "organization",
    "pki",
    "national",
)
"""Module names below ``api.commands``, in the order in which the help lists them."""

UNUSABLE = 3
"""Exit code when a command could not begin: a missing package, unusable input."""

HOUSE = ("api", "evidence", "identity", "ledger", "signing", "verify")


class Command(Protocol):
    """What a module of this package offers."""

    NAME: str
    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments of the command."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it and return the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command named by ``argv`` (default: the arguments of the process) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = arguments[0] if arguments and arguments[0] in COMMANDS else None
    try:
        names = COMMANDS if chosen is None else (chosen,)
        parser = _parser(names, languages_asked_for(arguments))
        args = parser.parse_args(arguments)
        return int(args.run(args))
    except ModuleNotFoundError as missing:
        if _is_ours(missing):
            raise
        sys.stderr.write(_needs_server(chosen or "", missing))
        return UNUSABLE


def _parser(names: Sequence[str], languages: tuple[Language, ...]) -> UsageParser:
    parser = UsageParser(prog="yinxin", description="印信 Yinxin", languages=languages)
    of_command = cast(
        "type[UsageParser]", partial(UsageParser, languages=languages)
    )  # argparse only calls it
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=of_command)
    for name in names:
        try:
            command = cast("Command", import_module(f"api.commands.{name}"))
        except ModuleNotFoundError as missing:
            if len(names) == 1 or _is_ours(missing):
                raise
            commands.add_parser(name, help="需要 yinxin[server]。 Needs yinxin[server].")
            continue
        below = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        command.configure(below)
        below.set_defaults(run=command.run)
    return parser


def _is_ours(missing: ModuleNotFoundError) -> bool:
    return (missing.name or "").split(".")[0] in HOUSE


def _needs_server(command: str, missing: ModuleNotFoundError) -> str:
    return (
        f"yinxin {command} 需要服务端组件（缺少 {missing.name}）：请运行 pip install 'yinxin[server]'。\n"
        f"yinxin {command} needs the server packages ({missing.name} is missing): run pip install "
        f"'yinxin[server]'.\n"
    )
