"""Why a challenge cannot be issued or answered."""

from evidence.errors import Refused


class ChallengeUnknown(Refused):
    """No challenge has this id."""

    code = "challenge-unknown"
    zh = "没有这次刷脸的记录（{challenge}）；请重新开始刷脸。"
    en = "There is no challenge {challenge}; start the face scan again."


class ChallengeOfAnother(Refused):
    """The challenge was issued to another person."""

    code = "challenge-of-another"
    zh = "这次刷脸（{challenge}）是发给另一位人员的；请用您本人的账号重新开始刷脸。"
    en = "Challenge {challenge} was issued to another person; sign in as yourself and start again."


class ChallengeForAnotherAction(Refused):
    """The challenge was issued for another act, as signing instead of authorizing."""

    code = "challenge-for-another-action"
    zh = "这次刷脸（{challenge}）不是为本次办理的事项发起的；请从本页重新开始刷脸。"
    en = "Challenge {challenge} was issued for another act; start the face scan again from this page."


class ChallengeForAnotherSubject(Refused):
    """The challenge was issued for another text or document."""

    code = "challenge-for-another-subject"
    zh = "这次刷脸（{challenge}）针对的不是这份文本；请阅读本文本后重新开始刷脸。"
    en = "Challenge {challenge} was issued for another text; read this one and start the face scan again."


class ChallengeAskedElsewhere(Refused):
    """The challenge was asked on another page: in a frame, in another frame, or in none."""

    code = "challenge-asked-elsewhere"
    zh = "这次刷脸（{challenge}）是在另一个页面发起的，不能在本页完成；请从本页重新开始刷脸。"
    en = "Challenge {challenge} was asked on another page and is not answered here; start again on this one."


class ChallengeVoid(Refused):
    """The person was asked anew meanwhile, because the older challenge was running out or said otherwise."""

    code = "challenge-void"
    zh = "这次刷脸已于 {voided_at} 被重新发起的一次取代，不能再用；请重新开始刷脸。"
    en = "The challenge was replaced by another at {voided_at} and counts no more; start the face scan again."


class ChallengeUsed(Refused):
    """The challenge was answered before, with or without success."""

    code = "challenge-used"
    zh = "这次刷脸已于 {used_at} 使用过，不能再用；请重新开始刷脸。"
    en = "The challenge was used at {used_at} and works only once; start the face scan again."


class ChallengeBegun(Refused):
    """A scan for this challenge was begun before, here or on another page."""

    code = "challenge-begun"
    zh = "这次刷脸已于 {begun_at} 开始过，中断后不能继续；请重新开始刷脸。"
    en = (
        "A scan for this challenge was begun at {begun_at} and cannot be taken up; start the face scan again."
    )


class ChallengeExpired(Refused):
    """The challenge was not answered in time."""

    code = "challenge-expired"
    zh = "这次刷脸已于 {expired_at} 过期；请重新开始刷脸，并在 {seconds} 秒内完成。"
    en = "The challenge expired at {expired_at}; start again and finish within {seconds} seconds."


class TooManyFailures(Refused):
    """The person's scans failed, or were left unanswered, too often."""

    code = "too-many-failures"
    zh = "刷脸已有 {failures} 次未通过；请在 {retry_at} 之后再试，或到政务服务窗口凭证件办理。"
    en = "{failures} face scans were not passed; try again after {retry_at}, or use the service window."


class TooManyInFrames(Refused):
    """Challenges that were asked in frames of other sites failed, or were left unanswered, too often."""

    code = "too-many-in-frames"
    zh = "嵌入的签署页内刷脸已有 {failures} 次未通过；请登录本站签署，或在 {retry_at} 之后再试。"
    en = "{failures} face scans in embedded pages were not passed; sign in here, or try after {retry_at}."
