"""Contracts on a chain, under a registry that the account of the test founded."""

import time

from ledger import contracts, registry
from ledger.chain import Address, Chain, Outcome
from ledger.registry import Founding
from ledger.transactions import Call, ChainAccount, Fees, SignedTransaction

OPERATOR = b"i" * 32
PATIENCE_SECONDS = 30


def sign(chain: Chain, account: ChainAccount, call: Call) -> SignedTransaction:
    nonce = chain.next_nonce(account.address)
    return account.sign(call, chain_id=chain.identity().chain_id, nonce=nonce, fees=Fees())


def mined(chain: Chain, account: ChainAccount, call: Call) -> Outcome:
    signed = sign(chain, account, call)
    chain.send(signed.raw)
    return outcome_of(chain, signed.hash)


def outcome_of(chain: Chain, transaction: bytes) -> Outcome:
    """Give the outcome of what was sent; some nodes answer a sender before they have mined it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while (outcome := chain.outcome(transaction)) is None:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return outcome


def created(chain: Chain, account: ChainAccount, call: Call) -> Address:
    contract = mined(chain, account, call).contract
    assert contract is not None
    return contract


def founded_registry(chain: Chain, account: ChainAccount, founding: Founding | None = None) -> Address:
    return created(chain, account, registry.deploy(founding or Founding(operator=OPERATOR), account.address))


def founded_log(chain: Chain, account: ChainAccount) -> Address:
    return created(chain, account, contracts.deploy_log(founded_registry(chain, account), OPERATOR))


def founded_register(chain: Chain, account: ChainAccount) -> Address:
    return created(chain, account, contracts.deploy_register(founded_registry(chain, account)))
