"""An enrollment's pictures: a reference portrait from an authority, and captures of the person now.

The captures show that the one before the camera is the one on the portrait, so that nobody enrolls another
face under a number; the template is made of the portrait. They are not proved to be live: that is what each
scan does afterwards. All of it is computation on bytes, as in :mod:`identity.scans`; :class:`PortraitPool`
has it done in a process of its own.

    template = make_template(portrait, captures, policy, matcher=matcher)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from evidence.errors import Refused
from identity.face import FaceMatcher, Template
from identity.images import FRAME, decode
from identity.pool import ScanPool
from identity.portrait_quality import alone, check_quality
from identity.scans import examine_portrait
from identity.thresholds import BOTH, BOTH_STRICT, FalseAccepts, ThresholdPolicy, joined

MOST_CAPTURES = 3
"""One shows who is there; more even out a bad light."""

ALIKE = joined(dlib=0.33, cosine=0.565)
"""Distance, 0.82, up to which templates of two numbers are taken for one face. Everybody is compared with
all: at a rate of one in a thousand, enough for a scan, every enrollment among ten thousand would stop. The
rates of 1e-3 and 1e-4 of each model (:mod:`identity.thresholds`), drawn on by their logarithm, give 1e-6 at
these two values; nobody has measured so far down. Photographs of one person here reach 0.74, strangers 1.17
and more."""


@dataclass(frozen=True)
class EnrollmentPolicy:
    """What an enrollment must satisfy; ``version`` stands in its fact.

    ``threshold`` is between portrait and captures, ``alike`` between the templates of two people.
    """

    version: str
    threshold: ThresholdPolicy
    alike: float


ENROLLMENT_POLICY = EnrollmentPolicy("yinxin/enrollment-policy/1", BOTH, ALIKE)
"""Both models, as in a scan."""


def enrollment_policy(bound: FalseAccepts) -> EnrollmentPolicy:
    """Give the policy that keeps ``bound``, as :func:`identity.scan_policies.scan_policy` does for scans."""
    if bound is FalseAccepts.ONE_IN_1000:
        return ENROLLMENT_POLICY
    return replace(ENROLLMENT_POLICY, version=f"{ENROLLMENT_POLICY.version}+strict", threshold=BOTH_STRICT)


class CapturesMiscounted(Refused):
    """No capture, or too many. Facts ``count`` and ``most``."""

    code = "captures-miscounted"
    zh = "需要 1 至 {most} 张现场照片，收到 {count} 张。请重新拍摄后提交。"
    en = "An enrolment takes 1 to {most} captures, not {count}; take them again and send them."


class FaceOfAnother(Refused):
    """The one before the camera is not the one on the portrait."""

    code = "face-of-another"
    zh = (
        "现场拍摄的人脸与登记照片不是同一人，没有登记。请由本人在光线均匀处重拍，或持证件到政务服务窗口办理。"
    )
    en = (
        "The face before the camera is not the one on the portrait of record; nothing was enrolled. Let that "
        "person try again in even light, or bring the identity document to the service window."
    )


class PortraitUnusable(Refused):
    """The portrait itself cannot be compared with."""

    code = "portrait-unusable"
    zh = (
        "登记照片（或者您上传的证件照片）不清晰或没有正面人脸，无法比对，没有登记。"
        "请换一张更清晰的证件照片，或持证件到政务服务窗口办理。"
    )
    en = (
        "The portrait of record, or the document photograph you sent, is unclear or not frontal and not "
        "comparable; nothing was enrolled. Send a clearer one, or bring the document to the service window."
    )


class PortraitPool(ScanPool):
    """The processes that scan, which make and compare enrollments too."""

    def make_template(
        self, reference: bytes, captures: Sequence[bytes], policy: EnrollmentPolicy
    ) -> Template:
        """Do :func:`make_template` in a worker; also raises ScansBusy and ScanInterrupted."""
        return self._ask(_make_template, reference, tuple(captures), policy)

    def any_alike(self, template: Template, others: Sequence[Template], limit: float) -> bool:
        """Do :func:`any_alike` in a worker."""
        return self._ask(_any_alike, template, tuple(others), limit)


def check_count(captures: Sequence[bytes]) -> None:
    """Check that there are one to ``MOST_CAPTURES`` of them.

    Raises:
        CapturesMiscounted: there are not.
    """
    if not 1 <= len(captures) <= MOST_CAPTURES:
        raise CapturesMiscounted(count=len(captures), most=MOST_CAPTURES)


def make_template(
    reference: bytes, captures: Sequence[bytes], policy: EnrollmentPolicy, *, matcher: FaceMatcher
) -> Template:
    """Make the template of the ``reference`` portrait, when all ``captures`` show the same person.

    A refusal of one capture says which by the fact ``capture``, from 1.

    Raises:
        CapturesMiscounted: none, or more than ``MOST_CAPTURES``.
        ImageTooLarge, ImageBroken, ImageKindRefused: a file (identity.images).
        NoFace, TwoFaces, FaceTooSmall, FaceTooDark, FaceTooBright, ImageBlurred, FaceTurnedAway, FaceCovered,
            EyesShut: a capture.
        PortraitUnusable: the reference.
        FaceOfAnother: the captures show somebody else.
    """
    check_count(captures)
    seen = [_capture(number, content, matcher) for number, content in enumerate(captures, start=1)]
    try:
        template = examine_portrait(reference, matcher=matcher)
    except Refused as refusal:
        raise PortraitUnusable from refusal
    distances = [matcher.distance(template, face) for face in seen]
    threshold = policy.threshold
    if not (median(distances) <= threshold.distance and max(distances) <= threshold.frame_distance):
        raise FaceOfAnother
    return template


def any_alike(template: Template, others: Sequence[Template], limit: float, *, matcher: FaceMatcher) -> bool:
    """Whether one of ``others``, all of this matcher's model, is the same face as ``template``."""
    return any(matcher.distance(template, other) <= limit for other in others)


def _capture(number: int, content: bytes, matcher: FaceMatcher) -> Template:
    try:
        picture = decode(content, FRAME)
        face = alone(picture, matcher)
        check_quality(picture, face)
    except Refused as refusal:
        refusal.facts["capture"] = number
        raise
    return matcher.template(picture, face)


def _make_template(
    matcher: FaceMatcher, reference: bytes, captures: tuple[bytes, ...], policy: EnrollmentPolicy
) -> Template:
    return make_template(reference, captures, policy, matcher=matcher)


def _any_alike(matcher: FaceMatcher, template: Template, others: tuple[Template, ...], limit: float) -> bool:
    return any_alike(template, others, limit, matcher=matcher)
