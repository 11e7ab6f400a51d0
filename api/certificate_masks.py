"""Natural persons on the pages of certificates: masked for everybody, until one who may see them asks.

masked_value(type_, "citizen_number", "11010519491231002X")      # **************002X
masked_value(type_, "person_name", "林知远")                      # 林**
"""

from api.policy import Role, Visitor
from evidence.certificate_types import CertificateType, HolderKind
from signing.certificates import Certificate

DIGITS_SHOWN = 4
"""The last characters of a number, enough to compare with a document."""


def sees_persons(found: Certificate, visitor: Visitor) -> bool:
    """Whether the visitor may see the persons that the certificate names: its holder and its agency may."""
    if Role.AGENCY in visitor.roles and visitor.organization == found.agency.text:
        return True
    return holds(found, visitor)


def holds(found: Certificate, visitor: Visitor) -> bool:
    """Whether the visitor is the natural person who holds it, or acts for the organization that does."""
    if found.holder is not None:
        return Role.FIRM in visitor.roles and visitor.organization == found.holder.text
    return Role.PERSON in visitor.roles and found.person is not None and visitor.person == found.person


def names_person(type_: CertificateType, name: str) -> bool:
    """Whether the field ``name`` says something of a natural person; an organization that holds is none."""
    if name == type_.holder.name and type_.holder.kind is HolderKind.ORGANIZATION:
        return False
    return any(field.name == name and field.person for field in type_.fields)


def masked_value(type_: CertificateType, name: str, value: str) -> str:
    """Return a printed value with the person in it masked; other values come back as they are."""
    if not names_person(type_, name):
        return value
    if name == type_.holder.number:
        return "*" * max(len(value) - DIGITS_SHOWN, 0) + value[-DIGITS_SHOWN:]
    return masked_name(value)


def masked_name(name: str) -> str:
    """Return the first character of a name alone; of a single one nothing."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)
