"""What is found of a seal's certificates serves again, and only while nothing of it has run out."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pyhanko.sign.general import SigningError

from signing.key_certificates import Revocation, RevocationReason
from signing.pki import LISTS_REUSED, Authority
from signing.pyhanko_adapter import SigningParty
from signing.timestamps import TimestampAuthority
from signing.validation_data import kept_data

Parties = Callable[[str, str], SigningParty]


@pytest.fixture
def seal(party: Parties) -> SigningParty:
    return party("seal:data", "示范市印信平台")


def revoked(seal: SigningParty, moment: datetime) -> Revocation:
    return Revocation(serial=seal.chain[0].serial_number, at=moment, reason=RevocationReason.KEY_COMPROMISE)


def test_the_same_lists_are_checked_once(
    seal: SigningParty, timestamps: TimestampAuthority, authority: Authority, moment: datetime
) -> None:
    lists = authority.revocation_lists(at=moment)
    found = kept_data(seal, timestamps, lists, at=moment)
    assert len(found.status.validation_paths) == 2
    assert kept_data(seal, timestamps, lists, at=moment + timedelta(minutes=9)) is found
    later = authority.revocation_lists(at=moment + timedelta(minutes=1))
    assert kept_data(seal, timestamps, later, at=moment + timedelta(minutes=1)) is not found


def test_what_has_run_out_is_checked_again_and_refused(
    seal: SigningParty, timestamps: TimestampAuthority, authority: Authority, moment: datetime
) -> None:
    lists = authority.revocation_lists(at=moment, life=timedelta(hours=1))
    kept_data(seal, timestamps, lists, at=moment)
    for late in (timedelta(hours=2), timedelta(days=4 * 365)):
        with pytest.raises(SigningError):
            kept_data(seal, timestamps, lists, at=moment + late)


def test_a_revoked_seal_is_refused_though_it_was_good_a_moment_before(
    seal: SigningParty, timestamps: TimestampAuthority, authority: Authority, moment: datetime
) -> None:
    before = authority.lists_in_pdfs(at=moment)
    kept_data(seal, timestamps, before, at=moment)
    soon = moment + timedelta(seconds=1)
    after = authority.lists_in_pdfs(at=soon, revoked=[revoked(seal, moment)])
    with pytest.raises(SigningError):
        kept_data(seal, timestamps, after, at=soon)


def test_lists_serve_for_ten_minutes_and_until_something_is_revoked(
    seal: SigningParty, authority: Authority, moment: datetime
) -> None:
    lists = authority.lists_in_pdfs(at=moment)
    assert authority.lists_in_pdfs(at=moment + LISTS_REUSED - timedelta(seconds=1)) is lists
    assert authority.lists_in_pdfs(at=moment + LISTS_REUSED) is not lists
    assert authority.lists_in_pdfs(at=moment, revoked=[revoked(seal, moment)]) is not lists
