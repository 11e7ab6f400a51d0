"""Proposing: what the arguments of ``yinxin organization`` ask of the registry, as the bytes of a call.

Whatever could never be carried out is refused here by the name of its argument, before others approve it and
wait for the delay.

    call(args, now=clock.now(), delay=timedelta(hours=48))
"""

import argparse
import hashlib
from datetime import datetime, timedelta

from api.founding import ADDRESS_BYTES, MOST_ADMINISTRATORS
from evidence.errors import Refused
from evidence.identifiers import Uscc
from ledger import registry
from ledger.chain import Address
from ledger.registry import Grant, Role

KEY_BYTES = 32
UINT8 = 255
"""The largest quorum that the registry can hold."""
MOST_HOURS = 30 * 24
"""The longest delay that the registry takes (IAdministered, DelayTooLong)."""


class ArgumentUnfit(Refused):
    """An argument is missing or not what the act takes. Facts: ``name``."""

    code = "argument-unfit"
    zh = "参数 {name} 缺少，或不是此操作可用的值；用法请运行 yinxin organization --help 查看。"
    en = "{name} is missing or not what this act takes; run yinxin organization --help for what it takes."


def call(args: argparse.Namespace, *, now: datetime, delay: timedelta) -> bytes:
    """Encode what ``args`` propose at ``now`` to a registry that carries it out after ``delay``.

    Raises:
        ArgumentUnfit: names the first argument that does not fit.
    """
    if args.act == "unpause":
        return registry.unpause()
    if args.act == "quorum":
        return registry.set_quorum(_between(0, args.number, UINT8, "--number"))
    if args.act == "delay":
        return registry.set_delay(timedelta(hours=_between(0, args.hours, MOST_HOURS, "--hours")))
    if args.act in ("administrators", "guardian", "successor"):
        return _succession(args)
    return _key_call(args, now=now, delay=delay)


def octets(text: str | None, name: str, length: int) -> bytes:
    """Read ``length`` bytes of hexadecimal; ``name`` is the argument's.

    Raises:
        ArgumentUnfit: it is none.
    """
    try:
        found = bytes.fromhex((text or "").removeprefix("0x"))
    except ValueError:
        raise ArgumentUnfit(name=name) from None
    if len(found) != length:
        raise ArgumentUnfit(name=name)
    return found


def _succession(args: argparse.Namespace) -> bytes:
    accounts = [Address(octets(each, "--account", ADDRESS_BYTES)) for each in args.account]
    if not all(map(any, accounts)) or len(set(accounts)) != len(accounts):
        raise ArgumentUnfit(name="--account")
    if args.act == "administrators":
        threshold = _between(1, args.number, len(accounts), "--number")
        if len(accounts) > MOST_ADMINISTRATORS:
            raise ArgumentUnfit(name="--account")
        return registry.set_administrators(accounts, threshold=threshold)
    if len(accounts) != 1:
        raise ArgumentUnfit(name="--account")
    return (registry.set_guardian if args.act == "guardian" else registry.announce_successor)(accounts[0])


def _key_call(args: argparse.Namespace, *, now: datetime, delay: timedelta) -> bytes:
    if args.organization is None:
        raise ArgumentUnfit(name="--organization")
    organization = hashlib.sha256(Uscc.parse(args.organization).text.encode()).digest()
    key = _key(args.key)
    if args.act == "revoke":
        return registry.revoke(organization=organization, key=key)
    if args.act == "compromised":
        return registry.mark_compromised(organization=organization, key=key, since=_past(args.since, now))
    return registry.grant(_grant(args, organization, key, soonest=now + delay))


def _grant(args: argparse.Namespace, organization: bytes, key: bytes, *, soonest: datetime) -> Grant:
    """Read a grant, which must last beyond the ``soonest`` moment at which it is carried out."""
    if not args.role:
        raise ArgumentUnfit(name="--role")
    roles = Role(0)
    for each in args.role:
        roles |= Role[each.upper()]
    if roles != Role.SPEAKER and key != registry.key_of(Address(key[-ADDRESS_BYTES:])):
        raise ArgumentUnfit(name="--key")  # a statement key speaks; all else is done by accounts
    until = None if args.until is None else _moment(args.until, "--until")
    if until is not None and until <= soonest:
        raise ArgumentUnfit(name="--until")
    return Grant(organization, key, roles, valid_until=until)


def _between(least: int, number: int | None, most: int, name: str) -> int:
    if number is None or not least <= number <= most:
        raise ArgumentUnfit(name=name)
    return number


def _key(text: str | None) -> bytes:
    digits = (text or "").removeprefix("0x")
    if len(digits) == 2 * ADDRESS_BYTES:
        key = registry.key_of(Address(octets(text, "--key", ADDRESS_BYTES)))
    else:
        key = octets(text, "--key", KEY_BYTES)
    if not any(key):
        raise ArgumentUnfit(name="--key")
    return key


def _past(text: str | None, now: datetime) -> datetime:
    found = _moment(text, "--since")
    if found > now:
        raise ArgumentUnfit(name="--since")
    return found


def _moment(text: str | None, name: str) -> datetime:
    """Read a moment of at least one second after 1970 began: the registry takes 0 for "without end"."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        raise ArgumentUnfit(name=name) from None
    if found.tzinfo is None or found.timestamp() < 1:
        raise ArgumentUnfit(name=name)
    return found
