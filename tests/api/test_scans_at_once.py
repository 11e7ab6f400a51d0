"""A scan whose requests come many at once passes once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count
from uuid import UUID

from api.demonstration.camera import Performer
from api.demonstration.people import ENGINEER
from api.house import House
from api.site import Site
from identity.approvals import ApprovalRow
from tests.api.newcomers import arrive_enrolled, challenge, requested, send_frames
from tests.film_clock import FilmClock


def test_requests_that_come_twenty_at_once_pass_a_challenge_once(site: Site, house: House) -> None:
    newcomer = arrive_enrolled(site, house)
    asked, clock = challenge(newcomer, requested(site, house, newcomer)), house.open_scans.clock
    assert isinstance(clock, FilmClock)
    camera = Performer(ENGINEER)
    seen: Counter[str] = Counter()
    with clock.held(), ThreadPoolExecutor(20) as threads:
        for number in count():
            clock.advance(timedelta(milliseconds=360))
            times = range(number * 360, (number + 1) * 360, 120)
            send = partial(send_frames, newcomer, asked["challenge"], camera, number, times)
            answers = [each.result().json() for each in [threads.submit(send) for _ in range(20)]]
            seen.update(each["title"] for each in answers if "title" in each)
            told = [each for each in answers if "title" not in each]
            assert all(each == told[0] for each in told)
            if told[0]["passed"]:
                break
            camera.perform(told[0]["step"], times.stop)
    with house.database.transaction() as session:
        assert session.query(ApprovalRow).filter_by(challenge=UUID(str(asked["challenge"]))).count() == 1
    assert set(seen) <= {"challenge-begun", "scans-busy"}
