"""What anyone learns of the log: how far it has come, its entries, and their receipts."""

from collections.abc import Iterator

import pytest

from api.log_picture import WIDTH, subtrees
from api.log_view import steps
from evidence.checkpoint import check_checkpoint
from evidence.merkle import check_consistency, inclusion_path, leaf_hash, root
from evidence.receipt import check_receipt
from ledger import tree
from tests.permit import issue_permit
from tests.quiet_city import QuietCity, open_quiet_city

LEAVES = [leaf_hash(bytes([number])) for number in range(33)]


@pytest.fixture(scope="module")
def quiet_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as city:
        issue_permit(city.house)
        yield city


@pytest.fixture
def city(quiet_city: QuietCity) -> QuietCity:
    """The city with a chain that answers and holds everything so far."""
    quiet_city.chain.unreachable = False
    quiet_city.anchor()
    return quiet_city


@pytest.fixture
def cut_off(city: QuietCity) -> QuietCity:
    """The city with one more permit, recorded while the chain was away."""
    city.chain.unreachable = True
    issue_permit(city.house)
    city.anchor()
    return city


def test_the_head_of_an_anchored_log_agrees_with_itself(city: QuietCity) -> None:
    head = city.visitor.get("/api/ledger").json()
    assert head["size"] == head["checkpointed_size"] == head["anchored_size"] > 0
    assert head["chain"] == "reachable"


def test_the_head_names_the_contract_and_the_block(city: QuietCity) -> None:
    head = city.visitor.get("/api/ledger").json()
    assert len(bytes.fromhex(head["log_contract"].removeprefix("0x"))) == 20
    assert head["block_number"] > 0


def test_a_fact_recorded_without_the_chain_is_not_yet_anchored(cut_off: QuietCity) -> None:
    head = cut_off.visitor.get("/api/ledger").json()
    assert head["chain"] == "unreachable"
    assert head["anchored_size"] < head["size"]


def test_the_log_page_says_not_yet_anchored(cut_off: QuietCity) -> None:
    page = cut_off.visitor.get("/ledger").text
    assert "尚未上链" in page
    assert "链暂时无法连接" not in page  # that sentence belongs to the officer
    assert "暂时无法连接；记录照常保存" in page


def test_the_log_page_says_not_yet_anchored_in_english(cut_off: QuietCity) -> None:
    page = cut_off.visitor.get("/ledger", params={"lang": "en"}).text
    cut_off.visitor.cookies.clear()
    assert "not yet anchored" in page
    assert "尚未上链" not in page


def test_the_page_of_a_new_entry_says_not_yet_anchored(cut_off: QuietCity) -> None:
    last = cut_off.visitor.get("/api/ledger").json()["size"] - 1
    assert "尚未上链" in cut_off.visitor.get(f"/ledger/entries/{last}").text


def test_what_was_recorded_without_the_chain_is_anchored_once_it_is_back(cut_off: QuietCity) -> None:
    cut_off.chain.unreachable = False
    cut_off.anchor()
    head = cut_off.visitor.get("/api/ledger").json()
    assert head["anchored_size"] == head["size"]


def test_entries_come_newest_first(city: QuietCity) -> None:
    size = city.visitor.get("/api/ledger").json()["size"]
    shown = city.visitor.get("/api/ledger/entries", params={"limit": 3}).json()["entries"]
    assert [entry["index"] for entry in shown] == [size - 1, size - 2, size - 3]


def test_pages_of_entries_follow_one_another_to_the_first(city: QuietCity) -> None:
    size = city.visitor.get("/api/ledger").json()["size"]
    seen, before = [], size
    while before:
        page = city.visitor.get("/api/ledger/entries", params={"before": before, "limit": 2}).json()
        seen += [entry["index"] for entry in page["entries"]]
        before = page["before"]
    assert seen == list(range(size - 1, -1, -1))


def test_an_entry_is_shown_with_its_leaf_and_state(city: QuietCity) -> None:
    entry = city.visitor.get("/api/ledger/entries/0").json()
    assert len(bytes.fromhex(entry["leaf"])) == 32
    assert entry["state"] == "anchored"


def test_a_receipt_leads_to_the_signed_checkpoint(city: QuietCity) -> None:
    encoded = city.visitor.get("/api/ledger/entries/1/receipt").content
    house = city.house
    receipt = check_receipt(encoded, origin=house.settings.origin, key=house.log_signer.key)
    assert receipt.anchor is not None


def test_the_checkpoint_is_signed_by_the_log(city: QuietCity) -> None:
    note, house = city.visitor.get("/ledger/checkpoint").text, city.house
    checkpoint = check_checkpoint(note, house.settings.origin, house.log_signer.key)
    assert checkpoint.size == city.visitor.get("/api/ledger").json()["size"]


@pytest.mark.parametrize("path", ["/api/ledger/entries/999999", "/api/ledger/entries/999999/receipt"])
def test_an_entry_that_the_log_lacks_is_one_sentence(city: QuietCity, path: str) -> None:
    answer = city.visitor.get(path)
    assert (answer.status_code, answer.json()["title"]) == (404, "entry-unknown")


@pytest.mark.parametrize("index", ["-1", str(2**63), str(10**20)])
@pytest.mark.parametrize(
    "path", ["/api/ledger/entries/{}", "/api/ledger/entries/{}/receipt", "/ledger/entries/{}"]
)
def test_a_number_that_no_entry_can_have_is_as_unknown(city: QuietCity, path: str, index: str) -> None:
    assert city.visitor.get(path.format(index)).json()["title"] == "entry-unknown"


def test_what_is_no_number_is_called_by_the_word_for_it(city: QuietCity) -> None:
    problem = city.visitor.get("/api/ledger/entries/nine").json()
    assert (problem["title"], "：账本记录序号。" in problem["zh"]) == ("form-incomplete", True)
    assert ": number of the entry." in problem["en"]


def test_the_page_of_an_entry_climbs_to_the_checkpoints_root(city: QuietCity) -> None:
    page = city.visitor.get("/ledger/entries/2").text
    assert "等于检查点的树根" in page


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 20, 33])
def test_the_steps_of_a_proof_lead_from_every_leaf_to_the_root(size: int) -> None:
    leaves = LEAVES[:size]
    for index, leaf in enumerate(leaves):
        climbed = list(steps(leaf, index=index, size=size, path=inclusion_path(leaves, index)))
        assert (climbed[-1].result if climbed else leaf) == root(leaves)


def test_the_picture_of_a_log_fills_its_width_with_powers_of_two() -> None:
    drawn = subtrees(11, anchored=0)
    assert [tree.leaves for tree in drawn] == [8, 2, 1]
    assert drawn[-1].left + drawn[-1].width == pytest.approx(WIDTH)


def test_the_picture_shows_how_much_of_each_subtree_is_anchored() -> None:
    assert [tree.anchored for tree in subtrees(11, anchored=9)] == [1.0, 0.5, 0.0]


def test_an_empty_log_has_no_picture() -> None:
    assert subtrees(0, anchored=0) == ()


def test_the_bytes_of_an_entry_hash_to_its_leaf(city: QuietCity) -> None:
    encoded = city.visitor.get("/ledger/entries/2/bytes").content
    assert leaf_hash(encoded).hex() == city.visitor.get("/api/ledger/entries/2").json()["leaf"]


def test_a_consistency_proof_leads_from_an_earlier_log_to_this_one(city: QuietCity) -> None:
    size = city.visitor.get("/api/ledger").json()["size"]
    answer = city.visitor.get("/ledger/consistency", params={"old_size": 3, "new_size": size}).json()
    with city.house.database.transaction() as session:
        old_root, new_root = tree.root(session, 3), tree.root(session, size)
    path = [bytes.fromhex(each) for each in answer["path"]]
    check_consistency(old_size=3, old_root=old_root, new_size=size, new_root=new_root, path=path)


@pytest.mark.parametrize(("old_size", "new_size"), [(0, 10**6), (3, 2), (10**6, 10**6)])
def test_a_consistency_proof_that_the_log_cannot_give_is_one_sentence(
    city: QuietCity, old_size: int, new_size: int
) -> None:
    answer = city.visitor.get("/ledger/consistency", params={"old_size": old_size, "new_size": new_size})
    assert (answer.status_code, answer.json()["title"]) == (404, "tree-too-small")


def test_the_page_of_an_entry_names_the_growth_that_covers_it(city: QuietCity) -> None:
    page = city.visitor.get("/ledger/entries/2").text
    assert "第 1 次增长（逐条追加）" in page
    assert "认定为最终时已有 1 个区块" in page
