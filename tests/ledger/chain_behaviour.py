"""What every adapter of the chain port does alike.

A test file that runs this over an adapter gives two fixtures, ``adapter`` (a Chain that mines what it
is sent) and ``account`` (one with money on it), and imports everything from here.
"""

from contextlib import suppress
from datetime import timedelta

import pytest

from ledger import contracts, governing, registry
from ledger.chain import Address, Chain, ChainRefused, LedgerDiffers
from ledger.registry import Founding, HeldKey, Role, key_of
from ledger.transactions import ChainAccount
from tests.ledger.founded import (
    OPERATOR,
    founded_log,
    founded_register,
    founded_registry,
    mined,
    outcome_of,
    sign,
)

NOWHERE = Address(bytes(19) + b"\x77")
FOUNDING = Founding(operator=OPERATOR)


@pytest.fixture
def log(adapter: Chain, account: ChainAccount) -> Address:
    return founded_log(adapter, account)


def test_a_chain_is_the_same_chain_when_asked_again(adapter: Chain) -> None:
    assert adapter.identity() == adapter.identity()


def test_no_code_stands_where_nothing_was_deployed(adapter: Chain) -> None:
    assert adapter.identity(NOWHERE).codes == (None,)


def test_a_deployed_contract_has_code(adapter: Chain, log: Address) -> None:
    (code,) = adapter.identity(log).codes
    assert code is not None
    assert len(code) == 32


def test_a_new_log_is_empty(adapter: Chain, log: Address) -> None:
    assert contracts.head(adapter.read(log, contracts.HEAD).value).size == 0


def test_an_answer_from_where_no_contract_stands_says_that_the_ledger_differs(adapter: Chain) -> None:
    reading = adapter.read(NOWHERE, contracts.HEAD)
    with pytest.raises(LedgerDiffers):
        contracts.head(reading.value)


def test_a_growth_is_told_by_the_log_itself(adapter: Chain, account: ChainAccount, log: Address) -> None:
    outcome = mined(adapter, account, contracts.append(log, frontier=(), leaves=(b"l" * 32,)))
    assert contracts.growth(outcome.events, log) == (1, b"l" * 32)


def test_a_growth_told_by_another_contract_does_not_count(
    adapter: Chain, account: ChainAccount, log: Address
) -> None:
    outcome = mined(adapter, account, contracts.append(log, frontier=(), leaves=(b"l" * 32,)))
    assert contracts.growth(outcome.events, NOWHERE) is None


def test_a_transaction_nobody_sent_has_no_outcome(adapter: Chain) -> None:
    assert adapter.outcome(b"t" * 32) is None


def test_sending_twice_spends_one_nonce_and_changes_nothing(adapter: Chain, account: ChainAccount) -> None:
    signed = sign(adapter, account, registry.deploy(FOUNDING, account.address))
    adapter.send(signed.raw)
    first, nonce = outcome_of(adapter, signed.hash), adapter.next_nonce(account.address)
    with pytest.raises(ChainRefused):
        adapter.send(signed.raw)
    assert (adapter.outcome(signed.hash), adapter.next_nonce(account.address)) == (first, nonce)


def test_a_call_that_reverts_is_refused_by_name_when_it_is_rehearsed(
    adapter: Chain, account: ChainAccount, log: Address
) -> None:
    call = contracts.extend(log, size=0, root=bytes(32), proof=())
    with pytest.raises(ChainRefused) as refused:
        adapter.rehearse(log, call.data, sender=account.address, gas=call.gas)
    assert refused.value.facts["reason"] == "SizeNotLarger(0, 0)"


def test_what_the_registry_would_do_to_itself_is_rehearsed(adapter: Chain, account: ChainAccount) -> None:
    contract = founded_registry(adapter, account)
    governing.rehearse(adapter, contract, registry.set_delay(timedelta(days=30)))
    with pytest.raises(ChainRefused, match="DelayTooLong"):
        governing.rehearse(adapter, contract, registry.set_delay(timedelta(days=31)))


def test_a_transaction_that_reverts_is_mined_and_has_not_succeeded(
    adapter: Chain, account: ChainAccount, log: Address
) -> None:
    signed = sign(adapter, account, contracts.extend(log, size=0, root=bytes(32), proof=()))
    with suppress(ChainRefused):  # some nodes mine it and complain all the same
        adapter.send(signed.raw)
    outcome = outcome_of(adapter, signed.hash)
    assert not outcome.succeeded


def test_a_transaction_is_buried_deeper_by_the_next(adapter: Chain, account: ChainAccount) -> None:
    signed = sign(adapter, account, registry.deploy(FOUNDING, account.address))
    adapter.send(signed.raw)
    outcome_of(adapter, signed.hash)
    mined(adapter, account, registry.deploy(FOUNDING, account.address))
    outcome = outcome_of(adapter, signed.hash)
    assert outcome.confirmations == 2


def test_a_reading_names_the_block_it_was_made_at(adapter: Chain, account: ChainAccount) -> None:
    outcome = mined(adapter, account, registry.deploy(FOUNDING, account.address))
    assert outcome.contract is not None
    reading = adapter.read(outcome.contract, registry.QUORUM)
    assert (reading.block.number, reading.block.hash) == (outcome.block_number, outcome.block_hash)


def test_the_newest_block_is_the_block_of_its_number_and_follows_its_parent(
    adapter: Chain, account: ChainAccount
) -> None:
    mined(adapter, account, registry.deploy(FOUNDING, account.address))
    newest = adapter.newest()
    before, same, after = adapter.blocks([newest.number - 1, newest.number, newest.number + 1])
    assert (same, after) == (newest, None)
    assert before is not None
    assert before.hash == newest.parent


def test_a_deeper_reading_is_made_at_an_earlier_block(
    adapter: Chain, account: ChainAccount, log: Address
) -> None:
    mined(adapter, account, contracts.append(log, frontier=(), leaves=(b"l" * 32,)))
    now, before = (adapter.read(log, contracts.HEAD, depth=depth) for depth in (1, 2))
    assert (contracts.head(now.value).size, contracts.head(before.value).size) == (1, 0)
    assert before.block.number == now.block.number - 1


def test_many_questions_are_answered_in_their_order_at_one_block(
    adapter: Chain, account: ChainAccount
) -> None:
    organizations = founded_registry(adapter, account)
    key = key_of(account.address)
    asked = [registry.ask_key(organization=each * 32, key=key) for each in (b"i", b"j") * 60]
    readings = adapter.read_all(organizations, asked)
    roles = [registry.held_key(each.value).roles for each in readings]
    assert roles == [Role.SUBMITTER | Role.ISSUER, Role(0)] * 60
    assert {each.block for each in readings} == {adapter.newest()}


def test_no_question_needs_no_answer(adapter: Chain) -> None:
    assert adapter.read_all(NOWHERE, []) == ()


def test_a_nonce_deeper_down_is_lower(adapter: Chain, account: ChainAccount) -> None:
    mined(adapter, account, registry.deploy(FOUNDING, account.address))
    nonces = [adapter.next_nonce(account.address, depth=depth) for depth in (1, 2)]
    assert nonces[0] == nonces[1] + 1


def test_many_outcomes_are_told_in_their_order(adapter: Chain, account: ChainAccount) -> None:
    signed = sign(adapter, account, registry.deploy(FOUNDING, account.address))
    adapter.send(signed.raw)
    outcome = outcome_of(adapter, signed.hash)
    assert adapter.outcomes([b"t" * 32, signed.hash, b"u" * 32]) == (None, outcome, None)


def test_gas_has_a_price_on_a_chain_with_fees(adapter: Chain) -> None:
    assert adapter.price().base > 0


def test_a_founded_key_acts_from_the_time_of_its_block(adapter: Chain, account: ChainAccount) -> None:
    organizations = founded_registry(adapter, account)
    question = registry.ask_key(organization=OPERATOR, key=key_of(account.address))
    reading = adapter.read(organizations, question)
    held = registry.held_key(reading.value)
    assert held == HeldKey(Role.SUBMITTER | Role.ISSUER, int(reading.block.time.timestamp()), 0, 0)


def test_an_issuer_acts_by_an_account_that_the_registry_permits(
    adapter: Chain, account: ChainAccount
) -> None:
    register = founded_register(adapter, account)
    change = contracts.StatusChange(key=b"k" * 32, state=1, reason=7)
    mined(adapter, account, contracts.change(register, issuer=OPERATOR, changes=(change,)))
    reading = adapter.read(register, contracts.ask_exception(issuer=OPERATOR, key=b"k" * 32))
    held = contracts.exception(reading.value)
    assert (held.state, held.version, held.reason) == (1, 1, 7)
