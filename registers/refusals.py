"""Why a register's answer stops an act: which register, which field, what now; never what the register holds.

A number that no register knows and a number of somebody else differ in the same field with the same sentence,
so nobody learns by asking who exists.
"""

from collections.abc import Mapping

from evidence.errors import Refused, Unavailable
from registers.questions import Register


class RegisterSilent(Unavailable):
    """A register does not answer, or says that it cannot. Facts: ``register``."""

    code = "register-silent"
    zh = "{register}暂时没有应答，没有办理任何事项；请稍后重新提交，已填的内容不会丢失。"
    en = "The {register} does not answer now, and nothing was done; send it again later, nothing is lost."


class RegisterNotGenuine(Unavailable):
    """What came is not the register's signed answer to the question. Facts: ``register``, ``place``."""

    code = "register-not-genuine"
    zh = "{register}的答复不可采信（{place}），没有办理任何事项；请稍后重试，仍不成功请告知系统管理员。"
    en = "The {register}'s answer cannot be believed ({place}), nothing was done; retry or ask the operator."


class RegisterDiffers(Refused):
    """A register does not confirm a field."""


class PersonDiffers(RegisterDiffers):
    """The population register has no such name under this number; it may have no such number."""

    code = "register-name-differs"
    zh = "人口登记：“姓名”与该公民身份号码的登记不符；请核对姓名和身份号码，或到户籍窗口更正。"
    en = "Population register: the name is not the one under this citizen number; check both."


class FirmUnknown(RegisterDiffers):
    """The enterprise register has no such code."""

    code = "register-firm-unknown"
    zh = "企业登记：没有这一“统一社会信用代码”；请核对代码，或到登记机关查询。"
    en = "Enterprise register: it has no such unified social credit code; check the code or ask there."


class FirmNameDiffers(RegisterDiffers):
    """The firm has another name there."""

    code = "register-firm-name-differs"
    zh = "企业登记：“单位名称”与登记不符；请在本系统更新单位名称后重新提交。"
    en = "Enterprise register: the firm's name differs; update it here, then send again."


class RepresentativeDiffers(RegisterDiffers):
    """The firm has another legal representative there."""

    code = "register-representative-differs"
    zh = "企业登记：“法定代表人”与登记不符；请在本系统变更法定代表人后重新提交。"
    en = "Enterprise register: the legal representative differs; change them here, then send again."


class FirmNotInBusiness(RegisterDiffers):
    """The firm is deregistered or revoked."""

    code = "register-firm-not-in-business"
    zh = "企业登记：单位的“登记状态”不是存续（已注销或吊销），不能申请授权；如有误请到登记机关查询。"
    en = "Enterprise register: by its state the firm is deregistered or revoked and may not ask."


class HolderDiffers(RegisterDiffers):
    """The registration number is not this person's; it may be nobody's."""

    code = "register-holder-differs"
    zh = "执业资格登记：“持有人”与该注册号的登记不符；请核对类别、注册号和持有人。"
    en = "Qualification register: the holder is not the one of this number; check kind, number and holder."


class EmployerDiffers(RegisterDiffers):
    """The qualification is registered with another employer."""

    code = "register-employer-differs"
    zh = "执业资格登记：“注册单位”与登记不符；请先办理变更注册，或更新本系统中的注册单位。"
    en = "Qualification register: the employer differs; register the change, or update the employer here."


class QualificationOver(RegisterDiffers):
    """The qualification ends before the last day asked for."""

    code = "register-qualification-over"
    zh = "执业资格登记：“有效期”不覆盖所申请的期间；请先办理延续注册，或缩短申请的期间。"
    en = "Qualification register: the validity does not cover the time asked for; renew it, or ask for less."


class QualificationSuspended(RegisterDiffers):
    """The qualification is suspended or revoked."""

    code = "register-qualification-suspended"
    zh = "执业资格登记：资格的“状态”为暂停或者注销，现在不能使用；请本人向注册机关查询。"
    en = "Qualification register: by its standing it is suspended or ended; its holder may inquire there."


class LockedElsewhere(RegisterDiffers):
    """The person is locked on a project under construction, which is not named."""

    code = "register-locked-elsewhere"
    zh = "执业资格登记：该资格已锁定在另一在建“项目”上；请先在原项目办理解锁或变更。"
    en = "Qualification register: it is locked on another project; have it released there first."


DIFFERS: Mapping[Register, Mapping[str, type[RegisterDiffers]]] = {
    Register.POPULATION: {"name": PersonDiffers},
    Register.ENTERPRISE: {
        "uscc": FirmUnknown,
        "name": FirmNameDiffers,
        "representative": RepresentativeDiffers,
        "state": FirmNotInBusiness,
    },
    Register.QUALIFICATION: {
        "holder": HolderDiffers,
        "employer": EmployerDiffers,
        "until": QualificationOver,
        "standing": QualificationSuspended,
        "project": LockedElsewhere,
    },
}
"""The fields that each register compares, in the order in which the first that differs is named.

Whose data a field is follows from those before it: behind a holder that differs nothing more is compared.
"""
