"""A process that sends what is due of the sheets in a city's folder, and ends when nothing is.

python -m tests.fault.sheet_sender FOLDER
"""

import sys
from pathlib import Path

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
        while send_next(house):
            pass
