"""Founding: with whom the registry of organizations begins, where this house deploys it.

The operator submits and issues by the chain account, and its statement keys are named, so that anybody can
look their windows up on the chain. Administrators, guardian and witnesses are those of the settings; without
settings the chain account is alone in everything, which a demonstration may be. After the founding only the
registry's administrators change any of it: another setting changes nothing on a registry that stands.
"""

import hashlib
from datetime import datetime, timedelta

from api.settings import SettingMalformed, Settings
from evidence.errors import CheckDigitWrong, IdentifierMalformed, Term
from evidence.identifiers import Uscc
from evidence.keys import Signer
from ledger.chain import Address
from ledger.registry import Founding, Grant, Role, key_of
from signing.certificate_changes import issuer_key
from signing.keystore import KeyHandle, KeyStore

ADDRESS_BYTES = 20
MOST_ADMINISTRATORS = 32
"""The most that the registry takes (IAdministered, AdministratorCountWrong)."""
SPEAKERS = (KeyHandle("platform:statements"), KeyHandle("agency:statements"), KeyHandle("verifier"))
"""The certified keys by which the house signs statements."""

_ADDRESS = Term(
    "0x 开头、40 位十六进制的账户地址，多个以逗号分隔", "addresses of 0x and 40 hex digits, with commas"
)
_ADMINISTRATORS = Term(
    f"至多 {MOST_ADMINISTRATORS} 个互不相同的账户地址", f"at most {MOST_ADMINISTRATORS} different addresses"
)
_GUARDIAN = Term("一个 0x 开头、40 位十六进制的账户地址", "one address of 0x and 40 hex digits")
_OTHERS = Term(
    "见证机构自己的账户，不是本单位的链账户",
    "accounts of the witnesses themselves, none of them this house's own",
)
_WITNESS = Term(
    "“统一社会信用代码=账户地址”，多个以逗号分隔", "CREDIT-CODE=0xADDRESS, with commas between them"
)
_THRESHOLD = Term("1 至管理账户数之间的整数", "a whole number from 1 to that of the administrators")
_QUORUM = Term("不大于见证机构数的整数", "a whole number not above that of the witnesses")


def founding(
    settings: Settings, *, operator: Uscc, account: Address, keystore: KeyStore, log: Signer
) -> Founding:
    """Give what ``account`` founds the registry with; ``log`` is the log's own key.

    Raises:
        SettingMalformed: an address, a witness or a number does not fit.
    """
    administrators = _administrators(settings.chain_administrators)
    guardian = settings.chain_guardian.strip()
    witnesses = _witnesses(settings.chain_witnesses, account)
    if settings.chain_threshold > max(1, len(administrators)):
        raise _malformed("YINXIN_CHAIN_THRESHOLD", str(settings.chain_threshold), _THRESHOLD)
    if settings.chain_quorum > len({each.organization for each in witnesses}):
        raise _malformed("YINXIN_CHAIN_QUORUM", str(settings.chain_quorum), _QUORUM)
    organization = issuer_key(operator)
    since = {handle: keystore.chain(handle)[0].not_valid_before_utc for handle in SPEAKERS}
    speakers = [
        *((keystore.signer(handle).key.key_id, begun) for handle, begun in since.items()),
        (log.key.key_id, min(since.values())),
    ]
    return Founding(
        operator=organization,
        administrators=administrators,
        threshold=settings.chain_threshold,
        delay=timedelta(hours=settings.chain_delay_hours),
        guardian=_address("YINXIN_CHAIN_GUARDIAN", guardian, _GUARDIAN) if guardian else None,
        quorum=settings.chain_quorum,
        grants=(*(_speaker(organization, key, begun) for key, begun in speakers), *witnesses),
    )


def _speaker(organization: bytes, key: bytes, begun: datetime) -> Grant:
    return Grant(organization, key, Role.SPEAKER, valid_from=begun)


def _administrators(listed: str) -> tuple[Address, ...]:
    name = "YINXIN_CHAIN_ADMINISTRATORS"
    found: list[Address] = []
    for each in (part.strip() for part in listed.split(",") if part.strip()):
        administrator = _address(name, each, _ADDRESS)
        if administrator in found:
            raise _malformed(name, each, _ADMINISTRATORS)
        found.append(administrator)
    if len(found) > MOST_ADMINISTRATORS:
        raise _malformed(name, f"{len(found)} × 0x…", _ADMINISTRATORS)
    return tuple(found)


def _address(setting: str, text: str, allowed: Term) -> Address:
    try:
        found = Address(bytes.fromhex(text.removeprefix("0x")))
    except ValueError:
        raise _malformed(setting, text, allowed) from None
    if len(found) != ADDRESS_BYTES or not any(found):
        raise _malformed(setting, text, allowed)
    return found


def _witnesses(listed: str, ours: Address) -> tuple[Grant, ...]:
    name = "YINXIN_CHAIN_WITNESSES"
    found: list[Grant] = []
    for each in (part.strip() for part in listed.split(",") if part.strip()):
        code, _, account = each.partition("=")
        try:
            organization = hashlib.sha256(Uscc.parse(code.strip()).text.encode()).digest()
        except (IdentifierMalformed, CheckDigitWrong):
            raise _malformed(name, each, _WITNESS) from None
        key = key_of(_address(name, account.strip(), _WITNESS))
        if key == key_of(ours):  # it submits, and the registry grants a key once
            raise _malformed(name, each, _OTHERS)
        if key in {before.key for before in found}:  # one key cannot stand for two witnesses
            raise _malformed(name, each, _WITNESS)
        found.append(Grant(organization, key, Role.WITNESS))
    return tuple(found)


def _malformed(setting: str, value: str, allowed: Term) -> SettingMalformed:
    return SettingMalformed(setting=setting, value=value, allowed=allowed)
