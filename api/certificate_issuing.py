"""Finishing what was registered: printed, sealed, published, and told to whom it concerns.

issued = finish(house, registered)
"""

from api.house import House
from api.webhooks import events
from api.webhooks.events import EventType
from signing.certificate_issue import finish_issue
from signing.certificates import Certificate, certificate


def finish(house: House, registered: Certificate) -> Certificate:
    """Finish issuing; software hears of the version that a new one superseded. Raises as ``finish_issue``."""
    issued = finish_issue(house.database, registered, press=house.press)
    if registered.pdf is None and issued.previous is not None:
        with house.database.transaction() as session:
            superseded = certificate(session, issued.previous)
            events.tell_certificate(session, house, superseded, EventType.CERTIFICATE_CHANGED)
    return issued
