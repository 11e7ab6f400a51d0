"""Which authority stamps the house's PDFs, by the settings: one outside, or the house's own."""

from cryptography import x509
from pyhanko.sign.timestamps import TimeStamper

from api.settings import UNSEEN, SettingMalformed, SettingMissing, Settings
from evidence.clock import Clock
from evidence.errors import Term
from signing.timestamps import TimestampAuthority
from signing.timestamps_http import HttpTimestamps

_ROOTS = Term("可读的 PEM 证书文件", "a readable PEM file of certificates")


def stamper_of(settings: Settings, own: TimestampAuthority, *, clock: Clock) -> TimeStamper:
    """Give the authority outside that the settings name, else the house's ``own``.

    Raises:
        SettingMissing: an authority is named and its roots are not.
        SettingMalformed: the file of its roots cannot be read.
        TimestampAddressMalformed: its address is none, or plain HTTP to another machine.
    """
    if settings.timestamp_url is None:
        return own
    if settings.timestamp_roots is None:
        raise SettingMissing(
            setting="YINXIN_TIMESTAMP_ROOTS",
            zh_why="外部时间戳机构须凭其根证书核验",
            en_why="an authority outside is believed by its root certificates alone",
        )
    try:
        roots = x509.load_pem_x509_certificates(settings.timestamp_roots.read_bytes())
    except (OSError, ValueError):
        raise SettingMalformed(setting="YINXIN_TIMESTAMP_ROOTS", value=UNSEEN, allowed=_ROOTS) from None
    return HttpTimestamps(settings.timestamp_url, roots=roots, clock=clock)
