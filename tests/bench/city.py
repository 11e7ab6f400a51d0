"""What the ledger's bench runs on: an embedded PostgreSQL as a city has it, and a Hardhat node."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from api import hardhat, migrations
from evidence.algorithms import Algorithm
from evidence.clock import SystemClock
from evidence.keys import LocalSigner
from ledger import postgres
from ledger.anchoring import Anchoring
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.registry import Founding
from ledger.transactions import ChainAccount

ACCOUNT = ChainAccount(bytes.fromhex(hardhat.DEMONSTRATION_ACCOUNT_KEY.removeprefix("0x")))
_NUMBERS = count(1)


@dataclass(frozen=True)
class BenchCity:
    """The server's ``url`` and a ``folder`` for what a node prints."""

    url: str
    folder: Path

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open a migrated, empty database, and drop it when the block ends."""
        name = f"bench_{next(_NUMBERS)}"
        self._run(f"CREATE DATABASE {name}")
        url = make_url(self.url).set(database=name).render_as_string(hide_password=False)
        migrations.upgrade(url)
        database = Database(url)
        yield database
        database.close()
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def anchoring(self, database: Database) -> Iterator[tuple[Anchoring, str]]:
        """Anchor ``database`` on a node of its own until the block ends; give its URL as well."""
        node = hardhat.start(log=self.folder / "node.log")
        yield (
            Anchoring(
                database=database,
                chain=Web3Chain.at(node.url),
                account=ACCOUNT,
                origin="bench.example/log",
                signer=LocalSigner.generate(Algorithm.EDDSA),
                clock=SystemClock(),
                founding=Founding(operator=b"i" * 32),
            ),
            node.url,
        )
        node.stop()

    def _run(self, statement: str) -> None:
        url = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def open_city() -> Iterator[BenchCity]:
    """Start the server in a folder of its own, and remove both when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="yinxin-bench-"))
    server = postgres.start(folder / "data")
    try:
        yield BenchCity(server.url, folder)
    finally:
        server.stop()
        shutil.rmtree(folder)
