import pickle
from datetime import UTC, datetime

import pytest

from evidence import errors
from evidence.errors import Invalid, NotCanonical, Refused, Term, Unavailable, YinxinError


def leaves(kind: type[YinxinError]) -> list[type[YinxinError]]:
    below = [leaf for child in kind.__subclasses__() for leaf in leaves(child)]
    own = [kind] if "code" in vars(kind) else []
    return own + below


LEAVES = [leaf for leaf in leaves(YinxinError) if leaf.__module__ == errors.__name__]


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_leaf_has_a_code_and_two_sentences(leaf: type[YinxinError]) -> None:
    assert leaf.code == leaf.code.lower()
    assert leaf.zh.endswith("。")
    assert leaf.en.endswith(".")


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_leaf_is_of_one_kind(leaf: type[YinxinError]) -> None:
    assert [issubclass(leaf, kind) for kind in (Refused, Unavailable, Invalid)].count(True) == 1


def test_no_two_leaves_share_a_code() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert len(codes) == len(set(codes))


def test_a_sentence_is_filled_with_its_facts() -> None:
    assert "第7字节" in NotCanonical(offset=7).sentence("zh")


def test_an_error_reads_in_english_where_nobody_chose() -> None:
    error = NotCanonical(offset=7)
    assert str(error) == error.sentence("en")


def test_a_term_reads_in_the_language_of_the_sentence() -> None:
    error = errors.CheckDigitWrong(kind=Term("信用代码", "credit code"), position=18)
    assert "信用代码" in error.sentence("zh")
    assert "credit code" in error.sentence("en")


def test_an_error_without_a_needed_fact_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        NotCanonical()


def test_an_error_keeps_its_facts_between_processes() -> None:
    travelled = pickle.loads(pickle.dumps(NotCanonical(offset=7)))  # noqa: S301 - our own bytes
    assert isinstance(travelled, NotCanonical)
    assert travelled.facts == {"offset": 7}


def test_a_moment_reads_as_the_civil_time_of_china() -> None:
    class ClosedSince(Refused):
        code = "closed-since"
        zh = "已于{since}关闭。"
        en = "Closed since {since}."

    error = ClosedSince(since=datetime(2026, 5, 2, 18, 30, tzinfo=UTC))
    assert error.sentence("zh") == "已于2026-05-03 02:30:00关闭。"
