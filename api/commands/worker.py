"""``yinxin worker``: assemble, anchor and publish for a city at work; one acts per chain account."""

import argparse
import signal
import sys
import threading

from api.commands.serve import add_operator, operator_of
from api.settings import Settings
from api.tasks import tasks
from api.wiring import open_house
from api.worker import Worker
from evidence.errors import YinxinError

NAME = "worker"
HELP = "后台任务：合成、上链、制证。 Assemble, anchor and publish."


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare who runs the house."""
    add_operator(parser)


def run(args: argparse.Namespace) -> int:
    """Work until stopped; give 1 when the house could not open."""
    settings = Settings()
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    try:
        with open_house(settings, operator_of(args)) as house:
            worker = Worker(tasks(house))
            worker.start()
            ended.wait()
            worker.stop()
    except YinxinError as error:
        sys.stderr.write(error.sentence(settings.language) + "\n")
        return 1
    return 0
