"""In whose name a visitor acts: as the person of the account, or for its organization.

person = person_of(visitor)   # behind allow(Role.PERSON)
firm = firm_of(visitor)       # behind allow(Role.FIRM)
"""

from api.policy import ROLE_EN, ROLE_ZH, NotYours, Role, Visitor
from evidence.identifiers import Uscc
from identity.people import PersonId


def person_of(visitor: Visitor) -> PersonId:
    """Give the person who acts.

    Raises:
        NotYours: the account stands for nobody.
    """
    if visitor.person is None:
        raise _not_for(Role.PERSON)
    return PersonId(visitor.person)


def firm_of(visitor: Visitor) -> Uscc:
    """Give the organization that the visitor acts for.

    Raises:
        NotYours: the account acts for none.
    """
    if visitor.organization is None:
        raise _not_for(Role.FIRM)
    return Uscc.parse(visitor.organization)


def _not_for(role: Role) -> NotYours:
    return NotYours(role_zh=ROLE_ZH[role], role_en=ROLE_EN[role])
