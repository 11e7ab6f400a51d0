"""The browser's verifier runs under Node.js and gives the reports of the Python verifier."""

import base64
import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evidence import canonical
from evidence.errors import NotCanonical
from tests.verify import (
    agreement_cases,
    agreement_packs,
    altered,
    city,
    described,
    mutated,
    stamped,
    texted,
)
from tests.verify.authorizations import bundle
from tests.verify_js.streams import streams
from verify.bundle import verify_bundle
from verify.pack import verify_pack
from verify.qr import verify_qr

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TREES = ROOT / "tests/conformance/merkle.json"
LOG = tuple(sorted((ROOT / "tests/conformance").glob("log*.json")))
MEMBERS = 70
"""Of a trust file with a type in it, at which reading can stop."""
CBOR: dict[str, Any] = json.loads((HERE / "cbor.json").read_text(encoding="utf-8"))


def authorization_cases() -> dict[str, Any]:
    """Bundles that hold, that do not, and that were altered, each with the Python verifier's report."""
    anchors = city.trust_anchors()
    made = [*altered.sound(), *altered.doubtful(), *altered.each_field()]
    made += [*altered.re_encoded(), *altered.damaged()]
    moments = [altered.AFTER] * len(made) + [altered.AFTER + timedelta(days=each) for each in (-9, 90)]
    asked_again = [made[0], made[0]]
    asked_again.append(("not-yet-granted", altered.raw(bundle(*altered.backdated()))))
    moments.append(altered.BEFORE)
    cases = [
        {
            "name": name,
            "bundle": base64.b64encode(data).decode(),
            "as_of": at.isoformat(),
            "report": json.loads(verify_bundle(data, anchors, as_of=at).to_json()),
        }
        for (name, data), at in zip([*made, *asked_again], moments, strict=True)
    ]
    return {"trust": anchors.to_json().decode(), "cases": cases}


def judged_agreements() -> dict[str, Any]:
    """An agreement whole, and with one step of it changed."""
    anchors = city.trust_anchors()
    return {
        "trust": anchors.to_json().decode(),
        "cases": [
            {
                "name": name,
                "bundle": base64.b64encode(data).decode(),
                "as_of": city.NOW.isoformat(),
                "report": json.loads(verify_bundle(data, anchors, as_of=city.NOW).to_json()),
            }
            for name, data in [*agreement_cases.altered(), *stamped.altered(), *texted.altered()]
        ],
        "packs": [
            {
                "name": name,
                "pack": base64.b64encode(data).decode(),
                "as_of": city.NOW.isoformat(),
                "report": json.loads(verify_pack(data, anchors, as_of=city.NOW).to_json()),
            }
            for name, data in agreement_packs.packs()
        ],
    }


def described_types() -> dict[str, Any]:
    """Codes of types that nobody ships, and trust files with one thing changed."""
    anchors = described.anchors()
    return {
        "trust": anchors.to_json().decode(),
        "cases": [
            {
                "name": name,
                "text": text,
                "as_of": city.NOW.isoformat(),
                "report": json.loads(verify_qr(text, anchors, as_of=city.NOW).to_json()),
            }
            for name, text in described.codes()
        ],
        "bundles": [
            {
                "name": name,
                "bundle": base64.b64encode(data).decode(),
                "as_of": city.NOW.isoformat(),
                "report": json.loads(verify_bundle(data, anchors, as_of=city.NOW).to_json()),
            }
            for name, data in described.bundles()
        ],
        "mutated": list(mutated.judged()),
    }


@pytest.mark.parametrize("encoded", CBOR["refused"])
def test_python_refuses_the_encodings_that_the_browser_refuses(encoded: str) -> None:
    with pytest.raises(NotCanonical):
        canonical.decode(bytes.fromhex(encoded))


@pytest.mark.parametrize("case", CBOR["read"], ids=lambda case: case["hex"])
def test_python_reads_the_encodings_that_the_browser_reads(case: dict[str, Any]) -> None:
    encoded = bytes.fromhex(case["hex"])
    assert canonical.encode(canonical.decode(encoded)) == encoded


def test_the_browser_gives_the_same_reports(tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node, "Node is missing: install Node 20 or newer and run the tests again."
    shutil.copytree(ROOT / "api/static/js/verifier", tmp_path / "verifier")
    for test in [*HERE.glob("*.mjs"), HERE / "cbor.json", TREES, *LOG]:
        shutil.copy(test, tmp_path)
    shutil.copytree(ROOT / "tests/conformance/cases/qr-in-force", tmp_path / "qr-in-force")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "streams.json").write_text(json.dumps(list(streams())), encoding="utf-8")
    authorizations = authorization_cases()
    (tmp_path / "authorizations.json").write_text(json.dumps(authorizations), encoding="utf-8")
    agreed = judged_agreements()
    (tmp_path / "agreements.json").write_text(json.dumps(agreed), encoding="utf-8")
    types = described_types()
    (tmp_path / "described.json").write_text(json.dumps(types), encoding="utf-8")
    ran = subprocess.run([node, "--test"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    ran_tests = re.search(r"^(?:#|ℹ) pass (\d+)$", ran.stdout, re.MULTILINE)
    assert ran_tests is not None
    cases = [case for each in LOG for case in json.loads(each.read_text(encoding="utf-8"))["cases"]]
    log = sum(case.get("javascript") != "not asked" for case in cases)
    bundles = len(authorizations["cases"]) + len(agreed["cases"] + agreed["packs"])
    bundles += len(types["cases"] + types["bundles"])
    assert len({each["member"] for each in types["mutated"]}) > MEMBERS
    assert int(ran_tests[1]) > len(CBOR["read"]) + len(CBOR["refused"]) + log + bundles
