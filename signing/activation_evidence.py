"""From the database to activation data: what the module that holds the keys is shown.

The module believes none of it for having come from here: approval and device key are signed by the identity
verifier, the opening by its hash, the device's answer by the device.

    data = first_act(session, approval, key=handle, slot="1", manifest=manifest)
"""

from sqlalchemy.orm import Session

from evidence.fields import Fields
from evidence.statement import read
from identity.approvals import Approval, ApprovalMalformed
from identity.commitments import disclosure
from identity.methods import Method
from identity.passkeys import AssertionRow, PasskeyRow, read_row
from identity.webauthn import Assertion
from ledger import facts
from signing.activation_data import ActivationData, DeviceAnswer, Opening, Purpose
from signing.keystore import KeyHandle


def first_act(
    session: Session, approval: Approval, *, key: KeyHandle, slot: str, manifest: bytes
) -> ActivationData:
    """Gather what lets ``key`` sign ``manifest`` for ``slot`` under ``approval``.

    Raises:
        CommitmentUnknown: who approved was erased.
        ApprovalMalformed: the approval names no person.
    """
    return ActivationData(
        key=key,
        purpose=Purpose.MANIFEST,
        slot=slot,
        manifest=manifest,
        approval=approval.signed,
        opening=_opening(session, _person(approval.signed)),
        device=_device(session, approval),
    )


def later_act(
    session: Session, approval: bytes, purpose: Purpose, *, key: KeyHandle, slot: str, manifest: bytes
) -> ActivationData:
    """Gather what lets ``key`` do what rests on the first act; ``approval`` is the digest of its fact."""
    signed = facts.signed_statement(session, approval)
    return ActivationData(key=key, purpose=purpose, slot=slot, manifest=manifest, approval=signed)


def _device(session: Session, approval: Approval) -> DeviceAnswer | None:
    if approval.method is not Method.FACE_PASSKEY or approval.challenge is None:
        return None
    answered = session.get_one(AssertionRow, approval.challenge)
    passkey = read_row(session.get_one(PasskeyRow, answered.passkey))
    added = facts.signed_statement(session, passkey.fact)
    return DeviceAnswer(
        added=added,
        salt=_opening(session, _person(added)).salt,
        key=passkey.public_key,
        assertion=Assertion(
            credential=b"",
            client_data=answered.client_data,
            authenticator_data=answered.authenticator_data,
            signature=answered.signature,
        ),
    )


def _person(signed: bytes) -> bytes:
    """Give the 32-byte commitment to the person in a statement."""
    return Fields(read(signed).statement.body, ApprovalMalformed).octets("person", length=32)


def _opening(session: Session, commitment: bytes) -> Opening:
    shown = disclosure(session, commitment)
    said = Fields(shown.value, ApprovalMalformed, place="person")
    return Opening(citizen_number=said.text("citizen_number"), name=said.text("name"), salt=shown.salt)
