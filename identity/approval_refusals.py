"""Why an approval is not made, or does not allow what it is shown for."""

from evidence.errors import Malformed, Refused


class ChallengeNotPassed(Refused):
    """The challenge was not used up by a passed scan, so nothing can be approved by it."""

    code = "challenge-not-passed"
    zh = "这次刷脸（{challenge}）没有通过，不能形成确认；请重新开始刷脸。"
    en = "Challenge {challenge} was not passed, so nothing is approved; start the face scan again."


class ChallengeAlreadyApproved(Refused):
    """The challenge has led to an approval before."""

    code = "challenge-already-approved"
    zh = "这次刷脸（{challenge}）已形成过确认，不能再用；请重新开始刷脸。"
    en = "Challenge {challenge} has led to an approval already; start the face scan again."


class VerdictForOtherSteps(Refused):
    """The scan was judged by other steps than the challenge asked for."""

    code = "verdict-for-other-steps"
    zh = "刷脸结果对应的动作与本次要求（{challenge}）不一致；请重新开始刷脸。"
    en = "The scan was judged by other steps than challenge {challenge} asked for; start the face scan again."


class ApprovalMalformed(Malformed):
    """The bytes are a signed statement, but no approval."""

    code = "approval-malformed"
    zh = "本人确认的结构不对（{place}），不能据以办理；请由本人重新确认。"
    en = "The approval is malformed at {place} and allows nothing; approve again."


class ApprovalForAnotherAction(Refused):
    """The approval allows another act."""

    code = "approval-for-another-action"
    zh = "本人确认的事项是“{approved}”，不能用于“{asked}”；请由本人重新确认。"
    en = "The approval is for “{approved}” and does not allow “{asked}”; approve again."


class ApprovalForAnotherSubject(Refused):
    """The approval is for another text or document."""

    code = "approval-for-another-subject"
    zh = "本人确认的文本是 {approved}，不是这份文本 {asked}；请阅读本文本后由本人重新确认。"
    en = "The approval is for {approved}, not for {asked}; read this text and approve again."


class ApprovalTooOld(Refused):
    """The approval was made too long ago."""

    code = "approval-too-old"
    zh = "本人确认作于 {approved_at}，超过 {seconds} 秒的时限；请由本人重新确认。"
    en = "The approval was made at {approved_at}, more than {seconds} seconds ago; approve again."


class ApprovalFromLater(Refused):
    """The approval claims a moment that has not come."""

    code = "approval-from-later"
    zh = "本人确认的时间 {approved_at} 晚于当前时间；请校准服务器时钟后由本人重新确认。"
    en = "The approval is dated {approved_at}, which lies ahead; set the server's clock and approve again."


class ApprovalUnknown(Refused):
    """No approval has this digest."""

    code = "approval-unknown"
    zh = "没有摘要为 {digest} 的本人确认；请由本人重新确认。"
    en = "There is no approval {digest}; approve again."
