"""``yinxin worker``: assemble, anchor and publish for a city at work; one acts per chain account."""

import argparse
import threading

from api.commands.serve import add_operator, operator_of
from api.demonstration.narrator import Narrator
from api.ending import ending
from api.settings import Settings
from api.tasks import tasks
from api.wiring import Operator, open_house
from api.worker import Worker

NAME = "worker"
HELP = "后台任务：合成、上链、制证。 Assemble, anchor and publish."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare who runs the house."""
    add_operator(parser)


def run(args: argparse.Namespace) -> int:
    """Work until stopped; give 1 when the house could not open."""
    return ending(lambda settings: _work(settings, operator_of(args)))


def _work(settings: Settings, operator: Operator) -> int:
    with open_house(settings, operator) as house:
        worker = Worker(tasks(house))
        worker.start()
        Narrator(settings.language).say("后台任务已开始。", "The worker has begun.")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
        finally:
            worker.stop()
    return 0
