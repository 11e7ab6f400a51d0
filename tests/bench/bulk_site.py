"""A city that issues what its agency submits, as a process of its own for the bench to time and to kill.

    python -m tests.bench.bulk_site FOLDER

It prints a line of JSON once it is open, its URL and that of its database, and closes when standard input
ends.
"""

import json
import sys
from pathlib import Path

from api.app import create_app
from api.bulk_issuing.issuing import release_rows
from api.demonstration.city import OPERATOR, plant
from api.settings import Mode, Settings
from api.site import listen, open_site
from api.tasks import at_work
from api.wiring import open_house
from tests.bench.harness import show


def main() -> None:
    listener = listen(host="127.0.0.1", port=0)
    settings = Settings(mode=Mode.DEMONSTRATION, folder=Path(sys.argv[1]), public_url="http://localhost:8000")
    with open_house(settings, OPERATOR) as house:
        plant(house)
        with house.database.transaction() as session:
            release_rows(session, at=house.clock.now())
        with at_work(house):
            site = open_site(create_app(house), listener)
            show(
                json.dumps(
                    {
                        "url": site.url,
                        "database": house.database.engine.url.render_as_string(hide_password=False),
                    }
                )
            )
            sys.stdin.read()
            site.close()


if __name__ == "__main__":
    main()
