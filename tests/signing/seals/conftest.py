"""The town of the joint signing tests, for the life of its seals."""

import pytest

from ledger.database import Database
from signing.typesetting import Typesetter
from tests.signing.joint.conftest import Town


@pytest.fixture
def town(database: Database, typesetter: Typesetter) -> Town:
    return Town(database, typesetter)
