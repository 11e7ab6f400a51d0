"""An agency's own types: checked, shown, registered in the log, issued, verified out of the trust file."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.bulk_issuing.issuing import issue_next
from api.demonstration.people import CONTRACTOR, OWNER
from api.policy import Role
from evidence import canonical
from evidence.digest import sha256
from evidence.statement import StatementType, read
from evidence.type_description import canonical_description, read_type
from ledger import facts
from signing.certificate_registration import BEIJING
from tests.api.joint import AGENCY_DESK, enter, enter_as
from tests.api.sheets import act, counts, download, sheet, submit
from tests.api.test_agreements import problem
from tests.quiet_city import QuietCity, open_quiet_city
from verify.qr import verify_qr
from verify.trust import TrustAnchors

TYPES = "/api/certificate-types"
FISHING = """
code = "fishing-licence"
zh = "渔业捕捞许可证"
en = "Fishing licence"
holder = { kind = "organization", name = "boat_owner" }
basis = "none"
face = "sheet"
grant = "根据《中华人民共和国渔业法》，经审查，准予捕捞。"
notes = ["一、本证随船携带。"]
field = [
  { name = "boat_owner", zh = "船舶所有人", en = "Owner of the boat", metadata = "KZ_CBSYR", qr = true },
  { name = "boat", zh = "船名", en = "Boat", metadata = "KZ_CM", qr = true },
  { name = "waters", zh = "作业场所", en = "Waters", metadata = "KZ_ZYCS", required = false },
]
identifier = { local_sequence = "021" }
number = { form = "YB{area}{year}{serial:5}", licence = "YB{area}{year}{serial:5}" }
validity = { rule = "years", years = 5 }
states = { in-force = { zh = "有效", en = "in force" }, cancelled = { zh = "注销", en = "cancelled" } }
"""
FIELDS = {"boat_owner": OWNER.name, "boat": "鲁渔 123"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        opened.anchor()
        yield opened


@pytest.fixture(scope="module")
def agency(city: QuietCity) -> httpx.Client:
    return enter(city, AGENCY_DESK)


@pytest.fixture(scope="module")
def first(agency: httpx.Client) -> dict[str, Any]:
    """The type's first version, registered."""
    return registered(agency, FISHING)


def another(code: str, prefix: str) -> str:
    """The same type under another code, name and number."""
    renamed = FISHING.replace("fishing", code).replace("渔业捕捞许可证", f"{code}证")
    return renamed.replace("Fishing licence", f"{code.title()} licence").replace('"YB', f'"{prefix}')


def sent(http: httpx.Client, description: str, to: str = "") -> httpx.Response:
    files = {"description": ("type.toml", description.encode(), "application/toml")}
    return http.post(f"{TYPES}{to}", files=files)


def registered(http: httpx.Client, description: str) -> dict[str, Any]:
    answer = sent(http, description)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def issued(http: httpx.Client, city: QuietCity, type_: str, **changes: str) -> dict[str, Any]:
    asked = {
        "type": type_,
        "holder": OWNER.uscc.text,
        "fields": {**FIELDS, **changes},
        "valid_from": f"{city.house.clock.now().astimezone(BEIJING):%Y-%m-%d}",
    }
    answer = http.post("/api/certificates", json=asked)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = http.get(f"/api/certificates/{answer.json()['id']}").json()
    return shown


def pinned(city: QuietCity) -> TrustAnchors:
    return TrustAnchors.parse(city.visitor.get("/trust.json").raise_for_status().content)


def test_a_description_is_shown_before_it_is_registered(agency: httpx.Client) -> None:
    seen = sent(agency, another("angling", "YC"), "/previews").json()
    assert (seen["name"], seen["known"], seen["zh"]) == ("angling-licence@1", False, "angling证")
    assert seen["qr_bits"] <= seen["qr_most_bits"]
    assert seen["qr_version"] <= seen["qr_most_version"] == 20
    assert seen["page"].startswith("data:image/png;base64,")
    assert "angling-licence@1" not in [each["name"] for each in agency.get(TYPES).json()]


def test_a_registered_type_is_a_fact_that_states_the_digest_of_its_canonical_form(
    city: QuietCity, agency: httpx.Client, first: dict[str, Any]
) -> None:
    with city.house.database.transaction() as session:
        stated = read(facts.signed_statement(session, bytes.fromhex(first["statement"]))).statement
    assert stated.type is StatementType.CERTIFICATE_TYPE
    digest = sha256(canonical_description(read_type(FISHING.encode()))).value
    assert stated.body == {"code": "fishing-licence", "version": 1, "description": digest}
    assert registered(agency, f"# another word\n{FISHING}") == first


def test_it_is_issued_in_bulk_and_alone_and_verified_by_whoever_has_the_trust_file(
    city: QuietCity, agency: httpx.Client, first: dict[str, Any]
) -> None:
    old = pinned(city)
    assert first["name"] in [each["name"] for each in agency.get(TYPES).json()]
    assert "渔业捕捞许可证" in agency.get("/agency", headers={"accept": "text/html"}).text
    alone = issued(agency, city, "fishing-licence")
    assert (alone["type"], alone["fields"][1]["zh"]) == ("fishing-licence@1", "船名")
    head = ["holder", "船舶所有人", "船名"]
    content = sheet([OWNER.uscc.text, OWNER.name, "鲁渔 124"], head=head)
    batch = submit(agency, content, "fishing-licence").json()["id"]
    act(agency, batch).raise_for_status()
    while issue_next(city.house):
        pass
    assert counts(agency, batch) == {"issued": 1}
    assert re.match("YB99", download(agency, batch, "results")[0][2])
    report = verify_qr(alone["qr"], old, as_of=datetime.now(UTC))
    assert [fact.label.zh for fact in report.facts][2:4] == ["船舶所有人", "船名"]
    assert report.facts[0].value.zh == "渔业捕捞许可证"
    unknowing = verify_qr(alone["qr"], replace(old, types=()), as_of=datetime.now(UTC))
    assert unknowing.conclusion is report.conclusion
    assert unknowing.facts[0].value.zh.startswith("fishing-licence@1（")
    online = city.visitor.post("/api/verifications", json={"qr": alone["qr"]}).json()
    assert canonical.to_json(online["facts"]) == canonical.to_json(json.loads(report.to_json())["facts"])


def test_a_changed_description_is_a_new_version_and_certificates_keep_theirs(
    city: QuietCity, agency: httpx.Client, first: dict[str, Any]
) -> None:
    before = issued(agency, city, first["name"], boat="鲁渔 200")
    content = sheet([OWNER.uscc.text, OWNER.name, "鲁渔 202"], head=["holder", "boat_owner", "boat"])
    act(agency, submit(agency, content, "fishing-licence").json()["id"]).raise_for_status()
    while issue_next(city.house):
        pass
    changed = FISHING.replace("船名", "渔船名称")
    second = registered(agency, changed)
    assert second["name"] == "fishing-licence@2"
    assert problem(agency.post("/api/certificates", json={**_asked(city), "type": first["name"]})) == (
        409,
        "certificate-type-replaced",
    )
    after = issued(agency, city, "fishing-licence", boat="鲁渔 201")
    again = agency.get(f"/api/certificates/{before['id']}").json()
    assert [each["fields"][1]["zh"] for each in (again, after)] == ["船名", "渔船名称"]
    assert int(after["number"][-5:]) == int(before["number"][-5:]) + 2
    same_row = submit(agency, content, "fishing-licence").json()["id"]
    assert counts(agency, same_row) == {"wrong": 1}
    assert "已为该申请签发证照" in download(agency, same_row, "faults")[0][2]
    trust = pinned(city)
    labels = [
        verify_qr(each["qr"], trust, as_of=datetime.now(UTC)).facts[3].label.zh for each in (before, after)
    ]
    assert labels == ["船名", "渔船名称"]
    with city.house.database.transaction() as session:
        stated = read(facts.signed_statement(session, bytes.fromhex(second["statement"]))).statement
    assert stated.body["version"] == 2
    kept = agency.get(f"{TYPES}/fishing-licence@2/description.toml")
    assert kept.content.decode() == changed


def _asked(city: QuietCity) -> dict[str, Any]:
    today = f"{city.house.clock.now().astimezone(BEIJING):%Y-%m-%d}"
    return {"holder": OWNER.uscc.text, "fields": FIELDS, "valid_from": today}


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ((("code = ", "cod = "),), "certificate-type-malformed", "“code”"),
        ((("notes = [", "notes = [["),), "certificate-type-malformed", "TOML 第 10 行"),
        (
            (('"fishing-licence"', '"construction-permit"'),),
            "certificate-type-shipped",
            "construction-permit",
        ),
        ((('zh = "船名"', 'zh = "有效期起"'),), "certificate-type-label-twice", "“有效期起”"),
        ((('en = "Boat"', 'en = "Waters"'),), "certificate-type-label-twice", "“Waters”"),
        ((('"YB{area}', '"AQ{area}'),), "certificate-type-numbers-collide", "“number.licence”"),
        (
            (
                ('form = "YB{area}{year}{serial:5}', 'form = "AQ{area}{date}{serial:2}'),
                ("serial:5", "serial:2"),
            ),
            "certificate-type-numbers-collide",
            "“安全生产许可证”",
        ),
        ((("准予捕捞", "准予捕捞😀"), ('"YB', '"YG')), "glyph-missing", "😀"),
        ((("other证", "安全生产 许可证"),), "certificate-type-name-taken", "safety-production-licence"),
        ((("Other licence", "fishing LICENCE"),), "certificate-type-name-taken", "fishing-licence"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_name(
    agency: httpx.Client, first: dict[str, Any], changes: tuple[tuple[str, str], ...], code: str, words: str
) -> None:
    description = FISHING if "shipped" in code else another("other", "YB")
    for written, wrong in changes:
        assert written in description
        description = description.replace(written, wrong)
    for to in ("/previews", ""):
        answer = sent(agency, description, to)
        assert answer.json()["title"] == code, answer.text
        assert words in answer.json()["zh"]
    assert first["name"].startswith("fishing")
    assert "other-licence" not in agency.get(TYPES).text


def test_a_type_whose_code_would_not_be_read_is_refused(agency: httpx.Client) -> None:
    more = "".join(
        f'  {{ name = "f{at}", zh = "项{at}", en = "Item {at}", metadata = "KZ_X{at}", qr = true }},\n'
        for at in range(12)
    )
    description = another("netting", "YN").replace("field = [\n", f"field = [\n{more}")
    assert problem(sent(agency, description)) == (409, "qr-too-large")


def test_another_agency_registers_nothing_here(city: QuietCity) -> None:
    other = enter_as(city, Role.AGENCY, organization=CONTRACTOR.uscc)
    assert problem(sent(other, FISHING)) == (403, "another-agency")
    assert problem(sent(other, FISHING, "/previews")) == (403, "another-agency")
