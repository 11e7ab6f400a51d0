"""Opening the city: one process a folder holds the house, serves the site and runs the worker.

A second process finds the address of the first in the folder's lock file.

    with open_city(settings, tell) as city:
        print(city.url)
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.demonstration.narrator import Narrator
from api.house import House
from api.settings import Settings
from api.site import listen, open_site
from api.tasks import tasks
from api.trust import anchors
from api.wiring import open_house
from api.worker import Worker
from evidence.errors import Refused, YinxinError
from signing.durable import write_over

LOCK_FILE = "open"
TRUST_FILE = "trust.json"


class CityOpen(Refused):
    """Another process has the city of this folder open. Facts: ``url``."""

    code = "city-open"
    zh = "这座城市已经在 {url} 打开，请直接使用；如需重新打开，先关闭它。"
    en = "This city is open already at {url}; use it there, or close it before opening it again."


@dataclass(frozen=True)
class OpenCity:
    """A city whose site answers at ``url``; ``problem`` says why the chain could not be reached, if so."""

    url: str
    house: House
    problem: YinxinError | None


@contextmanager
def _alone(folder: Path) -> Iterator[TextIO]:
    """Hold the folder's lock; it ends with the process, however that ends.

    Raises:
        CityOpen: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK_FILE).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CityOpen(url=lock.read().strip()) from None
        lock.truncate(0)
        yield lock
        lock.truncate(0)


@contextmanager
def open_city(settings: Settings, tell: Narrator) -> Iterator[OpenCity]:
    """Open the demonstration city and serve it until the block ends.

    Raises:
        CityOpen, PortTaken: somebody is there already.
        YinxinError: a part of the house did not start, by its own name.
    """
    with ExitStack() as closing:
        lock = closing.enter_context(_alone(settings.folder))
        listener = closing.enter_context(listen(host=settings.host, port=settings.port))
        with tell.doing("打开数据库、本地链与密钥", "opening the database, the local chain and the keys"):
            house = closing.enter_context(open_house(settings, OPERATOR))
            plant(house)
        with tell.doing("部署合约、锚定账本", "deploying the contracts and anchoring the log"):
            progress = house.anchoring.step()
        if progress.problem is None:
            write_over(settings.folder / TRUST_FILE, anchors(house).to_json())
        with tell.doing("载入人脸模型", "loading the face models"):
            house.scans.warm_up()
        worker = Worker(tasks(house))
        worker.start()
        closing.callback(worker.stop)
        site = open_site(create_app(house), listener)
        closing.callback(site.close)
        lock.write(site.url)
        lock.flush()
        yield OpenCity(url=site.url, house=house, problem=progress.problem)
