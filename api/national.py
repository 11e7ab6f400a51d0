"""National cryptography by the settings: SM2 keys beside the others, and the authority above them.

Off, which is the default, nothing of it is opened, made or kept. The keys of the house are in its folder; the
held ones too, or with the signer. No token has SM2 here, so the two settings refuse each other.
"""

from pathlib import Path

from api.key_store import FILES
from api.settings import Settings
from evidence.clock import Clock
from evidence.errors import Refused
from signing.national_authority import NationalAuthority, found_national
from signing.signer_remote import RemoteSigner
from signing.sm2_keystore import FileSm2KeyStore

SM2 = "sm2"
"""Folder of the SM2 keys, below that of the others."""


class NationalInToken(Refused):
    """The keys are in a token, which has no SM2."""

    code = "national-in-token"
    zh = (
        "密钥在密码设备中时不能开启国密签名（设备不支持SM2）；请去掉 YINXIN_NATIONAL_CRYPTOGRAPHY，"
        "或不用密码设备。"
    )
    en = (
        "National signatures cannot be in use while a token holds the keys, which has no SM2; unset "
        "YINXIN_NATIONAL_CRYPTOGRAPHY, or do without the token."
    )


class NationalOff(Refused):
    """National cryptography is not in use here."""

    code = "national-off"
    zh = "本站没有开启国密签名，没有国密根证书。"
    en = "National cryptography is not in use at this site; it has no SM2 root."


def sm2_keys_of(settings: Settings, secret: bytes) -> FileSm2KeyStore | None:
    """Open the SM2 keys of this process, sealed under ``secret``; None where they are off.

    Raises:
        NationalInToken: a token holds the other keys.
    """
    if not settings.national_cryptography:
        return None
    if settings.pkcs11_module is not None:
        raise NationalInToken
    return FileSm2KeyStore(sm2_folder(settings), secret)


def sm2_folder(settings: Settings) -> Path:
    """Give the folder of the SM2 keys, which need not be there."""
    return settings.folder / FILES / SM2


def national_of(
    settings: Settings, keys: FileSm2KeyStore | None, *, maker: str, clock: Clock
) -> NationalAuthority | None:
    """Give the authority of the city, founded once; ``maker`` makes its electronic seals."""
    if keys is None:
        return None
    held = keys if settings.signer is None else RemoteSigner(settings.signer).sm2
    return found_national(keys, held=held, city=settings.city_zh, maker=maker, at=clock.now())
