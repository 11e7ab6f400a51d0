"""A planted city without a worker, on a chain of this process: a test decides whether it answers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.house import House
from api.page_images import PageDrawer
from api.settings import Mode, Settings
from api.site import Site, listen, open_site
from api.wiring import open_house
from identity.face_models import FusedMatcher
from identity.portraits import PortraitPool
from ledger import roles
from ledger.anchoring import Anchoring, AnchoringProgress
from ledger.chain_memory import MemoryChain
from tests.databases import lent_database

_scans = PortraitPool(FusedMatcher)
_pages = PageDrawer()
"""The processes that scan and draw: their start, with its weights, costs more than a city."""

NOBODY = "http://127.0.0.1:9"  # the discard port: no chain is started, none answers there


@dataclass(frozen=True)
class QuietCity:
    """The house, its doors, its chain, and a visitor who is nobody."""

    house: House
    app: FastAPI
    site: Site
    chain: MemoryChain
    visitor: httpx.Client

    def anchor(self) -> AnchoringProgress:
        """Bring everything that waits onto the chain."""
        return self.house.anchoring.step()


@contextmanager
def open_quiet_city(folder: Path, *, of_its_own: bool = False, **more: Any) -> Iterator[QuietCity]:
    """Plant a city in ``folder`` and serve it; nothing is anchored until the test says so.

    The server of the tests lends it a database; ``of_its_own`` starts a server in ``folder`` that other
    processes may join. ``more`` are further settings.
    """
    with ExitStack() as closing:
        if not of_its_own:
            url = closing.enter_context(lent_database())
            more["database_url"] = roles.acting(url, roles.WORKING)
            more["database_owner_url"] = roles.acting(url, roles.OWNER)
        yield closing.enter_context(_opened(folder, more))


@contextmanager
def _opened(folder: Path, more: dict[str, Any]) -> Iterator[QuietCity]:
    listener = listen(host="127.0.0.1", port=0)
    settings = Settings(
        mode=Mode.DEMONSTRATION,
        folder=folder,
        chain_url=NOBODY,
        public_url=f"http://localhost:{listener.getsockname()[1]}",
        **more,
    )
    chain = MemoryChain()
    with open_house(settings, OPERATOR) as opened:
        house = with_shared_workers(replace(opened, chain=chain, anchoring=_anchoring(opened, chain)))
        plant(house)
        app = create_app(house)
        site = open_site(app, listener)
        with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as visitor:
            yield QuietCity(house, app, site, chain, visitor)
        site.close()


def with_shared_workers(house: House) -> House:
    """Let ``house`` scan and draw in the processes that all houses of this test process share."""
    return replace(house, scans=_scans, pages=_pages)


def end_workers() -> None:
    """End the processes that scan and draw."""
    _scans.close()
    _pages.close()


def _anchoring(house: House, chain: MemoryChain) -> Anchoring:
    return Anchoring(
        database=house.database,
        chain=chain,
        account=chain.account,
        origin=house.settings.origin,
        signer=house.log_signer,
        clock=house.clock,
        founding=house.founding,
    )
