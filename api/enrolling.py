"""One enrollment, from the register's portrait to the kept template; no computation while anything is open.

1. consent is in force, and nothing is enrolled yet (one transaction);
2. the population register confirms name and number and hands over its portrait; where it has none, the
   photograph of an identity document serves;
3. the captures are examined and compared with the portrait, in a process of its own;
4. the template is compared with every other one, in pieces;
5. the template is kept, if nobody else was enrolled since; else 4 goes on with those (one transaction).

    enrolled = enroll(house, person_id, captures=(jpeg,), document=None)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from api.house import House
from api.inquiry import confirmed
from evidence.errors import Refused
from identity import consent, counter_tickets, duplicates, enrollment, kept_portraits
from identity.consent import ConsentMissing
from identity.consent_text import Purpose
from identity.counter_refusals import CodeTriedTooOften, CodeWrong, TicketMissing
from identity.duplicates import FaceUnderAnotherNumber
from identity.enrollment import EnrolledAlready, Enrollment, Method, Origin
from identity.face import Template
from identity.people import PersonId, person
from identity.portraits import CapturesMiscounted, check_count
from registers import receipts
from registers.answers import Answer
from registers.questions import about_person
from registers.refusals import RegisterDiffers


class DocumentNeeded(Refused):
    """The population register has no portrait, and no photograph of an identity document came instead."""

    code = "document-needed"
    zh = "人口登记中没有您的照片。请再上传一张身份证件照片（证件上的人像清晰、正面），现场照片不必重拍。"
    en = (
        "The population register has no portrait of you; add a photograph of your identity document, its "
        "portrait clear. What you took before the camera stands."
    )


NOT_EXAMINED = (
    CapturesMiscounted,
    ConsentMissing,
    DocumentNeeded,
    EnrolledAlready,
    RegisterDiffers,
    TicketMissing,
    CodeWrong,
    CodeTriedTooOften,
)
"""Refusals that come before anybody's face is looked at, so that nothing was tried."""


@dataclass(frozen=True)
class _Examined:
    """What the portrait and so many captures led to, before it is kept."""

    template: Template
    portrait: bytes
    answer: Answer
    captures: int


def enroll(
    house: House,
    whom: PersonId,
    *,
    captures: Sequence[bytes],
    document: bytes | None = None,
    code: str = "",
) -> Enrollment:
    """Enroll ``whom`` from one to three ``captures``, encoded images of the person now.

    ``document`` is looked at only where the register has no portrait. ``code`` is that of a ticket by which
    an officer at a counter lets the person put a new template in the place of the one that is kept.

    Raises:
        CapturesMiscounted, ConsentMissing, EnrolledAlready: nothing is asked or computed.
        TicketMissing, CodeWrong, CodeTriedTooOften: neither is anything by a wrong code.
        RegisterSilent, RegisterNotGenuine, PersonDiffers: the population register.
        DocumentNeeded: it has no portrait.
        Refused: a refusal of :func:`identity.portraits.make_template`.
        FaceUnderAnotherNumber: somebody else is enrolled with this face.
    """
    check_count(captures)
    if code:
        with house.database.transaction() as session:
            counter_tickets.take_try(session, whom, clock=house.clock)
    with house.database.transaction() as session:
        consent.require(session, person=whom, purpose=Purpose.FACE_PROCESSING, clock=house.clock)
        if code:
            counter_tickets.check(session, whom, code=code, codes=house.codes, clock=house.clock)
        else:
            enrollment.check_not_enrolled(session, whom)
        known = person(session, whom)
    question = about_person(name=known.name, citizen_number=known.citizen_number, portrait=True, about=whom)
    (answer,) = confirmed(house, (question,))
    portrait = answer.portrait or document
    if portrait is None:
        raise DocumentNeeded
    template = house.scans.make_template(portrait, captures, house.enrollment_policy)
    examined = _Examined(template, portrait, answer, len(captures))
    number = 0
    while True:
        number = _compare_with_all(house, whom, template, after=number)
        kept = _keep(house, whom, examined, code=code, compared=number)
        if kept is not None:
            return kept


def _compare_with_all(house: House, whom: PersonId, template: Template, *, after: int) -> int:
    """Compare with every template above the number ``after``; give the last number compared.

    Raises:
        FaceUnderAnotherNumber: one is too like.
    """
    while True:
        with house.database.transaction() as session:
            rows = duplicates.enrolled_after(session, after, except_for=whom)
        if not rows:
            return after
        others = duplicates.opened(rows, model=house.scans.model, vault=house.vault)
        if house.scans.any_alike(template, others, house.enrollment_policy.alike):
            raise FaceUnderAnotherNumber
        after = rows[-1].number


def _keep(
    house: House, whom: PersonId, examined: _Examined, *, code: str, compared: int
) -> Enrollment | None:
    """Keep the template; give None when somebody was enrolled meanwhile with whom it was not compared."""
    with house.database.transaction() as session:
        if not duplicates.nobody_since(session, compared, except_for=whom):
            return None
        if code:
            counter_tickets.spend(session, whom, code=code, codes=house.codes, clock=house.clock)
        else:
            enrollment.check_not_enrolled(session, whom)
        origin = Origin(
            method=Method.DOCUMENT if examined.answer.portrait is None else Method.REGISTER,
            registers=receipts.keep(session, (examined.answer,)),
            captures=examined.captures,
            policy=house.enrollment_policy.version,
        )
        kept = enrollment.keep(
            session,
            person=whom,
            template=examined.template,
            origin=origin,
            vault=house.vault,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        kept_portraits.keep(
            session,
            examined.portrait,
            person=whom,
            version=kept.version,
            days=house.settings.portrait_days,
            vault=house.vault,
            clock=house.clock,
        )
        return kept
