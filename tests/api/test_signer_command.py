"""``yinxin signer``: it pins whose approvals it believes, and says what it needs."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from api import commands
from api.commands.signer import VerifierChanged, VerifierUnnamed, pinned
from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from signing.keystore import KeyHandle, KeyMissing
from signing.signer_remote import RemoteSigner
from tests.verify import city
from verify.trust import TrustAnchors


def believed() -> TrustAnchors:
    return city.trust_anchors(city.issuer_key(roles=frozenset({"approval"})))


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    file = tmp_path / "trust.json"
    file.write_bytes(believed().to_json())
    return file


def test_the_first_trust_file_pins_the_verifier(trust: Path, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    named = pinned(pin, trust)
    assert pinned(pin, None) == named
    assert pinned(pin, trust) == named


def test_another_verifier_is_refused_from_then_on(trust: Path, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_bytes(LocalSigner.generate(Algorithm.ES256).key.spki)
    with pytest.raises(VerifierChanged):
        pinned(pin, trust)


def test_without_a_trust_file_nobody_is_believed(tmp_path: Path) -> None:
    for absent in (None, tmp_path / "absent"):
        with pytest.raises(VerifierUnnamed):
            pinned(tmp_path / "pin", absent)


def test_a_trust_file_that_names_two_verifiers_is_refused(tmp_path: Path) -> None:
    anchors = believed()
    (verifier,) = (each for each in anchors.issuers if "approval" in each.roles)
    second = replace(verifier, key=LocalSigner.generate(Algorithm.ES256).key)
    file = tmp_path / "trust.json"
    file.write_bytes(replace(anchors, issuers=(*anchors.issuers, second)).to_json())
    with pytest.raises(VerifierUnnamed):
        pinned(tmp_path / "pin", file)


def test_it_says_which_setting_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("YINXIN_FOLDER", str(tmp_path))
    assert commands.main(["signer"]) == 1
    assert "YINXIN_SIGNER" in capsys.readouterr().err
    monkeypatch.setenv("YINXIN_SIGNER", str(tmp_path / "signer"))
    assert commands.main(["signer"]) == 1
    assert "YINXIN_SECRET" in capsys.readouterr().err


def test_it_answers_on_its_socket_until_it_is_stopped(trust: Path, tmp_path: Path) -> None:
    path = tmp_path / "signer"
    told = {
        "YINXIN_FOLDER": str(tmp_path / "own"),
        "YINXIN_SIGNER": str(path),
        "YINXIN_SECRET": "0123456789abcdef" * 2,
    }
    command = [sys.executable, "-m", "api.commands", "signer", "--trust", str(trust)]
    with subprocess.Popen(command, env={**os.environ, **told}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert str(path) in process.stdout.readline()
            with pytest.raises(KeyMissing):
                RemoteSigner(path).chain(KeyHandle("person:1"))
        finally:
            process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert not path.exists()
