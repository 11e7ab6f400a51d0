"""A face scan: a short clip, judged against the steps the server chose and the enrolled template.

    measure  one face in every frame, large and sharp enough, that never leaves or jumps (identity.clips)
    judge    the steps, in order (identity.liveness)
    compare  frames that look ahead, spread over the clip, with the template; and the frame in which each
             movement begins with those, so that the one who moves is the one who was compared

Liveness comes before identity, so that who holds up a photograph is never told whether the face fits. All of
it is computation on bytes: no database, no clock, no network; arguments, verdict and refusals can be pickled,
so that it runs in a process of its own (identity.pool).

    verdict = examine(clip, (Step.TURN_LEFT, Step.BLINK), template, DEFAULT_POLICY, matcher=DlibMatcher())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from identity.clips import SMALLEST_FACE, Clip, Sight, check_sharpness, has_second_face, measure
from identity.face import FaceMatcher, Measurement, Template, ThresholdPolicy
from identity.images import decode
from identity.liveness import judge
from identity.movements import TURNED_AT_MOST, Movement, looks_ahead, rest
from identity.scan_refusals import AnotherFace, EyesShut, FaceTooSmall, FaceTurnedAway, NoFace, TwoFaces
from identity.steps import Step

COMPARED = 3
"""Frames compared with the template, from the begin, middle and end of the clip: 80 ms of CPU each."""

SHUT_EYES = 0.08
"""``eyes`` of a portrait that are shut: open ones have 0.11 to 0.16 here, shut ones 0.06 to 0.07."""


@dataclass(frozen=True)
class ScanPolicy:
    """What a scan must satisfy; ``version`` goes into the approval that a scan leads to."""

    version: str
    threshold: ThresholdPolicy


DEFAULT_POLICY = ScanPolicy("yinxin/scan-policy/2", ThresholdPolicy(distance=0.54, frame_distance=0.6))
"""2 asks for the device key of whoever has one (identity.passkeys); 1 knew the face alone.

0.544 falsely accepts one stranger in a thousand on Labeled Faces in the Wild; clips of the people here
stay below 0.46 where they look ahead, strangers above 0.6."""


@dataclass(frozen=True)
class Verdict:
    """The scan passed; no score, no template and no picture travels with it.

    ``frames`` showed a face, ``compared`` of them were compared; ``movements`` answered the steps.
    """

    policy_version: str
    steps: tuple[Step, ...]
    movements: tuple[Movement, ...]
    frames: int
    compared: int


def examine(
    clip: Clip, steps: Sequence[Step], template: Template, policy: ScanPolicy, *, matcher: FaceMatcher
) -> Verdict:
    """Judge ``clip``: did the enrolled person do ``steps``?

    Raises:
        ClipTooShort, ClipTooLong, ClipBroken: its shape.
        ImageTooLarge, ImageBroken, ImageKindRefused: one of its frames (identity.images).
        NoFace, TwoFaces, FaceTooSmall, FaceLost, ImageBlurred, FaceTurnedAway: what the frames show.
        StillImage, MotionMissing, MotionNotAsked: what the person did (identity.liveness).
        AnotherFace: who did it.
        TemplateOfAnotherModel: the template must be made again.
    """
    sights = measure(clip, matcher)
    movements = judge([sight.moment for sight in sights], steps)
    calm = _calm(sights, movements)
    begins = {movement.begin_ms for movement in movements}
    moving = [sight for sight in sights if sight.moment.time_ms in begins]
    _check_identity(calm, moving, template, policy.threshold, matcher)
    return Verdict(
        policy.version, tuple(steps), movements, frames=len(sights), compared=len(calm) + len(moving)
    )


def examine_portrait(content: bytes, *, matcher: FaceMatcher) -> Template:
    """Make the reference template of a portrait: one face, looking ahead, eyes open, large and sharp.

    Raises:
        ImageTooLarge, ImageBroken, ImageKindRefused: the file (identity.images).
        NoFace, TwoFaces, FaceTooSmall, ImageBlurred, FaceTurnedAway, EyesShut: the picture.
    """
    picture = decode(content)
    faces = matcher.faces(picture) or matcher.faces(picture, small=True)
    if not faces:
        raise NoFace
    if has_second_face(faces):
        raise TwoFaces
    _check_portrait(faces[0])
    return matcher.template(picture, faces[0])


def _check_portrait(face: Measurement) -> None:
    if face.box.width < SMALLEST_FACE:
        raise FaceTooSmall
    check_sharpness([face])
    if abs(face.turn) > TURNED_AT_MOST:
        raise FaceTurnedAway
    if face.eyes < SHUT_EYES:
        raise EyesShut


def _calm(sights: Sequence[Sight], movements: Sequence[Movement]) -> list[Sight]:
    """:data:`COMPARED` frames that look ahead outside of the movements, from begin to end of the clip."""
    at_rest = rest([sight.moment for sight in sights])
    ahead = [sight for sight in sights if looks_ahead(sight.moment.face, at_rest)]
    calm = [sight for sight in ahead if not any(_within(sight, movement) for movement in movements)] or ahead
    return [calm[round(place * (len(calm) - 1) / (COMPARED - 1))] for place in range(COMPARED)]


def _within(sight: Sight, movement: Movement) -> bool:
    return movement.begin_ms <= sight.moment.time_ms < movement.end_ms


def _check_identity(
    calm: Sequence[Sight],
    moving: Sequence[Sight],
    template: Template,
    threshold: ThresholdPolicy,
    matcher: FaceMatcher,
) -> None:
    """Compare who looks ahead with ``template``, and who moves with who looks ahead."""
    looking = [matcher.template(sight.picture, sight.moment.face) for sight in calm]
    distances = [matcher.distance(template, face) for face in looking]
    if median(distances) > threshold.distance or max(distances) > threshold.frame_distance:
        raise AnotherFace
    for sight in moving:
        mover = matcher.template(sight.picture, sight.moment.face)
        if min(matcher.distance(face, mover) for face in looking) > threshold.distance:
            raise AnotherFace
