"""A worker killed by SIGKILL in a sheet of certificates: each row once, no number lost or doubled."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from signing.tables import CertificateRow
from tests.api.joint import AGENCY_DESK, enter
from tests.api.sheets import act, checked, counts, download, row, sheet
from tests.open_site import ROOT
from tests.quiet_city import QuietCity, open_quiet_city

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROWS = 30
KILLS = 3
SEED = 20261127


def issuer(folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.fault.sheet_issuer", str(folder)], cwd=ROOT)


def registered(city: QuietCity) -> int:
    with city.house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(CertificateRow)) or 0


def test_a_sheet_of_certificates_survives_the_death_of_who_issues_it(tmp_path: Path) -> None:
    points = random.Random(SEED)  # noqa: S311  the moments of the kills, the same each run
    with open_quiet_city(tmp_path) as city:
        agency = enter(city, AGENCY_DESK)
        before = registered(city)
        batch = checked(agency, sheet(*[row(f"第 {number} 项") for number in range(ROWS)]))
        act(agency, batch).raise_for_status()
        for kill in range(1, KILLS + 1):
            process = issuer(tmp_path)
            while registered(city) < before + 2 * kill and process.poll() is None:
                time.sleep(0.01)
            time.sleep(points.uniform(0, 0.3))  # somewhere in the same row, or the next
            process.kill()
            process.wait()
        assert counts(agency, batch)["pending"] > 0
        assert issuer(tmp_path).wait() == 0
        assert counts(agency, batch) == {"issued": ROWS}
        results = download(agency, batch, "results")
        serials = sorted(int(each[2][-6:]) for each in results)
        assert serials == list(range(serials[0], serials[0] + ROWS))
        assert len({each[3] for each in results}) == ROWS
        assert registered(city) == before + ROWS
