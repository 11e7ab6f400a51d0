"""What an officer does for a person with their document in hand, beside deciding a case.

Each is one act and one fact: how the person is reached, and a device key that is revoked at once on their
word, as the person themselves could.
"""

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.keys import Signer
from identity import contacts, passkeys
from identity.contacts import Contact
from identity.counter_facts import Act, Seen, record_act
from identity.passkeys import Passkey, PasskeyId


def change_contact(
    session: Session, seen: Seen, *, phone: str, mail: str, issuer: str, signer: Signer, clock: Clock
) -> Contact:
    """Keep how the person is reached from now on; what it was and is stands in no fact.

    Raises:
        OwnCase: the officer is the person.
        PhoneMalformed, MailMalformed: it is neither empty nor an address.
    """
    record_act(session, Act.CHANGED_CONTACT, seen, about={}, issuer=issuer, signer=signer, clock=clock)
    return contacts.set_contact(session, seen.person, phone=phone, mail=mail)


def revoke_passkey(
    session: Session, seen: Seen, passkey: PasskeyId, *, issuer: str, signer: Signer, clock: Clock
) -> Passkey:
    """Revoke a device key of the person, at once and for good.

    Raises:
        OwnCase: the officer is the person.
        PasskeyUnknown, PasskeyRevoked: none of theirs has this id, or it was revoked before.
    """
    revoked = passkeys.revoke(session, passkey, person=seen.person, issuer=issuer, signer=signer, clock=clock)
    fact = revoked.revoked_fact
    about = {"passkey": fact}
    after = () if fact is None else (fact,)
    record_act(
        session,
        Act.REVOKED_PASSKEY,
        seen,
        about=about,
        after=after,
        issuer=issuer,
        signer=signer,
        clock=clock,
    )
    return revoked
