"""How a person or a firm is reached: a phone number, a mail address, or neither.

Both stand in the row of the person, as their name does, and can be erased alone; they are shown to nobody but
an officer at a counter, and in no error, log or statement.

    set_contact(session, person_id, phone="13900000000", mail="")
    contact(session, person_id).phone
"""

import re
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.organizations import OrganizationRow, OrganizationUnknown
from identity.people import PersonId, PersonRow, PersonUnknown

_PHONE = re.compile(r"1[3-9][0-9]{9}|\+[1-9][0-9]{6,14}")  # a mobile number of China, or any by E.164
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
LONGEST_MAIL = 254
"""Longest mail address, characters (RFC 5321, 4.5.3.1.3, without its brackets)."""


class PhoneMalformed(Refused):
    """What was entered is no mobile number; the error does not repeat it."""

    code = "phone-malformed"
    zh = "手机号码的写法不对：应为 11 位手机号码，境外号码以 + 和国家代码开头；请改正后再提交。"
    en = "This is no mobile number: 11 digits, or + and the country's code; correct it and submit again."


class MailMalformed(Refused):
    """What was entered is no mail address; the error does not repeat it."""

    code = "mail-malformed"
    zh = "邮箱地址的写法不对，应如 name@example.com；请改正后再提交。"
    en = "This is no mail address like name@example.com; correct it and submit again."


@dataclass(frozen=True)
class Contact:
    """Where somebody is reached; what is not known is empty."""

    phone: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)


def contact(session: Session, person: PersonId) -> Contact:
    """Tell how ``person`` is reached.

    Raises:
        PersonUnknown: there is no such person.
    """
    row = _row(session, person)
    return Contact(phone=row.phone, mail=row.mail)


def contact_of_firm(session: Session, firm: Uscc) -> Contact:
    """Tell how ``firm`` is reached.

    Raises:
        OrganizationUnknown: there is no such organization.
    """
    return Contact(mail=_firm(session, firm).mail)


def set_contact(session: Session, person: PersonId, *, phone: str, mail: str) -> Contact:
    """Keep how ``person`` is reached from now on; empty ones erase what was kept.

    Raises:
        PersonUnknown: there is no such person.
        PhoneMalformed, MailMalformed: it is neither empty nor an address.
    """
    row = _row(session, person)
    row.phone, row.mail = _phone(phone), _mail(mail)
    session.flush()
    return Contact(phone=row.phone, mail=row.mail)


def set_contact_of_firm(session: Session, firm: Uscc, *, mail: str) -> Contact:
    """Keep the mail address of ``firm``; an empty one erases it.

    Raises:
        OrganizationUnknown: there is no such organization.
        MailMalformed: it is neither empty nor an address.
    """
    row = _firm(session, firm)
    row.mail = _mail(mail)
    session.flush()
    return Contact(mail=row.mail)


def _row(session: Session, person: PersonId) -> PersonRow:
    row = session.get(PersonRow, person)
    if row is None:
        raise PersonUnknown(person=person)
    return row


def _firm(session: Session, firm: Uscc) -> OrganizationRow:
    row = session.get(OrganizationRow, firm.text)
    if row is None:
        raise OrganizationUnknown(uscc=firm.text)
    return row


def _phone(text: str) -> str:
    phone = text.strip().replace(" ", "").replace("-", "")
    if phone and not _PHONE.fullmatch(phone):
        raise PhoneMalformed
    return phone


def _mail(text: str) -> str:
    mail = text.strip()
    if mail and (len(mail) > LONGEST_MAIL or not _MAIL.fullmatch(mail)):
        raise MailMalformed
    return mail
