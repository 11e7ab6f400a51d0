"""The thresholds follow from the figures that stand beside them."""

from math import log10

import pytest

from identity.face_models import FusedMatcher
from identity.scans import DEFAULT_POLICY, DLIB_POLICY
from identity.thresholds import (
    BOTH,
    DLIB_ALONE,
    DLIB_AT_1E3,
    DLIB_AT_1E4,
    DLIB_AT_5E4,
    DLIB_BY_DEFAULT,
    FEATURE_ALONE,
    FEATURE_COSINE_AT_1E3,
    FEATURE_COSINE_AT_1E4,
    FEATURE_COSINE_AT_5E4,
    chord,
    joined,
)


def test_no_threshold_lets_more_strangers_pass_than_its_figure() -> None:
    assert DLIB_ALONE.distance <= DLIB_AT_1E3
    assert chord(FEATURE_COSINE_AT_1E3) >= FEATURE_ALONE.distance
    assert joined(DLIB_AT_5E4, FEATURE_COSINE_AT_5E4) >= BOTH.distance
    assert joined(DLIB_BY_DEFAULT, FEATURE_COSINE_AT_1E3) >= BOTH.frame_distance


def test_what_lies_between_two_measured_rates_lies_there_by_the_logarithm() -> None:
    share = (log10(1e-3) - log10(5e-4)) / (log10(1e-3) - log10(1e-4))
    assert pytest.approx(DLIB_AT_1E3 + share * (DLIB_AT_1E4 - DLIB_AT_1E3), abs=1e-3) == DLIB_AT_5E4
    cosine = FEATURE_COSINE_AT_1E3 + share * (FEATURE_COSINE_AT_1E4 - FEATURE_COSINE_AT_1E3)
    assert pytest.approx(cosine, abs=1e-3) == FEATURE_COSINE_AT_5E4


def test_who_is_near_by_both_is_near_by_one_of_them() -> None:
    """The bound: no pair is nearer than the joined distance, and yet farther by either model."""
    bound = joined(0.522, 0.36)
    for dlib in (0.0, 0.3, 0.5, 0.53, 0.7, 1.0):
        for cosine in (-1.0, 0.0, 0.3, 0.359, 0.5, 1.0):
            if joined(dlib, cosine) < bound:
                assert dlib < 0.522 or cosine > 0.36


def test_the_matcher_at_work_and_the_policy_are_of_one_model() -> None:
    assert FusedMatcher.model == DEFAULT_POLICY.threshold.model
    assert DEFAULT_POLICY.version != DLIB_POLICY.version
