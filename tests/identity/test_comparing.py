"""Which frames are compared: each guard refuses by itself, and nobody without the secret knows where."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from identity import comparing, scans
from identity.clips import Batch, Look
from identity.face import Measurement, Template
from identity.face_scripted import ScriptedFace
from identity.images import FRAME, Picture, decode
from identity.liveness import Course
from identity.movements import Rest
from identity.scan_refusals import AnotherFace, FaceTurnedAway
from identity.scans import Scan, advance
from tests.identity.test_scans import FRAME_MS, POLICY, QUESTION, Change, Player, Stage, between, template_of

NEVER = 10**9
SECRETS = [bytes([number]) * 32 for number in range(60)]


class Twins(Stage):
    """A matcher whose glance takes "twin" for "lin"; all models together tell them apart."""

    def glance(self, picture: Picture, face: Measurement) -> Template:
        seen = self.template(picture, face)
        return Template(seen.value.replace(b"twin", b"lin"))


def looks(
    secret: bytes, change: Change = lambda face, _: (face,), *, stage: Callable[[], Stage] = Stage
) -> tuple[Look, ...]:
    """Scan lin, or what ``change`` makes of her, to the verdict; give what was looked at."""
    made = stage()
    player, scan, at_ms = Player(made, change), Scan(QUESTION, secret), 0
    enrolled = template_of("lin", made)
    while scan.verdict is None:
        times = tuple(range(at_ms, at_ms + 4 * FRAME_MS, FRAME_MS))
        sent = Batch(tuple(player.frame(one) for one in times), times)
        scan = advance(scan, sent, enrolled, POLICY, matcher=made)
        at_ms = times[-1] + FRAME_MS
        player.perform(scan.asked, at_ms)
    return scan.looks


def ahead(seen: tuple[Look, ...]) -> list[int]:
    """When all models looked at a face that looks ahead."""
    return [one.time_ms for one in seen if one.template is not None and not one.moving]


def zhou_at(time_ms: int) -> Change:
    return between(time_ms, time_ms + FRAME_MS, ScriptedFace("zhou"))


def glances(*, moving: bool) -> Iterator[tuple[bytes, tuple[Look, ...], Look]]:
    """Frames that are glanced at and nothing more, of scans by several secrets."""
    for secret in SECRETS:
        seen = looks(secret)
        yield from ((secret, seen, one) for one in seen if one.glance is not None and one.moving is moving)


def test_another_in_one_drawn_frame_that_looks_ahead_is_refused() -> None:
    secret, _, drawn = next(each for each in glances(moving=False) if each[2] is not each[1][-1])
    with pytest.raises(AnotherFace):
        looks(secret, zhou_at(drawn.time_ms))


def test_another_in_the_last_frame_is_refused() -> None:
    secret, _, last = next(each for each in glances(moving=False) if each[2] is each[1][-1])
    with pytest.raises(AnotherFace):
        looks(secret, zhou_at(last.time_ms))


def test_another_within_a_movement_is_refused_without_any_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "WHOLE_MOVING_SHARE", 0)
    seen = [one.time_ms for one in looks(SECRETS[0]) if one.moving]
    within = next(late for early, late in itertools.pairwise(seen) if late - early < 1_000)
    for time_ms in (seen[0], within):
        with pytest.raises(AnotherFace):
            looks(SECRETS[0], moving_zhou(time_ms))


def moving_zhou(time_ms: int) -> Change:
    """Zhou does what lin would do in this frame: the movement itself goes on."""
    return lambda face, at_ms: (replace(face, person="zhou"),) if at_ms == time_ms else (face,)


def test_another_in_a_frame_of_a_movement_that_all_models_see_is_refused() -> None:
    secret, time_ms = next(
        (secret, one.time_ms)
        for secret in SECRETS
        for one in looks(secret)
        if one.moving and one.template is not None
    )
    with pytest.raises(AnotherFace):
        looks(secret, moving_zhou(time_ms))


def test_a_scan_with_too_few_frames_ahead_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first and the last one are two."""
    monkeypatch.setattr(comparing, "COMPARED_EVERY_MS", (NEVER, NEVER))
    monkeypatch.setattr(comparing, "WHOLE_AHEAD_SHARE", 0)
    with pytest.raises(FaceTurnedAway):
        looks(SECRETS[0])


def test_there_are_enough_before_the_first_step_is_asked() -> None:
    """The rest takes 0.8 s and the quiet time before the first step 0.3 at least."""
    for secret in SECRETS:
        early = [time_ms for time_ms in ahead(looks(secret)) if time_ms <= 1_200]
        assert len(early) >= comparing.FEWEST_COMPARED


def test_where_one_lacks_the_last_frame_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is due and nothing drawn after the second one."""
    monkeypatch.setattr(comparing, "FEWEST_COMPARED", 2)
    monkeypatch.setattr(scans, "FEWEST_COMPARED", 2)
    monkeypatch.setattr(comparing, "COMPARED_EVERY_MS", (NEVER, NEVER))
    monkeypatch.setattr(comparing, "WHOLE_AHEAD_SHARE", 0)
    seen = looks(SECRETS[0])
    assert ahead(seen) == [0, seen[-1].time_ms]


def test_after_the_first_frame_nobody_knows_where_all_models_look() -> None:
    scans = [set(ahead(looks(secret))) for secret in SECRETS]
    assert set.intersection(*scans) == {0}
    gaps = [late - early for times in map(sorted, scans) for early, late in itertools.pairwise(times)]
    assert max(gaps) - min(gaps) > 1_000


def test_a_twin_whom_the_glance_does_not_know_is_found_out_all_the_same() -> None:
    """Lin looks ahead, and her twin does all the movements; or lin is there for every second frame alone."""

    def moves(face: ScriptedFace, _: int) -> tuple[ScriptedFace, ...]:
        return (replace(face, person="twin"),) if face.turn or face.eyes < 0.1 else (face,)

    def alternates(face: ScriptedFace, at_ms: int) -> tuple[ScriptedFace, ...]:
        return (replace(face, person="twin" if at_ms // FRAME_MS % 2 else "lin"),)

    def passes(change: Change) -> int:
        count = 0
        for secret in SECRETS:
            try:
                looks(secret, change, stage=Twins)
            except AnotherFace:
                continue
            count += 1
        return count

    assert passes(lambda face, _: (face,)) == len(SECRETS)
    assert passes(moves) <= len(SECRETS) // 3
    assert passes(alternates) <= len(SECRETS) // 10


def test_the_begin_of_an_answer_is_compared_as_one_that_moves_however_little_it_does() -> None:
    """Its first frame may still look calm; a scan whose begins are not among what moves is refused."""
    stage = Stage()
    (face,) = stage.faces(decode(stage.picture((ScriptedFace("lin"),)), FRAME))
    rest = Rest(time_ms=800, turn=0.0, eyes=face.eyes, mouth=face.mouth, pitch=face.pitch, size=face.size)
    course = Course(QUESTION, rest, asked_ms=(1_100,), begun_ms=1_300)
    begin = comparing.choose([Look(1_300, face)], course, SECRETS[0])
    later = comparing.choose([Look(1_400, face)], course, SECRETS[0])
    assert begin is not None
    assert begin.moving
    assert later is not None
    assert not later.moving
