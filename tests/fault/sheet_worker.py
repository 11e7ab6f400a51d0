"""A process that does what is due of the sheets in a city's folder, sent or issued, and ends when nothing is.

python -m tests.fault.sheet_worker FOLDER
"""

import sys
from pathlib import Path

from api.bulk_issuing.issuing import issue_next, release_rows
from api.bulk_sending.sending import send_next
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
        while issue_next(house) or send_next(house):
            pass
