"""The reckoning after kills: what stands in the database and on the chain, each once and all of it."""

import threading
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from api.house import House
from api.production import chain_account
from identity.consent import ConsentRow
from identity.people import PersonRow
from ledger import contracts, deployment, entries, status, submissions, tree
from ledger.chain_web3 import Web3Chain
from ledger.database import Base, Database
from ledger.deployment import Contract
from ledger.facts import FactRow
from ledger.history import GROWTH_TOPICS
from ledger.status import StatusChangeRow
from ledger.submissions import State, SubmissionRow
from signing import certificate_changes
from signing.tables import CertificateChangeRow, CertificateRow
from tests.fault.mortals import Act, Mortal


def count(database: Database, row: type[Base], *where: ColumnElement[bool]) -> int:
    with database.transaction() as session:
        return int(session.scalar(select(func.count()).select_from(row).where(*where)) or 0)


def facts(database: Database) -> set[bytes]:
    with database.transaction() as session:
        return set(session.scalars(select(FactRow.id)))


def assert_each_fact_once(database: Database) -> None:
    """Each fact has one entry and each entry one fact; the entries are numbered without a gap."""
    with database.transaction() as session:
        indices = sorted(session.scalars(select(FactRow.entry_index)))
        assert indices == list(range(entries.size(session)))


def assert_the_chain_holds_the_log(house: House) -> None:
    """The head of the contract is the log: its size and its root."""
    with house.database.transaction() as session:
        size = entries.size(session)
        root = tree.root(session, size)
    head = contracts.head(house.chain.read(_log(house).address, contracts.HEAD).value)
    assert (head.size, head.root) == (size, root)


def assert_each_transaction_once(house: House) -> None:
    """The chain has mined as many transactions of the account as are stored, and each is final."""
    stored = count(house.database, SubmissionRow)
    assert count(house.database, SubmissionRow, SubmissionRow.state == State.FINAL) == stored
    assert house.chain.next_nonce(chain_account(house.settings).address) == stored


def assert_each_growth_once(house: House) -> None:
    """Each growth that the log contract told of is one final submission, and the other way round."""
    assert isinstance(house.chain, Web3Chain)
    newest = house.chain.block()
    assert newest is not None
    told = house.chain.events(first=0, last=newest.number, topics=GROWTH_TOPICS, emitter=_log(house).address)
    grows = select(SubmissionRow.hash).where(
        SubmissionRow.state == State.FINAL, SubmissionRow.size.is_not(None)
    )
    with house.database.transaction() as session:
        ours = list(session.scalars(grows))
    assert sorted(each.transaction for each in told) == sorted(ours)


def assert_each_change_once(house: House, certificate: UUID) -> None:
    """The register holds the certificate's state, and as many versions as changes were recorded and sent."""
    with house.database.transaction() as session:
        row = session.get_one(CertificateRow, certificate)
        steps = certificate_changes.history(session, certificate)[1:]  # the first is that it was issued
        recorded = session.scalars(
            select(StatusChangeRow.submission).where(StatusChangeRow.key == row.status_key)
        ).all()
        stands = deployment.current(session)
        issuer = session.scalars(select(StatusChangeRow.issuer).limit(1)).one()
    assert stands is not None
    assert stands.register is not None
    held = status.read(house.chain, stands.register.address, issuer=issuer, key=row.status_key)
    assert None not in recorded
    assert (held.state, held.version) == (row.state, len(steps))
    assert len(recorded) == len(steps)


def _log(house: House) -> Contract:
    with house.database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.log is not None
    return stands.log


def settle(house: House, worker: Mortal) -> None:
    """Wait until the worker has brought everything to the chain."""
    pause = threading.Event()
    while not progress(house):
        worker.check()
        pause.wait(0.2)


def progress(house: House) -> bool:
    open_ = count(house.database, SubmissionRow, SubmissionRow.state == State.STORED)
    waiting = count(house.database, StatusChangeRow, StatusChangeRow.submission.is_(None))
    with house.database.transaction() as session:
        stands = deployment.current(session)
        anchored = submissions.anchored_size(session, stands.id) if stands else 0
    return (open_, waiting, anchored) == (0, 0, count(house.database, FactRow))


def assert_acknowledged_once(house: House, acknowledged: list[Act]) -> None:
    """Each act that a client knows of stands in the tables, with a fact of its own."""
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= recorded(house)


def recorded(house: House) -> set[Act]:
    """Name the acts whose facts stand as the clients name theirs."""
    given = (
        select(PersonRow.name, ConsentRow.given_at)
        .join(ConsentRow)
        .join(FactRow, FactRow.id == ConsentRow.given_fact)
    )
    withdrawn = (
        select(PersonRow.name, ConsentRow.withdrawn_at)
        .join(ConsentRow)
        .join(FactRow, FactRow.id == ConsentRow.withdrawn_fact)
    )
    changed = select(CertificateChangeRow.certificate, FactRow.entry_index).join(
        FactRow, FactRow.id == CertificateChangeRow.statement
    )
    with house.database.transaction() as session:
        acts: set[Act] = {(who, at) for who, at in session.execute(given)}
        acts |= {(who, at) for who, at in session.execute(withdrawn) if at is not None}
        return acts | {(which, index) for which, index in session.execute(changed)}
