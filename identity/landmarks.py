"""What the 68 landmarks of a face tell: where the head is turned and bent, eyes and mouth, the size. Pure.

The 68 points are those of the iBUG 300-W annotation, counted from 0: 0-16 the jaw from the person's right
ear to the left, 30 the tip of the nose and 33 its base, 36-41 the right eye and 42-47 the left eye, 60-67 the
inner lips.

All results but :func:`marks` and :func:`size` are ratios of lengths along one direction of the face. They are
free of its size, its place and its tilt, and a flat photograph turned in the hand hardly changes them, since
a plane seen from another side keeps such ratios. That is why ``turn`` is read from the nose between the
cheeks, not from the face's width.
"""

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""Shape (68, 2): x to the right, y down, in pixels."""

NOSE_TIP = 30
JAW_PAIRS = ((1, 15), (2, 14), (3, 13))
EYE_CORNERS = (36, 45)
NOSE_BASE = 33
LIDS = ((37, 41), (38, 40), (43, 47), (44, 46))
LIPS = ((61, 67), (62, 66), (63, 65))
RIGHT_EYE = slice(36, 42)
LEFT_EYE = slice(42, 48)
MOUTH_CORNERS = (48, 54)


def turn(points: Points) -> float:
    """Where the head is turned: 0 straight ahead, positive to the person's own left, 0.5 at 20 degrees.

    The nose tip's place between the cheeks (three pairs of jaw points) and between the outer eye corners,
    averaged. In a picture that is not mirrored the person's own left is to the right.
    """
    eyes = points[LEFT_EYE].mean(axis=0) - points[RIGHT_EYE].mean(axis=0)
    along = points @ (eyes / np.linalg.norm(eyes))
    jaw = np.mean([_place(along, right, left) for right, left in JAW_PAIRS])
    return float((jaw + _place(along, *EYE_CORNERS)) / 2)


def _place(along: npt.NDArray[np.float64], right: int, left: int) -> float:
    middle = (along[right] + along[left]) / 2
    return float((along[NOSE_TIP] - middle) / max(abs(along[left] - along[right]) / 2, 1.0))


def eyes_open(points: Points) -> float:
    """How far the lids of both eyes are apart, in lengths of the nose: about 0.13 open, 0.07 shut.

    The pairs of points are those of the eye aspect ratio (Soukupová and Čech, Real-Time Eye Blink Detection
    using Facial Landmarks, CVWW 2016). That ratio divides them by the width of the eye, across them, so that
    a photograph tilted by 45 degrees falls from 0.28 to 0.18 as in a blink; here it keeps 0.78 of its value.
    """
    return _mean_distance(points, LIDS) / _nose_length(points)


def mouth_open(points: Points) -> float:
    """How far the inner lips are apart, in lengths of the nose: below 0.15 closed, about 0.45 open."""
    return _mean_distance(points, LIPS) / _nose_length(points)


def pitch(points: Points) -> float:
    """How far the head is bent: the tip of the nose between the eyes and the corners of the mouth, 0 to 1.

    About 0.6 straight ahead, more when the head nods. The corners, because lips and chin move when the mouth
    opens.
    """
    eyes = points[LEFT_EYE].mean(axis=0) - points[RIGHT_EYE].mean(axis=0)
    down = points @ (np.array((-eyes[1], eyes[0])) / np.linalg.norm(eyes))
    level = (down[RIGHT_EYE].mean() + down[LEFT_EYE].mean()) / 2
    mouth = down[list(MOUTH_CORNERS)].mean()
    return float((down[NOSE_TIP] - level) / max(mouth - level, 1.0))


def size(points: Points) -> float:
    """Distance of the eyes in pixels: it grows as the face comes closer, and a nod leaves it as it is."""
    return float(np.linalg.norm(points[LEFT_EYE].mean(axis=0) - points[RIGHT_EYE].mean(axis=0)))


def marks(points: Points) -> tuple[tuple[float, float], ...]:
    """Right and left eye, tip of the nose, right and left corner of the mouth, in pixels."""
    eyes = (points[RIGHT_EYE].mean(axis=0), points[LEFT_EYE].mean(axis=0))
    places = (*eyes, points[NOSE_TIP], *(points[corner] for corner in MOUTH_CORNERS))
    return tuple((float(x), float(y)) for x, y in places)


def _mean_distance(points: Points, pairs: tuple[tuple[int, int], ...]) -> float:
    return float(np.mean([np.linalg.norm(points[upper] - points[lower]) for upper, lower in pairs]))


def _nose_length(points: Points) -> float:
    """From between the eyes to the base of the nose, in pixels."""
    between = (points[RIGHT_EYE].mean(axis=0) + points[LEFT_EYE].mean(axis=0)) / 2
    return max(float(np.linalg.norm(between - points[NOSE_BASE])), 1.0)
