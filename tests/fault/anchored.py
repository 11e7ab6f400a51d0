"""A log anchored on a real node, for the tests that make the node fail, forget or lie."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from api import hardhat
from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.entry import SCHEMA, Entry
from evidence.keys import LocalSigner
from evidence.statement import StatementType
from ledger import contracts, deployment, entries, tree
from ledger.anchoring import Anchoring, AnchoringPolicy, AnchoringProgress
from ledger.chain import Chain
from ledger.contracts import LogHead
from ledger.database import Database
from ledger.deployment import Deployment
from ledger.registry import Founding
from ledger.submissions import State, SubmissionRow
from ledger.transactions import ChainAccount

ORIGIN = "test.example/log"
KEY = LocalSigner.generate(Algorithm.EDDSA)
ACCOUNT = ChainAccount(bytes.fromhex(hardhat.DEMONSTRATION_ACCOUNT_KEY.removeprefix("0x")))
START = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
STEPS = 200  # more than any of these tests needs


@dataclass(frozen=True)
class Anchored:
    """A log in ``database``, its worker, and the ``clock`` that moves by hand."""

    database: Database
    clock: FixedClock
    anchoring: Anchoring

    def record(self, count: int = 1) -> int:
        new = [
            Entry(StatementType.CONSENT, "city", START, SCHEMA, secrets.token_bytes(32), ())
            for _ in range(count)
        ]
        with self.database.transaction() as session:
            return entries.append_all(session, new)

    def step(self, *, after: float = 1.0) -> AnchoringProgress:
        self.clock.advance(timedelta(seconds=after))
        return self.anchoring.step()

    def step_until_complete(self, *, after: float = 1.0) -> AnchoringProgress:
        for _ in range(STEPS):
            progress = self.step(after=after)
            if progress.complete:
                return progress
        raise AssertionError(f"not complete after {STEPS} steps: {progress}")

    def stands(self) -> Deployment:
        with self.database.transaction() as session:
            current = deployment.current(session)
        assert current is not None
        return current

    def head(self, chain: Chain) -> LogHead:
        log = self.stands().log
        assert log is not None
        return contracts.head(chain.read(log.address, contracts.HEAD).value)

    def final(self) -> list[SubmissionRow]:
        with self.database.transaction() as session:
            query = select(SubmissionRow).where(SubmissionRow.state == State.FINAL)
            return list(session.scalars(query.order_by(SubmissionRow.nonce)))

    def assert_anchored_exactly_once(self, chain: Chain) -> None:
        """The contract holds the log; each final growth is mined, and it grew no other time."""
        head = self.head(chain)
        with self.database.transaction() as session:
            size = entries.size(session)
            assert (head.size, head.root) == (size, tree.root(session, size))
        growths = [each for each in self.final() if each.size is not None]
        assert head.growths == len(growths)
        outcomes = chain.outcomes([each.hash for each in growths])
        assert [each.block_hash for each in growths] == [each.block_hash for each in outcomes if each]


def anchored(
    database: Database,
    chain: Chain,
    *,
    policy: AnchoringPolicy | None = None,
    second: Chain | None = None,
) -> Anchored:
    clock = FixedClock(START)
    anchoring = Anchoring(
        database=database,
        chain=chain,
        account=ACCOUNT,
        origin=ORIGIN,
        signer=KEY,
        clock=clock,
        founding=Founding(operator=b"i" * 32),
        policy=policy or AnchoringPolicy(may_forget=False),
        second=second,
    )
    return Anchored(database, clock, anchoring)
