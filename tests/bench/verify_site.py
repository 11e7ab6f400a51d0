"""A city with permits, its site, its chain and its worker, as a process of its own for the bench to ask.

    python -m tests.bench.verify_site FOLDER PERMITS

It prints a line of JSON once it is open: the URL, the codes of its permits and what issuing them took. Then
it does what standard input says, a line at a time (``suspend N``, ``reinstate N``), and answers each with a
line: when it was done. It closes when standard input ends.
"""

import json
import sys
import time
from pathlib import Path

from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.house import House
from api.settings import Mode, Settings
from api.site import listen, open_site, settle
from api.tasks import at_work
from api.wiring import open_house
from signing.certificate_issue import issue
from signing.certificate_steps import Reason, Step
from signing.certificates import Certificate
from tests.bench.harness import show
from tests.permit import change_permit, permit_application

ROUND_S = 1.0
"""The worker's round, as in a city at work."""

STEPS = {
    "suspend": (Step.SUSPEND, Reason.RECTIFICATION),
    "reinstate": (Step.REINSTATE, Reason.RECTIFIED),
}


def main() -> None:
    folder, permits = Path(sys.argv[1]), int(sys.argv[2])
    listener = listen(host="127.0.0.1", port=0)
    public = f"http://localhost:{listener.getsockname()[1]}"
    settings = Settings(mode=Mode.DEMONSTRATION, folder=folder, public_url=public)
    with open_house(settings, OPERATOR) as house:
        plant(house)
        with at_work(house, round_seconds=ROUND_S):
            site = open_site(create_app(house), listener)
            issued, took = [], []
            for _ in range(permits):
                application = permit_application(house)
                began = time.monotonic()
                issued.append(issue(house.database, application, press=house.press))
                took.append(time.monotonic() - began)
            while not house.anchoring.step().complete:
                time.sleep(ROUND_S)
            settle()
            codes = [permit.qr for permit in issued]
            show(json.dumps({"url": site.url, "codes": codes, "issued": took}))
            for line in sys.stdin:
                show(json.dumps(_done(house, issued, *line.split())))
            site.close()


def _done(house: House, issued: list[Certificate], act: str, number: str) -> float:
    """Take a step; give when it was taken, on the clock that all processes of a machine share."""
    change_permit(house, issued[int(number)], *STEPS[act])
    return time.monotonic()


if __name__ == "__main__":
    main()
