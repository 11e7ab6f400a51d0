"""Why an activation lets no key sign, each reason by its name."""

from evidence.errors import Invalid, Refused


class ApprovalUsed(Refused):
    """This approval activated a key already."""

    code = "approval-used"
    zh = "这次刷脸确认已经使用过，请重新刷脸后再签署。"
    en = "This approval was used already; show your face again to sign."


class ActivationForAnother(Refused):
    """The activation names another manifest than the one to be signed."""

    code = "activation-for-another"
    zh = "签名密钥是为另一份文件激活的，未作任何签名，请重新刷脸确认。"
    en = "The key was activated for another document; nothing was signed. Approve again."


class ActivationForAnotherKey(Refused):
    """The key belongs to somebody else than who approved. Facts: ``key``."""

    code = "activation-for-another-key"
    zh = "密钥 {key} 不属于本次确认的人或单位，未作任何签名；请由其本人确认。"
    en = "The key {key} is not of the person or organization that approved; nothing was signed."


class ActivationExpired(Refused):
    """The activation came too late, or claims a moment that it cannot have. Facts: ``at``."""

    code = "activation-expired"
    zh = "激活数据（{at}）已经失效或时间不符，未作任何签名；请重新确认后再签署。"
    en = "The activation of {at} has expired or claims a wrong moment; nothing was signed. Approve again."


class ActivationUnproven(Invalid):
    """The approval is of a person, or by a device, that the activation does not prove. Facts: ``part``."""

    code = "activation-unproven"
    zh = "激活数据缺少证明或证明不符（{part}），未作任何签名；请重新确认后再签署。"
    en = "The activation does not prove what it must ({part}); nothing was signed. Approve again."


class ActivationMissing(Refused):
    """No approval activated a key for this slot."""

    code = "activation-missing"
    zh = "签署位 {slot} 没有激活记录，不能加盖，请先由该方签署。"
    en = "No approval activated a key for slot {slot}; its party must sign first."


class ActivationUnrecorded(Refused):
    """The module's book lacks the first act, on which the second rests. Facts: ``slot``."""

    code = "activation-unrecorded"
    zh = "激活记录（activations 文件夹）中缺少签署位 {slot} 的记录，未作任何签名；请从备份恢复该文件夹。"
    en = "The record of slot {slot} is missing in activations/, nothing was signed; restore it from a backup."


class ActivationSpent(Refused):
    """The activation's one increment was made already."""

    code = "activation-spent"
    zh = "签署位 {slot} 的签章已经写入文件，不会再次写入。"
    en = "The increment of slot {slot} was made already; it is not made twice."


class IncrementWrong(Invalid):
    """What is to be signed is no increment of the approved document. Facts: ``slot``, ``part``."""

    code = "increment-wrong"
    zh = "签署位 {slot} 待签的内容不是在原文之后追加的（{part}），未作任何签名。"
    en = "What slot {slot} is to sign is not appended to the approved document ({part}); nothing was signed."
