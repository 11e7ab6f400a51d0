"""A city's log mirrored over HTTP by somebody who has nothing of the city's but its trust file."""

from pathlib import Path

from ledger import entries
from ledger.log_http import HttpLog
from ledger.mirror import Mirror
from tests.permit import issue_permit
from tests.quiet_city import open_quiet_city


def test_a_city_is_mirrored_entry_by_entry(tmp_path: Path) -> None:
    with open_quiet_city(tmp_path / "city") as city:
        mirror = Mirror(tmp_path / "mirror", origin=city.house.settings.origin, key=city.house.log_signer.key)
        with HttpLog(str(city.visitor.base_url)) as log:
            for _ in range(2):
                issue_permit(city.house)
                city.anchor()
                mirror.grow(log)
        with city.house.database.transaction() as session:
            size = entries.size(session)
            assert list(mirror.leaves(0, size)) == list(entries.leaves(session, start=0, end=size))
    assert mirror.size == size > 0
