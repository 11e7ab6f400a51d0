"""An authorization is used as often as it says, and never once more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.keys import LocalSigner
from evidence.statement import read
from identity import authorizations
from identity.authorization_states import (
    AuthorizationLapsed,
    AuthorizationRevoked,
    AuthorizationUsed,
    State,
)
from identity.authorization_uses import uses_of
from identity.authorizations import Authorization
from identity.names import HiddenCharacter
from identity.organizations import Organization
from identity.people import Person
from identity.use_limits import MOST_USES, UsesOutOfRange
from ledger import facts

Granting = Callable[[int | None], Authorization]
Using = Callable[..., Authorization]


@pytest.fixture
def use(session: Session, clock: FixedClock, verifier: LocalSigner, firm: Organization) -> Using:
    """Take one use in the firm's name."""

    def take(granted: Authorization, said: str | None = None) -> Authorization:
        return authorizations.use(
            session,
            granted.id,
            firm=firm.uscc,
            used_for=sha256(b"application"),
            said=said,
            issuer="city",
            signer=verifier,
            clock=clock,
        )

    return take


@pytest.mark.parametrize(
    ("uses", "zh", "en"),
    [
        (1, "使用次数：一次，用后即终止", "Uses: once, and then no more"),
        (3, "使用次数：共 3 次，用完即终止", "Uses: 3 times in all, and then no more"),
        (None, "使用次数：有效期内不限次数", "Uses: any number within the validity"),
    ],
)
def test_the_text_says_exactly_how_often(
    request_of: Callable[..., Authorization], uses: int | None, zh: str, en: str
) -> None:
    written = request_of(uses=uses).text
    assert zh in written.zh.split("\n")
    assert en in written.en.split("\n")


@pytest.mark.parametrize("uses", [0, -1, MOST_USES + 1])
def test_a_number_that_no_text_can_promise_is_refused(
    request_of: Callable[..., Authorization], uses: int
) -> None:
    with pytest.raises(UsesOutOfRange):
        request_of(uses=uses)


def test_three_uses_are_three(grant_of: Granting, use: Using) -> None:
    granted = grant_of(3)
    states = [use(granted).state for _ in range(3)]
    assert states == [State.GRANTED, State.GRANTED, State.USED]
    with pytest.raises(AuthorizationUsed):
        use(granted)


def test_any_number_within_the_validity_ends_with_it(
    grant_of: Granting, use: Using, clock: FixedClock
) -> None:
    granted = grant_of(None)
    assert {use(granted).state for _ in range(7)} == {State.GRANTED}
    clock.advance(timedelta(days=10))
    with pytest.raises(AuthorizationLapsed):
        use(granted)


def test_a_period_lapses_at_its_end_by_the_worker(
    session: Session, grant_of: Granting, use: Using, clock: FixedClock, verifier: LocalSigner
) -> None:
    granted = grant_of(None)
    use(granted)
    clock.advance(timedelta(days=10))
    assert authorizations.lapse_due(session, issuer="city", signer=verifier, clock=clock) == 1
    assert authorizations.authorization(session, granted.id).state is State.LAPSED


def test_each_use_is_a_fact_with_its_number_and_the_last_one_ends(
    session: Session, grant_of: Granting, use: Using
) -> None:
    granted = grant_of(2)
    use(granted)
    ended = use(granted)
    bodies = [
        read(facts.signed_statement(session, each.fact)).statement.body
        for each in uses_of(session, granted.id)
    ]
    assert [(body["change"], body["ordinal"]) for body in bodies] == [("use", 1), ("used", 2)]
    assert {body["used_for"] for body in bodies} == {str(sha256(b"application"))}
    assert ended.end_fact == uses_of(session, granted.id)[1].fact


def test_what_the_firm_says_is_kept_and_digested(session: Session, grant_of: Granting, use: Using) -> None:
    granted = grant_of(2)
    use(granted, "第一标段投标")
    (taken,) = uses_of(session, granted.id)
    assert (taken.said, taken.used_for) == ("第一标段投标", sha256("第一标段投标".encode()))
    with pytest.raises(HiddenCharacter):
        use(granted, "投标\n第二行")


def test_a_use_after_the_revocation_fails_at_once(
    *,
    session: Session,
    grant_of: Granting,
    use: Using,
    engineer: Person,
    clock: FixedClock,
    verifier: LocalSigner,
) -> None:
    granted = grant_of(3)
    use(granted)
    authorizations.revoke(
        session, granted.id, person=engineer.id, issuer="city", signer=verifier, clock=clock
    )
    with pytest.raises(AuthorizationRevoked):
        use(granted)
    assert len(uses_of(session, granted.id)) == 1


def test_the_database_itself_holds_the_count(session: Session, grant_of: Granting) -> None:
    granted = grant_of(2)
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE authorizations SET taken = 3 WHERE id = :id"), {"id": granted.id})
