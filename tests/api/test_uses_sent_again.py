"""A firm's page sends each use under a number of its own: what a network sends again is counted once."""

import re
from uuid import uuid4

import httpx
import pytest

from api.house import House
from api.site import Site
from identity.messages import Kind, MessageRow
from tests.api.newcomers import Newcomer, arrive, clerk, granted, reachable


@pytest.fixture
def newcomer(site: Site, house: House) -> Newcomer:
    return arrive(site, house)


@pytest.fixture
def asking(site: Site, house: House) -> httpx.Client:
    """The firm that asks."""
    return clerk(site, house)


def test_a_use_that_is_sent_twice_counts_once(
    site: Site, house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    path = f"/api/authorizations/{granted(site, house, newcomer, uses=2).id}"
    sent = {"used_for": "第一标段投标", "sent_as": str(uuid4())}
    first, again = (asking.post(f"{path}/uses", json=sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    moments = [[each["used_at"] for each in answer.json()["used"]] for answer in (first, again)]
    assert moments[0] == moments[1]
    assert again.json()["taken"] == 1
    last = {"used_for": "第二标段投标", "sent_as": str(uuid4())}
    assert [asking.post(f"{path}/uses", json=last).json()["state"] for _ in range(2)] == ["used", "used"]
    other = asking.post(f"{path}/uses", json=last | {"used_for": "第三标段投标"})
    assert other.json()["title"] == "use-already-recorded"


def test_a_use_that_is_sent_again_is_told_once(
    site: Site, house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    reachable(house, newcomer)
    id_ = granted(site, house, newcomer, uses=2).id
    sent = {"used_for": "投标", "sent_as": str(uuid4())}
    for _ in range(3):
        asking.post(f"/api/authorizations/{id_}/uses", json=sent).raise_for_status()
    with house.database.transaction() as session:
        told = session.query(MessageRow).filter_by(kind=Kind.USE.value, person=newcomer.id).count()
    assert told == 1


def test_the_form_of_a_use_has_a_number_of_its_own(
    site: Site, house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    path = f"/authorizations/{granted(site, house, newcomer, uses=2).id}"
    written = re.compile(r'type="hidden" name="sent_as" value="([0-9a-f-]{36})"')
    ids = [written.findall(asking.get(path).text) for _ in range(2)]
    assert [len(each) for each in ids] == [1, 1]
    assert ids[0] != ids[1]


def test_one_number_counts_for_each_authorization(
    site: Site, house: House, newcomer: Newcomer, asking: httpx.Client
) -> None:
    sent = {"used_for": "投标", "sent_as": str(uuid4())}
    for _ in range(2):
        id_ = granted(site, house, newcomer, uses=2).id
        assert asking.post(f"/api/authorizations/{id_}/uses", json=sent).json()["taken"] == 1
