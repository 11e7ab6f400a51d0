"""Which key store holds the keys, by the settings: files sealed under the secret, or a token by PKCS#11.

Keys are in one of the two for good: they cannot be carried from files into a token that never saw them, and
a house that opened with the other store would make itself new keys, its log's among them.
"""

from pathlib import Path

from api.settings import UNSEEN, SettingMalformed, SettingMissing, Settings
from evidence.errors import Refused, Term, Unavailable
from signing.keystore import KeyStore
from signing.keystore_file import FileKeyStore

FILES, CHAINS = "keys", "token"
"""Folders below that of the house: sealed keys with their chains; the chains of keys in a token."""

_PIN = Term("可读的文件，内有一行 PIN", "a readable file with the PIN on one line")


class KeysElsewhere(Refused):
    """The house made its keys in the other kind of store. Facts: ``folder``."""

    code = "keys-elsewhere"
    zh = (
        "{folder} 中已有另一种密钥库的密钥，更换密钥库会使平台失去全部密钥；请恢复原来的 "
        "YINXIN_PKCS11_MODULE 设置，或另用新的 YINXIN_FOLDER。"
    )
    en = (
        "{folder} belongs to keys of the other kind of store, and the house would lose all of them; set "
        "YINXIN_PKCS11_MODULE as it was, or begin with another YINXIN_FOLDER."
    )


class Pkcs11NotInstalled(Unavailable):
    """The Python package that speaks PKCS#11 is not there."""

    code = "pkcs11-not-installed"
    zh = "缺少 PKCS#11 组件：请运行 pip install --no-deps --require-hashes -r requirements/pkcs11.txt。"
    en = "PKCS#11 is not installed: pip install --no-deps --require-hashes -r requirements/pkcs11.txt."


def keystore_of(settings: Settings, secret: bytes) -> KeyStore:
    """Open the key store of the settings; ``secret``, 32 bytes or more, seals the one in files.

    Raises:
        KeysElsewhere: the house keeps its keys in the other kind.
        SettingMissing: a token is named, and its label or the file of its PIN is not.
        SettingMalformed: the file of the PIN cannot be read.
        Pkcs11NotInstalled, TokenUnavailable, TokenPinRefused: the token cannot be used.
    """
    files, chains = settings.folder / FILES, settings.folder / CHAINS
    if settings.pkcs11_module is None:
        _refuse_other(chains, "*.pem")
        return FileKeyStore(files, secret)
    _refuse_other(files, "*.key")
    return _token_store(settings, settings.pkcs11_module, chains)


def _refuse_other(folder: Path, kept: str) -> None:
    if any(folder.glob(kept)):
        raise KeysElsewhere(folder=folder)


def _token_store(settings: Settings, module: Path, chains: Path) -> KeyStore:
    if not settings.pkcs11_token or settings.pkcs11_pin_file is None:
        raise SettingMissing(
            setting="YINXIN_PKCS11_TOKEN, YINXIN_PKCS11_PIN_FILE",
            zh_why="密码设备须以标签和 PIN 打开",
            en_why="a token is opened by its label and its PIN",
        )
    try:
        from signing.keystore_pkcs11 import Pkcs11KeyStore  # noqa: PLC0415  the package is optional
        from signing.pkcs11_token import Token  # noqa: PLC0415  the same
    except ModuleNotFoundError as error:
        raise Pkcs11NotInstalled from error
    token = Token(module, label=settings.pkcs11_token, pin=_pin(settings.pkcs11_pin_file))
    return Pkcs11KeyStore(chains, token)


def _pin(file: Path) -> str:
    try:
        pin = file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        pin = ""
    if not pin:
        raise SettingMalformed(setting="YINXIN_PKCS11_PIN_FILE", value=UNSEEN, allowed=_PIN)
    return pin
