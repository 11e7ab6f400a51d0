"""Opening the city: one process a folder holds the house, serves the site and runs the worker.

A second process finds the address of the first in the folder's lock file.

    with open_city(settings, tell) as city:
        print(city.url)
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from api.app import create_app
from api.bulk_issuing.issuing import release_rows
from api.demonstration.city import OPERATOR, plant
from api.demonstration.narrator import Narrator
from api.house import House
from api.settings import Settings
from api.site import listen, open_site
from api.tasks import at_work
from api.trust import NotYetDeployed, anchors
from api.wiring import open_house
from evidence.errors import Refused, Unavailable, YinxinError
from ledger.durable import write_over
from signing.assembly_jobs import release_claims

LOCK_FILE = "open"
TRUST_FILE = "trust.json"
OPENING_SECONDS = 120.0  # another process may take that long to open the city
POLL_SECONDS = 0.2


class CityOpen(Refused):
    """Another process has the city of this folder open. Facts: ``url``."""

    code = "city-open"
    zh = "这座城市已经在 {url} 打开，请直接使用；如需重新打开，先关闭它。"
    en = "This city is open already at {url}; use it there, or close it before opening it again."


class CityNotYetOpen(Unavailable):
    """Another process holds the folder, and its site does not open. Facts: ``folder``."""

    code = "city-not-yet-open"
    zh = "另一个进程正占用文件夹 {folder}，但其网站迟迟没有打开。请关闭该进程后重试。"
    en = "Another process holds the folder {folder}, and its site does not open; close it and try again."


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
            raise CityOpen(url=lock.read().strip() or "…") from None
        lock.truncate(0)
        try:
            yield lock
        finally:
            lock.truncate(0)


def address_of_open_city(folder: Path, tell: Narrator) -> str:
    """Give the address of the city that another process has open, waiting while it opens.

    Raises:
        CityNotYetOpen: it does not open.
    """
    deadline = time.monotonic() + OPENING_SECONDS
    with tell.doing("等待另一个进程打开城市", "waiting for another process to open the city"):
        while time.monotonic() < deadline:
            url = (folder / LOCK_FILE).read_text().strip()
            if url:
                return url
            time.sleep(POLL_SECONDS)
    raise CityNotYetOpen(folder=folder)


def _take_over_from_the_dead(house: House) -> None:
    """Take up at once what a killed house had claimed; in a shared database its claims must run out."""
    if house.settings.database_url is None:
        with house.database.transaction() as session:
            release_claims(session, at=house.clock.now())
            release_rows(session, at=house.clock.now())


def _keep_trust(house: House, file: Path) -> None:
    """Write the trust file whenever what is to be pinned has changed: a local chain forgets its contracts."""
    try:
        pinned = anchors(house).to_json()
    except NotYetDeployed:
        return
    if not file.exists() or file.read_bytes() != pinned:
        write_over(file, pinned)


@contextmanager
def open_city(settings: Settings, tell: Narrator) -> Iterator[OpenCity]:
    """Open the demonstration city and serve it until the block ends.

    Raises:
        CityOpen, PortTaken, AddressUnusable: somebody is there already, or nobody may be.
        YinxinError: a part of the house did not start, by its own name.
    """
    with ExitStack() as started:
        with tell.doing("打开城市", "opening the city"):
            city = _open(settings, tell, started)
        try:
            yield city
        finally:
            with tell.doing("关闭城市", "closing the city"):
                started.close()


def _open(settings: Settings, tell: Narrator, started: ExitStack) -> OpenCity:
    """Open the city; all that is to be closed again is entered into ``started``."""
    lock = started.enter_context(_alone(settings.folder))
    listener = started.enter_context(listen(host=settings.host, port=settings.port))
    with tell.doing("打开数据库、本地链与密钥", "opening the database, the local chain and the keys"):
        house = started.enter_context(open_house(settings, OPERATOR))
        plant(house)
        _take_over_from_the_dead(house)
    with tell.doing("部署合约、锚定账本", "deploying the contracts and anchoring the log"):
        progress = house.anchoring.step()
    trust = settings.folder / TRUST_FILE
    _keep_trust(house, trust)
    with tell.doing("载入人脸模型", "loading the face models"):
        house.scans.warm_up()
    started.enter_context(at_work(house, ("trust", lambda: _keep_trust(house, trust))))
    site = open_site(create_app(house), listener)
    started.callback(site.close)
    lock.write(site.url)
    lock.flush()
    return OpenCity(url=site.url, house=house, problem=progress.problem)
