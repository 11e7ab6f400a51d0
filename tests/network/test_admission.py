"""A fifth validator is admitted by vote, carries the network with two others, and is removed by vote."""

from collections.abc import Callable

import pytest

from ledger.anchoring import Anchoring
from ledger.database import Database
from network.consortium import Consortium
from network.validator import Validator
from tests.network.on_chain import check_nothing_is_lost_or_doubled, height, until, until_complete

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def fifth(founded: Consortium) -> Validator:
    """A validator that follows the others and was not voted on."""
    added = founded.join()
    until(lambda: height(added) >= height(founded.validators[0]) > 0)
    return added


def seals(network: Consortium, validator: Validator) -> bool:
    """Whether ``validator`` sealed the newest block."""
    asked = network.validators[0]
    signer = asked.ask("clique_getSigner", asked.ask("eth_blockNumber"))
    return bool(bytes.fromhex(signer[2:]) == validator.address)


def test_who_joins_follows_and_does_not_seal(network: Consortium, fifth: Validator) -> None:
    assert fifth.address not in network.sealing()


def test_one_vote_admits_nobody(network: Consortium, fifth: Validator) -> None:
    voter = network.validators[0]
    authorize = True
    voter.ask("clique_propose", "0x" + fifth.address.hex(), authorize)
    until(lambda: seals(network, voter))
    at = height(voter)
    until(lambda: height(voter) > at + len(network.validators))
    assert fifth.address not in network.sealing()


def test_a_fifth_validator_is_admitted_by_vote_and_two_may_die_then(
    database: Database,
    anchoring: Anchoring,
    record: Callable[[int], int],
    network: Consortium,
    fifth: Validator,
) -> None:
    network.vote(fifth, admit=True)
    until(lambda: fifth.address in network.sealing())
    network.settle_votes(fifth)
    until(lambda: seals(network, fifth))
    dying = network.validators[2:4]
    for each in dying:
        each.kill()
    record(7)
    until_complete(anchoring)
    for each in dying:
        network.revive(each)
    check_nothing_is_lost_or_doubled(database, network)


def test_a_validator_is_removed_by_vote(network: Consortium, fifth: Validator) -> None:
    network.vote(fifth, admit=False)
    until(lambda: fifth.address not in network.sealing())
    network.settle_votes(fifth)
    at = height(network.validators[0])
    until(lambda: height(network.validators[0]) > at + len(network.validators))
    assert len(network.sealing()) == 4
