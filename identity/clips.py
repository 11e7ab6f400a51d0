"""A clip of a face: its shape, and one face measured in every frame, or a named refusal.

A frame is never mirrored: a page mirrors its preview, not what it sends, or left becomes right.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from identity.face import FaceMatcher, Measurement
from identity.images import FRAME, Picture, decode
from identity.movements import Moment
from identity.scan_refusals import (
    ClipBroken,
    ClipTooLong,
    ClipTooShort,
    FaceLost,
    FaceTooSmall,
    ImageBlurred,
    NoFace,
    TwoFaces,
)

FEWEST_FRAMES = 12
"""One step takes a second; the pages send 8 to 15 frames a second."""

MOST_FRAMES = 240
"""Fifteen seconds at 16 frames a second."""

SHORTEST_MS = 1_200
"""Nobody does a step and comes home sooner."""

LONGEST_MS = 15_000
"""Two or three steps take 3 to 8 seconds."""

MOST_MEASURED = 60
"""Frames measured of one clip, evenly picked: 1 s of CPU, and still 4 a second of the longest clip."""

LONGEST_GAP_MS = 1_200
"""Between two frames, or two frames with a face: the detector loses heads beyond about 40 degrees."""

SMALLEST_FACE = 96
"""Pixels of the face's width; the comparison works on 150."""

SECOND_FACE = 0.4
"""Share of the first face's width from which a second counts; smaller ones are passers-by or wallpaper."""

TWO_FACES_FRAMES = 2
"""Frames that must show a second face: in one the detector may be wrong."""

WHOLE_EVERY = 3
"""Every third frame is searched whole, the others where the face just was, at a quarter of the cost; after a
second face was seen the next one is searched whole too. One that stays for four frames is seen twice."""

BLUR = 0.5
"""``sharpness`` of a blurred face: in focus 2.5 and more, a Gaussian of 4 pixels 0.3-0.9, of 6 0.2-0.4."""

FASTEST_TURN = 5.0
"""``turn`` a second, about 200 degrees: the clips reach 2, a cut between two photographs 6 and more."""

JUMP = 0.6
"""Share of the face's width that its middle may move between two frames: people sway, cuts jump."""

SHORTEST_INTERVAL_MS = 66
"""Frames that come in pairs are judged as if they came 15 a second."""


@dataclass(frozen=True)
class Clip:
    """Frames as JPEG or PNG bytes, never mirrored, and the time of each in milliseconds, rising."""

    frames: tuple[bytes, ...]
    times_ms: tuple[int, ...]


@dataclass(frozen=True)
class Sight:
    """One frame that shows a face."""

    picture: Picture
    moment: Moment


def measure(clip: Clip, matcher: FaceMatcher) -> tuple[Sight, ...]:
    """Measure the one face of ``clip`` in every picked frame; single frames may miss it.

    Raises:
        ClipTooShort, ClipTooLong, ClipBroken: the clip's shape.
        ImageTooLarge, ImageBroken, ImageKindRefused: one of its frames (identity.images).
        NoFace, TwoFaces, FaceTooSmall, FaceLost, ImageBlurred: what the frames show.
    """
    check_shape(clip)
    sights = _sights(clip, matcher)
    if median(sight.moment.face.box.width for sight in sights) < SMALLEST_FACE:
        raise FaceTooSmall
    check_sharpness([sight.moment.face for sight in sights])
    check_continuity([sight.moment for sight in sights])
    return tuple(sights)


def check_shape(clip: Clip) -> None:
    """Check that frames and times fit together, run forward without a gap, and are neither few nor many."""
    if len(clip.frames) != len(clip.times_ms):
        raise ClipBroken
    gaps = [after - before for before, after in itertools.pairwise(clip.times_ms)]
    if gaps and (min(gaps) <= 0 or max(gaps) > LONGEST_GAP_MS):
        raise ClipBroken
    if len(clip.frames) < FEWEST_FRAMES or sum(gaps) < SHORTEST_MS:
        raise ClipTooShort(frames=len(clip.frames), milliseconds=sum(gaps))
    if len(clip.frames) > MOST_FRAMES or sum(gaps) > LONGEST_MS:
        raise ClipTooLong(frames=len(clip.frames), milliseconds=sum(gaps))


def check_sharpness(faces: Sequence[Measurement]) -> None:
    """Check that the faces are in focus, in the median: a turning head smears a little."""
    if median(face.sharpness for face in faces) < BLUR:
        raise ImageBlurred


def check_continuity(moments: Sequence[Moment]) -> None:
    """Check that one face never leaves and never jumps: no cut between two clips or two photographs."""
    for before, after in itertools.pairwise(moments):
        gap_ms = after.time_ms - before.time_ms
        seconds = max(gap_ms, SHORTEST_INTERVAL_MS) / 1000
        fast = abs(after.face.turn - before.face.turn) > FASTEST_TURN * seconds
        if gap_ms > LONGEST_GAP_MS or fast or _jumped(before.face, after.face):
            raise FaceLost


def has_second_face(faces: Sequence[Measurement]) -> bool:
    """Whether ``faces``, the widest first, hold a second one that counts."""
    return len(faces) > 1 and faces[1].box.width >= SECOND_FACE * faces[0].box.width


def _sights(clip: Clip, matcher: FaceMatcher) -> list[Sight]:
    sights: list[Sight] = []
    crowded, doubtful = 0, False
    for place, index in enumerate(_picked(len(clip.frames))):
        picture = decode(clip.frames[index], FRAME)
        elsewhere = not sights or doubtful or place % WHOLE_EVERY == 0
        faces = matcher.faces(picture, near=None if elsewhere else sights[-1].moment.face.box)
        doubtful = has_second_face(faces)
        if faces:
            crowded += doubtful
            sights.append(Sight(picture, Moment(clip.times_ms[index], faces[0])))
    if crowded >= TWO_FACES_FRAMES:
        raise TwoFaces
    if not sights:
        middle = decode(clip.frames[len(clip.frames) // 2], FRAME)
        raise FaceTooSmall if matcher.faces(middle, small=True) else NoFace
    if len(sights) < FEWEST_FRAMES:
        raise FaceLost
    return sights


def _picked(count: int) -> list[int]:
    """At most :data:`MOST_MEASURED` indexes, evenly spread, the first and the last among them."""
    if count <= MOST_MEASURED:
        return list(range(count))
    return [round(step * (count - 1) / (MOST_MEASURED - 1)) for step in range(MOST_MEASURED)]


def _jumped(before: Measurement, after: Measurement) -> bool:
    across = (after.box.left + after.box.right - before.box.left - before.box.right) / 2
    down = (after.box.top + after.box.bottom - before.box.top - before.box.bottom) / 2
    return max(abs(across), abs(down)) > JUMP * before.box.width
