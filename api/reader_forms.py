"""The viewers and copies that a form names, and who they are: found by the rules for those who sign.

asked = read_readers('[{"reader": "viewer", "organization": "9199…", "person": "…"}]')
roster = Roster(session, starter=own)
drafts = tuple(reader_draft(roster, each, which=which) for which, each in numbered(asked))
"""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from api.field_names import Location, field
from api.roster import Roster, SignerAmbiguous, SignerNotInOffice
from evidence.errors import Invalid, Refused, Term
from evidence.identifiers import Uscc
from identity.names import check_name
from signing.agreement_readers import MOST_READERS, ReaderDraft, ReaderKind, TooManyReaders


class ReadersMalformed(Invalid):
    """The list of viewers and copies is not what the page sends."""

    code = "readers-malformed"
    zh = "{place}缺失或格式不对；请补全每位查阅人或抄送对象的单位和方式。"
    en = "Missing or malformed: {place}; give each viewer or copy its kind and organization."


class ReaderNotInOffice(Refused):
    """Nobody so named acts for the organization. The name is not repeated."""

    code = "reader-not-in-office"
    zh = "{which}填写的人员不在 {organization} 的在任人员中；请填写全名，或留空以指定整个单位。"
    en = (
        "The person named as {which} does not act for {organization}; give the full name, or leave it "
        "empty to name the whole organization."
    )


class ReaderAmbiguous(Refused):
    """Several members of the organization bear the name."""

    code = "reader-ambiguous"
    zh = "{organization} 有同名的在任人员；{which}请填写姓名、空格和注册号。"
    en = (
        "Several people of {organization} bear the name of {which}; give name, space and registration number."
    )


class ReaderAsked(BaseModel):
    """A viewer or a copy; without a ``person`` the accounts of the whole organization read.

    ``person`` is a name, or a name, a space and a registration number, as for a slot.
    """

    model_config = ConfigDict(extra="forbid")

    reader: ReaderKind
    organization: str
    person: str | None = None


_READERS = TypeAdapter(list[ReaderAsked])


def read_readers(text: str) -> list[ReaderAsked]:
    """Read the form's list of viewers and copies.

    Raises:
        ReadersMalformed: names the first place that is wrong.
        TooManyReaders: there are more than ``MOST_READERS``, told before any name is looked up.
    """
    try:
        asked = _READERS.validate_json(text)
    except ValidationError as error:
        raise ReadersMalformed(place=_place(error.errors()[0]["loc"])) from None
    if len(asked) > MOST_READERS:
        raise TooManyReaders(most=MOST_READERS)
    return asked


def numbered(asked: Sequence[ReaderAsked]) -> Iterator[tuple[Term, ReaderAsked]]:
    """Give each with what a refusal calls it: 第 2 位查阅人或抄送对象."""
    for number, each in enumerate(asked, start=1):
        yield _numbered(number), each


def reader_draft(roster: Roster, asked: ReaderAsked, *, which: Term) -> ReaderDraft:
    """Find the reader whom the starter of ``roster`` names; ``which`` is what a refusal calls them.

    Raises:
        IdentifierMalformed, CheckDigitWrong, OrganizationUnknown: the credit code is wrong.
        TextTooLong, HiddenCharacter: the person is named as nobody can be.
        ReaderNotInOffice, ReaderAmbiguous: the person is not found.
    """
    uscc = Uscc.parse(asked.organization.strip().upper())
    firm, named = roster.organization(uscc), (asked.person or "").strip()
    if not named:
        return ReaderDraft(kind=asked.reader, organization=uscc)
    try:
        person = roster.signer(uscc, check_name(named), capacity=which)
    except SignerNotInOffice:
        raise ReaderNotInOffice(which=which, organization=firm.name) from None
    except SignerAmbiguous:
        raise ReaderAmbiguous(which=which, organization=firm.name) from None
    return ReaderDraft(kind=asked.reader, organization=uscc, person=person)


def _numbered(number: int) -> Term:
    return Term(f"第 {number} 位查阅人或抄送对象", f"viewer or copy {number}")


def _place(location: Location) -> Term:
    if not location:
        return field("readers")
    which = _numbered(int(location[0]) + 1)
    if len(location) == 1:
        return which
    what = field(location[1])
    return Term(f"{which.zh}的{what.zh}", f"the {what.en} of {which.en}")
