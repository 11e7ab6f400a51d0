"""The exact text that a person authorizes, in Chinese and English, and the one digest of both.

Person, firm, qualification, purpose, project, position, scope, validity, number of uses, the time by which to
answer, and the consequences stand in plain words. A stored text is never written again: what was asked in an
earlier wording keeps it. What is approved is the SHA-256 of the UTF-8 document: the Chinese text, an empty
line, the English text. No field holds a line break or an invisible character (:mod:`identity.names`), so a
firm cannot write sentences of its own into it, and two different requests never give the same document.

The text carries the random number of its request; the statement about the authorization does not. So the
digest in the statement does not let a stranger guess the person's name by trying.

    text = write(Particulars(request_number=…, person=person, firm=firm, …))
    text.digest
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from uuid import UUID

from evidence.digest import Digest, sha256
from evidence.errors import Term
from identity.organizations import Organization
from identity.people import Person
from identity.qualifications import Qualification
from identity.use_limits import uses_term

SHOWN_DIGITS = 4
"""Characters of the citizen number that the text shows, from the end."""

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The civil time of the text; China keeps UTC+8 all year."""

_TITLE = Term("资格使用授权书", "Authorization to use a qualification")
_CONSEQUENCES = Term("同意授权，意味着：", "If you agree:")


def last_day(valid_until: datetime) -> date:
    """The last day on which a validity that ends before ``valid_until`` has a minute left, in Beijing."""
    return (valid_until - timedelta(minutes=1)).astimezone(BEIJING).date()


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


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What is asked for; ``employer`` is where the qualification is registered; times are whole minutes.

    The validity ends before ``valid_until``. ``uses`` is None for any number. ``position`` and ``scope`` are
    None in requests from before they were asked for, whose texts say neither how often nor by when.
    """

    request_number: UUID
    person: Person
    firm: Organization
    qualification: Qualification
    employer: Organization
    purpose: str
    project: str
    position: str | None
    scope: str | None
    valid_from: datetime
    valid_until: datetime
    uses: int | None
    answer_by: datetime

    @property
    def lines(self) -> tuple[Term, ...]:
        """One line for each, as it stands in the text."""
        end = self.person.citizen_number.text[-SHOWN_DIGITS:]
        name, firm, code = self.person.name, self.firm.name, self.firm.uscc.text
        held, kind, employer = self.qualification, self.qualification.kind.term, self.employer.name
        number, until = held.registration_number, held.valid_until
        validity = _validity(self.valid_from, self.valid_until)
        return (
            _line("申请编号", "Request number", str(self.request_number)),
            Term(
                f"授权人：{name}（公民身份号码末四位 {end}）", f"Person: {name} (citizen number ending {end})"
            ),
            Term(
                f"被授权单位：{firm}（统一社会信用代码 {code}）",
                f"Authorized firm: {firm} (unified social credit code {code})",
            ),
            Term(
                f"授权使用的资格：{kind.zh}，注册号 {number}，注册单位 {employer}，资格有效至 {until}",
                f"Qualification: {kind.en}, registration number {number}, registered with {employer}, "
                f"valid until {until}",
            ),
            _line("用途", "Purpose", self.purpose),
            _line("项目", "Project", self.project),
            *self._place,
            Term(f"有效期：{validity.zh}", f"Valid: {validity.en}"),
            *self._count,
        )

    @property
    def _place(self) -> tuple[Term, ...]:
        if self.position is None or self.scope is None:
            return ()
        return _line("岗位", "Position", self.position), _line("使用范围", "Scope", self.scope)

    @property
    def _count(self) -> tuple[Term, ...]:
        if self.position is None:
            return ()
        counted, answer = uses_term(self.uses), f"{self.answer_by.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        return (
            Term(f"使用次数：{counted.zh}", f"Uses: {counted.en}"),
            Term(
                f"答复期限：北京时间 {answer} 前；到期未答复，本申请自动失效，不产生任何授权",
                f"Answer by: {answer}, Beijing time; unanswered by then, this request lapses and nothing is "
                "authorized",
            ),
        )


def write(asked: Particulars) -> AuthorizationText:
    """Write the text. Days of Beijing from midnight to midnight are written as days."""
    often, end = _often(asked.uses), _revocable_until(asked.uses)
    zh = f"""\
{_CONSEQUENCES.zh}
一、上述单位可以在有效期内使用上述资格{often.zh}，仅限上述用途、项目、岗位和使用范围。
二、您将以上述岗位作为该项目的注册人员接受审批和监管，并依法承担与该资格相应的责任。
三、超出用途、项目、岗位、使用范围、使用次数或者有效期的使用无效；上述单位不得转让本授权。
四、{end.zh}之前，您可以随时撤销；撤销后不能再被使用，上述单位会得知撤销。已经完成的使用不受撤销影响，\
每次使用都有记录，您随时可以查看。
五、本授权的加盐摘要将写入只增不改的账本，供日后核验；账本上没有您的姓名、身份号码和人脸。
六、您可以拒绝，也可以不用刷脸，改到政务服务窗口办理。"""
    en = f"""\
{_CONSEQUENCES.en}
1. The firm may use this qualification {often.en} within the validity, for this purpose, project, position \
and scope only.
2. You will stand in approval and supervision as the registered person of the project in this position, \
with the liability that the law attaches to the qualification.
3. Use outside the purpose, the project, the position, the scope, the number of uses or the validity is \
void; the firm may not pass this authorization on.
4. Until {end.en} you may revoke it at any time; it can then no longer be used, and the firm learns of it. \
A use already completed stands; each is recorded, and you may look at the record at any time.
5. A salted digest of this authorization is written to an append-only log for later checking; your name, \
number and face are not in the log.
6. You may refuse, or use the service window instead of a face scan."""
    lines = asked.lines
    return AuthorizationText(
        zh="\n".join([_TITLE.zh, *(line.zh for line in lines), zh]),
        en="\n".join([_TITLE.en, *(line.en for line in lines), en]),
    )


def says(text: AuthorizationText, asked: Particulars) -> bool:
    """Whether ``text``, in this or an earlier wording, asks for exactly this: its lines, and no others."""
    lines = asked.lines
    for written, expected in (
        (text.zh, [_TITLE.zh, *(line.zh for line in lines), _CONSEQUENCES.zh]),
        (text.en, [_TITLE.en, *(line.en for line in lines), _CONSEQUENCES.en]),
    ):
        if written.split("\n")[: len(expected)] != expected:
            return False
    return True


def _line(zh: str, en: str, value: str) -> Term:
    return Term(f"{zh}：{value}", f"{en}: {value}")


def _validity(begin: datetime, end: datetime) -> Term:
    begin, end = begin.astimezone(BEIJING), end.astimezone(BEIJING)
    if begin.time() == end.time() == time():
        first, last = begin.date(), end.date() - timedelta(days=1)
        return Term(
            f"自 {first} 起至 {last} 止，含当日（北京时间）", f"from {first} through {last}, Beijing time"
        )
    start, stop = (moment.strftime("%Y-%m-%d %H:%M") for moment in (begin, end))
    return Term(f"自北京时间 {start} 起至 {stop} 止", f"from {start} until {stop}, Beijing time")


def _often(uses: int | None) -> Term:
    if uses is None:
        return Term("，次数不限", "any number of times")
    return Term("一次", "once") if uses == 1 else Term(f"至多 {uses} 次", f"at most {uses} times")


def _revocable_until(uses: int | None) -> Term:
    if uses is None:
        return Term("有效期结束", "the validity ends")
    return Term("被使用", "it has been used") if uses == 1 else Term("次数用完", "all uses are taken")
