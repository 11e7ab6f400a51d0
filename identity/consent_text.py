"""What a person is told before consenting: one notice per purpose, never two purposes in one.

Each notice says who asks, for what, by which means, for how long it is kept, what it means for the person and
which rights there are. Consent to face processing is asked for alone, apart from every other consent.

    notice = write(Purpose.FACE_PROCESSING, controller="示范市行政审批服务局")
    notice.zh, notice.retention

Source: 人脸识别技术应用安全管理办法, articles 5, 6 and 10; 个人信息保护法, articles 17, 29 and 30.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from evidence.errors import Term
from identity.names import check_name


class Purpose(StrEnum):
    """What personal information is used for; each needs a consent of its own."""

    FACE_PROCESSING = "face-processing"
    IDENTITY_RECORD = "identity-record"

    @property
    def term(self) -> Term:
        """The purpose as a reader of either language calls it."""
        return _TERMS[self]

    @property
    def retention(self) -> timedelta:
        """How long what the consent covers is kept, from the day it is given."""
        return _RETENTIONS[self]


_TERMS = {
    Purpose.FACE_PROCESSING: Term("人脸信息处理", "face processing"),
    Purpose.IDENTITY_RECORD: Term("身份信息登记", "identity record"),
}

_RETENTIONS = {
    Purpose.FACE_PROCESSING: timedelta(days=365),
    Purpose.IDENTITY_RECORD: timedelta(days=3650),
}


@dataclass(frozen=True)
class Notice:
    """The notice of one purpose in both languages; what is consented to is ``document``."""

    purpose: Purpose
    zh: str
    en: str
    retention: timedelta

    @property
    def document(self) -> str:
        """The text whose digest is recorded: Chinese, an empty line, English."""
        return f"{self.zh}\n\n{self.en}"


_NOTICES = {
    Purpose.FACE_PROCESSING: Term(
        """人脸信息处理单独同意书
处理者：{controller}
目的：在您授权使用资格、签署文件或者使用印章时，确认是您本人。
方式：由人口登记的照片（没有的，由您提交的证件照片）算出人脸模板；登记时与现场照片核对是否本人，\
并与已登记的模板比对，查明是否一脸多号；每次刷脸时在服务器上与模板比对，并检查您是否按提示做动作。
保存：{pictures}只保存用您专属密钥加密的模板；自同意之日起最多保存 {days} 天，撤回同意时立即删除。
影响：人脸属于敏感个人信息，泄露可能危害您的人身和财产安全；因此模板单独加密存放，任何比对分数都不对外提供。
权利：您可以随时撤回同意、查阅或者删除；撤回不影响此前已经完成的办理。
其他方式：不同意没有任何不利后果，您可以不刷脸，由工作人员在政务服务窗口\
（已有设备密钥的，也可以在视频中）核对身份证件办理，效力相同。""",
        """Separate consent to face processing
Controller: {controller}
Purpose: to make sure that it is you who authorizes, signs or seals.
Means: a face template is computed from your portrait in the population register, or where it has none \
from the document photograph you send; at enrolment it is compared with captures of you now, and with all \
enrolled templates to find one face under two numbers; at each face scan the server compares with it and \
checks that you make the movements it asks for.
Kept: {pictures}only the template, encrypted under a key of your own, for at most \
{days} days from your consent, and deleted at once when you withdraw it.
Impact: a face is sensitive personal information whose leak may endanger person and property; the \
template is therefore stored apart and encrypted, and no comparison score is given to anybody.
Rights: you may withdraw, inspect or erase at any time; what was completed before a withdrawal stands.
Other ways: refusing has no disadvantage. Without a face scan, an officer checks your identity document at a \
service window, or on video if you have a device key, with the same effect.""",
    ),
    Purpose.IDENTITY_RECORD: Term(
        """身份信息登记同意书
处理者：{controller}
目的：登记您的姓名、身份号码、电话和注册资格，以便您在线办理授权和签署。
方式：存放于本系统的数据库；对外出具的凭证中只有加盐摘要，由您决定向谁展示原文。
保存：自同意之日起最多保存 {days} 天。
影响：登记后，知道您的姓名、身份号码和注册号的单位可以向您提出授权申请；未经您同意，不产生任何授权。
权利：您可以随时撤回同意、查阅、更正或者删除；撤回不影响此前已经完成的办理。""",
        """Consent to an identity record
Controller: {controller}
Purpose: to record your name, citizen number, phone and qualifications, so that you can authorize and \
sign online.
Means: kept in the database of this system; evidence given out holds salted digests, and you decide \
who sees more.
Kept: for at most {days} days from your consent.
Impact: a firm that knows your name, citizen number and registration number can ask you for an \
authorization; without your consent nothing is authorized.
Rights: you may withdraw, inspect, correct or erase at any time; what was completed before a \
withdrawal stands.""",
    ),
}


_PICTURES = Term("不保存照片和录像，", "no photograph and no video; ")
_PORTRAIT = Term(
    "登记照片加密保存 {kept} 天后删除，其他照片和录像不保存；另",
    "your portrait, encrypted, for {kept} days, and no other photograph or video; ",
)


def write(purpose: Purpose, *, controller: str, portrait_days: int = 0) -> Notice:
    """Write the notice of ``purpose`` in the name of ``controller``, which answers for the processing.

    ``portrait_days`` is for how long an enrolled portrait is kept, 0 where none is.

    Raises:
        TextEmpty, TextTooLong, HiddenCharacter: the controller's name cannot stand in a text.
    """
    name, days = check_name(controller), purpose.retention.days
    words = _NOTICES[purpose]
    pictures = _PORTRAIT if portrait_days else _PICTURES
    zh, en = (
        text.format(controller=name, days=days, pictures=kept.format(kept=portrait_days))
        for text, kept in ((words.zh, pictures.zh), (words.en, pictures.en))
    )
    return Notice(purpose, zh, en, purpose.retention)
