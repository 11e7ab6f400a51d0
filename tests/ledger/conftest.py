"""Small factories of the ledger's tests."""

from datetime import UTC, datetime

import pytest

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.keys import LocalSigner


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
