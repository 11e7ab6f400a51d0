"""Many uses of one authorization at once: as many succeed as it was granted for."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from identity import authorizations
from identity.authorization_states import AuthorizationUsed, State
from identity.authorization_uses import uses_of
from identity.authorizations import Authorization
from identity.organizations import Organization
from ledger.database import Database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session of a database of its own, in which others see what is committed."""
    with Session(database.engine, expire_on_commit=False) as opened:
        yield opened


def test_of_fifty_uses_at_once_three_succeed(
    *,
    database: Database,
    session: Session,
    clock: FixedClock,
    verifier: LocalSigner,
    firm: Organization,
    grant_of: Callable[[int | None], Authorization],
) -> None:
    granted, together = grant_of(3), Barrier(50)
    session.commit()

    def take(_: int) -> str:
        together.wait()
        try:
            with database.transaction() as own:
                authorizations.use(
                    own, granted.id, firm=firm.uscc, issuer="city", signer=verifier, clock=clock
                )
        except AuthorizationUsed as refused:
            return refused.code
        return "used"

    with ThreadPoolExecutor(together.parties) as many:
        said = sorted(many.map(take, range(together.parties)))
    assert said == [*["authorization-used"] * 47, *["used"] * 3]
    with database.transaction() as later:
        assert [each.ordinal for each in uses_of(later, granted.id)] == [1, 2, 3]
        assert authorizations.authorization(later, granted.id).state is State.USED
