"""web3 and eth_account, imported without letting them lift the recursion limit of the whole process.

They import py_ecc, which sets the limit to 100,000 frames. Under it a deeply nested JSON text from anybody
overflows the C stack and kills the process, where Python's own limit ends in a ``RecursionError``. Every
part of the program takes Ethereum's names from here. Only the doubles of ``ledger.chain_memory``, which
never serve a site, import more.
"""

import sys

_LIMIT = sys.getrecursionlimit()

from eth_account import Account  # noqa: E402  the limit is read before
from eth_account.messages import SignableMessage  # noqa: E402  the same
from web3 import EthereumTesterProvider, Web3  # noqa: E402  the same
from web3.providers import JSONBaseProvider  # noqa: E402  the same
from web3.types import RPCEndpoint  # noqa: E402  the same

sys.setrecursionlimit(_LIMIT)

__all__ = ["Account", "EthereumTesterProvider", "JSONBaseProvider", "RPCEndpoint", "SignableMessage", "Web3"]
