"""What the face scan partial (``partials/face_scan.html``) needs to know, for every page that includes it.

scan = scan_view(session, house, me, to=f"/api/authorizations/{id}/challenges", act="authorization.grant")
page(request, "x.html", scan=scan)   # the template: {% include "partials/face_scan.html" %}
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.demonstration.people import PEOPLE
from api.house import House
from identity import passkeys
from identity.passkey_refusals import FaceAloneLater
from identity.people import PersonId, person


@dataclass(frozen=True)
class DemonstrationFaces:
    """Whose clips the demonstration camera plays: the visitor's own, and somebody else's."""

    own: str
    other: str


@dataclass(frozen=True)
class ScanView:
    """Where a challenge is asked for, the key of the verb on the button, and the demonstration faces.

    ``device`` tells that a device key must confirm, ``offers`` that one may be added for the next time,
    ``light`` that the page shows light meanwhile, ``waiting`` why nothing can be approved for now.
    ``other_route`` is the page that leads to the same act without a face. Frames go to
    ``answers_at``/CHALLENGE/frames.
    """

    to: str
    act: str
    faces: DemonstrationFaces | None
    device: bool
    offers: bool
    light: bool
    waiting: FaceAloneLater | None
    other_route: str
    answers_at: str = "/api/challenges"


def scan_view(
    session: Session, house: House, me: PersonId, *, to: str, act: str, adding: bool = False
) -> ScanView:
    """Prepare a face scan of the person ``me`` that posts to ``to`` for its challenges.

    ``adding`` is for the scan by which a device key is added, which offers no other.
    """
    waiting, device = None, False
    try:
        device = bool(passkeys.demanded(session, me, clock=house.clock))
    except FaceAloneLater as later:
        waiting = later
    return ScanView(
        to=to,
        act=act,
        faces=demonstration_faces(session, house, me),
        device=device,
        offers=not device and not adding,
        light=house.scan_policy.flash,
        waiting=waiting,
        other_route=to.removeprefix("/api").removesuffix("/challenges") + "/other-route",
    )


def demonstration_faces(session: Session, house: House, me: PersonId) -> DemonstrationFaces | None:
    """Give the faces of the demonstration camera; None outside of the demonstration and for real people."""
    if not house.settings.demonstration:
        return None
    number = person(session, me).citizen_number
    own = next((one.face for one in PEOPLE if one.citizen_number == number), None)
    if own is None:
        return None
    return DemonstrationFaces(own=own, other=next(one.face for one in PEOPLE if one.face != own))
