"""Agreements at the doors: started over a PDF, seen by their parties alone, assembled in the end."""

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from api.demonstration.people import AGENCY, CONTRACTOR, DESIGNER, ENGINEER, OWNERS_REPRESENTATIVE
from api.policy import Role
from api.routes.scan_effects import take_effect
from evidence.bundle import Bundle
from evidence.digest import sha256
from identity.challenges import Action
from signing.agreements import agreement
from signing.objects_folder import FolderObjectStore
from signing.pdf_document import LARGEST_DOCUMENT
from tests.api.joint import (
    AGENCY_DESK,
    SLOTS,
    approval,
    assembled,
    enter,
    enter_as,
    post,
    sign,
    signed_by_all,
    started,
)
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def encrypted() -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(small_pdf())))
    writer.encrypt("secret")  # type: ignore[no-untyped-call]  # pyHanko is typed in part
    output = BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]  # the same
    return output.getvalue()


def slots(**changes: object) -> list[dict[str, Any]]:
    """The owner's slot with ``changes``, and the one of the clerk's own firm."""
    return [{**SLOTS[0], **changes}, SLOTS[2]]


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["title"]


def test_a_firm_starts_an_agreement_over_its_pdf(clerk: httpx.Client) -> None:
    answer = post(clerk, content=small_pdf())
    shown = clerk.get(f"/api/agreements/{answer.json()['id']}").json()
    assert answer.json()["next"] == f"/agreements/{shown['id']}"
    assert (shown["state"], [slot["state"] for slot in shown["slots"]]) == ("open", ["open"] * 3)


def test_the_ready_application_needs_no_upload(clerk: httpx.Client) -> None:
    id_ = post(clerk, ready="true").json()["id"]
    picture = Image.open(BytesIO(clerk.get(f"/agreements/{id_}/pages/4.png").content))
    assert picture.size == (1240, 1754)


def test_stamps_on_the_ready_application_go_to_the_places_of_its_parties(
    city: QuietCity, clerk: httpx.Client
) -> None:
    id_ = UUID(post(clerk, ready="true").json()["id"])
    with city.house.database.transaction() as session:
        manifest = agreement(session, id_).manifest_bytes
    assert manifest.count(b"fplaces\x81\x84\x00\x03") == 3  # one place each: the first document, page 3


@pytest.mark.parametrize(
    ("content", "form", "expected"),
    [
        (b"%PDF-1.7 cut off", {}, (409, "document-broken")),
        (encrypted(), {}, (409, "document-encrypted")),
        (b"0" * (LARGEST_DOCUMENT + 1), {}, (409, "document-too-large")),
        (None, {}, (409, "document-missing")),
        (b"", {}, (409, "document-missing")),
        (small_pdf(), {"slots": []}, (409, "slot-count-wrong")),
        (None, {"slots": [], "ready": "true"}, (409, "slot-count-wrong")),
        (None, {"slots": [*SLOTS] * 3, "ready": "true"}, (409, "too-many-parties")),
        (small_pdf(), {"slots": [SLOTS[1], SLOTS[1], SLOTS[2]]}, (409, "slot-repeated")),
        (small_pdf(), {"slots": "{"}, (422, "slots-malformed")),
        (small_pdf(), {"slots": [{"kind": "person"}]}, (422, "slots-malformed")),
        (small_pdf(), {"slots": slots(organization="91990100MA0DM00179")}, (409, "check-digit-wrong")),
        (small_pdf(), {"slots": slots(organization="9199")}, (409, "identifier-malformed")),
        (small_pdf(), {"slots": slots(organization="91350100M000100Y43")}, (404, "organization-unknown")),
        (small_pdf(), {"slots": slots(person="无此人")}, (409, "signer-not-in-office")),
        (small_pdf(), {"slots": SLOTS[:2]}, (409, "starter-not-party")),
        (small_pdf(), {"slots": slots(person="")}, (409, "slot-person-wrong")),
        (small_pdf(), {"slots": slots(capacity_zh=" ")}, (409, "text-empty")),
        (small_pdf(), {"title": "甲" * 101}, (409, "text-too-long")),
    ],
)
def test_what_cannot_be_signed_is_refused_by_name(
    clerk: httpx.Client, content: bytes | None, form: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = post(clerk, content=content, **form)
    assert problem(answer) == expected
    assert answer.json()["zh"].endswith("。")


@pytest.mark.parametrize(
    ("form", "label"),
    [({"title": "甲" * 101}, "文件标题"), ({"slots": slots(capacity_zh="甲" * 101)}, "身份")],
)
def test_a_field_that_is_too_long_is_called_by_its_own_label(
    clerk: httpx.Client, form: dict[str, Any], label: str
) -> None:
    assert post(clerk, content=small_pdf(), **form).json()["zh"].startswith(f"“{label}”有 101 个字")


@pytest.mark.parametrize(
    ("form", "zh", "en"),
    [
        ("{", "签署各方", "parties that sign"),
        ([1], "第 1 方", "party 1"),
        (
            slots(place={"page": 0, "left": "x", "bottom": 0}),
            "第 1 方的盖章位置",
            "the places of the stamp of party 1",
        ),
    ],
)
def test_malformed_slots_are_told_without_the_names_of_the_program(
    clerk: httpx.Client, form: Any, zh: str, en: str
) -> None:
    told = post(clerk, content=small_pdf(), slots=form).json()
    assert told["zh"].startswith(f"{zh}缺失")
    assert told["en"].startswith(f"Missing or malformed: {en};")


def test_a_refused_name_is_not_repeated(clerk: httpx.Client) -> None:
    assert "无此人" not in post(clerk, content=small_pdf(), slots=slots(person="无此人")).text


@pytest.mark.parametrize("number", ["S990100001", "S999999999", " S990100001"])
def test_a_number_of_another_firms_person_is_refused_like_an_unknown_name(
    city: QuietCity, number: str
) -> None:
    contractor = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    by_number = post(contractor, content=small_pdf(), slots=[SLOTS[1], {**SLOTS[2], "person": number}])
    by_name = post(contractor, content=small_pdf(), slots=[SLOTS[1], {**SLOTS[2], "person": "无此人"}])
    assert by_number.status_code == 409
    assert by_number.json() == by_name.json()


def test_another_firms_person_is_found_by_name_and_number_together(city: QuietCity) -> None:
    contractor = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    started(contractor, slots=[SLOTS[1], {**SLOTS[2], "person": f"{ENGINEER.name} S990100001"}])


def test_a_firm_that_takes_no_part_learns_nothing_of_who_works_where(city: QuietCity) -> None:
    outsider = enter_as(city, Role.FIRM, organization=AGENCY.uscc)
    right = post(outsider, content=small_pdf(), slots=[SLOTS[0]])
    wrong = post(outsider, content=small_pdf(), slots=[{**SLOTS[0], "person": "无此人"}])
    assert problem(right) == problem(wrong) == (409, "starter-not-party")


def test_an_own_signer_is_found_by_registration_number_too(clerk: httpx.Client) -> None:
    id_ = started(clerk, slots=[{**SLOTS[2], "person": "S990100001"}])
    assert clerk.get(f"/api/agreements/{id_}").json()["slots"][0]["person"] == ENGINEER.name


def test_a_person_alone_starts_nothing(engineer: httpx.Client) -> None:
    assert problem(post(engineer, content=small_pdf())) == (403, "not-yours")


@pytest.mark.parametrize(
    "path",
    [
        "/api/agreements/{}",
        "/agreements/{}/document.pdf",
        "/agreements/{}/signed.pdf",
        "/agreements/{}/pages/1.png",
        "/agreements/{}/evidence.bundle",
    ],
)
def test_somebody_elses_agreement_is_unknown(city: QuietCity, complete: str, path: str) -> None:
    stranger = enter_as(city, Role.FIRM, organization=AGENCY.uscc)
    of_another = problem(stranger.get(path.format(complete)))
    assert of_another == problem(stranger.get(path.format(UNKNOWN))) == (404, "agreement-unknown")


def test_somebody_elses_agreement_is_in_no_list(city: QuietCity, complete: str) -> None:
    stranger = enter_as(city, Role.FIRM, organization=AGENCY.uscc)
    assert complete not in stranger.get("/api/agreements").text


def test_the_agency_sees_what_all_have_signed(city: QuietCity, complete: str) -> None:
    assert enter(city, AGENCY_DESK).get(f"/api/agreements/{complete}").status_code == 200


def test_the_agency_does_not_see_what_is_not_signed_by_all(city: QuietCity, clerk: httpx.Client) -> None:
    answer = enter(city, AGENCY_DESK).get(f"/api/agreements/{started(clerk)}")
    assert problem(answer) == (404, "agreement-unknown")


def test_a_signer_sees_the_agreement_that_names_them(clerk: httpx.Client, engineer: httpx.Client) -> None:
    id_ = started(clerk)
    assert id_ in engineer.get("/api/agreements").text


def test_the_frozen_document_comes_back_byte_for_byte(clerk: httpx.Client) -> None:
    content = small_pdf(mark="as it was")
    id_ = post(clerk, content=content).json()["id"]
    assert clerk.get(f"/agreements/{id_}/document.pdf").content == content


def test_a_page_beyond_the_last_is_unknown(clerk: httpx.Client, complete: str) -> None:
    assert problem(clerk.get(f"/agreements/{complete}/pages/3.png")) == (404, "document-page-unknown")


def test_a_slot_of_another_gives_no_challenge(clerk: httpx.Client, engineer: httpx.Client) -> None:
    answer = engineer.post(f"/api/agreements/{started(clerk)}/slots/1/challenges")
    assert problem(answer) == (409, "not-this-party")


def test_a_seal_of_another_keeper_gives_no_challenge(clerk: httpx.Client, engineer: httpx.Client) -> None:
    answer = engineer.post(f"/api/agreements/{started(clerk)}/slots/2/challenges")
    assert problem(answer) == (409, "not-the-keeper")


def test_a_signed_slot_gives_no_challenge(
    city: QuietCity, clerk: httpx.Client, engineer: httpx.Client
) -> None:
    id_ = started(clerk)
    sign(city.house, id_, "3", ENGINEER)
    assert problem(engineer.post(f"/api/agreements/{id_}/slots/3/challenges")) == (409, "slot-signed")


def test_nobody_signs_by_face_without_consent(clerk: httpx.Client, engineer: httpx.Client) -> None:
    answer = engineer.post(f"/api/agreements/{started(clerk)}/slots/3/challenges")
    assert problem(answer) == (409, "consent-missing")


def test_what_a_scan_approved_fills_that_slot_and_no_other(city: QuietCity, clerk: httpx.Client) -> None:
    capacities = [SLOTS[2], {**SLOTS[2], "capacity_zh": "审图人", "capacity_en": "reviewer"}]
    id_ = started(clerk, slots=capacities)
    with city.house.database.transaction() as session:
        second = agreement(session, UUID(id_)).slot("2")
    approved = approval(city.house, ENGINEER, Action.SIGN, second.subject)
    with city.house.database.transaction() as session:
        take_effect(session, city.house, approved)
    signed = [slot["state"] for slot in clerk.get(f"/api/agreements/{id_}").json()["slots"]]
    assert signed == ["open", "signed"]


def test_there_is_no_signed_pdf_before_all_have_signed(clerk: httpx.Client) -> None:
    assert problem(clerk.get(f"/agreements/{started(clerk)}/signed.pdf")) == (404, "assembly-unknown")


def test_the_signed_pdf_begins_with_the_original(clerk: httpx.Client, complete: str) -> None:
    original = clerk.get(f"/agreements/{complete}/document.pdf").content
    assert clerk.get(f"/agreements/{complete}/signed.pdf").content.startswith(original)


def test_the_parties_take_the_evidence_of_what_they_signed(clerk: httpx.Client, complete: str) -> None:
    bundle = Bundle.decode(clerk.get(f"/agreements/{complete}/evidence.bundle").content)
    original = clerk.get(f"/agreements/{complete}/document.pdf").content
    assert bundle.files[sha256(original).value] == original


def lose(city: QuietCity, id_: str) -> tuple[Path, bytes]:
    """Take the frozen document out of the store."""
    with city.house.database.transaction() as session:
        digest = agreement(session, UUID(id_)).documents[0]
    store = city.house.store
    assert isinstance(store, FolderObjectStore)
    file = next(city.house.folder.joinpath("objects").rglob(f"*{digest.value.hex()[4:]}*"))
    content = file.read_bytes()
    file.unlink()
    return file, content


def test_a_failed_assembly_says_why_and_is_tried_again(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = post(clerk, content=small_pdf(mark="lost for a while")).json()["id"]
    signed_by_all(city.house, id_)
    file, content = lose(city, id_)
    assembled(city.house, id_)
    failed = clerk.get(f"/api/agreements/{id_}").json()
    assert (failed["state"], failed["assembly"]["state"]) == ("failed", "failed")
    assert failed["assembly"]["reason_zh"] in clerk.get(f"/agreements/{id_}").text
    file.write_bytes(content)
    assert clerk.post(f"/api/agreements/{id_}/assembly").json()["state"] == "waiting"
    assembled(city.house, id_)
    assert clerk.get(f"/api/agreements/{id_}").json()["state"] == "assembled"


def test_an_assembly_that_did_not_fail_is_not_tried_again(clerk: httpx.Client, complete: str) -> None:
    assert problem(clerk.post(f"/api/agreements/{complete}/assembly")) == (409, "assembly-not-failed")


def test_the_page_offers_the_act_to_the_party_whose_turn_it_is(
    clerk: httpx.Client, engineer: httpx.Client
) -> None:
    id_ = started(clerk)
    path = f'href="/agreements/{id_}/slots/3"'
    assert path in engineer.get(f"/agreements/{id_}").text
    assert path not in clerk.get(f"/agreements/{id_}").text


def test_the_signing_page_shows_every_page_and_the_manifest(
    clerk: httpx.Client, engineer: httpx.Client
) -> None:
    id_ = started(clerk)
    text = engineer.get(f"/agreements/{id_}/slots/3").text
    assert [f"/agreements/{id_}/pages/{number}.png" in text for number in (1, 2, 3)] == [True, True, False]
    assert engineer.get(f"/api/agreements/{id_}").json()["manifest_digest"] in text


def test_the_page_of_a_signed_slot_leads_back(
    city: QuietCity, clerk: httpx.Client, engineer: httpx.Client
) -> None:
    id_ = started(clerk)
    sign(city.house, id_, "3", ENGINEER)
    assert engineer.get(f"/agreements/{id_}/slots/3").headers["location"] == f"/agreements/{id_}"


def test_a_signature_changes_the_version_that_pages_watch(city: QuietCity, clerk: httpx.Client) -> None:
    id_ = started(clerk)
    before = clerk.get(f"/api/agreements/{id_}").json()["version"]
    sign(city.house, id_, "1", OWNERS_REPRESENTATIVE)
    assert clerk.get(f"/api/agreements/{id_}").json()["version"] != before


def test_a_code_shows_its_organization_and_whether_it_has_a_seal(clerk: httpx.Client) -> None:
    found = clerk.get(f"/api/organizations/{CONTRACTOR.uscc.text}").json()
    assert (found["name"], [each["kind"] for each in found["seals"]]) == (CONTRACTOR.name, ["company"])
    assert clerk.get(f"/api/organizations/{DESIGNER.uscc.text}").json()["seals"] == []


def test_the_firms_home_shows_its_agreements(clerk: httpx.Client, complete: str) -> None:
    assert f"/agreements/{complete}" in clerk.get("/firm").text


@pytest.mark.parametrize("path", ["/firm", "/agreements/new", "/agreements/{}"])
def test_a_page_speaks_one_language_at_a_time(clerk: httpx.Client, complete: str, path: str) -> None:
    http = httpx.Client(base_url=clerk.base_url, cookies=dict(clerk.cookies), trust_env=False, timeout=60)
    page = http.get(path.format(complete), params={"lang": "en"}).text
    assert not {"发起签署", "已签署", "持有的证照"} & set(page.replace("<", " ").replace(">", " ").split())
