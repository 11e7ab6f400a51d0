"""Which courier carries the messages of each channel, by the settings.

The demonstration prints what has no gateway into a file; a city at work has no courier for it, and says so
where somebody needs one.
"""

from pathlib import Path

from api.settings import UNSEEN, SettingMalformed, SettingMissing, Settings
from evidence.errors import Term
from identity.courier_mail import SmtpCourier
from identity.courier_sms import HttpSmsCourier
from identity.couriers import Channel, Courier, Couriers, PrintedCourier

PRINTED = "outbox.jsonl"

_HTTPS = Term("以 https:// 开头的地址", "an address that begins with https://")


def printed_outbox(settings: Settings) -> Path:
    """Where the demonstration prints its messages."""
    return settings.folder / PRINTED


def couriers_of(settings: Settings) -> Couriers:
    """Give the couriers of this house.

    Raises:
        SettingMissing: a gateway is named and a setting that it needs is not.
        SettingMalformed: the gateway for text messages is not asked over https.
    """
    couriers: dict[Channel, Courier] = {}
    if settings.demonstration:
        printer = PrintedCourier(printed_outbox(settings))
        couriers = {Channel.SMS: printer, Channel.MAIL: printer}
    if settings.sms_url is not None:
        couriers[Channel.SMS] = _sms(settings.sms_url, settings)
    if settings.mail_host is not None:
        couriers[Channel.MAIL] = _mail(settings.mail_host, settings)
    return couriers


def _sms(url: str, settings: Settings) -> HttpSmsCourier:
    if not url.startswith("https://"):
        raise SettingMalformed(setting="YINXIN_SMS_URL", value=UNSEEN, allowed=_HTTPS)
    if settings.sms_token is None:
        raise SettingMissing(
            setting="YINXIN_SMS_TOKEN",
            zh_why="短信网关须凭令牌调用",
            en_why="the gateway for text messages is called with a token",
        )
    return HttpSmsCourier(url, token=settings.sms_token.get_secret_value())


def _mail(host: str, settings: Settings) -> SmtpCourier:
    if not settings.mail_from:
        raise SettingMissing(
            setting="YINXIN_MAIL_FROM",
            zh_why="发送邮件须有发件地址",
            en_why="messages by mail need a sender",
        )
    password = settings.mail_password.get_secret_value() if settings.mail_password else ""
    return SmtpCourier(
        host,
        port=settings.mail_port,
        user=settings.mail_user,
        password=password,
        sender=settings.mail_from,
    )
