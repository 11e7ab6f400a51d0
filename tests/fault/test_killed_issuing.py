"""A worker killed by SIGKILL in a sheet of certificates: each row once, no number lost or doubled."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from signing.tables import CertificateRow
from tests.api.joint import AGENCY_DESK, enter
from tests.api.sheets import act, checked, counts, download, row, sheet
from tests.fault.killed_sheets import kill_workers, worker
from tests.quiet_city import QuietCity, open_quiet_city

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROWS = 30
KILLS = 3


def registered(city: QuietCity) -> int:
    with city.house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(CertificateRow)) or 0


def test_a_sheet_of_certificates_survives_the_death_of_who_issues_it(tmp_path: Path) -> None:
    with open_quiet_city(tmp_path, of_its_own=True) as city:
        agency = enter(city, AGENCY_DESK)
        before = registered(city)
        batch = checked(agency, sheet(*[row(f"第 {number} 项") for number in range(ROWS)]))
        act(agency, batch).raise_for_status()
        kill_workers(tmp_path, lambda: registered(city), kills=KILLS, apart=2, within=0.3)
        assert counts(agency, batch)["pending"] > 0
        assert worker(tmp_path).wait() == 0
        assert counts(agency, batch) == {"issued": ROWS}
        results = download(agency, batch, "results")
        serials = sorted(int(each[2][-6:]) for each in results)
        assert serials == list(range(serials[0], serials[0] + ROWS))
        assert len({each[3] for each in results}) == ROWS
        assert registered(city) == before + ROWS
