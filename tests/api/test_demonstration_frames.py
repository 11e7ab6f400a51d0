"""The demonstration camera's frames are there in the demonstration, and nowhere else."""

from dataclasses import replace

import httpx
import pytest

from api.house import House
from api.policy import Visitor
from api.routes.demonstration import DemonstrationFrameUnknown, frame
from api.settings import Mode
from api.site import Site


@pytest.mark.parametrize(
    "clip", ["portrait", "photograph", "neutral", "left", "right", "blink", "mouth", "nod"]
)
def test_the_demonstration_serves_every_clip(site: Site, clip: str) -> None:
    answer = httpx.get(f"{site.url}/demonstration/faces/p01/{clip}/14.jpg")
    assert answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("frame", ["p02/left/0", "p01/other/0", "p01/left/15", "README/left/0"])
def test_a_frame_that_is_not_offered_is_unknown(site: Site, frame: str) -> None:
    answer = httpx.get(f"{site.url}/demonstration/faces/{frame}.jpg")
    assert answer.json()["title"] == "demonstration-frame-unknown"


def test_production_serves_no_frame(house: House) -> None:
    production = replace(house, settings=house.settings.model_copy(update={"mode": Mode.PRODUCTION}))
    with pytest.raises(DemonstrationFrameUnknown):
        frame("p01", "left", 0, production, Visitor())
