"""Why a visit, a finding or a photograph is not taken; what is on the officer's device stays there."""

from evidence.errors import Invalid, Refused


class VisitUnknown(Refused):
    """The officer sent no such visit."""

    code = "visit-unknown"
    zh = "没有您上报的这次检查；请回到检查列表重新选择，或从本机重新上报。"
    en = "You sent no such visit; choose again from your list, or send it again from your device."


class VisitForgotten(Refused):
    """The visit was kept as long as visits are, and was deleted. Facts: ``at``."""

    code = "visit-forgotten"
    zh = "这次检查已过保存期限，于 {at} 删除；还有内容要上报的，请作为新的检查重新核验并上报。"
    en = "This visit was kept as long as visits are and was deleted at {at}; verify and send the rest anew."


class FindingUnknown(Refused):
    """The visit has no such finding."""

    code = "finding-unknown"
    zh = "这次检查里没有这条核验记录；请先上报记录，再上传它的照片。"
    en = "The visit has no such finding; send the finding first, then its photographs."


class PhotographUnknown(Refused):
    """The visit has no such photograph."""

    code = "photograph-unknown"
    zh = "这次检查里没有这张照片；请刷新页面。"
    en = "The visit has no such photograph; load the page again."


class SentOtherwise(Refused):
    """The same number came before with other content. What was sent is kept as it was."""

    code = "sent-otherwise"
    zh = "同一编号的内容已经上报过，而且不一样；已上报的不能改。请作为新的检查重新核验并上报。"
    en = "The same number was sent before with other content, and that stays; verify and send it anew."


class VisitFull(Refused):
    """The visit has as much as one visit may have. Facts: ``what``, ``most``."""

    code = "visit-full"
    zh = "一次检查最多 {most} {what}；请结束这次检查，其余的另起一次。"
    en = "One visit has at most {most} {what}; end this one and begin another for the rest."


class PhotographMissing(Invalid):
    """No picture was sent."""

    code = "photograph-missing"
    zh = "没有收到照片；请重新选择照片后再发送。"
    en = "No photograph was received; choose it again, then send."
