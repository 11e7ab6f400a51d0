"""A face scan: a short clip, judged against the steps the server chose and the enrolled template.

    measure  one face in every frame, large and sharp enough, that never leaves or jumps (identity.clips)
    judge    the steps, in order (identity.liveness)
    replay   whether frames that look ahead show a face, or a display that shows one: one signal, in the mean
    compare  frames that look ahead, spread over the clip, with the template; and the frame in which each
             movement begins with those, so that the one who moves is the one who was compared

Liveness comes before identity, so that who holds up a photograph is never told whether the face fits. All of
it is computation on bytes: no database, no clock, no network; arguments, verdict and refusals can be pickled,
so that it runs in a process of its own (identity.pool).

    verdict = examine(clip, (Step.TURN_LEFT, Step.BLINK), template, DEFAULT_POLICY, matcher=FusedMatcher())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from identity.clips import SMALLEST_FACE, Clip, Sight, check_sharpness, has_second_face, measure
from identity.face import FaceMatcher, Measurement, Template
from identity.images import decode
from identity.liveness import judge
from identity.movements import TURNED_AT_MOST, Movement, looks_ahead, rest
from identity.scan_refusals import (
    AnotherFace,
    EyesShut,
    FaceTooSmall,
    FaceTurnedAway,
    NoFace,
    NotBeforeTheCamera,
    PolicyOfAnotherModel,
    TwoFaces,
)
from identity.steps import Step
from identity.thresholds import BOTH, DLIB_ALONE, LIVE_AT_LEAST, ThresholdPolicy

COMPARED = 3
"""Frames compared with the template, from the begin, middle and end of the clip: 155 ms of CPU each."""

LOOKED_AT = 5
"""Frames asked for a replay, spread in the same way: 6 ms of CPU each."""

SHUT_EYES = 0.08
"""``eyes`` of a portrait that are shut: open ones have 0.11 to 0.16 here, shut ones 0.06 to 0.07."""


@dataclass(frozen=True)
class ScanPolicy:
    """What a scan must satisfy; ``version`` goes into the approval that a scan leads to.

    ``live_at_least`` is the mean liveness under which a clip is refused as a replay; None asks for none.
    """

    version: str
    threshold: ThresholdPolicy
    live_at_least: float | None = None


DLIB_POLICY = ScanPolicy("yinxin/scan-policy/1", DLIB_ALONE)
"""dlib alone, and no signal of replays: what every approval before version 2 was given under."""

DEFAULT_POLICY = ScanPolicy("yinxin/scan-policy/2", BOTH, live_at_least=LIVE_AT_LEAST)
"""Both models, plain replays refused, and the device key of whoever has one (identity.passkeys)."""


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
        NotBeforeTheCamera: a display did it.
        AnotherFace: who did it.
        TemplateOfAnotherModel: the template must be made again.
        PolicyOfAnotherModel: the thresholds are not those of this matcher.
    """
    if matcher.model != policy.threshold.model:
        raise PolicyOfAnotherModel(policy=policy.version)
    template.check_model(matcher.model)
    sights = measure(clip, matcher)
    movements = judge([sight.moment for sight in sights], steps)
    calm = _calm(sights, movements)
    _check_live(calm, policy, matcher)
    compared = _spread(calm, COMPARED)
    begins = {movement.begin_ms for movement in movements}
    moving = [sight for sight in sights if sight.moment.time_ms in begins]
    _check_identity(compared, moving, template, policy.threshold, matcher)
    return Verdict(
        policy.version, tuple(steps), movements, frames=len(sights), compared=len(compared) + len(moving)
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
    """Frames that look ahead outside of the movements, or all that look ahead where there are none."""
    at_rest = rest([sight.moment for sight in sights])
    ahead = [sight for sight in sights if looks_ahead(sight.moment.face, at_rest)]
    return [sight for sight in ahead if not any(_within(sight, movement) for movement in movements)] or ahead


def _spread(sights: Sequence[Sight], count: int) -> list[Sight]:
    """``count`` of them from begin to end of the clip; where they are few, some of them twice."""
    return [sights[round(place * (len(sights) - 1) / (count - 1))] for place in range(count)]


def _within(sight: Sight, movement: Movement) -> bool:
    return movement.begin_ms <= sight.moment.time_ms < movement.end_ms


def _check_live(calm: Sequence[Sight], policy: ScanPolicy, matcher: FaceMatcher) -> None:
    """Refuse what is plainly a replay; no single frame decides."""
    if policy.live_at_least is None:
        return
    seen = [matcher.liveness(sight.picture, sight.moment.face) for sight in _spread(calm, LOOKED_AT)]
    scores = [score for score in seen if score is not None]
    if not scores:
        raise PolicyOfAnotherModel(policy=policy.version)
    if not fmean(scores) >= policy.live_at_least:  # not a number is no liveness either
        raise NotBeforeTheCamera


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
    if not (median(distances) <= threshold.distance and max(distances) <= threshold.frame_distance):
        raise AnotherFace
    for sight in moving:
        mover = matcher.template(sight.picture, sight.moment.face)
        if not min(matcher.distance(face, mover) for face in looking) <= threshold.distance:
            raise AnotherFace
