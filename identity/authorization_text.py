"""The exact text that a person authorizes, in Chinese and English, and the one digest of both.

Person, firm, qualification, purpose, project, validity and consequences stand in plain words. What is
approved is the SHA-256 of the UTF-8 document: the Chinese text, an empty line, the English text. No field
holds a line break or an invisible character (:mod:`identity.names`), so a firm cannot write sentences of its
own into it, and two different requests never give the same document.

The text carries the random number of its request; the statement about the authorization does not. So the
digest in the statement does not let a stranger guess the person's name by trying.

    text = write(request_number=…, person=person, firm=firm, …)
    text.digest
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from uuid import UUID

from evidence.digest import Digest, sha256
from evidence.errors import Term
from identity.organizations import Organization
from identity.people import Person
from identity.qualifications import Qualification

SHOWN_DIGITS = 4
"""Characters of the citizen number that the text shows, from the end."""

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The civil time of the text; China keeps UTC+8 all year."""


@dataclass(frozen=True)
class AuthorizationText:
    """What the person reads: ``zh`` and ``en``, lines parted by a single line feed."""

    zh: str
    en: str

    @property
    def document(self) -> bytes:
        """The bytes that are approved: UTF-8, Chinese, an empty line, English, a line feed."""
        return f"{self.zh}\n\n{self.en}\n".encode()

    @property
    def digest(self) -> Digest:
        """SHA-256 of the document: the subject of the person's approval."""
        return sha256(self.document)


def write(
    *,
    request_number: UUID,
    person: Person,
    firm: Organization,
    qualification: Qualification,
    employer: Organization,
    purpose: str,
    project: str,
    valid_from: datetime,
    valid_until: datetime,
) -> AuthorizationText:
    """Write the text; ``employer`` is where the qualification is registered; times are whole minutes.

    The validity ends before ``valid_until``. Days of Beijing from midnight to midnight are written as days.
    """
    number_end = person.citizen_number.text[-SHOWN_DIGITS:]
    kind, registration = qualification.kind.term, qualification.registration_number
    until = qualification.valid_until
    validity = _validity(valid_from, valid_until)
    zh = f"""资格使用授权书
申请编号：{request_number}
授权人：{person.name}（公民身份号码末四位 {number_end}）
被授权单位：{firm.name}（统一社会信用代码 {firm.uscc.text}）
授权使用的资格：{kind.zh}，注册号 {registration}，注册单位 {employer.name}，资格有效至 {until}
用途：{purpose}
项目：{project}
有效期：{validity.zh}
同意授权，意味着：
一、上述单位可以在有效期内使用上述资格一次，仅限上述用途和上述项目。
二、您将作为该项目的相应注册人员接受审批和监管，并依法承担与该资格相应的责任。
三、超出用途、项目或者有效期的使用无效；上述单位不得转让本授权。
四、在被使用之前，您可以随时撤销；撤销后不能再被使用，上述单位会得知撤销。已经完成的使用不受撤销影响。
五、本授权的加盐摘要将写入只增不改的账本，供日后核验；账本上没有您的姓名、身份号码和人脸。
六、您可以拒绝，也可以不用刷脸，改到政务服务窗口办理。"""
    en = f"""Authorization to use a qualification
Request number: {request_number}
Person: {person.name} (citizen number ending {number_end})
Authorized firm: {firm.name} (unified social credit code {firm.uscc.text})
Qualification: {kind.en}, registration number {registration}, registered with {employer.name}, \
valid until {until}
Purpose: {purpose}
Project: {project}
Valid: {validity.en}
If you agree:
1. The firm may use this qualification once within the validity, for this purpose and this project only.
2. You will stand in approval and supervision as the registered person of the project, with the liability \
that the law attaches to the qualification.
3. Use outside the purpose, the project or the validity is void; the firm may not pass this authorization on.
4. Until it has been used you may revoke it at any time; it can then no longer be used, and the firm learns \
of it. A use already completed stands.
5. A salted digest of this authorization is written to an append-only log for later checking; your name, \
number and face are not in the log.
6. You may refuse, or use the service window instead of a face scan."""
    return AuthorizationText(zh=zh, en=en)


def _validity(begin: datetime, end: datetime) -> Term:
    begin, end = begin.astimezone(BEIJING), end.astimezone(BEIJING)
    if begin.time() == end.time() == time():
        first, last = begin.date(), end.date() - timedelta(days=1)
        return Term(
            f"自 {first} 起至 {last} 止，含当日（北京时间）", f"from {first} through {last}, Beijing time"
        )
    start, stop = (moment.strftime("%Y-%m-%d %H:%M") for moment in (begin, end))
    return Term(f"自北京时间 {start} 起至 {stop} 止", f"from {start} until {stop}, Beijing time")
