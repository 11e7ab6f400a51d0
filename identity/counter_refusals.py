"""Why a case of the counter is not opened, decided or answered, and why an officer may not act."""

from evidence.errors import Refused


class CaseUnknown(Refused):
    """There is no such case, or it is another person's."""

    code = "case-unknown"
    zh = "没有这份窗口核验单；请核对核验号，或从办理页面重新申请。"
    en = "There is no such case; check its number, or start again from the page of what you want to do."


class CaseOver(Refused):
    """The time of the case is over."""

    code = "case-over"
    zh = "这份窗口核验单已于 {expired_at} 过期；请从办理页面重新申请，并在 {minutes} 分钟内办完。"
    en = "The case expired at {expired_at}; start again and finish within {minutes} minutes."


class CaseNotWaiting(Refused):
    """An officer has decided already."""

    code = "case-not-waiting"
    zh = "这份窗口核验单已经有工作人员处理过，不能再处理；如有需要，请本人重新申请。"
    en = "An officer has decided on this case already; if something is still needed, the person starts anew."


class CaseEnded(Refused):
    """The case led to its end: it was used, refused, given up, or its code was tried too often."""

    code = "case-ended"
    zh = "这份窗口核验单已经办结，不能再用；如仍需办理，请从办理页面重新申请。"
    en = "This case has come to its end and works no more; if something is left to do, start again."


class CaseNotConfirmed(Refused):
    """No officer has confirmed yet."""

    code = "case-not-confirmed"
    zh = "工作人员还没有核对您的证件；请先在窗口或视频中出示核验号和身份证件。"
    en = "No officer has checked your document yet; show the number and your document first."


class TooManyCases(Refused):
    """Many cases of the person are open, or were decided on within the hour."""

    code = "too-many-cases"
    zh = "一小时内已有 {limit} 份窗口核验单；请先取消不再需要的，或在 {retry_at} 之后再申请。"
    en = "You have {limit} cases within the hour; give up one that waits, or ask again after {retry_at}."


class OwnCase(Refused):
    """The officer is the person."""

    code = "own-case"
    zh = "工作人员不能为自己核验；请另一位工作人员办理。"
    en = "Officers cannot confirm for themselves; ask a colleague."


class OfficerIncomplete(Refused):
    """The account of the officer names no person, so nobody could answer for what it confirms."""

    code = "officer-incomplete"
    zh = "该窗口账户没有对应的工作人员本人，不能核验；请管理员用 yinxin account --person 重新开立。"
    en = "This counter account names no person who answers for it; have it opened anew with --person."


class CounterOnly(Refused):
    """It needs the person before the officer, not on video."""

    code = "counter-only"
    zh = "本人没有可用的设备密钥，或者正在添加设备密钥，不能视频核验；请本人到窗口办理。"
    en = "The person has no device key, or is adding one, so video is not enough; see them at a counter."


class CodeNotSendable(Refused):
    """There is no address to which the code could go, or no courier for it."""

    code = "code-not-sendable"
    zh = "本人没有可以接收验证码的手机号码或邮箱；请核对证件后先在“人员”页登记，再确认。"
    en = "The person has no address to which a code can go; register one on their page first, then confirm."


class CodeWrong(Refused):
    """The code is not the one that was sent."""

    code = "code-wrong"
    zh = "验证码不对，还可以试 {left} 次；请核对最近收到的验证码。"
    en = "The code is wrong, {left} tries are left; compare it with the last one that you received."


class CodeTriedTooOften(Refused):
    """The code was tried as often as it may be."""

    code = "code-tried-too-often"
    zh = "验证码已试 {limit} 次，这份核验单不能再用；请重新申请，并请工作人员再次核对。"
    en = "The code was tried {limit} times and the case is closed; start again, with an officer once more."


class CodeOver(Refused):
    """The code was not entered in time."""

    code = "code-over"
    zh = "验证码已于 {expired_at} 过期；请重新获取验证码。"
    en = "The code expired at {expired_at}; have another one sent."


class CodeSentJustNow(Refused):
    """Another code was asked for too soon."""

    code = "code-sent-just-now"
    zh = "验证码刚刚发出，请在 {retry_at} 之后再获取。"
    en = "A code has just been sent; have another one sent after {retry_at}."


class CodesUsedUp(Refused):
    """As many codes were sent for the case as may be."""

    code = "codes-used-up"
    zh = "这份核验单已发过 {limit} 次验证码，不再发送；请用最近收到的一个，或重新申请核验。"
    en = "{limit} codes were sent for this case and no more are; use the last one, or start again."


class DeviceConfirmsToo(Refused):
    """The person has a device key, and the code came without it."""

    code = "device-confirms-too"
    zh = "您有设备密钥，这里也要用它确认；请用设备密钥确认后提交。设备丢失的，请窗口工作人员先停用。"
    en = "You have a device key, which must confirm here too; if it is lost, have it revoked at the counter."


class TicketMissing(Refused):
    """No officer let the person replace their face just now."""

    code = "ticket-missing"
    zh = "没有可用的更换许可，或者它已经用过、已经过期；请在窗口请工作人员重新许可。"
    en = "There is no leave to replace your face, or it was used or is over; ask the officer at the counter."


class NobodyFound(Refused):
    """Nobody is registered under both the name and the number."""

    code = "nobody-found"
    zh = "没有登记姓名和身份号码都相符的人员；请按证件核对两者后重试。"
    en = "Nobody is registered with both this name and this number; compare both with the document."


class CaseTextsFixed(Refused):
    """The person writes something else after an officer confirmed what stood there."""

    code = "case-texts-fixed"
    zh = "工作人员已核对本次窗口办理，所填文字不能再改；如需改写，请先撤回本次办理，再重新申请。"
    en = "An officer confirmed this case with what you wrote; to write otherwise withdraw it and ask again."
