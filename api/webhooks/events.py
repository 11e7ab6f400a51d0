"""Events: what an organization's software is told, as CloudEvents, in the transaction of what they tell.

An event names things by their ids, states, digests and times. It holds no name, no title, no text and nobody;
who receives it asks for the rest with its API key. Every organization that sees the thing is told.

    tell_agreement(session, house, after, before=before)

Source: CloudEvents 1.0.2, 2 and 3.1; its JSON event format 1.0.2, 3 (structured mode).
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.certificate_view import standing
from api.house import House
from api.pages import CITY_TIME
from api.webhooks import deliveries
from api.webhooks.endpoints import endpoints_of, own_row
from evidence.digest import Digest, HashAlgorithm
from evidence.identifiers import Uscc
from identity.authorization_states import State
from identity.authorizations import Authorization
from signing.agreements import Agreement, AgreementState
from signing.certificates import Certificate

Data = dict[str, str | int | None]


class EventType(StrEnum):
    """What happened."""

    AGREEMENT_TURN = "cn.yinxin.agreement.turn"
    AGREEMENT_SIGNED = "cn.yinxin.agreement.signed"
    AGREEMENT_COMPLETED = "cn.yinxin.agreement.completed"
    AGREEMENT_DECLINED = "cn.yinxin.agreement.declined"
    AGREEMENT_WITHDRAWN = "cn.yinxin.agreement.withdrawn"
    AGREEMENT_VOIDED = "cn.yinxin.agreement.voided"
    AUTHORIZATION_GRANTED = "cn.yinxin.authorization.granted"
    AUTHORIZATION_REFUSED = "cn.yinxin.authorization.refused"
    AUTHORIZATION_REVOKED = "cn.yinxin.authorization.revoked"
    CERTIFICATE_ISSUED = "cn.yinxin.certificate.issued"
    CERTIFICATE_CHANGED = "cn.yinxin.certificate.changed"
    TRIAL = "cn.yinxin.webhook.trial"


_ANSWERS = {
    State.GRANTED: EventType.AUTHORIZATION_GRANTED,
    State.REFUSED: EventType.AUTHORIZATION_REFUSED,
    State.REVOKED: EventType.AUTHORIZATION_REVOKED,
}


def tell_agreement(session: Session, house: House, after: Agreement, *, before: Agreement | None) -> None:
    """Tell all its organizations what is new in an agreement; ``before`` is None when it was just started."""
    told = {after.started_by} | {slot.organization for slot in after.slots}
    state = after.state(house.clock.now())
    about: Data = {
        "agreement": str(after.id),
        "state": state.value,
        "document": str(after.documents[0]),
        "manifest": str(after.manifest_digest),
        "expires_at": _time(after.expires_at),
    }
    for type_, slot in _news(after, before, state):
        more: Data = {} if slot is None else {"slot": slot}
        tell(session, house, type_, subject=after.id, to=told, data=about | more)


def tell_authorization(session: Session, house: House, answered: Authorization) -> None:
    """Tell the firm that the person granted, refused or revoked."""
    data: Data = {
        "authorization": str(answered.id),
        "state": answered.state.value,
        "text": str(answered.digest),
        "valid_from": _time(answered.valid_from),
        "valid_until": _time(answered.valid_until),
        "uses": answered.uses,
    }
    tell(session, house, _ANSWERS[answered.state], subject=answered.id, to=(answered.firm,), data=data)


def tell_certificate(session: Session, house: House, found: Certificate, type_: EventType) -> None:
    """Tell the holder and the agency that a certificate was issued or changed."""
    today = house.clock.now().astimezone(CITY_TIME).date()
    data: Data = {
        "certificate": str(found.id),
        "state": standing(found, today=today).value,
        "statement": str(Digest(HashAlgorithm.SHA256, found.statement)),
        "agreement": None if found.agreement is None else str(found.agreement),
    }
    to = {found.agency} if found.holder is None else {found.agency, found.holder}
    tell(session, house, type_, subject=found.id, to=to, data=data)


def tell_trial(session: Session, house: House, endpoint: UUID, *, organization: Uscc) -> None:
    """Let one endpoint be tried.

    Raises:
        WebhookUnknown: it is none of the organization's.
    """
    own_row(session, endpoint, organization=organization)
    _write(session, house, EventType.TRIAL, subject=endpoint, endpoints=[endpoint], data={})


def tell(
    session: Session, house: House, type_: EventType, *, subject: UUID, to: Iterable[Uscc], data: Data
) -> None:
    """Write one event to every endpoint of the organizations ``to``."""
    found = [endpoint.id for each in to for endpoint in endpoints_of(session, each)]
    if found:
        _write(session, house, type_, subject=subject, endpoints=found, data=data)


def _write(
    session: Session, house: House, type_: EventType, *, subject: UUID, endpoints: Iterable[UUID], data: Data
) -> None:
    event = uuid4()
    body = json.dumps(
        {
            "specversion": "1.0",
            "id": str(event),
            "source": house.settings.public_url.rstrip("/"),
            "type": type_.value,
            "subject": str(subject),
            "time": _time(house.clock.now()),
            "datacontenttype": "application/json",
            "data": data,
        }
    )
    for endpoint in endpoints:
        deliveries.write(
            session, endpoint=endpoint, event=event, type_=type_.value, body=body, clock=house.clock
        )


def _news(
    after: Agreement, before: Agreement | None, state: AgreementState
) -> Iterable[tuple[EventType, str | None]]:
    """What of ``after`` was not so ``before``, with the slot that it concerns."""
    was = {slot.id: slot for slot in before.slots} if before else {}
    for slot in after.slots:
        earlier = was.get(slot.id)
        if slot.signed_at is not None and (earlier is None or earlier.signed_at is None):
            yield EventType.AGREEMENT_SIGNED, slot.id
        if slot.declined_at is not None and (earlier is None or earlier.declined_at is None):
            yield EventType.AGREEMENT_DECLINED, slot.id
    ended = None if before is not None and before.ended is not None else after.ended
    if ended is AgreementState.WITHDRAWN:
        yield EventType.AGREEMENT_WITHDRAWN, None
    if ended is AgreementState.VOIDED:
        yield EventType.AGREEMENT_VOIDED, None
    if after.completed_at is not None and (before is None or before.completed_at is None):
        yield EventType.AGREEMENT_COMPLETED, None
    if state is AgreementState.OPEN:
        for id_ in sorted(after.wanted - (before.wanted if before else frozenset())):
            yield EventType.AGREEMENT_TURN, id_


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
