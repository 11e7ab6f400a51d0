"""The evidence bundle of a granted authorization: all that a stranger needs, in one file.

Its exhibits are the grant, the approval that let it happen, the record of every use, and the revocation or
lapse; all with the log's receipt. It carries the exact text and discloses the qualification. It does not
disclose the person, whose commitment opens to the whole citizen number: the text has the name and four
characters of it.

    data = bundle(session, authorization_id, archive=archive)
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from evidence.bundle import Bundle, Exhibit
from evidence.commitment import Disclosure
from evidence.errors import Refused
from evidence.statement import read
from identity.authorization_uses import uses_of
from identity.authorizations import Authorization, AuthorizationId, authorization
from identity.commitments import CommitmentUnknown, disclosure
from ledger import facts
from signing.exhibits import Archive, exhibit, with_approval


class AuthorizationWithoutGrant(Refused):
    """The person did not grant it, so there is nothing to show."""

    code = "authorization-without-grant"
    zh = "授权 {authorization} 没有经本人授权，没有可以出具的授权书和证据。"
    en = "The person did not grant authorization {authorization}, so there is neither document nor evidence."


def bundle(session: Session, authorization_id: AuthorizationId, *, archive: Archive) -> bytes:
    """Return the encoded bundle of an authorization that was granted, as of now.

    Raises:
        AuthorizationUnknown, AuthorizationWithoutGrant: there is none, or it was never granted.
        FactErased: its salt was erased, as the law asks.
    """
    found = authorization(session, authorization_id)
    fact = granted_fact(found)
    gathered = Bundle(
        kind="authorization",
        exhibits=tuple(_exhibits(session, found, fact, archive)),
        disclosures=tuple(_disclosures(session, fact)),
        files={found.digest.value: found.text.document},
        status_list=None,
    )
    return gathered.encode()


def granted_fact(found: Authorization) -> bytes:
    """Return the digest of the grant of ``found``, 32 bytes.

    Raises:
        AuthorizationWithoutGrant: the person did not grant it.
    """
    if found.approval is None or found.fact is None:
        raise AuthorizationWithoutGrant(authorization=found.id)
    return found.fact


def _exhibits(session: Session, found: Authorization, fact: bytes, archive: Archive) -> Iterator[Exhibit]:
    yield from with_approval(session, fact, archive=archive)
    ends = [] if found.end_fact is None else [found.end_fact]
    for each in dict.fromkeys([use.fact for use in uses_of(session, found.id)] + ends):
        yield exhibit(session, each, archive=archive)


def _disclosures(session: Session, fact: bytes) -> Iterator[Disclosure]:
    held = read(facts.signed_statement(session, fact)).statement.body.get("qualification")
    if isinstance(held, bytes):
        try:
            yield disclosure(session, held)
        except CommitmentUnknown:
            return
