"""One agreement over several documents: frozen together, signed at once, each assembled with every party."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from signing.activation import activation, record_prepared
from signing.activation_refusals import ActivationSpent
from signing.agreement_documents import (
    MOST_DOCUMENTS,
    DocumentAtFault,
    DocumentCountWrong,
    DocumentRepeated,
    DocumentsTooLarge,
    check_documents,
)
from signing.assembly import assemble, assemble_next
from signing.assembly_jobs import LEASE, AssemblyState
from signing.documents import document
from signing.marks import Place
from signing.pdf import signed_fields
from signing.pdf_document import LARGEST_DOCUMENT, read_structure
from signing.perforation import PerforationNeedsPages
from signing.placement import MarkedDocumentMissing
from signing.tables import IncrementRow
from verify.checks import Outcome
from verify.pack import verify_pack

from .conftest import Town
from .handed_over import archive_of, packed, trust
from .small_pdf import small_pdf
from .test_assembly import LosingStore

ANNEX = small_pdf(pages=1, mark="the annex")
EVERYBODY = ("slot-1", "slot-2", "slot-3", "closing-seal")


def test_each_document_is_assembled_with_every_party(town: Town, tmp_path: Path) -> None:
    signed = town.signed_by_all(ANNEX)
    assert signed.manifest.names == ("施工许可申请表.pdf", "附件1.pdf")
    job = assemble(town.database, signed.id, workshop=town.workshop)
    assert job.state is AssemblyState.DONE, job.reason
    for original, result in zip((small_pdf(), ANNEX), job.results, strict=True):
        content = town.store.get(result)
        assert content.startswith(original)
        assert signed_fields(content) == EVERYBODY
        file = tmp_path / "assembled.pdf"
        file.write_bytes(content)
        said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False)
        assert said.stdout.count("Signature Validation: Signature is Valid.") == len(EVERYBODY)


def test_a_mark_lies_on_its_document_and_the_others_carry_the_signature_unseen(town: Town) -> None:
    slots = tuple(
        replace(slot, places=(Place(document=1, page=0, left=60, bottom=100 + 150 * number),))
        for number, slot in enumerate(town.slots())
    )
    town.seal()
    opened = town.open(slots=(*slots[:1], replace(slots[1], perforated=True), *slots[2:]), beside=(ANNEX,))
    for slot in opened.slots:
        town.sign(opened, slot.id)
    job = assemble(town.database, opened.id, workshop=town.workshop)
    first, annex = (town.store.get(result) for result in job.results)
    assert signed_fields(first) == signed_fields(annex) == EVERYBODY
    assert "沈若华" in text_of(annex)
    assert "沈若华" not in text_of(first)
    assert (strips_of(first), strips_of(annex)) == (["slot-2-edge-1", "slot-2-edge-2"], [])


def strips_of(content: bytes) -> list[str]:
    """The fields of the seal over the edges, by their names."""
    fields = read_structure(content).root["/AcroForm"]["/Fields"]
    names = [str(fields[place]["/T"]) for place in range(len(fields))]
    return [name for name in names if "-edge-" in name]


def text_of(content: bytes) -> str:
    shown = subprocess.run(["pdftotext", "-", "-"], input=content, check=True, capture_output=True)
    return shown.stdout.decode()


@pytest.mark.parametrize("nth", [2, 7, 9])
def test_an_assembly_that_died_between_documents_makes_no_increment_twice(town: Town, nth: int) -> None:
    signed = town.signed_by_all(ANNEX)
    dying = replace(town.workshop, store=LosingStore(town, nth=nth))
    with pytest.raises(LosingStore.Died):
        assemble_next(town.database, workshop=dying)
    town.clock.advance(LEASE)
    job = assemble_next(town.database, workshop=town.workshop)
    assert job is not None
    assert job.state is AssemblyState.DONE, job.reason
    assert [signed_fields(town.store.get(result)) for result in job.results] == [EVERYBODY, EVERYBODY]
    with town.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(IncrementRow)) == 6
        spent = activation(session, agreement=signed.id, slot="1")
        with pytest.raises(ActivationSpent):
            record_prepared(session, spent, job.results[0], document=1)


def test_bundle_and_pack_hold_each_document_and_no_exchange_of_them(town: Town) -> None:
    signed = town.signed_by_all(ANNEX)
    assemble(town.database, signed.id, workshop=town.workshop)
    archive = archive_of(town)
    data = packed(town, archive, town.read(signed.id))
    anchors, now = trust(town, archive), town.clock.now()
    report = verify_pack(data, anchors, as_of=now)
    assert report.conclusion is Outcome.PASSED
    (said,) = [check for check in report.checks if check.name == "documents"]
    assert "2份已签文件都完整保留了" in said.zh
    for name in (b"original-1.pdf", b"original-2.pdf", b"signed-1.pdf", b"signed-2.pdf"):
        assert name in data


def test_the_same_document_twice_is_refused_by_its_name(town: Town) -> None:
    with pytest.raises(DocumentRepeated) as refused:
        town.open(beside=(ANNEX, ANNEX))
    assert "“附件1.pdf”与“附件2.pdf”内容完全相同" in refused.value.sentence("zh")


def test_too_many_documents_are_refused(town: Town) -> None:
    beside = tuple(small_pdf(pages=1, mark=str(number)) for number in range(MOST_DOCUMENTS))
    with pytest.raises(DocumentCountWrong) as refused:
        town.open(beside=beside)
    assert "现有 11 份" in refused.value.sentence("zh")


def test_documents_that_are_too_large_together_are_refused(town: Town) -> None:
    opened = town.open()
    with town.database.transaction() as session:
        whole = document(session, opened.documents[0])
    half = replace(whole, size=LARGEST_DOCUMENT // 2 + 1)
    other = replace(half, digest=opened.manifest_digest)
    check_documents((half,))
    with pytest.raises(DocumentsTooLarge):
        check_documents((half, other))


def test_what_is_wrong_with_one_of_several_is_told_with_its_name(town: Town) -> None:
    off = replace(town.slots()[0], places=(Place(document=1, page=1, left=0, bottom=0),))
    with pytest.raises(DocumentAtFault) as refused:
        town.open(slots=(off,), beside=(ANNEX,))
    assert "第 2 份文件“附件1.pdf”：签章位置超出第 2 页" in refused.value.sentence("zh")


@pytest.mark.parametrize("number", [-1, 2])
def test_a_mark_on_a_document_that_is_not_there_is_refused(town: Town, number: int) -> None:
    off = replace(town.slots()[0], dates=(Place(document=number, page=0, left=0, bottom=0),))
    with pytest.raises(MarkedDocumentMissing):
        town.open(slots=(off,), beside=(ANNEX,))


def test_documents_without_any_second_page_take_no_perforation_seal(town: Town) -> None:
    slots = (replace(town.slots()[1], perforated=True),)
    with pytest.raises(PerforationNeedsPages):
        town.open(slots=slots, content=small_pdf(pages=1), beside=(ANNEX,))
