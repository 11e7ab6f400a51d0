"""The frames of a scan, as they arrive: their shape, and the one face that each shows, or a named refusal.

A frame is never mirrored: a page mirrors its preview, not what it sends, or left becomes right.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from identity.face import FaceFinder, Measurement, Template
from identity.flash import Tint
from identity.images import Picture
from identity.movements import Moment
from identity.scan_refusals import (
    ClipBroken,
    ClipTooLong,
    FaceLost,
    FaceTooSmall,
    ImageBlurred,
    NoFace,
    TwoFaces,
)

MOST_IN_BATCH = 24
"""Frames in one request: a page sends 3 or 4, more after the network stood still for a moment."""

MOST_MEASURED = 12
"""Frames of one request that are measured, evenly picked: who was kept waiting waits no longer for that."""

MOST_FRAMES = 600
"""Frames of one scan; a minute at ten frames a second."""

LONGEST_MS = 50_000
"""Eight seconds to settle and three steps at their slowest are 44; a challenge lives for 60."""

SHORTEST_INTERVAL_MS = 90
"""Between two frames that are measured, so that a scan costs the same, whatever the camera sends.
A blink lasts 100 to 400 ms."""

LONGEST_GAP_MS = 1_200
"""Between two frames, or two frames with a face: the detector loses heads beyond about 40 degrees."""

NO_FACE_MS = 3_000
"""From the first frame until one must show a face."""

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
"""Share of the face's width that its middle may move between two frames: people sway, cuts jump. How large
the face is says nothing here: coming closer is a step."""


@dataclass(frozen=True)
class Batch:
    """Frames as JPEG or PNG bytes, never mirrored, and the time of each since the scan's first, in ms."""

    frames: tuple[bytes, ...]
    times_ms: tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """What one frame showed: the face, whether a second one was there, and what is compared of it.

    It looks ahead or, ``moving``, does something; ``template`` is by all models, ``glance`` by one, ``live``
    of those ahead alone. ``tint`` is of a scan by the light of the page.
    """

    time_ms: int
    face: Measurement | None
    crowded: bool = False
    moving: bool = False
    template: Template | None = None
    glance: Template | None = None
    live: float | None = None
    tint: Tint | None = None


def check_shape(batch: Batch, *, before: int, last_ms: int | None) -> None:
    """Check that ``batch`` follows on ``before`` frames of which the last was taken at ``last_ms``.

    Raises:
        ClipBroken: times and frames do not fit together, stand still, run back or leap.
        ClipTooLong: more frames or more time than a scan takes.
    """
    times = batch.times_ms
    if not times or len(batch.frames) != len(times) or len(times) > MOST_IN_BATCH:
        raise ClipBroken
    if last_ms is None and times[0] != 0:
        raise ClipBroken
    known = times if last_ms is None else (last_ms, *times)
    gaps = [after - earlier for earlier, after in itertools.pairwise(known)]
    if gaps and (min(gaps) <= 0 or max(gaps) > LONGEST_GAP_MS):
        raise ClipBroken
    if before + len(times) > MOST_FRAMES or times[-1] > LONGEST_MS:
        raise ClipTooLong(frames=before + len(times), milliseconds=times[-1])


def measured(batch: Batch, *, last_ms: int | None) -> list[tuple[bytes, int]]:
    """Pick the frames that are measured, and the time of each; ``last_ms`` is of the last one before."""
    picked: list[tuple[bytes, int]] = []
    for frame, time_ms in zip(batch.frames, batch.times_ms, strict=True):
        if last_ms is None or time_ms - last_ms >= SHORTEST_INTERVAL_MS:
            picked.append((frame, time_ms))
            last_ms = time_ms
    if len(picked) <= MOST_MEASURED:
        return picked
    return [picked[round(place * (len(picked) - 1) / (MOST_MEASURED - 1))] for place in range(MOST_MEASURED)]


def look(picture: Picture, time_ms: int, before: Sequence[Look], finder: FaceFinder) -> Look:
    """Look at one frame: whole, or where the face of the frames before it was."""
    faces_before = [one.face for one in before if one.face is not None]
    whole = not faces_before or before[-1].crowded or len(before) % WHOLE_EVERY == 0
    faces = finder.faces(picture, near=None if whole else faces_before[-1].box)
    return Look(time_ms, faces[0] if faces else None, crowded=has_second_face(faces))


def check_presence(looks: Sequence[Look], picture: Picture, finder: FaceFinder) -> None:
    """Check that one face is there, alone, and stays; ``picture`` is the last look's.

    Raises:
        TwoFaces, NoFace, FaceTooSmall, FaceLost: it is not.
    """
    if sum(one.crowded for one in looks) >= TWO_FACES_FRAMES:
        raise TwoFaces
    now_ms = looks[-1].time_ms
    seen_ms = [one.time_ms for one in looks if one.face is not None]
    if not seen_ms and now_ms - looks[0].time_ms >= NO_FACE_MS:
        raise FaceTooSmall if finder.faces(picture, small=True) else NoFace
    if seen_ms and now_ms - seen_ms[-1] > LONGEST_GAP_MS:
        raise FaceLost


def check_quality(faces: Sequence[Measurement]) -> None:
    """Check that the faces are large enough and in focus, in the median: a turning head smears a little.

    Raises:
        FaceTooSmall, ImageBlurred: they are not.
    """
    if median(face.box.width for face in faces) < SMALLEST_FACE:
        raise FaceTooSmall
    if median(face.sharpness for face in faces) < BLUR:
        raise ImageBlurred


def check_continuity(moments: Sequence[Moment]) -> None:
    """Check that one face never leaves and never jumps: no cut between two clips or two photographs.

    Raises:
        FaceLost: it did.
    """
    for before, after in itertools.pairwise(moments):
        gap_ms = after.time_ms - before.time_ms
        fast = abs(after.face.turn - before.face.turn) > FASTEST_TURN * gap_ms / 1000
        if gap_ms > LONGEST_GAP_MS or fast or _jumped(before.face, after.face):
            raise FaceLost


def has_second_face(faces: Sequence[Measurement]) -> bool:
    """Whether ``faces``, the widest first, hold a second one that counts."""
    return len(faces) > 1 and faces[1].box.width >= SECOND_FACE * faces[0].box.width


def moments_of(looks: Sequence[Look]) -> list[Moment]:
    """Give the frames that showed a face."""
    return [Moment(one.time_ms, one.face) for one in looks if one.face is not None]


def _jumped(before: Measurement, after: Measurement) -> bool:
    across = (after.box.left + after.box.right - before.box.left - before.box.right) / 2
    down = (after.box.top + after.box.bottom - before.box.top - before.box.bottom) / 2
    return max(abs(across), abs(down)) > JUMP * before.box.width
