"""A process that issues what is due of the sheets in a city's folder, and ends when nothing is.

python -m tests.fault.sheet_issuer FOLDER
"""

import sys
from pathlib import Path

from api.bulk_issuing.issuing import issue_next, release_rows
from api.demonstration.city import OPERATOR
from api.settings import Mode, Settings
from api.wiring import open_house
from tests.quiet_city import NOBODY

if __name__ == "__main__":
    settings = Settings(
        mode=Mode.DEMONSTRATION,
        folder=Path(sys.argv[1]),
        chain_url=NOBODY,
        public_url="http://localhost:8000",
    )
    with open_house(settings, OPERATOR) as house:
        with house.database.transaction() as session:
            release_rows(session, at=house.clock.now())
        while issue_next(house):
            pass
