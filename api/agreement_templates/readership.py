"""Who reads an agreement out of a template: whom the template names, or whom its use names instead.

A reader of a template may lack an organization: nobody reads in that place unless a use names somebody.

check_named(content.readers)                                     # when a template is kept
drafts = reader_drafts(roster, filling.readers or content.readers)       # when it is used
"""

from collections.abc import Sequence

from api.reader_forms import ReaderAsked, numbered, reader_draft
from api.roster import Roster
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.names import check_name
from signing.agreement_readers import MOST_READERS, ReaderDraft, ReaderTwice, TooManyReaders, check_apart

READER_NAME = Term("姓名", "name")


class ReaderUnplaced(Refused):
    """Somebody is to read for no organization. The name is not repeated. Facts: ``which``."""

    code = "reader-unplaced"
    zh = "{which}填写了姓名，没有填写单位；请补上统一社会信用代码，或清空姓名。"
    en = "There is a name and no organization for {which}; give the credit code, or leave the name empty."


def check_named(asked: Sequence[ReaderAsked]) -> None:
    """Check the readers of a template as far as nobody has to be looked up.

    Raises:
        ReaderUnplaced: a name has no organization.
        IdentifierMalformed, CheckDigitWrong: an organization has no credit code.
        TextTooLong, HiddenCharacter, MarksHeaped: a name cannot be read.
        ReaderTwice: somebody is named twice.
    """
    taken = set[tuple[Uscc, str]]()
    for which, each in numbered(asked):
        if not is_named(each, which=which):
            continue
        person = (each.person or "").strip()
        who = (Uscc.parse(each.organization.strip().upper()), person and check_name(person))
        if who in taken:
            raise ReaderTwice
        taken.add(who)


def is_named(asked: ReaderAsked, *, which: Term) -> bool:
    """Say whether somebody is named at all; ``which`` is what a refusal calls them.

    Raises:
        ReaderUnplaced: a name without an organization.
    """
    if not asked.organization.strip() and (asked.person or "").strip():
        raise ReaderUnplaced(which=which)
    return bool(asked.organization.strip())


def instead(usual: ReaderAsked, *, organization: str, person: str) -> ReaderAsked:
    """Give the reader that a row of a sheet names; blank is whoever ``usual`` names.

    An organization without a person reads as a whole, unless it is the usual one.
    """
    if organization and organization.upper() != usual.organization.strip().upper():
        return usual.model_copy(update={"organization": organization, "person": person or None})
    return usual.model_copy(update={"person": person or usual.person})


def reader_drafts(roster: Roster, asked: Sequence[ReaderAsked]) -> tuple[ReaderDraft, ...]:
    """Find those who are named.

    Raises:
        TooManyReaders: told before any name is looked up.
        ReaderUnplaced, ReaderTwice, and what ``reader_draft`` refuses.
    """
    if len(asked) > MOST_READERS:
        raise TooManyReaders(most=MOST_READERS)
    found = tuple(
        reader_draft(roster, each, which=which)
        for which, each in numbered(asked)
        if is_named(each, which=which)
    )
    check_apart(found)
    return found
