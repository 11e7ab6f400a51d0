"""The reference of a row that has none of its own: the same for the same row, and nobody's to guess."""

from api.bulk_issuing.asked import AskedRow, RowReferences

ROW = AskedRow(certificate_type="constructor-registration@1", fields={"citizen_number": "110101199001010015"})


def test_a_row_is_named_alike_under_one_key_alone_whatever_the_version_of_its_type() -> None:
    ours, others = (RowReferences(bytes([each]) * 32) for each in (1, 2))
    named = ours.named(ROW)
    later = ROW.model_copy(update={"certificate_type": "constructor-registration@2"})
    assert named.reference == ours.named(later).reference != others.named(ROW).reference
    assert named.model_dump_json() == ROW.model_dump_json()


def test_the_agencys_own_reference_is_taken_as_it_is() -> None:
    own = ROW.model_copy(update={"own_reference": "甲-1"})
    assert RowReferences(bytes(32)).named(own).reference == "甲-1"
