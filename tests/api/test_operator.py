"""The operators' page: the policy with its curve, and figures that follow from what was scanned."""

import re

import httpx
import pytest

from api.demonstration.people import CONTRACTOR
from api.error_plot import BOTTOM, LEFT, RIGHT, TOP, plot
from api.house import House
from api.policy import Role
from api.site import Site
from identity.error_curve import SHIPPED, read_curve
from identity.thresholds import BOTH, FUSED
from tests.api.newcomers import arrive, granted, signed_in_as


@pytest.fixture
def operator(site: Site, house: House) -> httpx.Client:
    return signed_in_as(site, house, Role.OPERATOR, organization=CONTRACTOR)


def test_the_page_shows_the_policy_in_force_and_the_curve(operator: httpx.Client, house: House) -> None:
    page = operator.get("/operator").text
    assert house.scan_policy.version in page
    assert f"{BOTH.distance} / {BOTH.frame_distance}" in page
    assert page.count("<polyline") == 2
    assert "这些人脸是合成的" in page


def test_an_approval_is_counted_by_its_method(site: Site, house: House, operator: httpx.Client) -> None:
    before = _newest(operator)
    granted(site, house, arrive(site, house))
    after = _newest(operator)
    assert after["Face scan"] == before["Face scan"] + 1
    assert after["Passed"] == before["Passed"] + 1


def test_the_page_is_for_operators(site: Site, house: House) -> None:
    other = signed_in_as(site, house, Role.OFFICER, organization=CONTRACTOR)
    assert other.get("/operator").status_code == 403


def test_the_picture_keeps_its_frame_and_falls_and_rises() -> None:
    drawn = plot(read_curve(SHIPPED, model=FUSED), distance=BOTH.distance)
    for line in (drawn.rejected, drawn.accepted):
        points = [tuple(map(float, point.split(","))) for point in line.split()]
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in points)
    heights = [
        [float(point.split(",")[1]) for point in line.split()] for line in (drawn.rejected, drawn.accepted)
    ]
    assert heights[0] == sorted(heights[0])  # fewer are rejected the farther one goes: y grows downwards
    assert heights[1] == sorted(heights[1], reverse=True)
    assert LEFT < drawn.policy < RIGHT


def _newest(operator: httpx.Client) -> dict[str, int]:
    """Read the row of this week."""
    page = operator.get("/operator", params={"lang": "en"}).text
    table = page[page.index("<thead>") : page.index("</tbody>")]
    names = re.findall(r'<th scope="col">(.*?)</th>', table)[1:]
    values = re.findall(r"<td>(\d+)</td>", table)[: len(names)]
    return dict(zip(names, map(int, values), strict=True))
