"""A signature that was made while its transaction failed: whoever was asked answers again."""

from datetime import timedelta

import pytest

from identity import approvals, challenges
from identity.approvals import Method
from identity.challenges import Action, Challenge
from signing.agreements import Agreement
from signing.cades import check_detached
from signing.signatures import Signature, sign_slot
from signing.slot_locks import lock_slot_of

from .conftest import AGENCY, Town


class Died(Exception):  # noqa: N818  it is no error of ours
    """The server dies before the transaction is on disk."""


def answered(town: Town, opened: Agreement, asked: Challenge, *, dies: bool = False) -> Signature:
    """Approve by a code at a counter, where one question may be answered again, and sign."""
    with town.database.transaction() as session:
        approval = approvals.record(
            session,
            asked,
            challenge=None,
            method=Method.CODE_OFFICER_AT_COUNTER,
            policy="test-policy/1",
            known=lock_slot_of(session, asked, keystore=town.keystore),
            issuer=AGENCY.text,
            signer=town.verifier,
            clock=town.clock,
        )
        signature = sign_slot(
            session,
            agreement_id=opened.id,
            slot_id="1",
            approval=approval,
            verifier=town.verifier,
            keyring=town.keyring,
        )
        if dies:
            raise Died
        return signature


def test_a_case_whose_signature_was_lost_is_answered_again(town: Town) -> None:
    opened = town.open()
    with town.database.transaction() as session:
        asked = challenges.issue(
            session,
            person=town.signer(opened, "1").id,
            action=Action.SIGN,
            subject=opened.slot("1").subject,
            clock=town.clock,
        )
    with pytest.raises(Died):
        answered(town, opened, asked, dies=True)
    assert not town.read(opened.id).signed
    town.clock.advance(timedelta(seconds=1))
    signature = answered(town, opened, asked)
    check_detached(signature.cms, opened.manifest_bytes, roots=(town.authority.root,))
    assert town.read(opened.id).signed == {"1"}
