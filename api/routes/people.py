"""The person's own doors: who I am here, my consent to face processing, my enrollment (``api.enrolling``)."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import enrolling
from api.acting import person_of
from api.house import House
from api.origins import FromOrigin
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.errors import Refused
from identity import attempts, consent, consent_text, enrollment
from identity.attempts import Attempt
from identity.consent_text import Notice, Purpose
from identity.people import PersonId, person

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]

PURPOSES = {"face": Purpose.FACE_PROCESSING}
"""What can be consented to here, by its short name."""


class Myself(BaseModel):
    """What the pages show of the person who is signed in.

    ``outdated``: a face is enrolled by a model that is no longer in use, which counts as none.
    """

    name_masked: str
    enrolled: bool
    outdated: bool
    consented: bool


class Consenting(BaseModel):
    """What is consented to."""

    purpose: Literal["face"]


class Consented(BaseModel):
    """A consent in force, or, with ``withdrawn_at``, no more."""

    purpose: str
    given_at: datetime
    keep_until: datetime
    withdrawn_at: datetime | None


class Enrolled(BaseModel):
    """The enrollment that stands now."""

    enrolled: bool
    version: int
    enrolled_at: datetime


def masked(name: str) -> str:
    """Show the first character of a name alone."""
    return name[:1] + "*" * (len(name) - 1)


def notice_of(purpose: Purpose, house: House) -> Notice:
    """Give the notice of ``purpose`` in the name of who runs this house."""
    return consent_text.write(
        purpose, controller=house.agency.speaker.name, portrait_days=house.settings.portrait_days
    )


def myself(session: Session, me: PersonId, house: House) -> Myself:
    """Tell how the person stands: consent in force, face enrolled."""
    try:
        consent.require(session, person=me, purpose=Purpose.FACE_PROCESSING, clock=house.clock)
    except consent.ConsentMissing:
        consented = False
    else:
        consented = True
    outdated = enrollment.outdated(session, person=me, model=house.scans.model, vault=house.vault)
    return Myself(
        name_masked=masked(person(session, me).name),
        enrolled=consented and not outdated and enrollment.enrollment(session, me) is not None,
        outdated=consented and outdated,
        consented=consented,
    )


@router.get("/api/people/me")
def me(house: InHouse, visitor: AsPerson) -> Myself:
    """Tell the person who is signed in how they stand."""
    with house.database.transaction() as session:
        return myself(session, person_of(visitor), house)


@router.post("/api/people/me/consents", status_code=201)
def consent_to(consenting: Consenting, house: InHouse, visitor: AsPerson) -> Consented:
    """Consent to what the notice of the purpose says."""
    with house.database.transaction() as session:
        given = consent.give(
            session,
            person=person_of(visitor),
            notice=notice_of(PURPOSES[consenting.purpose], house),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    return _consented(given)


@router.delete("/api/people/me/consents/face")
def withdraw(house: InHouse, visitor: AsPerson) -> Consented:
    """Withdraw the consent to face processing; the template is erased in the same transaction.

    Scans that run are forgotten, after it, so that none begins with the old template in between.
    """
    with house.database.transaction() as session:
        withdrawn = enrollment.withdraw(
            session,
            person=person_of(visitor),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    house.open_scans.forget_person(person_of(visitor))
    return _consented(withdrawn)


@router.post("/api/people/me/enrollment", status_code=201)
def enroll(
    *,
    captures: list[UploadFile],
    document: UploadFile | None = None,
    code: Annotated[str, Form()] = "",
    house: InHouse,
    visitor: AsPerson,
    origin: FromOrigin,
) -> Enrolled:
    """Enroll the person from one to three captures (JPEG or PNG) against the register's portrait, once.

    ``document``, a photograph of an identity document, serves where the register has no portrait. ``code`` is
    what an officer at a counter gave, who let the person replace their face.
    """
    mine = person_of(visitor)
    with house.enrolling.enrolling(mine):
        with house.database.transaction() as session:
            attempts.check(session, Attempt.ENROLLMENT, origin, clock=house.clock)
        try:
            kept = enrolling.enroll(
                house,
                mine,
                captures=[capture.file.read() for capture in captures],
                document=None if document is None else document.file.read(),
                code=code,
            )
        except Refused as refusal:
            if not isinstance(refusal, enrolling.NOT_EXAMINED):
                with house.database.transaction() as session:
                    attempts.record(session, Attempt.ENROLLMENT, origin, clock=house.clock)
            raise
    return Enrolled(enrolled=True, version=kept.version, enrolled_at=kept.enrolled_at)


def _consented(given: consent.Consent) -> Consented:
    return Consented(
        purpose="face",
        given_at=given.given_at,
        keep_until=given.keep_until,
        withdrawn_at=given.withdrawn_at,
    )
