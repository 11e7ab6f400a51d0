"""Small factories of the ledger's tests."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.entry import SCHEMA, Entry
from evidence.keys import LocalSigner
from evidence.statement import StatementType
from ledger import entries
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain import Chain
from ledger.chain_memory import MemoryChain
from ledger.database import Database
from ledger.registry import Founding
from ledger.transactions import ChainAccount

ORIGIN = "test.example/log"
FOUNDING = Founding(operator=b"i" * 32)


@pytest.fixture(scope="session")
def signer() -> LocalSigner:
    """A city's statement key."""
    return LocalSigner.generate(Algorithm.ES256)


@pytest.fixture(scope="session")
def log_signer() -> LocalSigner:
    """A log's checkpoint key."""
    return LocalSigner.generate(Algorithm.EDDSA)


@pytest.fixture
def clock() -> FixedClock:
    """A moment that a test moves by hand."""
    return FixedClock(datetime(2026, 5, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def chain() -> MemoryChain:
    """A chain of this process, new for each test."""
    return MemoryChain()


@pytest.fixture
def record(database: Database) -> Callable[[int], int]:
    """Append as many entries as told; give the index of the first."""

    def append(count: int) -> int:
        moment = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
        new = [
            Entry(StatementType.CONSENT, "city", moment, SCHEMA, secrets.token_bytes(32), ())
            for _ in range(count)
        ]
        with database.transaction() as session:
            return entries.append_all(session, new)

    return append


@pytest.fixture
def worker(
    database: Database, chain: MemoryChain, log_signer: LocalSigner, clock: FixedClock
) -> Callable[..., Anchoring]:
    """Make a worker on the test's chain, or on another one with its account."""

    def make(
        *,
        on: Chain | None = None,
        account: ChainAccount | None = None,
        policy: AnchoringPolicy | None = None,
        founding: Founding | None = None,
    ) -> Anchoring:
        return Anchoring(
            database=database,
            chain=on or chain,
            account=account or chain.account,
            origin=ORIGIN,
            signer=log_signer,
            clock=clock,
            founding=founding or FOUNDING,
            policy=policy,
        )

    return make
