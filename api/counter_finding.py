"""Finding at a counter: a case by its number, a person by their document; what finds nothing is counted.

An officer's account is no directory: so many look-ups within an hour that find nobody are let through from
one address or device, as when a firm looks for a holder.

    case = found_case(house, origin, "123 456 789")
    person_id = found_person(house, origin, name=…, citizen_number=…)
"""

from api.house import House
from evidence.identifiers import CitizenNumber
from identity import attempts, counter_cases
from identity.attempts import Attempt, Origin
from identity.counter_cases import Case
from identity.counter_refusals import CaseUnknown, NobodyFound
from identity.names import check_name
from identity.people import PersonId, find_person


def found_case(house: House, origin: Origin, shown: str) -> Case:
    """Give the case whose number, or the address in whose QR code, was ``shown``.

    Raises:
        TooManyFromHere: too many were looked up from here that are not there.
        CaseUnknown: there is none, or it ended long ago.
    """
    with house.database.transaction() as session:
        attempts.check(session, Attempt.COUNTER, origin, clock=house.clock)
        try:
            return counter_cases.case_by_number(session, shown, clock=house.clock)
        except CaseUnknown:
            attempts.record(session, Attempt.COUNTER, origin, clock=house.clock)
    raise CaseUnknown


def found_person(house: House, origin: Origin, *, name: str, citizen_number: CitizenNumber) -> PersonId:
    """Give the person of this name and number.

    Raises:
        TooManyFromHere: too many were looked for from here that are not there.
        NobodyFound: nobody is registered under both.
        TextEmpty, TextTooLong, HiddenCharacter: it is no name that could be registered.
    """
    called = check_name(name)
    with house.database.transaction() as session:
        attempts.check(session, Attempt.COUNTER, origin, clock=house.clock)
        found = find_person(session, name=called, citizen_number=citizen_number)
        if found is None:
            attempts.record(session, Attempt.COUNTER, origin, clock=house.clock)
    if found is None:
        raise NobodyFound
    return found.id
