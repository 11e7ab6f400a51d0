"""The measured curve: read as it was written, never better than its points, refused when broken."""

import json
from pathlib import Path

import pytest

from identity.error_curve import SHIPPED, CurveMalformed, read_curve
from identity.scan_policies import scan_policy
from identity.thresholds import FUSED, FalseAccepts
from tests.bench.face_curve import write_curve
from tests.bench.face_rates import Distances

ONE, TWO = [0.1, 0.2, 0.3, 0.9], [0.4, 0.8, 0.85, 0.95]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "curve.json"
    write_curve(path, {FUSED: Distances(ONE, TWO)}, of="a few", synthetic=False)
    return path


def test_what_the_bench_wrote_is_read(written: Path) -> None:
    curve = read_curve(written, model=FUSED)
    assert (curve.of, curve.synthetic, curve.one, curve.two) == ("a few", False, 4, 4)
    assert (curve.rejects(0.3).hits, curve.accepts(0.3).hits) == (1, 0)
    assert (curve.rejects(0.85).hits, curve.accepts(0.85).hits) == (1, 3)


def test_between_two_points_the_worse_one_counts(written: Path) -> None:
    curve = read_curve(written, model=FUSED)
    assert curve.accepts(0.82).hits == 3
    assert curve.rejects(0.25).hits == 2
    assert (curve.rejects(0.05).hits, curve.accepts(1.0).hits) == (4, 4)


def test_many_distances_are_thinned_and_both_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "curve.json"
    one = [n / 1000 for n in range(1000)]
    write_curve(path, {FUSED: Distances(one, [2.0, 3.0])}, of="many", synthetic=True)
    points = read_curve(path, model=FUSED).points
    assert 100 <= len(points) <= 200
    assert (points[0].distance, points[-1].distance) == (0.0, 3.0)


@pytest.mark.parametrize("bound", FalseAccepts)
def test_every_policy_finds_its_model_in_the_shipped_curve(bound: FalseAccepts) -> None:
    curve = read_curve(SHIPPED, model=scan_policy(bound).threshold.model)
    assert curve.synthetic


def test_the_stricter_policy_lets_fewer_through_and_says_so() -> None:
    usual, strict = scan_policy(FalseAccepts.ONE_IN_1000), scan_policy(FalseAccepts.ONE_IN_5000)
    assert strict.threshold.distance < usual.threshold.distance
    assert strict.threshold.frame_distance < usual.threshold.frame_distance
    assert strict.version != usual.version


@pytest.mark.parametrize(
    "broken",
    [
        {"curves": {}},
        {"curves": {FUSED: [[0.1, 0.2]]}},
        {"curves": {FUSED: [[0.1, 0.2, 0.3]]}},
        {"one": 0},
        {"at": "yesterday"},
    ],
)
def test_a_file_without_the_curve_is_refused_by_name(written: Path, broken: dict[str, object]) -> None:
    document = json.loads(written.read_text()) | broken
    written.write_text(json.dumps(document))
    with pytest.raises(CurveMalformed, match=r"curve\.json"):
        read_curve(written, model=FUSED)


def test_no_file_and_no_json_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CurveMalformed):
        read_curve(tmp_path / "nothing.json", model=FUSED)
    (tmp_path / "words.json").write_text("[")
    with pytest.raises(CurveMalformed):
        read_curve(tmp_path / "words.json", model=FUSED)
