"""Names of cameras: programs are recognised, phones and webcams are not; and a hint is only ever counted."""

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from identity import challenges
from identity.camera_hints import names_program
from identity.challenges import Action
from identity.people import Person
from identity.scan_figures import weeks
from tests.identity.conftest import RequestOf


@pytest.mark.parametrize(
    "label", ["OBS Virtual Camera", "ManyCam Virtual Webcam", "Dummy video device (0x0000)", "某某虚拟摄像头"]
)
def test_a_program_is_recognised(label: str) -> None:
    assert names_program(label)


@pytest.mark.parametrize(
    "label",
    [
        "",
        "front camera",
        "camera 1, facing front",
        "FaceTime HD Camera",
        "USB2.0 HD UVC WebCam (04f2:b6d9)",
        "前置相机",
    ],
)
def test_a_phone_is_not(label: str) -> None:
    assert not names_program(label)


@pytest.mark.parametrize(
    ("hint", "counted"), [(True, 1), (False, 0), (None, 0)], ids=["program", "phone", "none"]
)
def test_a_hint_is_counted_and_refuses_nothing(
    *,
    session: Session,
    engineer: Person,
    clock: FixedClock,
    request_of: RequestOf,
    hint: bool | None,
    counted: int,
) -> None:
    subject = request_of().digest
    asked = challenges.issue(
        session, person=engineer.id, action=Action.AUTHORIZE, subject=subject, clock=clock
    )
    challenges.begin(session, asked.id, person=engineer.id, clock=clock, program_camera=hint)
    challenges.consume(
        session, asked.id, person=engineer.id, action=Action.AUTHORIZE, subject=subject, clock=clock
    )
    newest = weeks(session, now=clock.now())[0]
    assert (newest.passed, newest.program_cameras) == (1, counted)
