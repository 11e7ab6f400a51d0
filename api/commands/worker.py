"""``yinxin worker``: assemble, anchor and publish for a city at work; one acts per chain account."""

import argparse
import threading
from contextlib import suppress

from api.demonstration.narrator import Narrator
from api.ending import ending
from api.operator_arguments import add_operator, operator_of
from api.settings import Settings
from api.tasks import at_work
from api.wiring import Operator, open_house

NAME = "worker"
HELP = "后台任务：合成、上链、制证。 Assemble, anchor and publish."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare who runs the house."""
    add_operator(parser)


def run(args: argparse.Namespace) -> int:
    """Work until stopped; give 1 when the house could not open."""
    return ending(lambda settings: _work(settings, operator_of(args)))


def _work(settings: Settings, operator: Operator) -> int:
    with open_house(settings, operator) as house, at_work(house):
        Narrator(settings.language).say("后台任务已开始。", "The worker has begun.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    return 0
