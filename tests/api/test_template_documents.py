"""A template over several PDFs: kept in their order, looked at, signed together, changed by new versions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.demonstration.people import ENGINEER
from evidence.digest import sha256
from signing.agreement_documents import MOST_DOCUMENTS
from signing.agreements import agreement
from signing.manifest import Manifest
from tests.api.joint import assembled, sign
from tests.api.templates import ROLES, keep, kept, use
from tests.api.test_agreements import problem
from tests.api.test_bulk_sending import send, sheet, submit
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

CONTRACT, ANNEX = small_pdf(pages=2, mark="a contract"), small_pdf(pages=1, mark="its annex")
TITLE = "{项目名称|project}"
FIELDS = {"项目名称": "滨河社区活动中心"}
ON_THE_ANNEX = {**ROLES[2], "place": {"document": 1, "page": 0, "left": 100, "bottom": 200}}


def of_several(http: httpx.Client, *contents: bytes, **form: Any) -> str:
    """A template over PDFs, whose only role is the designer's."""
    return kept(http, **{"content": list(contents), "title": TITLE, "roles": ROLES[2:]} | form)


@pytest.fixture(scope="module")
def template(clerk: httpx.Client) -> str:
    return of_several(clerk, CONTRACT, ANNEX, roles=[ON_THE_ANNEX])


def used(http: httpx.Client, template: str, **changes: Any) -> httpx.Response:
    return use(http, template, **{"takings": [{}], "fields": FIELDS} | changes)


def manifest(city: QuietCity, id_: str) -> Manifest:
    with city.house.database.transaction() as session:
        return agreement(session, UUID(id_)).manifest


def test_all_pdfs_of_a_template_are_signed_together_in_their_order(
    city: QuietCity, clerk: httpx.Client, template: str
) -> None:
    id_ = used(clerk, template).json()["id"]
    found = manifest(city, id_)
    assert found.documents == (sha256(CONTRACT), sha256(ANNEX))
    assert found.names == ("合同.pdf", "附件1.pdf")
    (place,) = found.slots[0].places
    assert place.document == 1
    sign(city.house, id_, "1", ENGINEER)
    assembled(city.house, id_)
    with city.house.database.transaction() as session:
        results = agreement(session, UUID(id_)).results
    for result, original in zip(results, (CONTRACT, ANNEX), strict=True):
        assert city.house.store.get(result).startswith(original)


def test_a_look_shows_the_pages_of_each(clerk: httpx.Client, template: str) -> None:
    looked = used(clerk, template, door="previews").json()["documents"]
    assert [(each["name"], len(each["pages"])) for each in looked] == [("合同.pdf", 2), ("附件1.pdf", 1)]
    picture = clerk.get(looked[1]["pages"][0]["picture"])
    assert picture.headers["content-type"] == "image/png"


def test_each_row_of_a_sheet_is_over_all_of_them(city: QuietCity, clerk: httpx.Client, template: str) -> None:
    batch = submit(clerk, template, sheet(("一号楼",), ("二号楼",), head=("项目名称",))).json()["id"]
    sent = send(clerk, city.house, batch)["lines"]
    for line in sent:
        assert manifest(city, line["agreement"]).documents == (sha256(CONTRACT), sha256(ANNEX))


def test_pdfs_that_were_brought_before_are_kept_in_their_order(city: QuietCity, clerk: httpx.Client) -> None:
    """As the form that starts an agreement sends them, once marks are placed."""
    digests = [
        clerk.post("/api/documents", files={"document": (name, content, "application/pdf")}).json()["digest"]
        for name, content in (("附件.pdf", ANNEX), ("合同.pdf", CONTRACT))
    ]
    template = kept(clerk, title=TITLE, roles=[ON_THE_ANNEX], text="", frozen=digests)
    assert clerk.get(f"/api/templates/{template}").json()["documents"] == digests
    assert [str(each) for each in manifest(city, used(clerk, template).json()["id"]).documents] == digests


def test_a_new_version_keeps_them_or_takes_others(clerk: httpx.Client) -> None:
    template = of_several(clerk, CONTRACT, ANNEX)
    to = f"/api/templates/{template}/versions"
    before = clerk.get(f"/api/templates/{template}").json()["documents"]
    assert keep(clerk, to=to, title="新版", roles=ROLES[2:], text="").json()["version"] == 2
    assert clerk.get(f"/api/templates/{template}").json()["documents"] == before
    keep(clerk, to=to, title="新版", roles=ROLES[2:], content=[ANNEX]).raise_for_status()
    assert clerk.get(f"/api/templates/{template}").json()["documents"] == [str(sha256(ANNEX))]
    keep(clerk, to=to, title="新版", roles=ROLES[2:]).raise_for_status()
    assert clerk.get(f"/api/templates/{template}").json()["documents"] == []


@pytest.mark.parametrize(
    ("contents", "roles", "expected"),
    [
        ([CONTRACT, CONTRACT], ROLES[2:], (409, "document-repeated")),
        ([CONTRACT] * (MOST_DOCUMENTS + 1), ROLES[2:], (409, "document-count-wrong")),
        ([CONTRACT, b"%PDF-1.7 cut off"], ROLES[2:], (409, "document-at-fault")),
        ([CONTRACT, b""], ROLES[2:], (409, "document-at-fault")),
        ([b"", b""], ROLES[2:], (409, "document-at-fault")),
        (
            [CONTRACT, ANNEX],
            [{**ROLES[2], "place": {"document": 2, "page": 0, "left": 100, "bottom": 200}}],
            (409, "marked-document-missing"),
        ),
        (
            [CONTRACT, ANNEX],
            [{**ROLES[2], "place": {"document": 1, "page": 1, "left": 100, "bottom": 200}}],
            (409, "document-at-fault"),
        ),
    ],
)
def test_pdfs_that_cannot_be_signed_together_make_no_template(
    clerk: httpx.Client,
    contents: Sequence[bytes],
    roles: Sequence[dict[str, Any]],
    expected: tuple[int, str],
) -> None:
    before = clerk.get("/api/templates").json()
    assert problem(keep(clerk, title=TITLE, content=list(contents), roles=roles)) == expected
    assert clerk.get("/api/templates").json() == before


def test_the_pages_name_each_of_them(clerk: httpx.Client, template: str) -> None:
    for path in (template, f"{template}/change"):
        page = clerk.get(f"/templates/{path}", headers={"accept": "text/html"}).text
        assert "合同.pdf（2 页）" in page, path
        assert "附件1.pdf（1 页）" in page, path
