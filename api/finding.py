"""Finding the holder of a qualification for a firm, so that finding nobody teaches nothing.

Who does not exist, who has another name and who holds something else are one refusal that takes one time, and
so many of them within an hour are let through from one address or device.

    held = found_holder(house, origin, name=…, citizen_number=…, registration_number=…)
"""

from api.even_answers import even
from api.house import House
from evidence.identifiers import CitizenNumber
from identity import attempts
from identity.attempts import Attempt, Origin
from identity.holders import find_holder
from identity.qualifications import Qualification, QualificationUnknown


def found_holder(
    house: House, origin: Origin, *, name: str, citizen_number: CitizenNumber, registration_number: str
) -> Qualification:
    """Give the qualification of this holder.

    Raises:
        TooManyFromHere: too many were asked for from here that are not there.
        QualificationUnknown: nobody of this name and number holds it.
        TextEmpty, TextTooLong, HiddenCharacter: the name or the number is none that could be registered.
    """
    with even():
        with house.database.transaction() as session:
            attempts.check(session, Attempt.HOLDER, origin, clock=house.clock)
            held = find_holder(
                session, name=name, citizen_number=citizen_number, registration_number=registration_number
            )
            if held is None:
                attempts.record(session, Attempt.HOLDER, origin, clock=house.clock)
        if held is None:
            raise QualificationUnknown
        return held
