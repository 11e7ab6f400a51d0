"""A face scan: frames that arrive a few at a time, judged against the question and the enrolled template.

    look     one face in every frame, that never leaves or jumps, large and sharp (identity.clips)
    follow   what is asked when, and whether it is answered (identity.liveness)
    replay   whether frames that look ahead show a face, or a display that shows one: one signal, in the mean
    compare  frames that look ahead, all along the scan, with the template, and frames of the movements, the
             begin of each answer among them, with those ahead, so that who moves is who was compared:
             some by all models, more by a glance of one

Which frames are compared, and which of them by all models, is drawn from a secret that the server keeps with
the scan: who shows one person in some frames and another in the rest cannot know where either is asked. What
is compared without a draw, such as the begin of an answer and the last frame, is glanced at.

Frames are measured, and faces turned into templates, as they come; what is left after the last frame is its
own batch, and the comparison of numbers. Nothing is said of replay or identity before the last step was done:
who holds up a photograph is never told whether the face fits. All of it is computation on bytes: no
database, no clock, no network. A scan so far can be pickled, so that it is advanced in a process of its own
that keeps nothing (identity.pool).

    scan = Scan(question)
    scan = advance(scan, batch, template, DEFAULT_POLICY, matcher=FusedMatcher())   # again and again
    scan.verdict                                                                    # None until it is done
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, median

from identity.clips import (
    Batch,
    Look,
    check_continuity,
    check_presence,
    check_quality,
    check_shape,
    has_second_face,
    look,
    measured,
    moments_of,
)
from identity.comparing import FEWEST_COMPARED, choose
from identity.face import FaceMatcher, Measurement, Template
from identity.flash import light_of, reflects, tint
from identity.images import FRAME, Picture, decode
from identity.liveness import Course, follow
from identity.movements import TURNED_AT_MOST, Movement
from identity.scan_refusals import (
    AnotherFace,
    EyesShut,
    FaceTurnedAway,
    NoFace,
    NotBeforeTheCamera,
    PolicyOfAnotherModel,
    TwoFaces,
)
from identity.steps import Question, Step
from identity.thresholds import BOTH, DLIB_ALONE, LIVE_AT_LEAST, ThresholdPolicy

SHUT_EYES = 0.08
"""``eyes`` of a portrait that are shut: open ones have 0.11 to 0.16 here, shut ones 0.06 to 0.07."""


@dataclass(frozen=True)
class ScanPolicy:
    """What a scan must satisfy; ``version`` goes into the approval that a scan leads to.

    ``live_at_least`` is the mean liveness under which a scan is refused as a replay; None asks for none.
    ``flash`` shows light on the page, which decides nothing (identity.flash).
    """

    version: str
    threshold: ThresholdPolicy
    live_at_least: float | None = None
    flash: bool = False


DLIB_POLICY = ScanPolicy("yinxin/scan-policy/1", DLIB_ALONE)
"""dlib alone, and no signal of replays: what every approval before version 2 was given under."""

DEFAULT_POLICY = ScanPolicy("yinxin/scan-policy/3", BOTH, live_at_least=LIVE_AT_LEAST)
"""Both models, plain replays refused, and the device key of whoever has one (identity.passkeys).

Version 2 asked two steps out of four at once and judged them by order alone; version 3 asks two or three out
of six, each when its moment has come, and holds the person to that moment.
"""


@dataclass(frozen=True)
class Verdict:
    """The scan passed; no score, no template and no picture travels with it.

    ``frames`` showed a face, ``compared`` of them were compared; ``movements`` answered the steps.
    ``reflected`` is whether the face took on the light of the page; None where too little was shown.
    """

    policy_version: str
    steps: tuple[Step, ...]
    movements: tuple[Movement, ...]
    frames: int
    compared: int
    reflected: bool | None = None


@dataclass(frozen=True)
class Scan:
    """A scan so far: the frames looked at, how many came, and when the last one of each request was taken.

    ``asked`` is the step that is asked now, the ``number``-th; while one is ``returning`` it was seen and the
    face is to come home. ``secret`` draws the frames that are compared, and the ``light`` that the page
    is to show now, as CSS writes a colour: random bytes that nobody is told.
    Holds templates: keep it in memory alone, and no longer than the challenge lives.
    """

    question: Question
    secret: bytes = field(default=b"", repr=False)
    looks: tuple[Look, ...] = field(default=(), repr=False)
    frames: int = 0
    ends_ms: tuple[int, ...] = ()
    asked: Step | None = None
    number: int = 0
    returning: bool = False
    light: str | None = None
    verdict: Verdict | None = None


def advance(
    scan: Scan, batch: Batch, template: Template, policy: ScanPolicy, *, matcher: FaceMatcher
) -> Scan:
    """Look at the next frames of ``scan``; where they finish it, its ``verdict`` is set.

    Raises:
        ClipTooLong, ClipBroken: the batch's shape.
        ImageTooLarge, ImageBroken, ImageKindRefused: one of its frames (identity.images).
        NoFace, TwoFaces, FaceTooSmall, FaceLost, ImageBlurred, FaceTurnedAway: what the frames show.
        StillImage, MotionMissing, MotionTooEarly, MotionNotAsked: what the person did (identity.liveness).
        NotBeforeTheCamera: a display did it.
        AnotherFace: who did it.
        TemplateOfAnotherModel: the template must be made again.
        PolicyOfAnotherModel: the thresholds are not those of this matcher.
    """
    if matcher.model != policy.threshold.model:
        raise PolicyOfAnotherModel(policy=policy.version)
    template.check_model(matcher.model)
    check_shape(batch, before=scan.frames, last_ms=scan.ends_ms[-1] if scan.ends_ms else None)
    looks, ends_ms = list(scan.looks), (*scan.ends_ms, *batch.times_ms[-1:])
    course = follow(moments_of(looks), scan.question, scan.ends_ms)
    for frame, time_ms in measured(batch, last_ms=looks[-1].time_ms if looks else None):
        picture = decode(frame, FRAME)
        looks.append(look(picture, time_ms, looks, matcher))
        check_presence(looks, picture, matcher)
        course = follow(moments_of(looks), scan.question, ends_ms)
        looks[-1] = _read(looks, course, picture, scan.secret, matcher)
        if policy.flash and looks[-1].face is not None:
            looks[-1] = replace(looks[-1], tint=tint(picture, looks[-1].face.box))
        if course.done:
            break
    moments = moments_of(looks)
    check_continuity(moments)
    if course.rest is not None:
        check_quality([moment.face for moment in moments])
    verdict = None
    if course.done:
        verdict = _verdict(looks, course, template, policy, matcher)
        tints = [(one.time_ms, one.tint) for one in looks if one.tint is not None]
        verdict = replace(verdict, reflected=reflects(scan.secret, tints, ends_ms))
    return replace(
        scan,
        looks=tuple(looks),
        frames=scan.frames + len(batch.frames),
        ends_ms=ends_ms,
        asked=course.waits_for,
        number=len(course.asked_ms),
        returning=course.begun_ms is not None,
        light=light_of(scan.secret, len(scan.ends_ms)) if policy.flash else None,
        verdict=verdict,
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
    check_quality([face])
    if abs(face.turn) > TURNED_AT_MOST:
        raise FaceTurnedAway
    if face.eyes < SHUT_EYES:
        raise EyesShut


def _read(
    looks: Sequence[Look], course: Course, picture: Picture, secret: bytes, matcher: FaceMatcher
) -> Look:
    """Make what is compared of the last look's face, where something of it is (identity.comparing)."""
    last = looks[-1]
    chosen = choose(looks, course, secret)
    if last.face is None or chosen is None:
        return last
    template, glance = None, None
    if chosen.whole:
        template = matcher.template(picture, last.face)
    else:
        glance = matcher.glance(picture, last.face)
    live = None if chosen.moving else matcher.liveness(picture, last.face)
    return replace(last, moving=chosen.moving, template=template, glance=glance, live=live)


def _verdict(
    looks: Sequence[Look], course: Course, template: Template, policy: ScanPolicy, matcher: FaceMatcher
) -> Verdict:
    ahead = [one for one in looks if one.template is not None and not one.moving]
    begins = {answer.begin_ms for answer in course.answers}
    if len(ahead) < FEWEST_COMPARED or not begins <= {one.time_ms for one in looks if one.moving}:
        raise FaceTurnedAway
    _check_live(looks, policy)
    _check_identity(looks, template, policy.threshold, matcher)
    return Verdict(
        policy.version,
        course.question.steps,
        course.answers,
        frames=sum(one.face is not None for one in looks),
        compared=sum(one.template is not None or one.glance is not None for one in looks),
    )


def _check_live(looks: Sequence[Look], policy: ScanPolicy) -> None:
    """Refuse what is plainly a replay; no single frame decides."""
    if policy.live_at_least is None:
        return
    scores = [one.live for one in looks if one.live is not None]
    if not scores:
        raise PolicyOfAnotherModel(policy=policy.version)
    if not fmean(scores) >= policy.live_at_least:  # not a number is no liveness either
        raise NotBeforeTheCamera


def _check_identity(
    looks: Sequence[Look], template: Template, threshold: ThresholdPolicy, matcher: FaceMatcher
) -> None:
    """Compare who looks ahead with ``template``, and who moves with who looks ahead."""
    ahead = [one.template for one in looks if one.template is not None and not one.moving]
    distances = [matcher.distance(template, face) for face in ahead]
    if not (median(distances) <= threshold.distance and max(distances) <= threshold.frame_distance):
        raise AnotherFace
    for one in looks:
        near = ahead if one.moving else [template]
        for face, longest in (
            (one.template, threshold.frame_distance),
            (one.glance, threshold.glance_distance),
        ):
            if face is not None and not min(matcher.distance(other, face) for other in near) <= longest:
                raise AnotherFace
