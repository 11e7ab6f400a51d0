"""The portrait that a scan is compared with, on the scripted matcher: one face, ahead, eyes open, sharp."""

from dataclasses import replace

import pytest

from identity.face import Template
from identity.face_scripted import ScriptedFace
from identity.scan_refusals import EyesShut, FaceTooSmall, FaceTurnedAway, ImageBlurred, NoFace, TwoFaces
from identity.scans import examine_portrait
from tests.identity.test_scans import LIN, ZHOU, Stage


def portrayed(*faces: ScriptedFace) -> Template:
    stage = Stage()
    return examine_portrait(stage.picture(faces), matcher=stage)


def test_a_portrait_without_a_face_is_refused() -> None:
    with pytest.raises(NoFace):
        portrayed()


def test_a_portrait_of_two_is_refused() -> None:
    with pytest.raises(TwoFaces):
        portrayed(LIN, replace(ZHOU, left=320))


def test_a_portrait_with_a_small_face_is_refused() -> None:
    with pytest.raises(FaceTooSmall):
        portrayed(replace(LIN, width=60))


def test_a_blurred_portrait_is_refused() -> None:
    with pytest.raises(ImageBlurred):
        portrayed(replace(LIN, sharpness=0.2))


def test_a_portrait_that_looks_away_is_refused() -> None:
    with pytest.raises(FaceTurnedAway):
        portrayed(replace(LIN, turn=0.4))


def test_a_portrait_with_shut_eyes_is_refused() -> None:
    with pytest.raises(EyesShut):
        portrayed(replace(LIN, eyes=0.06))
