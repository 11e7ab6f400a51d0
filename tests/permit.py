"""A construction permit of the planted city, issued through the signing rooms, for tests of the doors.

The owner alone signs its application, with an approval that stands for a face scan: the tests that use this
begin where the certificate is already there.
"""

from datetime import timedelta
from random import Random
from uuid import uuid4

from api.demonstration.city import person_id
from api.demonstration.people import CONTRACTOR, DESIGNER, OWNER, OWNERS_REPRESENTATIVE
from api.house import House
from identity import challenges
from identity.approvals import Approval, approve
from identity.challenges import Action
from identity.scans import Verdict
from signing import documents
from signing.agreement_drafting import SlotDraft, create
from signing.agreements import Agreement
from signing.certificate_changes import change
from signing.certificate_issue import issue
from signing.certificate_registration import BEIJING, Application
from signing.certificate_steps import Reason, Step
from signing.certificate_types import certificate_type
from signing.certificates import Certificate
from signing.manifest import SlotKind
from signing.signatures import sign_slot
from signing.slot_locks import lock_slot_of
from tests.signing.joint.small_pdf import small_pdf

FIELDS = {
    "project_name": "示范市滨河社区活动中心",
    "site": "示范市滨河路1号",
    "owner": OWNER.name,
    "contractor": CONTRACTOR.name,
    "scale": "建筑面积12,600平方米",
    "contract_price": "5,280万元",
    "contract_period": "480天",
    "design_institute": DESIGNER.name,
}


def issue_permit(house: House) -> Certificate:
    """Issue a new permit, in force for two years from today."""
    return issue(house.database, permit_application(house), press=house.press)


def permit_application(house: House) -> Application:
    """An application for a permit that its owner signed."""
    agreement = signed_application(house)
    today = house.clock.now().astimezone(BEIJING).date()
    return Application(
        certificate_type=certificate_type("construction-permit"),
        agreement=agreement.id,
        holder=OWNER.uscc,
        fields=FIELDS,
        valid_from=today,
        valid_until=today + timedelta(days=730),
    )


def change_permit(house: House, permit: Certificate, step: Step, reason: Reason) -> None:
    """Let the agency take one step in the permit's life."""
    with house.database.transaction() as session:
        change(session, permit.id, step, reason, agency=house.agency, clock=house.clock)


def signed_application(house: House) -> Agreement:
    """Let the owner sign an application for a permit; the agency has it waiting."""
    with house.database.transaction() as session:
        signer = person_id(session, OWNERS_REPRESENTATIVE)
        document = documents.freeze(
            session, house.store, small_pdf(mark=uuid4().hex), name="申请表.pdf", clock=house.clock
        )
        slot = SlotDraft(
            kind=SlotKind.PERSON,
            organization=OWNER.uscc,
            capacity_zh="建设单位代表",
            capacity_en="owner's representative",
            person=signer,
        )
        opened = create(
            session,
            documents=(document,),
            store=house.store,
            title="施工许可申请",
            slots=(slot,),
            by=OWNER.uscc,
            typesetter=house.typesetter,
            clock=house.clock,
        )
    approval = _approve(house, opened)
    with house.database.transaction() as session:
        sign_slot(
            session,
            agreement_id=opened.id,
            slot_id=opened.slots[0].id,
            approval=approval,
            verifier=house.verifier_signer,
            keyring=house.keyring,
        )
    return opened


def _approve(house: House, opened: Agreement) -> Approval:
    with house.database.transaction() as session:
        signer = person_id(session, OWNERS_REPRESENTATIVE)
        asked = challenges.issue(
            session,
            person=signer,
            action=Action.SIGN,
            subject=opened.slots[0].subject,
            clock=house.clock,
            random=Random(7),  # noqa: S311  the order of head movements matters to nobody here
        )
        challenges.consume(
            session,
            asked.id,
            person=signer,
            action=Action.SIGN,
            subject=opened.slots[0].subject,
            clock=house.clock,
        )
        verdict = Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5)
        return approve(
            session,
            challenge=asked,
            verdict=verdict,
            known=lock_slot_of(session, asked, keystore=house.keyring.keystore),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
