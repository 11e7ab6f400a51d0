"""A node that lies: every lie is named, none is believed, and with the truth all is anchored exactly once."""

from collections.abc import Iterator

import pytest

from evidence.statuslist import CertificateState
from ledger import deployment, status
from ledger.anchoring import AnchoringPolicy
from ledger.chain import ChainContradicts, ChainGarbled, LedgerDiffers
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.finality import SecondNodeDiffers
from ledger.height import ChainBehind, ChainStalled
from tests.chains import anvil
from tests.chains.anvil import Anvil
from tests.fault import lies
from tests.fault.anchored import Anchored, anchored
from tests.fault.lying_proxy import TRUTH, Lie, LyingProxy, lying_proxy

pytestmark = pytest.mark.slow

DEEP = AnchoringPolicy(may_forget=False, depth=3)
LONG = 90.0  # seconds that the clock moves between two steps, where policies wait for 60
LYING_STEPS = 4
ISSUER, KEY = b"i" * 32, b"k" * 32

ABOUT_A_GROWTH = [
    (lies.WRONG_ROOT, LedgerDiffers),
    (lies.WRONG_SIZE, LedgerDiffers),
    (lies.ANOTHERS_RECEIPT, ChainContradicts),
    (lies.OTHER_CHAIN_ID, LedgerDiffers),
    (lies.OTHER_GENESIS, LedgerDiffers),
    (lies.WRONG_EMITTER, LedgerDiffers),
    (lies.MISSING_LOGS, LedgerDiffers),
    (lies.CHANGED_CODE, LedgerDiffers),
    (lies.NO_CODE, LedgerDiffers),
    (lies.WRONG_BLOCK_HASH, ChainContradicts),
    (lies.NO_RECEIPT, ChainContradicts),
    (lies.HIGHER_NONCE, ChainStalled),
    (lies.MUCH_HIGHER_NONCE, ChainContradicts),
    (lies.LOWER_NONCE, ChainContradicts),
    (lies.TRUNCATED, ChainGarbled),
    (lies.GARBAGE, ChainGarbled),
    (lies.WRONG_FIELDS, ChainGarbled),
    (lies.OTHER_ID, ChainGarbled),
    (lies.SERVER_ERROR, ChainGarbled),
    (lies.TOO_MANY, ChainGarbled),
    (lies.ENDLESS, ChainGarbled),
]


def name(value: object) -> str | None:
    return value.name if isinstance(value, Lie) else getattr(value, "__name__", None)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anvil]:
    with anvil.started(tmp_path_factory.mktemp("anvil") / "node.log") as node:
        yield node


@pytest.fixture
def node(running: Anvil) -> Iterator[Anvil]:
    running.mine_each_transaction()
    yield running
    running.mine_each_transaction()
    running.mine()


@pytest.fixture
def proxy(node: Anvil) -> Iterator[LyingProxy]:
    with lying_proxy(node.url) as running:
        yield running


def anchored_sizes(log: Anchored) -> list[int]:
    return [each.size for each in log.final() if each.size is not None]


def problems(log: Anchored) -> set[type[object]]:
    """Take steps while the node lies; give what they were told."""
    return {type(log.step(after=LONG).problem) for _ in range(LYING_STEPS)}


@pytest.mark.parametrize(("lie", "named"), ABOUT_A_GROWTH, ids=name)
def test_a_lie_about_a_growth_is_named_and_not_believed(
    database: Database, node: Anvil, proxy: LyingProxy, lie: Lie, named: type[object]
) -> None:
    log = anchored(database, Web3Chain.at(proxy.url))
    log.record()
    log.step_until_complete()
    log.record(2)
    proxy.lie = lie
    assert named in problems(log)
    assert anchored_sizes(log) in ([1], [])
    proxy.lie = TRUTH
    log.step_until_complete(after=LONG)
    log.assert_anchored_exactly_once(Web3Chain.at(node.url))


@pytest.mark.parametrize(
    ("lie", "named"),
    [
        (lies.STALE_HEAD, ChainBehind),
        (lies.TALLER_HEAD, ChainContradicts),
        (lies.MADE_UP_BLOCKS, ChainContradicts),
    ],
    ids=name,
)
def test_a_lie_about_the_height_makes_nothing_final(
    database: Database, node: Anvil, proxy: LyingProxy, lie: Lie, named: type[object]
) -> None:
    log = anchored(database, Web3Chain.at(proxy.url), policy=DEEP)
    while not log.step().complete:
        node.mine()
    log.record()
    log.step()
    proxy.lie = lie
    assert named in problems(log)
    assert anchored_sizes(log) == []
    proxy.lie = TRUTH
    for _ in range(20):
        node.mine()
        log.step(after=LONG)
    log.assert_anchored_exactly_once(Web3Chain.at(node.url))
    assert anchored_sizes(log) == [1]


def test_a_receipt_for_what_was_never_mined_is_not_believed(
    database: Database, node: Anvil, proxy: LyingProxy
) -> None:
    log = anchored(database, Web3Chain.at(proxy.url))
    log.step_until_complete()
    node.mine_nothing()
    log.record()
    proxy.lie = lies.FORGED_RECEIPT
    assert ChainContradicts in problems(log)
    assert anchored_sizes(log) == []
    proxy.lie = TRUTH
    node.mine_each_transaction()
    node.mine()
    log.step_until_complete(after=LONG)
    log.assert_anchored_exactly_once(Web3Chain.at(node.url))


def test_a_reverted_growth_that_is_called_a_success_is_not_believed(
    database: Database, node: Anvil, proxy: LyingProxy
) -> None:
    log = anchored(database, Web3Chain.at(proxy.url))
    log.step_until_complete()
    node.mine_nothing()
    log.record()
    log.step()
    contract = log.stands().log
    assert contract is not None
    address = "0x" + contract.address.hex()
    code = node.ask("eth_getCode", address, "latest")
    node.ask("anvil_setCode", address, "0x5f5ffd")  # whatever is called reverts
    node.mine()
    node.ask("anvil_setCode", address, code)
    node.mine_each_transaction()
    proxy.lie = lies.FALSE_SUCCESS
    assert LedgerDiffers in problems(log)
    assert anchored_sizes(log) == []
    proxy.lie = TRUTH
    log.step_until_complete(after=LONG)
    log.assert_anchored_exactly_once(Web3Chain.at(node.url))


@pytest.mark.parametrize(
    "lie", [lies.SWAPPED_CONTRACT, lies.CHANGED_CODE, lies.NO_CODE, lies.NO_RECEIPT], ids=name
)
def test_a_lie_about_a_new_contract_is_not_believed(
    database: Database, node: Anvil, proxy: LyingProxy, lie: Lie
) -> None:
    log = anchored(database, Web3Chain.at(proxy.url))
    log.record()
    proxy.lie = lie
    assert ChainContradicts in problems(log)
    assert log.final() == []
    proxy.lie = TRUTH
    log.step_until_complete(after=LONG)
    log.assert_anchored_exactly_once(Web3Chain.at(node.url))


def test_a_register_that_denies_a_revocation_is_not_believed(
    database: Database, node: Anvil, proxy: LyingProxy
) -> None:
    log = anchored(database, Web3Chain.at(proxy.url))
    log.step_until_complete()
    with database.transaction() as session:
        status.change(session, issuer=ISSUER, key=KEY, state=CertificateState.REVOKED, reason=1)
    proxy.lie = lies.NO_EXCEPTION
    assert ChainContradicts in problems(log)
    proxy.lie = TRUTH
    log.step_until_complete(after=LONG)
    with database.transaction() as session:
        register = deployment.current(session)
        settled = status.settled(session, [(ISSUER, KEY)]).get((ISSUER, KEY))
    assert register is not None
    assert register.register is not None
    assert settled is not None
    proxy.lie = lies.NO_EXCEPTION
    lied = status.read(Web3Chain.at(proxy.url), register.register.address, issuer=ISSUER, key=KEY)
    assert not settled.shown_by(lied)
    true = status.read(Web3Chain.at(node.url), register.register.address, issuer=ISSUER, key=KEY)
    assert settled.shown_by(true)
    assert (true.state, true.version) == (CertificateState.REVOKED, 1)


@pytest.mark.parametrize("lie", [lies.WRONG_EMITTER, lies.NO_RECEIPT, lies.OTHER_GENESIS], ids=name)
def test_nothing_is_final_that_a_second_node_tells_otherwise(
    database: Database, node: Anvil, proxy: LyingProxy, lie: Lie
) -> None:
    log = anchored(database, Web3Chain.at(node.url), second=Web3Chain.at(proxy.url))
    log.step_until_complete()
    log.record()
    proxy.lie = lie
    assert SecondNodeDiffers in problems(log)  # a step taken before the block is there tells nothing yet
    assert anchored_sizes(log) == []
    proxy.lie = TRUTH
    log.step_until_complete(after=LONG)
    log.assert_anchored_exactly_once(Web3Chain.at(node.url))
