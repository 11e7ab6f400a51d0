"""The measured curve: read as it was written, whole at the ends that decide, refused when broken."""

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


def test_a_rate_holds_from_its_distance_to_the_next(written: Path) -> None:
    curve = read_curve(written, model=FUSED)
    assert curve.accepts(0.82).hits == 2
    assert curve.rejects(0.25).hits == 2
    assert (curve.rejects(0.05).hits, curve.accepts(0.05).hits) == (4, 0)
    assert (curve.rejects(1.0).hits, curve.accepts(1.0).hits) == (0, 4)


def test_of_very_many_distances_the_ends_that_decide_are_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "curve.json"
    one, two = [n / 10_000 for n in range(5_000)], [0.4 + n / 10_000 for n in range(5_000)]
    write_curve(path, {FUSED: Distances(one, two)}, of="many", synthetic=True)
    curve = read_curve(path, model=FUSED)
    assert len(curve.points) < 4_000
    assert [curve.accepts(0.4 + n / 10_000 + 1e-6).hits for n in range(900)] == list(range(1, 901))
    assert [curve.rejects(0.4999 - n / 10_000 + 1e-6).hits for n in range(900)] == list(range(900))


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
