"""What a city at work refuses: doubles, one-click accounts, and a key that everybody knows.

Secrets that are missing or short are refused earlier, by ``api.settings``.
"""

from api import accounts, hardhat
from api.settings import UNSEEN, SettingMalformed, Settings
from evidence.errors import Refused
from ledger import roles
from ledger.database import Database
from ledger.transactions import ChainAccount


class DoubleInProduction(Refused):
    """A shipped double stands where a city at work needs the real thing."""

    code = "double-in-production"
    zh = "正式环境不能使用替身组件 {part}，请改用真实组件后重新启动。"
    en = "{part} is a double and cannot serve in production; use the real part and start again."


class DemonstrationInProduction(Refused):
    """A database with one-click accounts is opened as a city at work. Facts: ``count``."""

    code = "demonstration-in-production"
    zh = "数据库中有 {count} 个一键登录的演示账户，正式环境不能使用；请换用另一个数据库后重新启动。"
    en = "The database holds {count} one-click accounts and cannot serve in production; use another one."


class SuperuserInProduction(Refused):
    """The house would work in the database as a role that nothing there can refuse."""

    code = "superuser-in-production"
    zh = "YINXIN_DATABASE_URL 使用的是数据库超级用户，账本的写保护对它无效；请换用普通角色后重新启动。"
    en = "YINXIN_DATABASE_URL names a superuser, whom nothing keeps from the log; use an ordinary role."


class PublicChainKey(Refused):
    """The key of the chain account is one that everybody knows."""

    code = "public-chain-key"
    zh = "YINXIN_CHAIN_KEY 是人人皆知的演示私钥，正式环境不能使用；请换用自己的私钥后重新启动。"
    en = "YINXIN_CHAIN_KEY is the demonstration key that everybody knows; set your own and start again."


def refuse_doubles(*parts: object) -> None:
    """Refuse every part that says of itself that it is a double.

    Raises:
        DoubleInProduction: names the first one.
    """
    for part in parts:
        if getattr(part, "double", False):
            raise DoubleInProduction(part=type(part).__name__)


def refuse_superuser(database: Database) -> None:
    """Refuse to work as a superuser of the database.

    Raises:
        SuperuserInProduction: it is one.
    """
    if roles.is_superuser(database.engine):
        raise SuperuserInProduction


def refuse_demonstration(database: Database) -> None:
    """Refuse a database with one-click accounts.

    Raises:
        DemonstrationInProduction: says how many there are.
    """
    with database.transaction() as session:
        count = len(accounts.demonstration_accounts(session))
    if count:
        raise DemonstrationInProduction(count=count)


def chain_account(settings: Settings) -> ChainAccount:
    """Give the account that pays for the anchors.

    Raises:
        PublicChainKey: a city at work would pay from the demonstration's account.
        SettingMalformed: the key is none.
    """
    key = settings.chain_key.get_secret_value() if settings.chain_key else hardhat.DEMONSTRATION_ACCOUNT_KEY
    if not settings.demonstration and _bare(key) == _bare(hardhat.DEMONSTRATION_ACCOUNT_KEY):
        raise PublicChainKey
    try:
        return ChainAccount(bytes.fromhex(_bare(key)))
    except ValueError:  # its message quotes the key
        raise SettingMalformed(setting="YINXIN_CHAIN_KEY", value=UNSEEN, allowed="64 × 0-9 a-f") from None


def _bare(key: str) -> str:
    return key.strip().lower().removeprefix("0x")
