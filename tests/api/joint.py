"""Agreements of the planted city for tests of its doors: started through them, signed through the rooms.

An approval stands for a face scan; the scans themselves are tested where they are made.
"""

import json
from typing import Any
from uuid import UUID

import httpx

from api import accounts
from api.demonstration.city import person_id
from api.demonstration.people import (
    CONTRACTOR,
    DESIGNER,
    ENGINEER,
    LEGAL_REPRESENTATIVE,
    OWNER,
    OWNERS_REPRESENTATIVE,
    DemonstrationPerson,
)
from api.house import House
from api.pages import CITY_TIME
from api.policy import Role
from evidence.digest import Digest
from evidence.identifiers import Uscc
from identity import authorizations, challenges
from identity.approvals import Approval, approve
from identity.authorizations import AuthorizationId
from identity.challenges import Action
from identity.people import PersonId
from identity.scans import Verdict
from signing.agreements import agreement
from signing.assembly import assemble
from signing.assembly_jobs import AssemblyJob
from signing.signatures import sign_slot
from signing.slot_locks import lock_slot_of
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

PATIENCE_S = 120  # an upload is drawn and rehearsed: seconds of computing, many more on a busy machine

CLERK = "设计院经办人"
AGENCY_DESK = "发证机关"
SIGNERS = (OWNERS_REPRESENTATIVE, LEGAL_REPRESENTATIVE, ENGINEER)
SLOTS: tuple[dict[str, Any], ...] = (
    {
        "kind": "person",
        "organization": OWNER.uscc.text,
        "person": OWNERS_REPRESENTATIVE.name,
        "capacity_zh": "建设单位代表",
        "capacity_en": "owner's representative",
    },
    {
        "kind": "seal",
        "organization": CONTRACTOR.uscc.text,
        "capacity_zh": "施工单位（盖章）",
        "capacity_en": "contractor (seal)",
    },
    {
        "kind": "person",
        "organization": DESIGNER.uscc.text,
        "person": ENGINEER.name,
        "capacity_zh": "设计单位项目负责人",
        "capacity_en": "design leader",
    },
)


def enter(city: QuietCity, title: str) -> httpx.Client:
    """Come in by the one-click account whose title begins with ``title``."""
    http = httpx.Client(base_url=str(city.visitor.base_url), trust_env=False, timeout=PATIENCE_S)
    offered = http.get("/api/accounts").json()
    account = next(each["id"] for each in offered if each["title_zh"].startswith(title))
    assert http.post("/api/sessions", json={"account": account}).status_code == 201
    return http


def enter_as(
    city: QuietCity, *roles: Role, organization: Uscc | None = None, person: PersonId | None = None
) -> httpx.Client:
    """Come in by a new account that acts for ``organization``, or is ``person``'s."""
    with city.house.database.transaction() as session:
        account = accounts.open_account(
            session,
            roles=roles,
            title_zh="经办人",
            title_en="clerk",
            organization=None if organization is None else organization.text,
            person=person,
            clock=city.house.clock,
        )
        link = accounts.sign_in_link(session, account=account, clock=city.house.clock)
    http = httpx.Client(base_url=str(city.visitor.base_url), trust_env=False, timeout=PATIENCE_S)
    http.post(f"/sign-in/{link}").raise_for_status()
    return http


def post(http: httpx.Client, *, content: bytes | None = None, **form: object) -> httpx.Response:
    """Send the form that starts an agreement; ``content`` is the PDF, ``slots`` a list or a text."""
    slots = form.pop("slots", SLOTS)
    data = {"title": "施工许可联合申请", "slots": slots if isinstance(slots, str) else json.dumps(slots)}
    files = {} if content is None else {"document": ("申请表.pdf", content, "application/pdf")}
    return http.post("/api/agreements", data={**data, **form}, files=files)


def started(http: httpx.Client, **form: object) -> str:
    """Start an agreement over a small PDF; give its id."""
    answer = post(http, content=small_pdf(pages=2), **form)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


def approval(house: House, person: DemonstrationPerson, action: Action, subject: Digest) -> Approval:
    """Give the approval that a passed scan of ``person`` would have led to."""
    with house.database.transaction() as session:
        id_ = person_id(session, person)
        asked = challenges.issue(session, person=id_, action=action, subject=subject, clock=house.clock)
        challenges.consume(session, asked.id, person=id_, action=action, subject=subject, clock=house.clock)
        return approve(
            session,
            challenge=asked,
            verdict=Verdict("test-policy/1", asked.question.steps, movements=(), frames=20, compared=5),
            known=lock_slot_of(session, asked, keystore=house.keyring.keystore),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )


def sign(house: House, agreement_id: str, slot_id: str, person: DemonstrationPerson) -> None:
    """Let ``person`` fill a slot."""
    with house.database.transaction() as session:
        found = agreement(session, UUID(agreement_id))
    slot = found.slot(slot_id)
    shown = approval(house, person, slot.kind.action, slot.subject)
    with house.database.transaction() as session:
        sign_slot(
            session,
            agreement_id=found.id,
            slot_id=slot_id,
            approval=shown,
            verifier=house.verifier_signer,
            keyring=house.keyring,
        )


def signed_by_all(house: House, agreement_id: str) -> None:
    """Let the three parties sign."""
    for number, person in enumerate(SIGNERS, start=1):
        sign(house, agreement_id, str(number), person)


def assembled(house: House, agreement_id: str) -> AssemblyJob:
    """Do the worker's part."""
    return assemble(house.database, UUID(agreement_id), workshop=house.workshop)


def request_of_engineer(house: House, **changes: object) -> dict[str, object]:
    """What a firm posts to ask the engineer."""
    return {
        "registration_number": "S990100001",
        "name": ENGINEER.name,
        "citizen_number": ENGINEER.citizen_number.text,
        "purpose": "作为结构专业负责人申请建筑工程施工许可",
        "project": "示范市滨河社区活动中心",
        "position": "结构专业负责人",
        "scope": "施工许可申请、施工图设计、图纸会审",
        "valid_from": house.clock.now().astimezone(CITY_TIME).date().isoformat(),
        "valid_until": "2034-12-31",
    } | changes


def granted_authorization(city: QuietCity, http: httpx.Client, **changes: object) -> str:
    """Let the firm of ``http`` ask the engineer, and the engineer grant it; give its id."""
    asked = http.post("/api/authorizations", json=request_of_engineer(city.house, **changes)).json()["id"]
    house, id_ = city.house, AuthorizationId(UUID(asked))
    with house.database.transaction() as session:
        subject = authorizations.authorization(session, id_).digest
    shown = approval(house, ENGINEER, Action.AUTHORIZE, subject)
    with house.database.transaction() as session:
        authorizations.grant(
            session,
            id_,
            approval=shown,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    return str(id_)
