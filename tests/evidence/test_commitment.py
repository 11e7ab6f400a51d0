from typing import Any

import pytest

from evidence.commitment import Disclosure, check_disclosure, commit, commit_fields, new_salt
from evidence.errors import DisclosureInvalid

SALT, OTHER = bytes(16), bytes([1]) * 16


def test_a_salt_has_sixteen_fresh_bytes() -> None:
    assert len(new_salt()) == 16
    assert new_salt() != new_salt()


def test_the_same_value_under_another_salt_is_another_commitment() -> None:
    assert commit("project", SALT) != commit("project", OTHER)


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_salt_of_another_length_commits_to_nothing(length: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commit("project", bytes(length))


def test_commitments_to_fields_are_sorted() -> None:
    commitments = commit_fields({"a": 1, "b": 2}, {"a": SALT, "b": OTHER})
    assert list(commitments) == sorted(commitments)


@pytest.mark.parametrize("salts", [{"a": SALT}, {"a": SALT, "b": SALT}, {"a": SALT, "b": OTHER, "c": OTHER}])
def test_fields_without_a_salt_each_are_refused(salts: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="salt"):
        commit_fields({"a": 1, "b": 2}, salts)


def test_a_field_that_was_committed_to_is_accepted() -> None:
    commitments = commit_fields({"a": 1, "b": "二"}, {"a": SALT, "b": OTHER})
    check_disclosure(Disclosure("b", "二", OTHER), commitments)


@pytest.mark.parametrize(
    ("name", "value", "salt"),
    [("a", "二", OTHER), ("b", "三", OTHER), ("b", "二", SALT), ("b", "二", b"short")],
    ids=["name", "value", "salt", "length"],
)
def test_a_field_with_anything_else_is_refused(name: str, value: Any, salt: bytes) -> None:
    commitments = commit_fields({"a": 1, "b": "二"}, {"a": SALT, "b": OTHER})
    with pytest.raises(DisclosureInvalid):
        check_disclosure(Disclosure(name, value, salt), commitments)
