import pytest

from evidence.canonical import Value
from evidence.errors import EntryMalformed
from evidence.fields import TEXT_LIMIT, Fields


def fields(value: Value) -> Fields:
    return Fields(value, EntryMalformed)


def test_what_is_no_map_has_no_fields() -> None:
    with pytest.raises(EntryMalformed):
        fields([1])


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(EntryMalformed, match="surplus"):
        fields({"surplus": 1}).done()


def test_an_absent_field_is_refused() -> None:
    with pytest.raises(EntryMalformed, match="salt"):
        fields({}).take("salt")


def test_a_field_within_a_field_is_named_by_its_path() -> None:
    within = fields({"anchor": {"block": -1}}).fields("anchor")
    with pytest.raises(EntryMalformed, match=r"anchor\.block"):
        within.count("block")


def test_a_map_within_an_array_is_named_by_its_index() -> None:
    first, second = fields({"exhibits": [{"salt": b""}, {}]}).each("exhibits")
    assert first.octets("salt") == b""
    with pytest.raises(EntryMalformed, match=r"exhibits\.1\.salt"):
        second.octets("salt")


@pytest.mark.parametrize("value", [1, "", "a" * (TEXT_LIMIT + 1), b"a"])
def test_what_is_no_text_of_allowed_length_is_refused(value: Value) -> None:
    with pytest.raises(EntryMalformed):
        fields({"a": value}).text("a")


@pytest.mark.parametrize("value", ["ab", b"a"])
def test_what_is_not_bytes_of_the_length_is_refused(value: Value) -> None:
    with pytest.raises(EntryMalformed):
        fields({"a": value}).octets("a", length=2)


@pytest.mark.parametrize("value", [True, "1", -1, 1 << 63])
def test_what_is_no_count_is_refused(value: Value) -> None:
    with pytest.raises(EntryMalformed):
        fields({"a": value}).count("a")


def test_a_moment_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(EntryMalformed):
        fields({"a": 1 << 60}).moment("a")


@pytest.mark.parametrize("value", ["ab", [b"ab", b"c"], ["ab"]])
def test_what_is_no_array_of_equal_byte_strings_is_refused(value: Value) -> None:
    with pytest.raises(EntryMalformed):
        fields({"a": value}).octets_list("a", length=2)


def test_a_null_is_absent_and_is_taken() -> None:
    taken = fields({"a": None})
    assert taken.absent("a")
    taken.done()


def test_a_missing_key_is_not_a_null() -> None:
    assert not fields({}).absent("a")
