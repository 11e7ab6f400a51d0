"""The demonstration camera's frames: portraits and clips of invented people; in production there are none."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import FileResponse

from api.demonstration.people import FACES, PEOPLE
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.errors import Refused

router = APIRouter()

DAY = 24 * 3600  # seconds; the pictures never change
PHOTOGRAPHS = {"portrait": "a", "photograph": "b"}
CLIPS = frozenset({"neutral", "left", "right", "blink", "mouth", "nod"})
FRAMES = 15  # of each clip


class DemonstrationFrameUnknown(Refused):
    """No such frame, or this is no demonstration."""

    code = "demonstration-frame-unknown"
    zh = "没有这幅演示画面；演示相机只在演示环境中可用。"
    en = "There is no such frame; the demonstration camera exists in the demonstration only."


@router.get("/demonstration/faces/{person}/{clip}/{number}.jpg", include_in_schema=False)
def frame(
    person: str, clip: str, number: int, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> FileResponse:
    """Give one frame of a clip, or a photograph (``portrait``, ``photograph``; the number says nothing)."""
    known = person in {one.face for one in PEOPLE} and 0 <= number < FRAMES
    if not house.settings.demonstration or not known:
        raise DemonstrationFrameUnknown
    if clip in PHOTOGRAPHS:
        file = FACES / "photos" / f"{person}_{PHOTOGRAPHS[clip]}.jpg"
    elif clip in CLIPS:
        file = FACES / "clips" / person / clip / f"{number:03d}.jpg"
    else:
        raise DemonstrationFrameUnknown
    return FileResponse(file, headers={"cache-control": f"private, max-age={DAY}"})
