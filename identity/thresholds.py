"""Up to which distance two templates count as one person, model by model, and who measured it. Pure.

Figures "on LFW" are of Labeled Faces in the Wild, deep-funnelled, in part, by its ten-fold protocol
(docs/adr/0013). None of them was taken on people before their own phones.

A threshold of distances that are the root of a sum of squares can be bounded without a measurement of its
own: who is nearer than ``root(a**2 + b**2)`` is nearer than ``a`` by the one model or nearer than ``b`` by
the other, so no more strangers pass than pass ``a`` and ``b`` together.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from evidence.errors import Term

DLIB = "dlib-resnet-1"
FEATURE = "faceplugin-feature-1"
FEATURE_WEIGHT = 0.8
"""What the feature's unit vector is multiplied by beside dlib's, of length 1.35 to 1.6 here."""

FUSED = f"{DLIB}+{FEATURE}"

DLIB_BY_DEFAULT = 0.60
"""Distance; 5.9 strangers in a thousand on LFW. The default of ``face_recognition``."""
DLIB_AT_1E3 = 0.544
"""Distance; one stranger in a thousand on LFW, and 10.9 % of the pairs of one person are beyond it."""
DLIB_AT_5E4 = 0.522
"""Distance; between the two measured ones by the logarithm of the rate."""
DLIB_AT_1E4 = 0.473
"""Distance; one stranger in ten thousand on LFW, 34.8 % of one person's pairs beyond."""

FEATURE_COSINE_AT_1E3 = 0.337
"""Cosine; one stranger in a thousand on LFW, 2.5 % of one person's pairs below."""
FEATURE_COSINE_AT_5E4 = 0.360
"""Cosine; between the two measured ones by the logarithm of the rate."""
FEATURE_COSINE_AT_1E4 = 0.413
"""Cosine; one stranger in ten thousand on LFW, 5.8 % of one person's pairs below."""


@dataclass(frozen=True)
class ThresholdPolicy:
    """Up to which distance two templates of ``model`` count as one person.

    ``distance`` bounds the median over the compared frames, ``frame_distance`` every single one of them, so
    that no frame of a clip may show somebody else; ``glance_distance`` those that were compared by a glance.
    """

    model: str
    distance: float
    frame_distance: float
    glance_distance: float


def chord(cosine: float) -> float:
    """Distance between the ends of two unit vectors with this ``cosine``."""
    return sqrt(2 * (1 - cosine))


def joined(dlib: float, cosine: float) -> float:
    """Distance of templates of both models that is reached by ``dlib`` and ``cosine`` at once."""
    return sqrt(dlib**2 + (FEATURE_WEIGHT * chord(cosine)) ** 2)


DLIB_ALONE = ThresholdPolicy(
    DLIB, distance=0.54, frame_distance=DLIB_BY_DEFAULT, glance_distance=DLIB_BY_DEFAULT
)
"""One stranger in a thousand in the median; the clips here stay below 0.46 ahead, strangers above 0.6."""

FEATURE_ALONE = ThresholdPolicy(FEATURE, distance=1.15, frame_distance=1.15, glance_distance=1.15)
"""One stranger in a thousand, in every frame: no other rate was measured that a single frame could have."""

BOTH = ThresholdPolicy(FUSED, distance=1.04, frame_distance=1.09, glance_distance=1.15)
"""At most one stranger in a thousand in the median (5e-4 by either model), at most 6.9 in a single frame
(5.9 by dlib, one by the feature): bounds from the figures above, not a measurement. Here clips that look
ahead reach 0.77, a photograph and its person 0.74, strangers 1.17 and more. A glance is by the feature: one
stranger in a thousand where it is compared with one template, several where with the nearest of several; here
the clips' own reach 0.75 ahead and 0.99 in movement, strangers 1.23 and more."""

BOTH_STRICT = ThresholdPolicy(FUSED, distance=0.98, frame_distance=1.06, glance_distance=1.15)
"""At most one stranger in 5,000 in the median (1e-4 by either model), at most two in a thousand in a single
frame (1e-3 by either): bounds, like BOTH. What it costs in refusals was not measured for both together."""

LIVE_AT_LEAST = 0.4
"""Mean ``liveness`` of the frames looked at. Genuine clips of real people reach 0.74 and more, the people of
this house 0.99, in bad light 0.66; simulated displays 0.25 at most. Real replays reach 0.67, so some pass."""


class FalseAccepts(StrEnum):
    """How many strangers may be taken for the enrolled person, at most, in the median frame."""

    ONE_IN_1000 = "1e-3"
    ONE_IN_5000 = "2e-4"

    @property
    def term(self) -> Term:
        """The bound as a reader of either language reads it."""
        return _TERMS[self]


_TERMS = {
    FalseAccepts.ONE_IN_1000: Term("不超过千分之一", "at most one in 1,000"),
    FalseAccepts.ONE_IN_5000: Term("不超过五千分之一", "at most one in 5,000"),
}
