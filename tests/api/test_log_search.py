"""Searching the log: what names an entry or a transaction, and the one sentence for what does not."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.language import sentences
from api.log_search import EntryFound, NothingFound, SearchMalformed, search
from ledger import growths
from ledger.growths import Growth
from ledger.submissions import Purpose
from tests.permit import issue_permit
from tests.quiet_city import QuietCity, open_quiet_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        opened.anchor()
        issue_permit(opened.house)
        opened.anchor()
        yield opened


@pytest.fixture(scope="module")
def entry(city: QuietCity) -> dict[str, Any]:
    found: dict[str, Any] = city.visitor.get("/api/ledger/entries/2").json()
    return found


@pytest.fixture(scope="module")
def growth(city: QuietCity) -> Growth:
    with city.house.database.transaction() as session:
        return growths.latest(session, limit=1)[0]


def asked(city: QuietCity, text: str) -> EntryFound | Growth:
    with city.house.database.transaction() as session:
        return search(session, text)


def grouped(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


@pytest.mark.parametrize("text", ["2", " 2 ", "#2", "２", "第2条记录", "第 2 号记录", "2号", "No.2", "002"])
def test_a_number_names_an_entry(city: QuietCity, text: str) -> None:
    assert asked(city, text) == EntryFound(2)


@pytest.mark.parametrize("kind", ["leaf", "commitment"])
@pytest.mark.parametrize("prefix", ["", "sha256:", "0x"])
def test_a_digest_names_its_entry_however_it_is_pasted(
    city: QuietCity, entry: dict[str, Any], kind: str, prefix: str
) -> None:
    digest = entry[kind]
    for text in (prefix + digest, prefix + grouped(digest), (prefix + digest).upper()):
        assert asked(city, text) == EntryFound(2)


def test_a_transaction_names_the_growth_that_it_made(city: QuietCity, growth: Growth) -> None:
    assert asked(city, f"0x{growth.transaction.hex()}") == growth


def test_growths_are_numbered_as_the_contract_counts_them(city: QuietCity) -> None:
    with city.house.database.transaction() as session:
        newest, oldest = growths.latest(session, limit=8)
    assert (oldest.seq, newest.seq) == (1, 2)
    assert (oldest.first, newest.first) == (0, oldest.size)
    assert newest.size == city.visitor.get("/api/ledger").json()["size"]


@pytest.mark.parametrize(
    ("purpose", "said"),
    [(Purpose.DEPLOY_REGISTRY, "部署机构登记合约"), (Purpose.DEPLOY_LOG, "部署账本合约")],
)
def test_a_transaction_that_grew_nothing_is_found_as_what_it_was_for(
    city: QuietCity, purpose: Purpose, said: str
) -> None:
    chain = city.house.chain
    with city.house.database.transaction() as session:
        deployed = session.connection().exec_driver_sql(
            "SELECT hash FROM submissions WHERE purpose = %s", (purpose,)
        )
        found = growths.of(session, bytes(deployed.scalar_one()))
    assert found is not None
    assert (found.size, found.seq) == (None, None)
    assert chain.outcome(found.transaction) is not None
    page = city.visitor.get("/ledger", params={"q": f"0x{found.transaction.hex()}"}).text
    assert f"没有增加账本记录：{said}" in page


def test_whatever_a_transaction_was_for_has_words() -> None:
    assert {key for key in sentences() if key.startswith("ledger.purpose.")} == {
        f"ledger.purpose.{purpose}" for purpose in Purpose
    }


def test_an_entry_that_is_found_is_opened(city: QuietCity, entry: dict[str, Any]) -> None:
    answer = city.visitor.get("/ledger", params={"q": entry["leaf"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/ledger/entries/2")


def test_a_transaction_is_shown_with_what_it_brought(city: QuietCity, growth: Growth) -> None:
    page = city.visitor.get("/ledger", params={"q": f"0x{growth.transaction.hex()}"}).text
    assert f"带来第 {growth.first} 至" in page
    assert "第 2 次" in page


@pytest.mark.parametrize("text", ["99999", "9" * 19, "ab" * 32, "0x" + "00" * 32])
def test_what_the_log_lacks_is_one_sentence(city: QuietCity, text: str) -> None:
    with pytest.raises(NothingFound):
        asked(city, text)
    answer = city.visitor.get("/ledger", params={"q": text, "lang": "en"})
    city.visitor.cookies.clear()
    assert answer.status_code == 404
    assert answer.text.count("The log has nothing named") == 1


@pytest.mark.parametrize(
    "text", ["nine", "-1", "1.5", "ab" * 31, "0x12", "9" * 20, "'; --", "<b>", "x" * 5000]
)
def test_what_names_nothing_is_one_sentence(city: QuietCity, text: str) -> None:
    with pytest.raises(SearchMalformed):
        asked(city, text)
    answer = city.visitor.get("/ledger", params={"q": text})
    assert answer.status_code == 422
    assert answer.text.count("既不是记录序号") == 1
    assert "<b>" not in answer.text


def test_an_empty_question_is_the_page_itself(city: QuietCity) -> None:
    assert city.visitor.get("/ledger", params={"q": "  "}).status_code == 200


def test_a_fact_is_not_found_by_the_digest_of_its_statement(city: QuietCity) -> None:
    with city.house.database.transaction() as session:
        digest = session.connection().exec_driver_sql("SELECT id FROM facts LIMIT 1").scalar_one()
    with pytest.raises(NothingFound):
        asked(city, bytes(digest).hex())
