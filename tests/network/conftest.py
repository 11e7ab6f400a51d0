"""A consortium of four validators with a block a second, and the ledger on it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from evidence.algorithms import Algorithm
from evidence.clock import SystemClock
from evidence.keys import LocalSigner
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.registry import Founding
from network import consortium
from network.consortium import Consortium
from network.genesis import final_depth
from tests.ledger.conftest import record
from tests.network.on_chain import ORIGIN

__all__ = ["record"]


@contextmanager
def running(*, validators: int, period_seconds: int) -> Iterator[Consortium]:
    """Validators that run, and are stopped in the end."""
    folder = Path(tempfile.mkdtemp(prefix="yinxin-"))  # short enough for sockets
    made = consortium.found(folder / "network", validators=validators, period_seconds=period_seconds)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def founded() -> Iterator[Consortium]:
    """Four validators with a block a second."""
    with running(validators=4, period_seconds=1) as consortium_of_four:
        yield consortium_of_four


@pytest.fixture
def network(founded: Consortium) -> Consortium:
    """The four, all of them running, whatever the test before left behind."""
    founded.start()
    return founded


@pytest.fixture(scope="module")
def lone_validator() -> Iterator[Consortium]:
    """A single validator that seals a block for each transaction, and none without."""
    with running(validators=1, period_seconds=0) as consortium_of_one:
        yield consortium_of_one


@pytest.fixture(scope="module")
def log_key() -> LocalSigner:
    return LocalSigner.generate(Algorithm.EDDSA)


@pytest.fixture
def anchoring(network: Consortium, database: Database, log_key: LocalSigner) -> Anchoring:
    """The ledger's worker, which asks the first validator and waits until a block cannot be undone."""
    return Anchoring(
        database=database,
        chain=Web3Chain.at(network.validators[0].url),
        account=network.account,
        origin=ORIGIN,
        signer=log_key,
        clock=SystemClock(),
        founding=Founding(operator=b"i" * 32),
        policy=AnchoringPolicy(depth=final_depth(len(network.validators)), may_forget=False),
    )
