"""Nobody reads or moves another's things by knowing their id: every private door, asked by strangers."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from api import accounts, api_keys
from api.agreement_templates import versions
from api.agreement_templates.content import read_content
from api.app import ROUTERS
from api.bulk_issuing import batches as issue_batches
from api.bulk_issuing.checking import IssuableRow
from api.bulk_sending import batches
from api.bulk_sending.checking import CheckedRow, Seat, Seating
from api.demonstration.city import person_id
from api.demonstration.people import CONTRACTOR, DESIGNER, LEGAL_REPRESENTATIVE, OWNER
from api.embedding import framing_origins
from api.house import House
from api.policy import Role, roles_of
from api.site import Site
from api.site_visits import visits
from api.site_visits.visits import Visit
from api.webhooks import deliveries, endpoints, events
from evidence.digest import sha256
from identity import challenges, counter_cases
from identity.challenges import Action
from identity.members import Position, appoint
from signing import certificate_shares, documents
from signing.certificate_copies import CopyRequest, register
from signing.seal_keepers import ask
from signing.seals import seals_of
from tests.api.devices import begin, octets
from tests.api.newcomers import arrive, requested
from tests.identity.authenticator import Authenticator, made
from tests.permit import issue_permit
from tests.signing.joint.small_pdf import small_pdf

SHARED = {"/api/organizations/{uscc}"}
"""Doors behind a role whose things are nobody's own: the register of organizations."""

DOORS = [
    route
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    and "{" in route.path
    and Role.ANYONE not in roles_of(route)
    and route.path not in SHARED
]
CLOSED = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}
FORM = {
    "reason": "不便办理",
    "question": "何时使用？",
    "answer": "投标时",
    "used_for": "投标",
    "code": "123456",
    "to": "钱以明",
    "comment": "第 3 页的面积请核对",
    "action": "suspended",
}
READER = {"reader": "viewer", "organization": OWNER.uscc.text}
FILLING: dict[str, object] = {"version": 1, "takings": []}
ROLES = json.dumps([{"kind": "seal", "capacity_zh": "甲方公章", "capacity_en": "seal of party A"}])
MULTIPART = {"name": "合同", "title": "合同", "slots": ROLES, "text": "正文"}
FRAME = ("frames", ("0.jpg", b"no picture", "image/jpeg"))


@pytest.fixture(scope="module")
def things(site: Site, house: House) -> dict[str, object]:
    """Somebody's things, by the name of the id in a path."""
    owner = arrive(site, house)
    permit = issue_permit(house)
    with house.database.transaction() as session:
        challenge = challenges.issue(
            session, person=owner.id, action=Action.SIGN, subject=sha256(b"another text"), clock=house.clock
        )
        case = counter_cases.open_case(
            session, person=owner.id, action=Action.SIGN, subject=sha256(b"another text"), clock=house.clock
        )
        seal = seals_of(session, CONTRACTOR.uscc)[0].id
        appoint(session, uscc=CONTRACTOR.uscc, person=owner.id, position=Position.CLERK, clock=house.clock)
        appointment = ask(
            session,
            seal,
            keeper=owner.id,
            by=person_id(session, LEGAL_REPRESENTATIVE),
            clock=house.clock,
        ).id
        frozen = documents.freeze(session, house.store, small_pdf(), name="a.pdf", clock=house.clock)
        documents.bring(session, frozen, by=OWNER.uscc, clock=house.clock)
        template = versions.keep(
            session,
            read_content(name="设计合同", title="合同", slots=ROLES, needs="{}", hours=72, text="正文"),
            organization=OWNER.uscc,
            documents=(),
            clock=house.clock,
        )
        seating = Seating(seats=(Seat(organization=OWNER.uscc.text),), fields={})
        token = certificate_shares.share(
            session, permit, ["site"], lasts=timedelta(hours=1), clock=house.clock
        )
        wanted = CopyRequest(recipient="某单位", purpose="投标", until=permit.valid_from)
        copied = register(session, permit, wanted, press=house.press, clock=house.clock).id
        shared = certificate_shares.shared(session, token, clock=house.clock)[1].id
        batch = batches.keep(
            session, template, sha256(b"sheet"), (CheckedRow(2, "合同", seating),), clock=house.clock
        )
    begun = begin(owner)
    return {
        "passkey_id": begun["id"],
        "case_id": case.id,
        "person_id": owner.id,
        "key": made(Authenticator(house.relying_party).attest(octets(begun["challenge"]))),
        "authorization_id": requested(site, house, owner),
        "challenge_id": challenge.id,
        "agreement_id": permit.agreement,
        "certificate_id": permit.id,
        "slot_id": "1",
        "seal_id": seal,
        "appointment_id": appointment,
        "digest": str(frozen.digest),
        "number": 1,
        "comment_id": 1,
        "reader_id": 1,
        "template_id": template.id,
        "batch_id": batch,
        "share_id": shared,
        "presentation_id": permit.id,
        "copy_id": copied,
        "issue_batch_id": sheet_of_agency(house),
        "type_code": "constructor-registration",
        "line": 2,
        "key_id": key_of_agency(house),
        "origin_id": site_of_owner(house),
        **visit_of_officer(house),
        **webhook_of_agency(house),
    }


def key_of_agency(house: House) -> UUID:
    with house.database.transaction() as session:
        return api_keys.make(
            session,
            house.software.api_keys,
            account=accounts.open_account(
                session, roles=(Role.AGENCY,), title_zh="某机关", title_en="agency", clock=house.clock
            ),
            label="审批系统",
            clock=house.clock,
        ).id


def webhook_of_agency(house: House) -> dict[str, UUID]:
    own = house.operator
    with house.database.transaction() as session:
        endpoint, _ = endpoints.register(
            session,
            house.software.webhook_secrets,
            organization=own,
            url="https://hooks.invalid/",
            clock=house.clock,
        )
        events.tell_trial(session, house, endpoint.id, organization=own)
        return {"endpoint_id": endpoint.id, "delivery_id": deliveries.last(session, own, limit=1)[0].id}


def sheet_of_agency(house: House) -> UUID:
    with house.database.transaction() as session:
        return issue_batches.keep(
            session,
            agency=house.operator,
            certificate_type="constructor-registration",
            sheet=sha256(b"sheet"),
            rows=(IssuableRow(2, None),),
            clock=house.clock,
        )


def site_of_owner(house: House) -> UUID:
    with house.database.transaction() as session:
        return framing_origins.register(
            session, organization=OWNER.uscc, origin="https://oa.example.com", clock=house.clock
        ).id


def visit_of_officer(house: House) -> dict[str, UUID]:
    sent = Visit(uuid4(), account(house, Role.OFFICER), OWNER.uscc.text, "滨河路1号", house.clock.now())
    with house.database.transaction() as session:
        visits.keep_visit(session, sent, clock=house.clock)
    return {"visit_id": sent.id, "finding_id": uuid4()}


def account(house: House, role: Role) -> UUID:
    with house.database.transaction() as session:
        return accounts.open_account(
            session,
            roles=(role,),
            title_zh="外人",
            title_en="stranger",
            organization=DESIGNER.uscc.text,
            demonstration=True,
            clock=house.clock,
        )


def nobody(site: Site, _: House) -> httpx.Client:
    return httpx.Client(base_url=site.url, timeout=60)


def another_person(site: Site, house: House) -> httpx.Client:
    return arrive(site, house).http


def of_role(role: Role) -> Callable[[Site, House], httpx.Client]:
    def enter(site: Site, house: House) -> httpx.Client:
        client = nobody(site, house)
        client.post("/api/sessions", json={"account": str(account(house, role))}).raise_for_status()
        return client

    return enter


STRANGERS = {
    "nobody": nobody,
    "another person": another_person,
    "another firm": of_role(Role.FIRM),
    "another agency": of_role(Role.AGENCY),
    "an officer": of_role(Role.OFFICER),
}


@pytest.fixture(scope="module", params=STRANGERS)
def stranger(request: pytest.FixtureRequest, site: Site, house: House) -> httpx.Client:
    return STRANGERS[request.param](site, house)


GIVEN: dict[str, object] = {
    "/successors": {"how": "reissue"},
    "/numbers": {"number_elsewhere": "1410021605130102-SX-001"},
    "/changes": {"action": "suspend", "reason": 1},
    "/slots/{slot_id}/challenges": {"typed": LEGAL_REPRESENTATIVE.name},
    "/slots/{slot_id}/cases": {"texts": []},
    "/readers": READER,
    "/embeddings": {"origin": "https://oa.example.com"},
    "/previews": FILLING,
    "/presentations/{presentation_id}/code": {"device": "{}"},
    "/copies": {"recipient": "某单位", "purpose": "投标", "until": "2034-12-31"},
    "/shares": {"fields": ["site"], "hours": 1},
    "/templates/{template_id}/agreements": FILLING,
    "/findings": {
        "id": str(uuid4()),
        "scanned": "https://pay.example/",
        "answered": {"word": "unknown", "answered_at": "2026-05-02T06:00:00Z", "online": False},
    },
}
"""What the doors take that take something else than the form."""


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{min(door.methods or ())} {door.path}")
def test_a_stranger_finds_every_door_closed(
    stranger: httpx.Client, things: dict[str, object], door: APIRoute
) -> None:
    path = door.path.format(**things)
    if "GET" in (door.methods or ()):
        answer = stranger.get(path)
    elif "DELETE" in (door.methods or ()):
        answer = stranger.delete(path)
    elif door.path.endswith("/frames"):
        answer = stranger.post(path, files=[FRAME], data={"times": "[0]", "number": "0"})
    elif door.path.endswith("/batches"):
        answer = stranger.post(path, files={"sheet": ("a.csv", b"a", "text/csv")})
    elif door.path.endswith("/versions"):
        answer = stranger.post(path, data=MULTIPART)
    elif door.path.endswith("/key"):
        answer = stranger.post(path, json=things["key"])
    else:
        given = [each for end, each in GIVEN.items() if door.path.endswith(end)]
        answer = stranger.post(path, json=[*given, FORM][0])
    assert answer.status_code in CLOSED
