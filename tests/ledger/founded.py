"""Contracts on a chain, under a registry that the account of the test founded."""

from ledger import contracts, registry
from ledger.chain import Address, Chain, Outcome
from ledger.registry import Founding
from ledger.transactions import Call, ChainAccount, Fees, SignedTransaction

OPERATOR = b"i" * 32


def sign(chain: Chain, account: ChainAccount, call: Call) -> SignedTransaction:
    nonce = chain.next_nonce(account.address)
    return account.sign(call, chain_id=chain.identity().chain_id, nonce=nonce, fees=Fees())


def mined(chain: Chain, account: ChainAccount, call: Call) -> Outcome:
    signed = sign(chain, account, call)
    chain.send(signed.raw)
    outcome = chain.outcome(signed.hash)
    assert outcome is not None
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
