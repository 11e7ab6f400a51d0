"""In whose name a visitor acts: as the person of the account, or for its organization.

person = person_of(visitor)          # behind allow(Role.PERSON)
firm = firm_of(visitor)              # behind allow(Role.FIRM)
agency = agency_of(visitor, house)   # behind allow(Role.AGENCY)
officer = officer_of(visitor)        # behind allow(Role.COUNTER)
"""

from uuid import UUID

from api.house import House
from api.policy import ROLE_EN, ROLE_ZH, NotYours, Role, SignInNeeded, Visitor
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.counter_refusals import OfficerIncomplete
from identity.people import PersonId
from signing.certificates import Agency


class AnotherAgency(Refused):
    """The account is an agency's, but of another organization than the one that issues here."""

    code = "another-agency"
    zh = "该账户不代表本平台的发证机关“{agency}”，请换用该机关的账户登录。"
    en = "This account does not act for {agency}, which issues here; sign in with an account of that agency."


def account_of(visitor: Visitor) -> UUID:
    """Give the visitor's account.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    if visitor.account is None:
        raise SignInNeeded
    return visitor.account


def person_of(visitor: Visitor) -> PersonId:
    """Give the person who acts.

    Raises:
        NotYours: the account stands for nobody.
    """
    if visitor.person is None:
        raise _not_for(Role.PERSON)
    return PersonId(visitor.person)


def officer_of(visitor: Visitor) -> PersonId:
    """Give the person who answers for what is done at a counter.

    Raises:
        OfficerIncomplete: the account names nobody.
    """
    if visitor.person is None:
        raise OfficerIncomplete
    return PersonId(visitor.person)


def firm_of(visitor: Visitor) -> Uscc:
    """Give the organization that the visitor acts for.

    Raises:
        NotYours: the account acts for none.
    """
    if visitor.organization is None:
        raise _not_for(Role.FIRM)
    return Uscc.parse(visitor.organization)


def agency_of(visitor: Visitor, house: House) -> Agency:
    """Give the agency of this house, for which the visitor acts.

    Raises:
        NotYours: the account is no agency's.
        AnotherAgency: it is the account of another one.
    """
    if Role.AGENCY not in visitor.roles:
        raise _not_for(Role.AGENCY)
    if not acts_for_agency(visitor, house):
        raise AnotherAgency(agency=house.agency.speaker.name)
    return house.agency


def acts_for_agency(visitor: Visitor, house: House) -> bool:
    """Whether the visitor acts for the agency of this house: the role alone is not enough."""
    return Role.AGENCY in visitor.roles and visitor.organization == house.agency.speaker.uscc.text


def _not_for(role: Role) -> NotYours:
    return NotYours(role_zh=ROLE_ZH[role], role_en=ROLE_EN[role])
