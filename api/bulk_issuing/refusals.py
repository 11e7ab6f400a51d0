"""Why a batch of certificates, or a row of it, does not go on."""

from evidence.errors import Refused


class IssueBatchUnknown(Refused):
    """The agency has no such batch."""

    code = "issue-batch-unknown"
    zh = "没有这个签发批次；请从“批量签发”页面重新打开，或重新提交表格。"
    en = "There is no such batch; open it from the page of bulk issue, or submit the sheet again."


class IssueLineUnknown(Refused):
    """The sheet has no row on this line. Facts: ``line``."""

    code = "issue-line-unknown"
    zh = "这个批次没有第 {line} 行；请刷新页面后重试。"
    en = "This batch has no line {line}; load the page again."


class IssueBatchCancelled(Refused):
    """The batch was cancelled."""

    code = "issue-batch-cancelled"
    zh = "这个批次已经取消；如仍需签发，请重新提交同一份表格。"
    en = "This batch was cancelled; to issue it after all, submit the same sheet again."


class IssueBatchPaused(Refused):
    """One row was to be issued while its batch is paused."""

    code = "issue-batch-paused"
    zh = "这个批次已暂停，单独一行不能重新签发；请先继续签发整个批次。"
    en = "This batch is paused, so no single row is issued again; go on with the whole batch first."


class NothingToIssue(Refused):
    """No row waits for being issued."""

    code = "nothing-to-issue"
    zh = "没有可签发的行；有误的行请先在表格中改正，再提交改好的表格。"
    en = "No row is there to be issued; mend the wrong ones in the sheet and submit that."


class IssuingInterrupted(Refused):
    """Something that nobody foresaw kept a row from being issued."""

    code = "issuing-interrupted"
    zh = "签发时发生意外；请对这一行重新签发，仍不成功时联系管理员。"
    en = "Something unexpected happened; issue this row again, and tell the administrator if it fails."
