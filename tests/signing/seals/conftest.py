"""The town of the joint signing tests, for the life of its seals."""

from pathlib import Path

import pytest

from ledger.database import Database
from signing.typesetting import Typesetter
from tests.signing.joint.conftest import Town


@pytest.fixture
def town(database: Database, typesetter: Typesetter, tmp_path: Path) -> Town:
    return Town(database, typesetter, tmp_path)
