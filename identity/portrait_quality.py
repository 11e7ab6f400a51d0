"""Whether one capture of a face can be enrolled: found alone, large, lit, sharp, frontal, uncovered, awake.

Brightness is taken from the lightest twentieth of the face, not from its mean, so that dark skin in good
light is not called dark. What is covered shows no contrast where eyes and mouth have the most: lids, lashes,
lips and teeth. That tells masks, dark glasses and a hand laid flat; it cannot tell a cover with a pattern of
its own, and clear glasses are no cover.

Figures: the 26 photographs and 27 frames of clips of api/demonstration/faces, and the same with eight covers
drawn on them; nobody's real mask, hand or skin darker than theirs was measured.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from evidence.errors import Refused
from identity.clips import BLUR, SMALLEST_FACE, has_second_face
from identity.face import FaceMatcher, Measurement, Point
from identity.images import Picture
from identity.movements import TURNED_AT_MOST
from identity.scan_refusals import EyesShut, FaceTooSmall, FaceTurnedAway, ImageBlurred, NoFace, TwoFaces
from identity.scans import SHUT_EYES

DARKEST = 64
"""Grey level, 0 to 255, that the lightest twentieth of a face reaches: faces here 165 and more."""

LIGHT = 0.95
"""Quantile at which the lightest twentieth begins."""

GLARE = 0.3
"""Share of a face that may be burnt out (``WHITE`` and more): faces here 0.02 at most."""

WHITE = 250
"""Grey level from which nothing can be told any more."""

FLATTEST = 0.09
"""Contrast of eyes and mouth, their standard deviation over the brightness between the eyes: uncovered 0.12
and more, also shut and open ones; drawn masks, hands and dark glasses 0.07 at most."""

_SIDE = 128
_RIGHT_EYE, _LEFT_EYE = (40.0, 48.0), (88.0, 48.0)
"""Where the eyes lie in a face laid straight, in a square of ``_SIDE`` pixels."""

_EYE, _MOUTH_MARGIN, _BRIDGE = (13, 8), (4, 7), (8, 7)
"""Half sizes of what is looked at, in those pixels; the mouth from corner to corner less a margin."""


class FaceTooDark(Refused):
    """The face has too little light."""

    code = "face-too-dark"
    zh = "画面中的人脸太暗。请面向光线、不要背光，然后重新拍摄。"
    en = "The face is too dark; turn towards the light, not away from it, and take it again."


class FaceTooBright(Refused):
    """The face is burnt out."""

    code = "face-too-bright"
    zh = "画面中的人脸过亮，看不清五官。请避开直射的强光，然后重新拍摄。"
    en = "The face is too bright to be seen; keep out of direct light and take it again."


class FaceCovered(Refused):
    """An eye or the mouth shows nothing."""

    code = "face-covered"
    zh = "眼睛或者嘴被遮住了。请摘下口罩、墨镜，移开手和头发，然后重新拍摄。"
    en = "An eye or the mouth is covered; remove mask, dark glasses, hand or hair and take it again."


def alone(picture: Picture, matcher: FaceMatcher) -> Measurement:
    """Measure the one face of ``picture``.

    Raises:
        NoFace, TwoFaces: there is none, or more than one.
    """
    faces = matcher.faces(picture) or matcher.faces(picture, small=True)
    if not faces:
        raise NoFace
    if has_second_face(faces):
        raise TwoFaces
    return faces[0]


def check_quality(picture: Picture, face: Measurement) -> None:
    """Check that the ``face`` can be enrolled, the plainest fault first.

    Raises:
        FaceTooSmall, FaceTooDark, FaceTooBright, ImageBlurred, FaceTurnedAway, FaceCovered, EyesShut.
    """
    if face.box.width < SMALLEST_FACE:
        raise FaceTooSmall
    _check_light(picture, face)
    if face.sharpness < BLUR:
        raise ImageBlurred
    if abs(face.turn) > TURNED_AT_MOST:
        raise FaceTurnedAway
    if face.marks and min(contrasts(picture, face.marks)) < FLATTEST:
        raise FaceCovered
    if face.eyes < SHUT_EYES:
        raise EyesShut


def contrasts(picture: Picture, marks: Sequence[Point]) -> tuple[float, float, float]:
    """Give the contrast of right eye, left eye and mouth."""
    grey, places = _straight(picture, marks)
    (right, left, _, corner, other) = places
    middle = ((corner[0] + other[0]) / 2, (corner[1] + other[1]) / 2)
    half_mouth = max(abs(other[0] - corner[0]) / 2 - _MOUTH_MARGIN[0], 1.0)
    bridge = ((right[0] + left[0]) / 2, (right[1] + left[1]) / 2 + 2 * _BRIDGE[1] - 5)
    light = max(float(_around(grey, bridge, _BRIDGE).mean()), 1.0)
    looked_at = (
        _around(grey, right, _EYE),
        _around(grey, left, _EYE),
        _around(grey, middle, (half_mouth, _MOUTH_MARGIN[1])),
    )
    return tuple(float(part.std()) / light for part in looked_at)  # type: ignore[return-value]  # three


def _check_light(picture: Picture, face: Measurement) -> None:
    box = face.box
    pixels = picture.pixels[max(box.top, 0) : box.bottom, max(box.left, 0) : box.right]
    if not pixels.size:  # a double's face lies where its script says
        return
    grey = np.asarray(Image.fromarray(pixels).convert("L"))
    if float(np.quantile(grey, LIGHT)) < DARKEST:
        raise FaceTooDark
    if float((grey >= WHITE).mean()) > GLARE:
        raise FaceTooBright


def _straight(
    picture: Picture, marks: Sequence[Point]
) -> tuple[npt.NDArray[np.float64], list[tuple[float, float]]]:
    """Lay the face straight by its eyes: its grey picture, and where its marks then are.

    Complex numbers: ``zoom`` turns and stretches a place of the straight picture, ``shift`` moves it.
    """
    right, left = complex(*marks[0]), complex(*marks[1])
    zoom = (left - right) / (complex(*_LEFT_EYE) - complex(*_RIGHT_EYE))
    shift = right - zoom * complex(*_RIGHT_EYE)
    matrix = (zoom.real, -zoom.imag, shift.real, zoom.imag, zoom.real, shift.imag)
    laid = (
        Image.fromarray(picture.pixels)
        .convert("L")
        .transform((_SIDE, _SIDE), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    )
    places = [(complex(*mark) - shift) / zoom for mark in marks]
    return np.asarray(laid, dtype=np.float64), [(place.real, place.imag) for place in places]


def _around(
    grey: npt.NDArray[np.float64], middle: tuple[float, float], half: tuple[float, float]
) -> npt.NDArray[np.float64]:
    x, y = middle
    rows = slice(max(round(y - half[1]), 0), max(round(y + half[1]), 1))
    columns = slice(max(round(x - half[0]), 0), max(round(x + half[0]), 1))
    part = grey[rows, columns]
    return part if part.size else np.zeros((1, 1))
