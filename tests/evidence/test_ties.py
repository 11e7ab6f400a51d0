"""Statements are tied by typed fields and log entries, from the subject outwards."""

from collections.abc import Callable

import pytest

from evidence.canonical import Value
from evidence.entry import entry_for
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType, read, sign
from evidence.ties import LATER, REFERENCES, Recorded, files_named, stranger

SALT = bytes(16)
Make = Callable[..., Recorded]


@pytest.fixture
def recorded(agency: LocalSigner, statement: Callable[..., Statement]) -> Make:
    """Record a statement of this type and body, building on others."""

    def make(type_: StatementType, *after: Recorded, **body: Value) -> Recorded:
        signed = sign(statement(type_, body), agency)
        refs = [earlier.entry.leaf for earlier in after]
        return Recorded(read(signed), entry_for(signed, salt=SALT, refs=refs))

    return make


@pytest.mark.parametrize(
    ("type_", "member"), [(t, field) for t, fields in REFERENCES.items() for field in fields]
)
def test_each_typed_field_ties_what_it_names(recorded: Make, type_: StatementType, member: str) -> None:
    named = recorded(StatementType.RECEIPT)
    assert stranger([recorded(type_, **{member: named.digest}), named]) is None


@pytest.mark.parametrize("value", ["text", "bytes"])
def test_a_field_that_is_no_reference_ties_nothing(recorded: Make, value: str) -> None:
    other = recorded(StatementType.CERTIFICATE)
    mention: Value = other.digest if value == "bytes" else f"sha256:{other.digest.hex()}"
    assert stranger([recorded(StatementType.AUTHORIZATION, project=mention), other]) == 1


def test_a_digest_written_as_text_ties_nothing_in_a_typed_field_either(recorded: Make) -> None:
    other = recorded(StatementType.APPROVAL)
    written = f"sha256:{other.digest.hex()}"
    assert stranger([recorded(StatementType.AUTHORIZATION, approval=written), other]) == 1


def test_a_log_entry_ties_what_it_builds_on(recorded: Make) -> None:
    key = recorded(StatementType.KEY)
    assert stranger([recorded(StatementType.SIGNATURE, key), key]) is None


def test_a_log_entry_does_not_tie_what_builds_on_it(recorded: Make) -> None:
    key = recorded(StatementType.KEY)
    assert stranger([key, recorded(StatementType.SIGNATURE, key)]) == 1


def test_ties_lead_on_from_one_statement_to_the_next(recorded: Make) -> None:
    approval = recorded(StatementType.APPROVAL)
    authorization = recorded(StatementType.AUTHORIZATION, approval=approval.digest)
    subject = recorded(StatementType.CERTIFICATE, refs=[authorization.digest])
    assert stranger([subject, approval, authorization]) is None


@pytest.mark.parametrize("type_", LATER)
def test_what_is_stated_later_about_the_subject_is_tied(recorded: Make, type_: StatementType) -> None:
    subject, (later, member) = recorded(type_), LATER[type_]
    assert stranger([subject, recorded(later, **{member: subject.digest})]) is None


def test_what_is_stated_later_about_another_than_the_subject_is_a_stranger(recorded: Make) -> None:
    authorization = recorded(StatementType.AUTHORIZATION)
    ended = recorded(StatementType.AUTHORIZATION_CHANGE, authorization=authorization.digest)
    subject = recorded(StatementType.CERTIFICATE, refs=[authorization.digest])
    assert stranger([subject, authorization, ended]) == 2


def test_a_statement_that_is_only_referred_to_names_no_files(recorded: Make) -> None:
    authorization = recorded(StatementType.AUTHORIZATION, files=[bytes(32)])
    subject = recorded(StatementType.CERTIFICATE, refs=[authorization.digest], files=[b"\x01" * 32])
    assert files_named([subject, authorization]) == {b"\x01" * 32}
