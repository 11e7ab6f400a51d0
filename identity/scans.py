"""A face scan: a short clip, judged against the steps the server chose and the enrolled template."""

from dataclasses import dataclass

from identity.face import FaceMatcher, Template, ThresholdPolicy
from identity.scan_refusals import Step


@dataclass(frozen=True)
class Clip:
    """Frames as JPEG or PNG bytes, never mirrored, with the time of each in milliseconds since the first."""

    frames: tuple[bytes, ...]
    times_ms: tuple[int, ...]


@dataclass(frozen=True)
class ScanPolicy:
    """What a scan must satisfy; ``version`` goes into the approval that a scan leads to."""

    version: str
    threshold: ThresholdPolicy


DEFAULT_POLICY = ScanPolicy("yinxin/scan-policy/1", ThresholdPolicy(distance=0.54, frame_distance=0.6))


@dataclass(frozen=True)
class Verdict:
    """The scan passed; no score, no template and no picture travels with it."""

    policy_version: str
    steps: tuple[Step, ...]
    frames: int
    compared: int


def examine(
    clip: Clip, steps: tuple[Step, ...], template: Template, policy: ScanPolicy, *, matcher: FaceMatcher
) -> Verdict:
    """Judge ``clip``."""
    raise NotImplementedError


def examine_portrait(content: bytes, *, matcher: FaceMatcher) -> Template:
    """Make the reference template of a portrait."""
    raise NotImplementedError
