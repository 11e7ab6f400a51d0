"""Planting the demonstration city: its registers as they stand before anybody has used the house.

Firms, people, positions, qualifications and one-click accounts; no face, no consent, no key of a person.
Planting again changes nothing.
"""

from sqlalchemy.orm import Session

from api import accounts
from api.demonstration.people import (
    AGENCY,
    CONTRACTOR,
    CONTRACTORS_FILING_NUMBER,
    COUNTER_OFFICER,
    ENGINEER,
    FIRMS,
    LEGAL_REPRESENTATIVE,
    PEOPLE,
    QUALIFICATION,
    QUALIFICATION_UNTIL,
    REGISTRATION_NUMBER,
    TRADING_CENTRE,
    DemonstrationPerson,
)
from api.house import House
from api.policy import Role
from api.wiring import Operator
from evidence.clock import Clock
from identity.contacts import set_contact_of_firm
from identity.members import Position, appoint
from identity.organizations import register_organization
from identity.people import PersonId, find_person, register_person
from identity.qualifications import register_qualification
from signing.held_keys import Keyring
from signing.seal_changes import change_seal, make_seal
from signing.seal_states import SealAction

OPERATOR = Operator(uscc=AGENCY.uscc, name=AGENCY.name, area="990100")


def plant(house: House) -> None:
    """Plant the city in the house's database, once."""
    with house.database.transaction() as session:
        if accounts.demonstration_accounts(session):
            return
        for firm in (*FIRMS, TRADING_CENTRE):
            register_organization(session, uscc=firm.uscc, name=firm.name, clock=house.clock)
            set_contact_of_firm(session, firm.uscc, mail=firm.mail)
        for person in PEOPLE:
            _settle(session, person, house.clock)
        _open_desks(session, house.clock)
        _open_counter(session, house.clock)
        _make_the_contractors_seal(session, house.keyring)


def person_id(session: Session, person: DemonstrationPerson) -> PersonId:
    """Give the id of a person of the planted city."""
    found = find_person(session, name=person.name, citizen_number=person.citizen_number)
    if found is None:
        raise LookupError(person.face)
    return found.id


def _settle(session: Session, person: DemonstrationPerson, clock: Clock) -> None:
    settled = register_person(
        session,
        name=person.name,
        citizen_number=person.citizen_number,
        phone=person.phone,
        clock=clock,
    )
    for position in person.positions:
        appoint(session, uscc=person.firm.uscc, person=settled.id, position=position, clock=clock)
    if person is ENGINEER:
        register_qualification(
            session,
            person=settled.id,
            kind=QUALIFICATION,
            registration_number=REGISTRATION_NUMBER,
            employer=person.firm.uscc,
            valid_until=QUALIFICATION_UNTIL,
        )
    represents = any(position is not Position.ENGINEER for position in person.positions)
    accounts.open_account(
        session,
        roles=(Role.PERSON, Role.FIRM) if represents else (Role.PERSON,),
        title_zh=person.title_zh,
        title_en=person.title_en,
        person=settled.id,
        organization=person.firm.uscc.text if represents else None,
        demonstration=True,
        clock=clock,
    )


def _open_desks(session: Session, clock: Clock) -> None:
    """Open the accounts that act for an organization and not as a person."""
    designer = ENGINEER.firm
    for roles, organization, zh, en in (
        ((Role.FIRM,), designer, "设计院经办人", "clerk of the design institute"),
        ((Role.AGENCY,), AGENCY, "发证机关 · 示范市行政审批服务局", "issuing agency"),
        ((Role.OFFICER,), AGENCY, "执法人员", "law enforcement officer"),
        ((Role.OPERATOR,), AGENCY, "平台运营人员", "operator of the platform"),
        ((Role.DEPARTMENT,), TRADING_CENTRE, "协同部门 · 示范市公共资源交易中心", "cooperating department"),
    ):
        accounts.open_account(
            session,
            roles=roles,
            title_zh=zh,
            title_en=en,
            organization=organization.uscc.text,
            demonstration=True,
            clock=clock,
        )


def _open_counter(session: Session, clock: Clock) -> None:
    """Open the account of an officer at a counter, who is a person and answers for what they confirm."""
    officer = register_person(
        session, name=COUNTER_OFFICER.name, citizen_number=COUNTER_OFFICER.citizen_number, clock=clock
    )
    accounts.open_account(
        session,
        roles=(Role.COUNTER,),
        title_zh="窗口工作人员 · 示范市行政审批服务局",
        title_en="officer at a service counter",
        person=officer.id,
        organization=AGENCY.uscc.text,
        demonstration=True,
        clock=clock,
    )


def _make_the_contractors_seal(session: Session, keyring: Keyring) -> None:
    owner = person_id(session, LEGAL_REPRESENTATIVE)
    made = make_seal(session, organization=CONTRACTOR.uscc, keeper=owner, by=owner, keyring=keyring)
    change_seal(
        session, made.id, SealAction.FILE, by=owner, keyring=keyring, filing_number=CONTRACTORS_FILING_NUMBER
    )
    change_seal(session, made.id, SealAction.START, by=owner, keyring=keyring)
