"""Sentences are whole in both languages, and shared with the pages and with the room that prints them."""

import re
from pathlib import Path

import pytest

from evidence.statement import StatementType
from tests.verify import city
from verify import browser_tables, labels
from verify.browser_words import script
from verify.bundle import verify_bundle
from verify.qr import verify_qr
from verify.sentences import SENTENCES
from verify.shipped_types import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_of_a_sentence_tell_the_same_facts(key: str) -> None:
    words = SENTENCES[key]
    assert set(PLACES.findall(words.zh)) == set(PLACES.findall(words.en))


def test_no_english_sentence_holds_chinese() -> None:
    assert [
        key for key, words in SENTENCES.items() if re.search(r"[\u3000-\u9fff\uff00-\uffef]", words.en)
    ] == []


def test_every_type_of_statement_has_a_name() -> None:
    assert {f"type-{one.value.split('/')[1]}" for one in StatementType} <= set(SENTENCES)


def test_the_browser_says_the_same_sentences() -> None:
    module = ROOT / "api/static/js/verifier/sentences.js"
    assert module.read_text(encoding="utf-8") == script()


def test_the_browser_judges_by_the_same_tables() -> None:
    module = ROOT / "api/static/js/verifier/tables.js"
    assert module.read_text(encoding="utf-8") == browser_tables.script()


def test_one_name_of_a_field_means_one_thing_in_every_type() -> None:
    said = {
        (field.name, field.zh, field.en, field.metadata) for each in SHIPPED.values() for field in each.fields
    }
    assert len(said) == len({name for name, *_ in said})


def test_an_unknown_label_stands_for_itself() -> None:
    assert labels.label("depth_of_pit").en == "depth_of_pit"


def test_the_procedure_names_every_check() -> None:
    page = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
    checked = verify_bundle(city.bundle().encode(), city.trust_anchors(), as_of=city.NOW).checks
    rows = re.findall(r"^\| `([a-z-]+)` \| ([a-z ]+) \|", page, re.MULTILINE)
    assert rows == [(check.name, check.concern.value.replace("-", " ")) for check in checked]


def test_the_procedure_names_every_check_of_a_code() -> None:
    page = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
    named = page.partition("## The checks of a QR code")[2].partition(". A code")[0]
    checked = verify_qr(city.code(), city.trust_anchors(), as_of=city.NOW).checks
    assert re.findall(r"`([a-z-]+)`", named) == [check.name for check in checked]
