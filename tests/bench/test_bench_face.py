"""The bench of faces runs from end to end at small sizes; its arithmetic is checked against known values."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from identity.rates import Rate
from tests.bench.face_pairs import PairsMalformed, read_pairs, shipped_pairs
from tests.bench.face_rates import Distances

ROOT = Path(__file__).resolve().parents[2]
HALF = Distances(one=[0.1, 0.2, 0.3, 0.9], two=[0.4, 0.8, 0.85, 0.95])


@pytest.mark.slow
def test_the_small_run_gives_every_kind_of_figure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bench", "face", "--quick", "--folder", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    document = json.loads((tmp_path / "face.json").read_text(encoding="utf-8"))
    names = " ".join(row["name"] for row in document["rows"])
    for part in ("accuracy", "equal error", "false rejects as set", "embedding", "scans on", "memory"):
        assert part in names
    assert any("worth nothing" in reason for reason in document["skipped"])
    assert any(row.get("low") is not None for row in document["rows"])
    assert "worth nothing" in ran.stdout


@pytest.mark.slow
def test_a_folder_of_pairs_is_measured_group_by_group(tmp_path: Path) -> None:
    lines = ["a,b,same,group"]
    for number, pair in enumerate(shipped_pairs(people=2)):
        lines.append(f"{pair.a},{pair.b},{int(pair.same)},{'odd' if number % 2 else 'even'}")
    (tmp_path / "pairs.csv").write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "tests.bench", "face", "--quick", "--folder", str(tmp_path)]
    command += ["--pairs", str(tmp_path / "pairs.csv")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "group odd" in ran.stdout
    assert "worth nothing" not in ran.stdout


def test_an_interval_is_that_of_the_tables() -> None:
    assert Rate(1, 10).interval == pytest.approx((0.0179, 0.4042), abs=1e-4)
    assert Rate(0, 100).interval == pytest.approx((0.0, 0.0370), abs=1e-4)


def test_rates_at_a_threshold_are_counted() -> None:
    assert (HALF.rejected(0.5).value, HALF.accepted(0.5).value) == (0.25, 0.25)
    assert HALF.equal_error() == 0.25


def test_a_threshold_lets_no_more_pass_than_its_rate() -> None:
    threshold = HALF.threshold_at(0.25)
    assert threshold is not None
    assert HALF.accepted(threshold).value == 0.25
    assert HALF.rejected(threshold).value == 0.25


def test_a_rate_below_one_pair_is_not_told() -> None:
    assert HALF.threshold_at(0.2) is None


def test_accuracy_is_that_of_a_threshold_found_on_other_pairs() -> None:
    apart = Distances(one=[0.1] * 20, two=[0.9] * 20)
    assert apart.accuracy() == 1.0
    assert Distances(one=[0.1, 0.9] * 10, two=[0.1, 0.9] * 10).accuracy() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\nx,y\n", "no column same"),
        ("a,b,same\nx.jpg,y.jpg,1\n", "is not there"),
        ("a,b,same\npairs.csv,pairs.csv,maybe\n", "not 1 or 0"),
        ("a,b,same\npairs.csv,pairs.csv,1\n", "pairs of two are needed"),
    ],
)
def test_a_file_of_pairs_that_cannot_be_used_says_why(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(PairsMalformed, match=said):
        read_pairs(file)


def test_the_shipped_faces_pair_with_each_other() -> None:
    pairs = shipped_pairs()
    assert (sum(pair.same for pair in pairs), sum(not pair.same for pair in pairs)) == (37, 288)
