"""A key whose certificate was revoked makes no signature, and no increment for an earlier one."""

import pytest
from sqlalchemy import select

from signing.assembly import assemble
from signing.assembly_jobs import AssemblyState
from signing.key_certificates import KeyCertificateRow, KeyRevoked, RevocationReason, revoke
from signing.keystore import KeyHandle

from .conftest import Town


def revoke_owner(town: Town) -> None:
    handle = KeyHandle(f"person:{town.representative.id}")
    with town.database.transaction() as session:
        serial = session.scalars(
            select(KeyCertificateRow.serial).where(KeyCertificateRow.handle == handle)
        ).one()
        revoke(session, serial, reason=RevocationReason.KEY_COMPROMISE, at=town.clock.now())


def test_a_revoked_key_signs_no_further_agreement(town: Town) -> None:
    town.signed_by_owner()
    revoke_owner(town)
    opened = town.open(slots=town.slots()[:1])
    with pytest.raises(KeyRevoked):
        town.sign(opened, "1")


def test_a_key_revoked_after_its_signature_leaves_the_file_unassembled(town: Town) -> None:
    signed = town.signed_by_owner()
    revoke_owner(town)
    job = assemble(town.database, signed.id, workshop=town.workshop)
    assert job.state is AssemblyState.FAILED
    assert job.reason is not None
    assert "its key signs no more" in job.reason.en
