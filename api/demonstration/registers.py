"""What the double of the registers holds: the invented city as its authorities know it."""

from api.demonstration.people import (
    ENGINEER,
    FIRMS,
    PEOPLE,
    QUALIFICATION,
    QUALIFICATION_UNTIL,
    REGISTRATION_NUMBER,
)
from evidence.clock import Clock
from evidence.keys import Signer
from identity.members import Position
from registers.scripted import FirmRecord, PersonRecord, QualificationRecord, ScriptedRegisters


def registers(signer: Signer, *, clock: Clock) -> ScriptedRegisters:
    """Give the double with the city's people, firms and the engineer's qualification in it."""
    made = ScriptedRegisters(signer, clock=clock)
    for person in PEOPLE:
        made.people[person.citizen_number.text] = PersonRecord(person.name, person.portrait.read_bytes())
    for firm in FIRMS:
        heads = [
            person.citizen_number.text
            for person in PEOPLE
            if person.firm == firm and Position.LEGAL_REPRESENTATIVE in person.positions
        ]
        made.firms[firm.uscc.text] = FirmRecord(firm.name, representative=heads[0] if heads else None)
    made.qualifications[QUALIFICATION.value, REGISTRATION_NUMBER] = QualificationRecord(
        ENGINEER.citizen_number.text, ENGINEER.firm.uscc.text, QUALIFICATION_UNTIL
    )
    return made
