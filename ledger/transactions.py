"""Signing for the chain: an account of the house, and the one form of transaction it sends.

A transaction is signed before it is stored and stored before it is sent, so its hash is known
whatever happens next. The form is that of EIP-1559 (type 2).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import rlp
from eth_keys.exceptions import BadSignature
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from ledger.chain import Address
from ledger.ethereum import Account, SignableMessage

_TYPED = b"\x01"  # EIP-191 version of EIP-712 values


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction may cost at most, and the tip in it, in wei per gas; zero where gas is free."""

    limit: int = 100_000_000_000
    tip: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of a chain: ``data`` for the contract ``to``, or a new contract when None.

    ``gas`` is the most it may burn.
    """

    to: Address | None
    data: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """``raw`` bytes as they are sent, and their ``hash`` (32 bytes)."""

    raw: bytes
    hash: bytes


@dataclass(frozen=True)
class ChainAccount:
    """An account that signs by its ``secret``, a secp256k1 private key of 32 bytes."""

    secret: bytes = field(repr=False)

    @cached_property
    def address(self) -> Address:
        """The account's address."""
        return Address(bytes.fromhex(self._account.address[2:]))

    def sign(self, call: Call, *, chain_id: int, nonce: int, fees: Fees) -> SignedTransaction:
        """Sign ``call`` as transaction number ``nonce`` of this account on the chain ``chain_id``."""
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "gas": call.gas,
            "maxFeePerGas": fees.limit,
            "maxPriorityFeePerGas": min(fees.tip, fees.limit),
            "value": 0,
            "data": call.data,
        }
        if call.to is not None:
            transaction["to"] = call.to
        signed = self._account.sign_transaction(transaction)
        return SignedTransaction(bytes(signed.raw_transaction), bytes(signed.hash))

    def sign_typed(self, *, domain: bytes, body: bytes) -> bytes:
        """Sign a typed value (EIP-712) by the hashes of its domain and struct; give r ‖ s ‖ v, 65 bytes."""
        return bytes(self._account.sign_message(SignableMessage(_TYPED, domain, body)).signature)

    @cached_property
    def _account(self) -> Any:
        return Account.from_key(self.secret)


def called(raw: bytes) -> Call:
    """Give back what the transaction ``raw``, of the one form that ``sign`` makes, asks of the chain."""
    fields = rlp.decode(raw[1:])
    gas, to, data = fields[4], fields[5], fields[7]
    return Call(Address(to) if to else None, data, int.from_bytes(gas, "big"))


def created(account: Address, *, nonce: int) -> Address:
    """Give the address of the contract that transaction number ``nonce`` of ``account`` creates.

    Source: Ethereum Yellow Paper, section 7, equation for ADDR.
    """
    return Address(keccak(rlp.encode([account, nonce]))[12:])


def recover(signature: bytes, *, domain: bytes, body: bytes) -> Address | None:
    """Give the account that signed a typed value (EIP-712), or None where no account could have."""
    try:
        found = Account.recover_message(SignableMessage(_TYPED, domain, body), signature=signature)
    except (BadSignature, ValidationError):
        return None
    return Address(bytes.fromhex(found[2:]))
