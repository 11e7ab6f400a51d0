"""Why nothing is voided, or nothing more is asked of a slot."""

from evidence.errors import Refused


class NothingToVoid(Refused):
    """Nobody has signed; the agreement can still be withdrawn or declined."""

    code = "nothing-to-void"
    zh = "还没有任何一方签署，无需作废；发起方可以撤回，各方也可以拒签。"
    en = "Nobody has signed, so there is nothing to void; its starter may withdraw it, a party may decline."


class VoidStands(Refused):
    """A proposal waits for its answers already."""

    code = "void-stands"
    zh = "作废提议已于 {proposed_at} 提出，正等待各方答复，请直接答复。"
    en = "Voiding was proposed at {proposed_at} and waits for the parties; answer that proposal."


class VoidNotProposed(Refused):
    """No proposal waits for an answer: none was made, or it was refused."""

    code = "void-not-proposed"
    zh = "现在没有等待答复的作废提议：尚未提出，或已被拒绝。请刷新页面。"
    en = "No proposal to void waits for an answer: none was made, or it was refused. Load the page again."


class VoidConsented(Refused):
    """The slot has consented, under another approval."""

    code = "void-consented"
    zh = "此签署位已于 {consented_at} 同意作废，无需再次确认。"
    en = "This slot consented to voiding at {consented_at}; there is nothing left to confirm."


class SlotNotSigned(Refused):
    """Who has not signed is not asked."""

    code = "slot-not-signed"
    zh = "签署位“{capacity}”尚未签署，作废不需要其同意；不愿签署的可以拒签。"
    en = "The slot “{capacity}” is not signed, so voiding does not need its consent; its party may decline."


class VoidOfAnother(Refused):
    """Somebody else speaks for the slot now."""

    code = "void-of-another"
    zh = "签署位“{capacity}”的作废事宜由原签署人或现任负责人答复，不是您。"
    en = "Whoever signed “{capacity}”, or holds that office now, answers about voiding; that is not you."
