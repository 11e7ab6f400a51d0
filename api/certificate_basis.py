"""What a certificate rests on: authorizations that the parties were granted, each used for one certificate.

The certificate is registered and its authorizations are used in one transaction, so that none can serve
two certificates. Sending the same application again finds the certificate that is there.

    registered = register_on(session, application, ids, house=house)
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from api import notices
from api.house import House
from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused
from identity import authorizations
from identity.authorization_records import locked_row
from identity.authorizations import Authorization, AuthorizationId, authorization_in_force
from signing.agreements import Agreement, agreement
from signing.certificate_registration import Application, find_registered, lock_application, register
from signing.certificates import Certificate


class AuthorizationOfStranger(Refused):
    """The authorization was given to a firm that is no party of the agreement."""

    code = "authorization-of-stranger"
    zh = "授权 {authorization} 不是给本次签署各方的，不能据以签发证照。"
    en = "Authorization {authorization} was given to no party of this agreement; leave it out."


class AuthorizationsUnfounded(Refused):
    """Authorizations are named, and no agreement whose parties they were given to."""

    code = "authorizations-unfounded"
    zh = "人员授权须随各方签署的申请使用；请选择所依据的签署，或不要附带授权。"
    en = "Authorizations are used with an agreement of those they were given to; name it, or leave them out."


def register_on(
    session: Session, application: Application, granted: Sequence[UUID], *, house: House
) -> Certificate:
    """Register the certificate and use the authorizations ``granted`` for it; once, however often sent.

    Raises:
        AuthorizationUnknown, AuthorizationOfStranger: one cannot serve here.
        AuthorizationsUnfounded: there is no agreement whose parties were granted any.
        TransitionRefused, AuthorizationNotYetValid, AuthorizationLapsed: one is not in force.
        The refusals of ``signing.certificate_registration.register``.
    """
    if granted and application.agreement is None:
        raise AuthorizationsUnfounded
    # Reference, slots, then authorizations, before the log: two orders of locking could wait for each other.
    lock_application(session, application, agency=house.agency)
    if application.agreement is None or find_registered(session, application, house.agency) is not None:
        return register(session, application, agency=house.agency, clock=house.clock)
    rests_on = agreement(session, application.agreement)
    used = [_usable(session, each, rests_on, house) for each in sorted(set(granted))]
    facts = tuple(each.fact for each in used if each.fact is not None)
    registered = register(
        session, replace(application, authorizations=facts), agency=house.agency, clock=house.clock
    )
    for each in used:
        taken = authorizations.use(
            session,
            each.id,
            firm=each.firm,
            used_for=Digest(HashAlgorithm.SHA256, registered.statement),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        notices.tell_use(session, house, taken)
    return registered


def usable(session: Session, found: Agreement, *, house: House) -> tuple[Authorization, ...]:
    """Return the authorizations in force that the parties of ``found`` were granted, the newest first."""
    now = house.clock.now()
    firms = dict.fromkeys(slot.organization for slot in found.filled if slot.kind.stamps)
    return tuple(
        each
        for firm in firms
        for each in authorizations.authorizations_of_firm(session, firm)
        if each.state is authorizations.State.GRANTED and each.valid_from <= now < each.valid_until
    )


def _usable(session: Session, authorization_id: UUID, found: Agreement, house: House) -> Authorization:
    id_ = AuthorizationId(authorization_id)
    locked_row(session, id_)
    granted = authorization_in_force(session, id_, at=house.clock.now())
    if granted.firm not in found.parties:
        raise AuthorizationOfStranger(authorization=authorization_id)
    return granted
