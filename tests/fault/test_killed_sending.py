"""A sender killed by SIGKILL again and again in the middle of a sheet: each row is sent, and none twice."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from signing.tables import AgreementRow
from tests.api.joint import CLERK, enter
from tests.api.templates import kept
from tests.api.test_bulk_sending import checked, row, told
from tests.fault.killed_sheets import kill_workers, worker
from tests.quiet_city import QuietCity, open_quiet_city
from tests.signing.joint.small_pdf import small_pdf

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROWS = 15
KILLS = 4


def sent(city: QuietCity) -> int:
    with city.house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(AgreementRow)) or 0


def test_a_sheet_survives_the_death_of_who_sends_it(tmp_path: Path) -> None:
    with open_quiet_city(tmp_path, of_its_own=True) as city:
        clerk = enter(city, CLERK)
        template = kept(clerk, content=small_pdf(), title="{项目名称}")
        before = sent(city)
        batch = checked(clerk, template, *[row(project=f"第 {number} 项") for number in range(ROWS)])
        clerk.post(f"/api/batches/{batch}/sending").raise_for_status()
        kill_workers(tmp_path, lambda: sent(city), kills=KILLS, apart=1, within=0.5)
        assert told(clerk, batch)["pending"] > 0
        assert worker(tmp_path).wait() == 0
        lines = told(clerk, batch)["lines"]
        assert {each["state"] for each in lines} == {"sent"}
        assert len({each["agreement"] for each in lines}) == ROWS
        assert sent(city) == before + ROWS
