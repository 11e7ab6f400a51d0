"""What a party writes: asked by the manifest, approved with the signature, drawn in the PDF, proved later."""

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from evidence.bundle import Bundle
from evidence.errors import Refused, Term
from evidence.statement import read
from identity import challenges
from identity.approvals import Approval, approve
from identity.names import HiddenCharacter, TextEmpty, TextTooLong
from identity.people import Person
from identity.scans import Verdict
from signing.agreement_bundles import bundle
from signing.agreement_drafting import SlotDraft
from signing.agreements import Agreement
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyState
from signing.evidence_pack import zipped
from signing.manifest import SlotKind
from signing.marks import Place, TextField
from signing.pdf import BoxOutsidePage
from signing.placement import MarkedDocumentMissing, MarkRepeated, MarksOverlap
from signing.slot_locks import lock_slot_of
from signing.slot_texts import (
    UNUSED_KEPT,
    SlotTextsRow,
    TextsUnapproved,
    Written,
    forget_due,
    keep,
    texts_by_slot,
    texts_digest,
)
from signing.text_fields import (
    LEAST_WIDTH,
    MOST_FIELDS,
    TextFieldNarrow,
    TextFieldsTooMany,
    TextsMiscounted,
    TextTooWide,
    check_text_fields,
    check_texts,
)
from signing.typesetting import GlyphMissing, Typesetter
from verify.checks import Outcome
from verify.pack import BUNDLE, verify_pack

from .conftest import AGENCY, CONTRACTOR, Town
from .handed_over import archive_of, packed, trust
from .small_pdf import small_pdf
from .test_evidence_pack import unpacked
from .test_marks import check_signatures

TELEPHONE = TextField(label="联系电话", width=160, place=Place(page=0, left=60, bottom=500))
SITE = TextField(label="开工地点", width=220, place=Place(page=1, left=60, bottom=500))
ASKED = (TELEPHONE, SITE)
WRITTEN = ("13800000000", "示范路 18 号")


def approved(town: Town, opened: Agreement, slot: str, person: Person, texts: tuple[str, ...]) -> Approval:
    """What a scan makes of a slot and of what was written for it."""
    asked_for = opened.slot(slot)
    with town.database.transaction() as session:
        asked = challenges.issue(
            session,
            person=person.id,
            action=asked_for.kind.action,
            subject=asked_for.subject,
            clock=town.clock,
            random=town.random,
        )
        written = Written.new(texts) if texts else None
        keep(session, asked=asked.id, person=person.id, written=written, clock=town.clock)
        challenges.consume(
            session,
            asked.id,
            person=person.id,
            action=asked_for.kind.action,
            subject=asked_for.subject,
            clock=town.clock,
        )
        return approve(
            session,
            challenge=asked,
            verdict=Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5),
            known=lock_slot_of(session, asked, keystore=town.keystore),
            texts=texts_digest(session, asked.id),
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )


def opened_by(town: Town, fields: tuple[TextField, ...] = ASKED) -> Agreement:
    return town.open(slots=(replace(town.slots()[0], texts=fields),))


def signed(town: Town, texts: tuple[str, ...] = WRITTEN) -> Agreement:
    opened = opened_by(town)
    town.sign(opened, "1", approval=approved(town, opened, "1", town.representative, texts))
    return town.read(opened.id)


def sealed(town: Town, agreement_id: UUID, *, document: int = 0) -> bytes:
    job = assemble(town.database, agreement_id, workshop=town.workshop)
    assert job.results, job.reason
    return town.store.get(job.results[document])


def printed(content: bytes, page: int) -> str:
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), "-", "-"]
    return subprocess.run(command, input=content, check=True, capture_output=True).stdout.decode()


def test_what_was_written_stands_on_its_pages_and_every_signature_is_valid(
    town: Town, tmp_path: Path
) -> None:
    content = sealed(town, signed(town).id)
    assert "13800000000" in printed(content, 1)
    assert "示范路 18 号" in printed(content, 2)
    assert "示范路" not in printed(content, 1)
    check_signatures(town, content, tmp_path, count=2)


def test_each_kind_of_party_writes_its_own_and_who_approves_signs_the_paper_unseen(
    town: Town, tmp_path: Path
) -> None:
    town.seal()
    owner, contractor, designer = town.slots()
    director = SlotDraft(
        kind=SlotKind.REPRESENTATIVE, organization=CONTRACTOR, capacity_zh="法定代表人", capacity_en="head"
    )
    drafts = (owner, contractor, replace(designer, kind=SlotKind.APPROVER), director)
    slots = tuple(
        replace(draft, texts=(replace(TELEPHONE, place=Place(page=0, left=60, bottom=400 + 40 * number)),))
        for number, draft in enumerate(drafts)
    )
    opened = town.open(slots=slots)
    signers = (town.representative, town.keeper, town.engineer, town.director)
    for number, person in enumerate(signers, start=1):
        approval = approved(town, opened, str(number), person, (f"电话 {number}",))
        town.sign(opened, str(number), approval=approval)
    content = sealed(town, opened.id)
    assert [f"电话 {number}" in printed(content, 1) for number in range(1, 5)] == [True] * 4
    check_signatures(town, content, tmp_path, count=5)


def test_the_texts_of_several_documents_stand_each_on_its_own(town: Town) -> None:
    fields = (TELEPHONE, replace(SITE, place=Place(document=1, page=0, left=60, bottom=500)))
    opened = town.open(slots=(replace(town.slots()[0], texts=fields),), beside=(small_pdf(mark="annex"),))
    town.sign(opened, "1", approval=approved(town, opened, "1", town.representative, WRITTEN))
    for document, (here, elsewhere) in enumerate((WRITTEN, WRITTEN[::-1])):
        said = printed(sealed(town, opened.id, document=document), 1)
        assert here in said
        assert elsewhere not in said


def test_the_approval_names_a_salted_digest_and_the_bundle_encloses_what_it_digests(town: Town) -> None:
    done = signed(town)
    with town.database.transaction() as session:
        (written,) = texts_by_slot(session, done.id).values()
    assert written.texts == WRITTEN
    encoded = bundle(town.database, done.id, archive=archive_of(town))
    opened = Bundle.decode(encoded)
    approvals = [read(one.statement).statement.body for one in opened.exhibits]
    assert written.digest.value in [body.get("texts") for body in approvals]
    assert opened.files[written.digest.value] == written.encode()
    assert Written.new(WRITTEN).digest != written.digest


def test_a_court_checks_the_pack_and_finds_what_was_written_by_its_digest(town: Town) -> None:
    done, archive = signed(town), archive_of(town)
    sealed(town, done.id)
    data = packed(town, archive, town.read(done.id))
    anchors, now = trust(town, archive), town.clock.now()
    report = verify_pack(data, anchors, as_of=now)
    assert report.conclusion is Outcome.PASSED
    assert "“联系电话” “13800000000”" in next(one.zh for one in report.checks if one.name == "texts")
    files = unpacked(data)
    named = [read(one.statement).statement.body.get("texts") for one in Bundle.decode(files[BUNDLE]).exhibits]
    assert hashlib.sha256(files["texts/1.cbor"]).digest() in named
    assert "“示范路 18 号”" in printed(files["report.pdf"], 1)
    altered = zipped({**files, "texts/1.cbor": Written.new(("13900000000", WRITTEN[1])).encode()})
    assert verify_pack(altered, anchors, as_of=now).conclusion is Outcome.FAILED


@pytest.mark.parametrize("texts", [(), WRITTEN[:1], (*WRITTEN, "多余")])
def test_an_approval_without_the_texts_of_its_slot_signs_nothing(town: Town, texts: tuple[str, ...]) -> None:
    opened = opened_by(town)
    with pytest.raises(TextsUnapproved):
        town.sign(opened, "1", approval=approved(town, opened, "1", town.representative, texts))


def test_an_approval_with_texts_signs_no_slot_that_asks_for_none(town: Town) -> None:
    opened = opened_by(town, ())
    with pytest.raises(TextsUnapproved):
        town.sign(opened, "1", approval=approved(town, opened, "1", town.representative, WRITTEN))


def test_a_retry_gives_the_same_signature(town: Town) -> None:
    opened = opened_by(town)
    approval = approved(town, opened, "1", town.representative, WRITTEN)
    assert town.sign(opened, "1", approval=approval) == town.sign(opened, "1", approval=approval)


@pytest.mark.parametrize("erased", [False, True])
def test_texts_that_are_not_those_approved_stop_the_assembly_with_a_sentence(
    town: Town,
    erased: bool,  # noqa: FBT001  # one of two cases
) -> None:
    done = signed(town)
    other = Written.new(("13900000000", WRITTEN[1])).encode()
    with town.database.transaction() as session:
        session.execute(delete(SlotTextsRow) if erased else update(SlotTextsRow).values(written=other))
    job = assemble(town.database, done.id, workshop=town.workshop)
    assert job.state is AssemblyState.FAILED
    assert "签署位 1 填写的文字与本人确认时不一致" in (job.reason or Term("", "")).zh


def test_what_led_to_nothing_is_forgotten_and_what_was_signed_is_not(town: Town) -> None:
    done = signed(town)
    approved(town, opened_by(town), "1", town.representative, ("13700000000", "别处"))
    town.clock.advance(UNUSED_KEPT + timedelta(seconds=1))
    with town.database.transaction() as session:
        forget_due(session, clock=town.clock)
        kept = session.query(SlotTextsRow).all()
        assert [row.approval is not None for row in kept] == [True]
        assert list(texts_by_slot(session, done.id)) == ["1"]


def test_labels_are_read_as_they_will_stand(town: Town) -> None:
    fields = (replace(TELEPHONE, label="  联系　　电话 "),)
    assert [each.label for each in opened_by(town, fields).manifest.slots[0].texts] == ["联系 电话"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ((TELEPHONE,) * (MOST_FIELDS + 1), TextFieldsTooMany),
        ((replace(TELEPHONE, label=" "),), TextEmpty),
        ((replace(TELEPHONE, label="字" * 21),), TextTooLong),
        ((replace(TELEPHONE, label="电\n话"),), HiddenCharacter),
        ((replace(TELEPHONE, label="电\U0001f4de话"),), GlyphMissing),
        ((replace(TELEPHONE, width=LEAST_WIDTH - 1),), TextFieldNarrow),
        ((replace(TELEPHONE, width=600),), BoxOutsidePage),
        ((replace(TELEPHONE, place=Place(document=1, page=0, left=0, bottom=0)),), MarkedDocumentMissing),
        ((TELEPHONE, replace(TELEPHONE, label="手机")), MarksOverlap),
    ],
)
def test_fields_that_nobody_could_fill_are_refused_at_once(
    town: Town, fields: tuple[TextField, ...], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        opened_by(town, fields)


def test_two_stamps_on_one_document_are_refused(town: Town) -> None:
    place = Place(page=0, left=60, bottom=300)
    with pytest.raises(MarkRepeated):
        town.open(slots=(replace(town.slots()[0], places=(place, replace(place, page=1))),))


def test_a_stamp_and_a_date_lie_on_each_document(town: Town) -> None:
    on_each = tuple(Place(document=number, page=0, left=60, bottom=300) for number in range(2))
    dates = tuple(replace(place, bottom=500) for place in on_each)
    opened = town.open(
        slots=(replace(town.slots()[0], places=on_each, dates=dates),), beside=(small_pdf(mark="annex"),)
    )
    town.sign(opened, "1")
    for document in range(2):
        assert printed(sealed(town, opened.id, document=document), 1).count("2026年05月02日") == 2


Line = Callable[[str, int], str]


@pytest.fixture
def line(typesetter: Typesetter) -> Line:
    """What is drawn of a text in a field of a width."""

    def check(text: str, width: int) -> str:
        return check_texts([text], [replace(TELEPHONE, width=width)], typesetter=typesetter)[0]

    return check


def test_a_text_fills_its_line_and_no_more(line: Line) -> None:
    assert line("字" * 10, 114) == "字" * 10  # 11 points each, and 2 at either end
    with pytest.raises(TextTooWide) as refused:
        line("字" * 12, 114)
    assert "“联系电话”填写了 12 个字符，栏宽只容得下前 10 个" in refused.value.sentence("zh")


def test_narrow_letters_need_less_room_than_wide_ones(line: Line) -> None:
    assert line("i" * 20, 114) == "i" * 20
    with pytest.raises(TextTooWide):
        line("W" * 20, 114)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", TextEmpty),
        ("　", TextEmpty),
        ("第一行\n第二行", HiddenCharacter),
        ("字" * 101, TextTooLong),
        ("电话\U0001f4de", GlyphMissing),
    ],
)
def test_what_cannot_stand_on_one_line_is_refused(line: Line, text: str, refusal: type[Refused]) -> None:
    with pytest.raises(refusal) as refused:
        line(text, 500)
    if refusal is GlyphMissing:
        assert "“\U0001f4de”（U+1F4DE）" in refused.value.sentence("zh")


def test_every_field_is_filled(typesetter: Typesetter) -> None:
    for texts in ([], ["一", "二", "三"]):
        with pytest.raises(TextsMiscounted):
            check_texts(texts, ASKED, typesetter=typesetter)
    assert check_text_fields(ASKED, capacity=Term("建设单位", "owner")) == ASKED
