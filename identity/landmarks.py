"""What the 68 landmarks of a face tell: where the head is turned, how far eyes and mouth are open. Pure.

The 68 points are those of the iBUG 300-W annotation, counted from 0: 0-16 the jaw from the person's right
ear to the left, 30 the tip of the nose, 36-41 the right eye and 42-47 the left eye, 60-67 the inner lips.
All results are ratios within the face, free of its size and place, and of its tilt.

A flat photograph that is turned in the hand keeps them: along one line an affine image keeps ratios. That
is why ``turn`` is taken from the nose between the cheeks and not from how narrow the face looks.
"""

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""Shape (68, 2): x to the right, y down, in pixels."""

NOSE_TIP = 30
JAW_PAIRS = ((1, 15), (2, 14), (3, 13))
EYE_CORNERS = (36, 45)
RIGHT_EYE = slice(36, 42)
LEFT_EYE = slice(42, 48)


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
    """Mean eye aspect ratio of both eyes.

    Source: Soukupová and Čech, Real-Time Eye Blink Detection using Facial Landmarks, CVWW 2016, equation 1.
    """
    return (_aspect(points[RIGHT_EYE]) + _aspect(points[LEFT_EYE])) / 2


def _aspect(eye: Points) -> float:
    heights = float(np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4]))
    return heights / max(2 * float(np.linalg.norm(eye[0] - eye[3])), 1.0)


def mouth_open(points: Points) -> float:
    """Mean height of the inner lips over their width."""
    heights = np.mean(
        [np.linalg.norm(points[upper] - points[lower]) for upper, lower in ((61, 67), (62, 66), (63, 65))]
    )
    return float(heights / max(float(np.linalg.norm(points[60] - points[64])), 1.0))
