from dataclasses import replace

import pytest

from evidence.algorithms import Algorithm
from evidence.checkpoint import Checkpoint, check_checkpoint, note_key, read_checkpoint, sign_checkpoint
from evidence.errors import AlgorithmDiffers, CheckpointMalformed, KeyDiffers, SignatureInvalid
from evidence.keys import LocalSigner, VerifyingKey
from evidence.merkle import leaf_hash

ORIGIN = "shifan.example/log"
CHECKPOINT = Checkpoint(ORIGIN, 42, leaf_hash(b"root"))


@pytest.fixture(scope="module")
def note(log: LocalSigner) -> str:
    return sign_checkpoint(CHECKPOINT, log)


def test_a_checkpoint_reads_back(note: str, log: LocalSigner) -> None:
    assert check_checkpoint(note, ORIGIN, log.key) == CHECKPOINT


def test_people_can_read_it(note: str) -> None:
    assert note.splitlines()[:2] == [ORIGIN, "42"]


def test_reading_trusts_nothing(note: str) -> None:
    assert read_checkpoint(note) == CHECKPOINT


def test_any_character_altered_is_refused(note: str, log: LocalSigner) -> None:
    for place, character in enumerate(note):
        altered = note[:place] + chr(ord(character) ^ 1) + note[place + 1 :]
        with pytest.raises((CheckpointMalformed, SignatureInvalid)):
            check_checkpoint(altered, ORIGIN, log.key)


def test_a_checkpoint_of_another_log_is_refused(note: str, log: LocalSigner) -> None:
    with pytest.raises(CheckpointMalformed, match="origin"):
        check_checkpoint(note, "another.example/log", log.key)


def test_a_checkpoint_by_another_key_is_refused(note: str) -> None:
    with pytest.raises(KeyDiffers):
        check_checkpoint(note, ORIGIN, LocalSigner.generate(Algorithm.EDDSA).key)


def test_a_key_that_is_not_ed25519_signs_no_checkpoint(agency: LocalSigner) -> None:
    with pytest.raises(AlgorithmDiffers):
        sign_checkpoint(CHECKPOINT, agency)


def test_the_key_is_written_as_tools_of_signed_note_take_it() -> None:
    """The key that the specification of signed-note signs its example with."""
    raw = "1a5cd907143c384c41e830c5bce12aa8817ec5649aaabf2c31388b35b2d744d6"
    key = VerifyingKey.from_spki(bytes.fromhex("302a300506032b6570032100" + raw))
    assert (
        note_key("PeterNeumann", key) == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    )


def test_a_line_after_the_signature_is_refused(note: str) -> None:
    with pytest.raises(CheckpointMalformed):
        read_checkpoint(note + note.splitlines()[-1] + "\n")


def test_another_way_to_write_the_same_root_is_refused(note: str) -> None:
    root = note.splitlines()[2]
    unused_bit_set = root[:-2] + chr(ord(root[-2]) + 1) + "="
    with pytest.raises(CheckpointMalformed):
        read_checkpoint(note.replace(root, unused_bit_set))


@pytest.mark.parametrize(
    ("place", "value"), [("origin", "two words"), ("origin", ""), ("size", -1), ("root", b"short")]
)
def test_a_checkpoint_of_another_form_cannot_be_made(place: str, value: object) -> None:
    changes: dict[str, object] = {place: value}
    with pytest.raises(CheckpointMalformed, match=place):
        replace(CHECKPOINT, **changes)  # type: ignore[arg-type]  # the wrong values are the point
