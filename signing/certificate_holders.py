"""Who holds a certificate: an organization by its code, or a natural person whom its fields name.

person = holder_of(session, type_, fields, holder=uscc)      # None: an organization, or nobody we know
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from evidence.certificate_types import CertificateType, HolderKind
from evidence.errors import Refused, Term
from evidence.identifiers import CitizenNumber, Uscc
from identity.organizations import find_organization
from identity.people import PersonId, find_person
from signing.certificates import Certificate


class HolderNeeded(Refused):
    """An organization holds certificates of the type, and none is named. Facts: ``certificate_type``."""

    code = "holder-needed"
    zh = "“{certificate_type}”由单位持有，请填写持证单位的统一社会信用代码。"
    en = "A {certificate_type} is held by an organization; give its unified social credit code."


class HolderIsPerson(Refused):
    """A natural person holds certificates of the type, and an organization is named."""

    code = "holder-is-person"
    zh = "“{certificate_type}”由个人持有，请不要填写持证单位。"
    en = "A {certificate_type} is held by a natural person; name no organization as its holder."


class HolderNumberDiffers(Refused):
    """The code that would be printed is not the holder's. Facts: ``field``."""

    code = "holder-number-differs"
    zh = "“{field}”与持证单位的统一社会信用代码不一致，请改正其中之一。"
    en = "“{field}” is not the code of the organization that holds it; correct one of them."


def holder_of(
    session: Session, type_: CertificateType, fields: Mapping[str, str], *, holder: Uscc | None
) -> PersonId | None:
    """Check who holds a certificate of ``type_``, and find the natural person if they are registered here.

    Raises:
        The refusals of ``check_holder``.
    """
    citizen = check_holder(type_, fields, holder=holder)
    if citizen is None:
        return None
    found = find_person(session, name=fields[type_.holder.name], citizen_number=citizen)
    return None if found is None else found.id


def check_holder(
    type_: CertificateType, fields: Mapping[str, str], *, holder: Uscc | None
) -> CitizenNumber | None:
    """Check who holds a certificate of ``type_``; return the number of the natural person who does.

    Raises:
        HolderNeeded, HolderIsPerson: its type is not held by such a one.
        HolderNumberDiffers: it would print another organization's code.
        IdentifierMalformed, CheckDigitWrong: the number of the person, or the code, is none.
    """
    named = Term(type_.zh, type_.en)
    number = type_.holder.number
    if type_.holder.kind is HolderKind.ORGANIZATION:
        if holder is None:
            raise HolderNeeded(certificate_type=named)
        if number is not None and Uscc.parse(fields[number]) != holder:
            label = next(Term(field.zh, field.en) for field in type_.fields if field.name == number)
            raise HolderNumberDiffers(field=label)
        return None
    if holder is not None:
        raise HolderIsPerson(certificate_type=named)
    return CitizenNumber.parse(fields[number or ""])


def holder_name(session: Session, found: Certificate) -> str:
    """Return the holder's name: as it is registered, else as the certificate names it; empty once erased."""
    known = None if found.holder is None else find_organization(session, found.holder)
    if known is not None:
        return known.name
    return next((entry.value for entry in found.entries if entry.name == found.type.holder.name), "")
