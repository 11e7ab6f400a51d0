"""A drawn signature: kept under its challenge, named by the approval, drawn in the stamp and nowhere else."""

import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from evidence import canonical
from evidence.commitment import SALT_BYTES
from evidence.errors import Term
from evidence.statement import read
from identity import challenges
from identity.approvals import Approval, approve
from identity.people import Person
from identity.scans import Verdict
from signing import paper
from signing.agreements import Agreement
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyJob, AssemblyState
from signing.cades import read_envelope
from signing.manifest import SlotKind
from signing.paper import Paper, PaperChanged, paper_of
from signing.signature_images import (
    MOST_POINTS,
    UNUSED_KEPT,
    ImageMisplaced,
    ImageUnusable,
    SignatureImage,
    SignatureImageRow,
    TypedNameDiffers,
    check_place,
    drawn,
    erase,
    forget_due,
    image_of,
    keep,
    typed,
)
from signing.slot_locks import lock_slot_of
from signing.typesetting import HANDWRITING

from .conftest import AGENCY, Town

STROKES = [[[100, 100], [400, 300], [700, 80]], [[300, 200], [900, 210]]]
IMAGE = drawn(STROKES)


def approved(town: Town, opened: Agreement, person: Person, image: SignatureImage | None) -> Approval:
    """What a scan makes of a slot and a drawing that came with it."""
    slot = opened.slot("1")
    action = slot.kind.action
    with town.database.transaction() as session:
        asked = challenges.issue(
            session,
            person=person.id,
            action=action,
            subject=slot.subject,
            clock=town.clock,
            random=town.random,
        )
        if image is not None:
            keep(session, challenge=asked.id, person=person.id, image=image, clock=town.clock)
        challenges.consume(
            session, asked.id, person=person.id, action=action, subject=slot.subject, clock=town.clock
        )
        return approve(
            session,
            challenge=asked,
            verdict=Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5),
            known=lock_slot_of(session, asked, keystore=town.keystore),
            image=Paper(image=image_of(session, asked.id)).image_digest,
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )


def printed(town: Town, job: AssemblyJob) -> str:
    """What a reader of the assembled PDF sees in words."""
    (result,) = job.results
    command = ["pdftotext", "-layout", "-", "-"]
    content = town.store.get(result)
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout.decode()


def signed_with(town: Town, image: SignatureImage | None) -> Agreement:
    opened = town.open(slots=town.slots()[:1])
    town.sign(opened, "1", approval=approved(town, opened, town.representative, image))
    return town.read(opened.id)


def test_the_drawing_is_bound_by_the_approval_that_the_detached_signature_names(town: Town) -> None:
    opened = town.open(slots=town.slots()[:1])
    approval = approved(town, opened, town.representative, IMAGE)
    signature = town.sign(opened, "1", approval=approval)
    assert read(approval.signed).statement.body["image"] == IMAGE.digest.value
    assert read_envelope(signature.cms).approval == approval.digest


def test_the_stamp_shows_the_drawing_and_says_that_it_is_one(town: Town) -> None:
    with_it, without = (signed_with(town, image) for image in (IMAGE, None))
    said = [
        printed(town, assemble(town.database, each.id, workshop=town.workshop)) for each in (with_it, without)
    ]
    assert "手写电子签名" in said[0]
    assert "手写" not in said[1]
    assert "沈若华" in said[0]


def test_a_typed_signature_is_handwriting_in_the_assembled_document(town: Town) -> None:
    with_it, without = (signed_with(town, image) for image in (SignatureImage(typed="沈若华"), None))
    fonts = []
    for each in (with_it, without):
        (result,) = assemble(town.database, each.id, workshop=town.workshop).results
        told = subprocess.run(
            ["pdffonts", "-"], input=town.store.get(result), check=True, capture_output=True
        )
        fonts.append(HANDWRITING.split("_")[0] in told.stdout.decode())
    assert fonts == [True, False]


def test_a_drawing_that_was_exchanged_stops_the_assembly_with_a_sentence(town: Town) -> None:
    signed = signed_with(town, IMAGE)
    other = replace(IMAGE, strokes=IMAGE.strokes[:1])
    with town.database.transaction() as session:
        session.execute(update(SignatureImageRow).values(image=other.encode()))
    job = assemble(town.database, signed.id, workshop=town.workshop)
    assert job.state is AssemblyState.FAILED
    assert "手写签名" in (job.reason or Term("", "")).zh


def test_who_knows_the_name_or_the_strokes_cannot_tell_them_by_the_digest() -> None:
    one, other = (typed("沈若华", own="沈若华") for _ in range(2))
    assert len(one.salt) == len(other.salt) == SALT_BYTES
    assert one.digest != other.digest
    assert drawn(STROKES).digest != drawn(STROKES).digest
    assert one.salt.hex() not in repr(one)
    assert repr(one.salt) not in repr(one)


def test_what_was_kept_before_there_were_salts_is_read_and_drawn(town: Town) -> None:
    old = replace(IMAGE, salt=b"")
    assert canonical.decode(old.encode()) == {"strokes": STROKES, "typed": ""}
    job = assemble(town.database, signed_with(town, old).id, workshop=town.workshop)
    assert job.state is AssemblyState.DONE
    assert "手写" in printed(town, job)


def test_a_drawing_that_was_erased_leaves_the_name(town: Town) -> None:
    signed = signed_with(town, IMAGE)
    with town.database.transaction() as session:
        erase(session, town.representative.id)
    job = assemble(town.database, signed.id, workshop=town.workshop)
    assert job.state is AssemblyState.DONE
    assert "手写" not in printed(town, job)


def test_a_document_that_is_assembled_keeps_the_drawing_that_is_erased(town: Town) -> None:
    signed = signed_with(town, IMAGE)
    before = assemble(town.database, signed.id, workshop=town.workshop)
    with town.database.transaction() as session:
        erase(session, town.representative.id)
    after = assemble(town.database, signed.id, workshop=town.workshop)
    assert after.results == before.results
    assert "手写" in printed(town, after)


def test_each_drawing_is_asked_about_by_a_challenge_of_its_own_which_keeps_it(town: Town) -> None:
    opened = town.open(slots=town.slots()[:1])
    slot, asked = opened.slot("1"), []
    drawings = (IMAGE, replace(IMAGE, strokes=IMAGE.strokes[:1]), None)
    for image in drawings:
        with town.database.transaction() as session:
            on_it = Paper(image=image)
            given = challenges.issue(
                session,
                person=town.representative.id,
                action=slot.kind.action,
                subject=slot.subject,
                content=on_it.digest,
                clock=town.clock,
                random=town.random,
            )
            paper.keep(session, given.id, person=given.person, paper=on_it, clock=town.clock)
            asked.append(given)
    with town.database.transaction() as session:
        assert [paper_of(session, each).image for each in asked] == list(drawings)
        with pytest.raises(PaperChanged):
            paper_of(session, replace(asked[0], content=asked[1].content))
        erase(session, town.representative.id)
        with pytest.raises(PaperChanged):
            paper_of(session, asked[0])


def test_a_drawing_stays_while_another_slot_is_asked_for(town: Town) -> None:
    """Two pages open side by side: neither takes away what was drawn on the other."""
    first, second = (town.open(slots=town.slots()[:1]).slot("1") for _ in range(2))
    with town.database.transaction() as session:
        asked = [
            challenges.issue(
                session,
                person=town.representative.id,
                action=slot.kind.action,
                subject=slot.subject,
                clock=town.clock,
                random=town.random,
            ).id
            for slot in (first, second)
        ]
        for challenge, image in zip(asked, (IMAGE, None), strict=True):
            keep(session, challenge=challenge, person=town.representative.id, image=image, clock=town.clock)
        assert image_of(session, asked[0]) == IMAGE
        town.clock.advance(UNUSED_KEPT + timedelta(seconds=1))
        forget_due(session, clock=town.clock)
        assert image_of(session, asked[0]) is None


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [[]],
        [[[1, 1], [40, 40]]],
        [[[0, 0], [1201, 10]]],
        [[[0, -1], [600, 10]]],
        [[[0, 0, 0], [600, 10]]],
        [[[0, 0], [600, 10]]] * 61,
        [[[0, 0], [600, 10]] * (MOST_POINTS // 2 + 1)],
    ],
)
def test_what_is_no_signature_on_the_board_is_refused(strokes: list[list[list[int]]]) -> None:
    with pytest.raises(ImageUnusable):
        drawn(strokes)


def test_a_typed_signature_is_the_persons_own_name() -> None:
    assert typed(" 沈若华 ", own="沈若华").typed == "沈若华"
    with pytest.raises(TypedNameDiffers):
        typed("别人", own="沈若华")


def test_a_seal_an_approval_and_a_qualifications_stamp_take_no_drawing() -> None:
    for kind in SlotKind:
        if kind in (SlotKind.PERSON, SlotKind.REPRESENTATIVE):
            check_place(kind, Term("建设单位", "owner"))
        else:
            with pytest.raises(ImageMisplaced):
                check_place(kind, Term("建设单位", "owner"))
