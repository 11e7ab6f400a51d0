"""Settings: the only reader of the environment.

Every setting is an environment variable with the prefix ``YINXIN_``; docs/settings.md lists them. The
default mode is production, which refuses to start with a demonstration account, a scripted double or a
secret that is missing or short.

    settings = read_settings()     # reads YINXIN_MODE, YINXIN_PORT, …
    settings.require_ready()       # raises SettingMissing in production
"""

from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from evidence.errors import Language, Refused, Term
from identity.error_curve import SHIPPED
from identity.thresholds import FalseAccepts

SHORTEST_SECRET = 32  # characters; 128 bits of a base-16 secret
FEWEST_CHARACTERS = 8  # different ones; "changemechangeme…" and "aaaa…" have fewer
LAST_PORT = 65535
LONGEST_QUOTE = 40  # characters of a wrong value that its refusal repeats
ROOT = Path(__file__).resolve().parent.parent


class SettingMissing(Refused):
    """Production lacks a setting that it cannot do without."""

    code = "setting-missing"
    zh = "缺少设置 {setting}：{zh_why}。请设置后重新启动。"
    en = "The setting {setting} is missing: {en_why}. Set it and start again."


class SettingMalformed(Refused):
    """A setting has a value that it cannot have. Facts: ``setting``, ``value``, ``allowed``."""

    code = "setting-malformed"
    zh = "设置 {setting} 不能是 {value}：应为{allowed}。请改正后重新启动。"
    en = "The setting {setting} cannot be {value}: it takes {allowed}. Correct it and start again."


class ProductionAskedFor(Refused):
    """The demonstration was started where the environment asks for production."""

    code = "production-asked-for"
    zh = "YINXIN_MODE 设为 production，而 run 和 demo 只开演示；请改用 yinxin serve，或去掉该设置。"
    en = (
        "YINXIN_MODE is production, and run and demo open the demonstration only; use yinxin serve, or unset "
        "it for the demonstration."
    )


class Mode(StrEnum):
    """Whether this is a city at work or a demonstration of one."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"


class Settings(BaseSettings):
    """What the house may be told from outside."""

    model_config = SettingsConfigDict(env_prefix="YINXIN_", frozen=True)

    mode: Mode = Field(default=Mode.PRODUCTION, description="production or demonstration")
    folder: Path = Field(default=Path("var"), description="where database, objects and keys are kept")
    database_url: str | None = Field(default=None, description="PostgreSQL by URL; embedded when absent")
    database_owner_url: str | None = Field(default=None, description="the same database as its tables' owner")
    chain_url: str | None = Field(default=None, description="JSON-RPC of the chain; Hardhat when absent")
    chain_depth: int = Field(default=1, ge=1, description="blocks until an anchor is final, its own first")
    chain_second_url: str | None = Field(default=None, description="JSON-RPC of a second node, to agree")
    chain_fee_cap: int = Field(default=100, ge=0, description="most that gas may cost, in gwei; 0: free gas")
    chain_key: SecretStr | None = Field(default=None, description="key of the chain account, hexadecimal")
    chain_administrators: str = Field(default="", description="accounts that govern the registry")
    chain_threshold: int = Field(default=1, ge=1, le=32, description="administrators who must approve")
    chain_delay_hours: int = Field(default=0, ge=0, le=720, description="hours from approval to execution")
    chain_guardian: str = Field(default="", description="account that can only pause")
    chain_witnesses: str = Field(default="", description="who countersigns: CREDIT-CODE=0xADDRESS, …")
    chain_quorum: int = Field(default=0, ge=0, le=16, description="organizations that must countersign")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=LAST_PORT, description="port to listen on")
    public_url: str = Field(default="http://localhost:8000", description="address printed in QR codes")
    secret: SecretStr | None = Field(default=None, description="encrypts held keys and face templates")
    signer: Path | None = Field(default=None, description="socket of the process that has the held keys")
    pkcs11_module: Path | None = Field(default=None, description="library of the token that holds the keys")
    pkcs11_token: str = Field(default="", description="label of that token")
    pkcs11_pin_file: Path | None = Field(default=None, description="file with the PIN of that token")
    national_cryptography: bool = Field(
        default=False, description="sign by SM2 and SM3 beside ES256, and seal by GB/T 38540"
    )
    face_false_accepts: FalseAccepts = Field(
        default=FalseAccepts.ONE_IN_1000, description="most strangers a scan may take for the person"
    )
    face_workers: int = Field(default=2, ge=1, le=64, description="processes that compare faces")
    face_flash: bool = Field(
        default=False, description="experiment: light on the page while a face is scanned"
    )
    face_curve: Path = Field(default=SHIPPED, description="measured errors, written by make bench NAME=face")
    registers: Path | None = Field(default=None, description="file that names the registers and their keys")
    timestamp_url: str | None = Field(default=None, description="authority that stamps PDFs, https")
    timestamp_roots: Path | None = Field(default=None, description="PEM file of that authority's roots")
    sms_url: str | None = Field(default=None, description="gateway that sends text messages, https")
    sms_token: SecretStr | None = Field(default=None, description="token for the gateway")
    mail_host: str | None = Field(default=None, description="mail server that sends messages")
    mail_port: int = Field(default=465, ge=1, le=LAST_PORT, description="465: TLS at once; else STARTTLS")
    mail_user: str = Field(default="", description="account at the mail server")
    mail_password: SecretStr | None = Field(default=None, description="its password")
    mail_from: str = Field(default="", description="sender of messages by mail")
    webhook_loopback: bool = Field(default=False, description="for tests: webhooks may reach this machine")
    portrait_days: int = Field(default=0, ge=0, le=365, description="days an enrolled portrait is kept")
    visit_days: int = Field(default=730, ge=1, le=3650, description="days an officer's visit is kept")
    language: Language = Field(default="zh", description="language of what the commands print: zh or en")
    origin: str = Field(default="yinxin.example/city", description="name of this log, in every checkpoint")
    city_zh: str = Field(default="示范市", description="name of the city in Chinese")
    city_en: str = Field(default="Demonstration City", description="name of the city in English")

    @property
    def demonstration(self) -> bool:
        """Whether one-click accounts are offered and every page says so."""
        return self.mode is Mode.DEMONSTRATION

    def require_ready(self) -> None:
        """Refuse to start a production that would not be safe.

        Raises:
            SettingMissing: names the first setting that production cannot do without.
            SettingMalformed: webhooks may reach this machine.
        """
        if self.demonstration:
            return
        if not _strong(self.secret):
            raise SettingMissing(
                setting="YINXIN_SECRET",
                zh_why=f"正式环境需要至少 {SHORTEST_SECRET} 个字符的随机密钥",
                en_why=f"production needs a random secret of at least {SHORTEST_SECRET} characters",
            )
        if self.webhook_loopback:
            raise SettingMalformed(setting="YINXIN_WEBHOOK_LOOPBACK", value="true", allowed="false")
        if self.chain_url is None or self.chain_key is None:
            raise SettingMissing(
                setting="YINXIN_CHAIN_URL, YINXIN_CHAIN_KEY",
                zh_why="正式环境不使用本地演示链",
                en_why="production does not anchor on the local demonstration chain",
            )
        if self.registers is None:
            raise SettingMissing(
                setting="YINXIN_REGISTERS",
                zh_why="正式环境须向人口、企业和执业资格登记机关查询",
                en_why="production asks the registers of people, enterprises and qualifications",
            )
        if not self.public_url.startswith("https://"):
            raise SettingMissing(
                setting="YINXIN_PUBLIC_URL",
                zh_why="正式环境的公开地址必须以 https:// 开头",
                en_why="production needs a public address that begins with https://",
            )


_ALLOWED = {
    "mode": Term("production 或 demonstration", "production or demonstration"),
    "language": Term("zh 或 en", "zh or en"),
    "face_false_accepts": Term("1e-3 或 2e-4", "1e-3 or 2e-4"),
    "mail_port": Term(f" 1 至 {LAST_PORT} 的整数", f"a whole number from 1 to {LAST_PORT}"),
    "face_flash": Term(" true 或 false", "true or false"),
    "national_cryptography": Term(" true 或 false", "true or false"),
    "webhook_loopback": Term(" true 或 false", "true or false"),
    "face_workers": Term(" 1 至 64 的整数", "a whole number from 1 to 64"),
    "port": Term(f" 0 至 {LAST_PORT} 的整数", f"a whole number from 0 to {LAST_PORT}"),
    "chain_depth": Term("不小于 1 的整数", "a whole number from 1"),
    "chain_threshold": Term(" 1 至 32 的整数", "a whole number from 1 to 32"),
    "chain_delay_hours": Term(" 0 至 720 的整数（小时）", "a whole number of hours from 0 to 720"),
    "chain_quorum": Term(" 0 至 16 的整数", "a whole number from 0 to 16"),
    "portrait_days": Term(" 0 至 365 的整数（天）", "a whole number of days from 0 to 365"),
    "visit_days": Term(" 1 至 3650 的整数（天）", "a whole number of days from 1 to 3650"),
    "chain_fee_cap": Term("不小于 0 的整数（gwei）", "a whole number of gwei from 0"),
}
"""What the settings take that may be quoted; a value of any other may be a secret and is never shown."""

UNSEEN = Term("现在的值", "what it is")
_DOCUMENTED = Term(" docs/settings.md 所列的值", "what docs/settings.md says")


class _Tongue(BaseSettings):
    """The language alone, for a sentence about settings that cannot be read."""

    model_config = SettingsConfigDict(env_prefix="YINXIN_")
    language: str = "zh"


def read_settings(**given: Any) -> Settings:
    """Read the environment; ``given`` goes before it.

    Raises:
        SettingMalformed: names the first setting with a value that it cannot have, and what it takes.
        ProductionAskedFor: the environment says production, and ``given`` the demonstration.
    """
    try:
        stated, settings = Settings(), Settings(**given)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        name = "_".join(str(part) for part in wrong["loc"])
        raise SettingMalformed(
            setting=f"YINXIN_{name.upper()}",
            value=str(wrong["input"])[:LONGEST_QUOTE] if name in _ALLOWED else UNSEEN,
            allowed=_ALLOWED.get(name, _DOCUMENTED),
        ) from None
    if settings.demonstration and "mode" in stated.model_fields_set and not stated.demonstration:
        raise ProductionAskedFor
    return settings


def language_asked_for() -> Language:
    """Give the language of the environment, Chinese where it names none of the two."""
    return "en" if _Tongue().language == "en" else "zh"


def _strong(secret: SecretStr | None) -> bool:
    value = "" if secret is None else secret.get_secret_value()
    return len(value) >= SHORTEST_SECRET and len(set(value)) >= FEWEST_CHARACTERS
