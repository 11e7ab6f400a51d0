"""Status: changes wait in an outbox, come onto the chain in order, and are read with their block."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from evidence.statuslist import CertificateState
from ledger import contracts, deployment, status
from ledger.anchoring import Anchoring
from ledger.chain import Address, ChainGarbled, ChainRefused, ChainUnavailable, LedgerDiffers
from ledger.chain_memory import MemoryChain
from ledger.contracts import StatusChange, StatusException
from ledger.database import Database
from ledger.registry import Founding, Grant, IssuerNotOurs, NotSubmitter, Role, key_of
from ledger.status import ChainStatus, WaitingChange
from ledger.submissions import Purpose, SubmissionRow
from ledger.transactions import ChainAccount
from tests.ledger.garbling_chain import DIRTY, GarblingChain

Worker = Callable[..., Anchoring]

ISSUER, KEY = b"i" * 32, b"k" * 32
NEVER = StatusException(state=0, version=0, reason=0, time=0)


def change(database: Database, state: CertificateState, *, issuer: bytes = ISSUER, reason: int = 1) -> None:
    with database.transaction() as session:
        status.change(session, issuer=issuer, key=KEY, state=state, reason=reason)


def read(database: Database, chain: MemoryChain, *, issuer: bytes = ISSUER) -> ChainStatus:
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.register is not None
    return status.read(chain, stands.register.address, issuer=issuer, key=KEY)


def waiting(*states: CertificateState) -> tuple[WaitingChange, ...]:
    return tuple(
        WaitingChange(number, ISSUER, StatusChange(KEY, state, 1)) for number, state in enumerate(states)
    )


def test_a_certificate_without_a_change_has_no_exception(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    worker().step()
    assert read(database, chain).version == 0


def test_a_suspension_stands_on_the_chain_after_a_step(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    change(database, CertificateState.SUSPENDED, reason=7)
    worker().step()
    held = read(database, chain)
    assert (held.state, held.version, held.reason) == (CertificateState.SUSPENDED, 1, 7)


def test_changes_come_onto_the_chain_one_by_one_in_their_order(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    for state in (CertificateState.SUSPENDED, CertificateState.NONE, CertificateState.REVOKED):
        change(database, state)
    worker().step()
    held = read(database, chain)
    assert (held.state, held.version) == (CertificateState.REVOKED, 3)


def test_two_issuers_change_in_one_step(database: Database, worker: Worker, chain: MemoryChain) -> None:
    second = Grant(b"j" * 32, key_of(chain.account.address), Role.ISSUER)
    founding = Founding(operator=ISSUER, grants=(second,))
    change(database, CertificateState.SUSPENDED)
    change(database, CertificateState.REVOKED, issuer=b"j" * 32)
    worker(founding=founding).step()
    states = [read(database, chain).state, read(database, chain, issuer=b"j" * 32).state]
    assert states == [CertificateState.SUSPENDED, CertificateState.REVOKED]


def test_an_issuer_whose_account_is_not_ours_is_named_and_holds_up_no_other(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    change(database, CertificateState.REVOKED, issuer=b"j" * 32)
    change(database, CertificateState.SUSPENDED)
    progress = worker().step()
    assert isinstance(progress.problem, IssuerNotOurs)
    assert progress.problem.facts["issuer"] == (b"j" * 32).hex()
    assert (progress.waiting_changes, read(database, chain).state) == (1, CertificateState.SUSPENDED)


class LateChain(MemoryChain):
    """Mines what it was sent only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self._sent: dict[bytes, None] = {}

    def send(self, raw: bytes) -> None:
        self._sent[raw] = None

    def mine_what_was_sent(self) -> None:
        for raw in self._sent:
            super().send(raw)
        self._sent.clear()


def test_neither_entries_nor_changes_that_come_without_end_hold_up_the_other(
    database: Database, worker: Worker, record: Callable[[int], int]
) -> None:
    chain = LateChain()
    anchoring = worker(on=chain, account=chain.account)
    while not anchoring.step().complete:
        chain.mine_what_was_sent()
    for number in range(6):
        record(1)
        change(database, CertificateState.SUSPENDED, reason=number + 1)
        progress = anchoring.step()
        chain.mine_what_was_sent()
    assert progress.anchored > 0
    assert read(database, chain).version > 1


def test_a_change_that_the_chain_refuses_holds_up_no_growth(
    database: Database, worker: Worker, record: Callable[[int], int]
) -> None:
    """No register has such a state: only a fault of ours could ask for it."""
    worker().step()
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO status_changes (issuer, key, state, reason, sending)"
                " VALUES (:i, :k, 9, 1, 'waiting')"
            ),
            {"i": ISSUER, "k": KEY},
        )
    record(1)
    anchoring = worker()
    steps = [anchoring.step() for _ in range(2)]
    assert isinstance(steps[0].problem, ChainRefused)
    assert steps[1].anchored == 1


def test_an_account_that_may_not_grow_the_log_still_changes_status(
    database: Database, worker: Worker, chain: MemoryChain, record: Callable[[int], int]
) -> None:
    second = ChainAccount((2).to_bytes(32, "big"))
    grant = Grant(ISSUER, key_of(second.address), Role.ISSUER)
    founding = Founding(operator=b"o" * 32, grants=(grant,))
    worker(founding=founding).step()
    record(1)
    change(database, CertificateState.REVOKED)
    progress = worker(account=second, founding=founding).step()
    assert isinstance(progress.problem, NotSubmitter)
    assert read(database, chain).state == CertificateState.REVOKED


def test_a_change_that_a_later_one_overtook_is_not_sent_again(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    """A reorganization may take the transaction of a suspension for good and keep that of its end."""
    for state in (CertificateState.SUSPENDED, CertificateState.NONE):
        change(database, state)
        worker().step()
    with database.transaction() as session:
        sent = select(SubmissionRow.id).where(SubmissionRow.purpose == Purpose.STATUS)
        status.release(session, session.scalars(sent.order_by(SubmissionRow.id)).all()[0])
    progress = worker().step()
    assert (progress.complete, read(database, chain).state) == (True, CertificateState.NONE)


def test_a_repeated_change_is_not_sent(database: Database, worker: Worker, chain: MemoryChain) -> None:
    for _ in range(2):
        change(database, CertificateState.SUSPENDED)
    progress = worker().step()
    assert (progress.complete, read(database, chain).version) == (True, 1)


def test_a_change_after_a_revocation_is_refused(database: Database) -> None:
    change(database, CertificateState.REVOKED)
    with pytest.raises(status.CertificateRevoked):
        change(database, CertificateState.NONE)


def test_a_change_while_the_chain_is_down_waits(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    chain.unreachable = True
    change(database, CertificateState.SUSPENDED)
    assert worker().step().waiting_changes == 1


def test_a_change_that_rolled_back_is_not_sent(database: Database, worker: Worker) -> None:
    change(database, CertificateState.REVOKED)
    with suppress(status.CertificateRevoked), database.transaction() as session:
        for state in (CertificateState.NONE, CertificateState.REVOKED):
            status.change(session, issuer=ISSUER, key=b"n" * 32, state=state, reason=0)
        status.change(session, issuer=ISSUER, key=KEY, state=CertificateState.NONE, reason=0)
    worker().step()
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM status_changes")).scalar_one() == 1


def test_an_answer_names_the_newest_block(database: Database, worker: Worker, chain: MemoryChain) -> None:
    worker().step()
    first = read(database, chain).block.number
    chain.mine(2)
    assert read(database, chain).block.number == first + 2


def test_an_answer_at_a_depth_does_not_know_what_is_not_that_deep(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    worker().step()
    change(database, CertificateState.SUSPENDED)
    worker().step()
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.register is not None
    before = status.read(chain, stands.register.address, issuer=ISSUER, key=KEY, depth=2)
    chain.mine()
    after = status.read(chain, stands.register.address, issuer=ISSUER, key=KEY, depth=2)
    assert (before.state, after.state) == (CertificateState.NONE, CertificateState.SUSPENDED)
    assert after.block.number == chain.newest().number - 1


def test_an_answer_without_what_was_final_before_its_block_does_not_fit(
    database: Database, worker: Worker, chain: MemoryChain
) -> None:
    change(database, CertificateState.REVOKED)
    worker().step()
    with database.transaction() as session:
        settled = status.settled(session, [(ISSUER, KEY)]).get((ISSUER, KEY))
    found = read(database, chain)
    assert settled is not None
    assert settled.shown_by(found)
    assert not settled.shown_by(replace(found, state=CertificateState.NONE))
    assert not settled.shown_by(replace(found, block=replace(found.block, number=settled.block - 1)))


def test_a_chain_without_the_register_differs(database: Database, worker: Worker, chain: MemoryChain) -> None:
    worker().step()
    chain.restart()
    with pytest.raises(LedgerDiffers):
        read(database, chain)


@pytest.mark.parametrize("answer", [DIRTY * 4, (9).to_bytes(32, "big") + bytes(96)])
def test_a_state_that_there_is_not_is_no_answer(
    database: Database, worker: Worker, chain: MemoryChain, answer: bytes
) -> None:
    worker().step()
    asked = contracts.ask_exception(issuer=ISSUER, key=KEY)[:4]
    with pytest.raises(ChainGarbled):
        read(database, GarblingChain(chain, {asked: answer}))


def test_a_chain_that_is_down_answers_nothing(chain: MemoryChain) -> None:
    chain.unreachable = True
    with pytest.raises(ChainUnavailable):
        status.read(chain, Address(bytes(20)), issuer=ISSUER, key=KEY)


def test_a_change_is_needed_when_the_register_does_not_say_so() -> None:
    changes = waiting(CertificateState.SUSPENDED)
    assert status.needed(changes, {KEY: NEVER}) == changes


def test_what_follows_a_revocation_on_the_chain_is_not_needed() -> None:
    changes = waiting(CertificateState.REVOKED, CertificateState.NONE)
    assert status.needed(changes, {KEY: NEVER}) == changes[:1]


def test_a_change_of_status_is_sent_before_the_log_grows(
    database: Database, worker: Worker, record: Callable[[int], int]
) -> None:
    worker().step()
    record(3)
    change(database, CertificateState.SUSPENDED)
    worker().step()
    with database.transaction() as session:
        sent = session.scalars(
            select(SubmissionRow.purpose).order_by(SubmissionRow.nonce.desc()).limit(2)
        ).all()
    assert sent == [Purpose.APPEND, Purpose.STATUS]


def test_a_change_that_is_not_ours_to_send_holds_up_no_growth(
    database: Database, worker: Worker, record: Callable[[int], int]
) -> None:
    worker().step()
    record(3)
    change(database, CertificateState.SUSPENDED, issuer=b"j" * 32)
    progress = worker().step()
    assert progress.anchored == 3
    assert isinstance(progress.problem, IssuerNotOurs)
