"""Several PDFs sent together: seen page by page, signed at once, each given back with every signature."""

import json

import httpx
import pytest

from api.demonstration.people import ENGINEER
from evidence.bundle import Bundle
from evidence.digest import sha256
from tests.quiet_city import QuietCity
from tests.signing.joint.small_pdf import small_pdf

from .joint import CLERK, SLOTS, assembled, enter, signed_by_all

CONTRACT, ANNEX = small_pdf(pages=2, mark="the contract"), small_pdf(pages=1, mark="the annex")


@pytest.fixture
def clerk(city: QuietCity) -> httpx.Client:
    return enter(city, CLERK)


def sent(http: httpx.Client, *contents: tuple[str, bytes]) -> httpx.Response:
    files = [("document", (name, content, "application/pdf")) for name, content in contents]
    form = {"title": "施工合同及附件", "slots": json.dumps(SLOTS)}
    return http.post("/api/agreements", data=form, files=files)


def test_documents_sent_together_are_shown_signed_and_given_back(
    city: QuietCity, clerk: httpx.Client
) -> None:
    answer = sent(clerk, ("合同.pdf", CONTRACT), ("附件一.pdf", ANNEX))
    assert answer.status_code == 201, answer.text
    id_ = answer.json()["id"]
    told = clerk.get(f"/api/agreements/{id_}").json()
    assert [(each["name"], each["pages"]) for each in told["documents"]] == [
        ("合同.pdf", 2),
        ("附件一.pdf", 1),
    ]
    seen = clerk.get(f"/agreements/{id_}").text
    assert "阅读原文（2 份文件，共 3 页）" in seen
    assert "第 2 份：附件一.pdf" in seen
    assert f"/agreements/{id_}/pages/1.png?document=2" in seen
    assert clerk.get(f"/agreements/{id_}/pages/1.png?document=2").status_code == 200
    assert clerk.get(f"/agreements/{id_}/pages/2.png?document=2").status_code == 404
    assert clerk.get(f"/agreements/{id_}/document.pdf?document=2").content == ANNEX
    signing = enter(city, ENGINEER.name).get(f"/agreements/{id_}/slots/3").text
    assert "签署 2 份文件，一次签署全部" in signing
    assert all(each["digest"] in signing for each in told["documents"])
    signed_by_all(city.house, id_)
    assembled(city.house, id_)
    for number, original in ((1, CONTRACT), (2, ANNEX)):
        signed = clerk.get(f"/agreements/{id_}/signed.pdf?document={number}").content
        assert signed.startswith(original)
        assert len(signed) > len(original)
    bundle = Bundle.decode(clerk.get(f"/agreements/{id_}/evidence.bundle").content)
    assert {sha256(CONTRACT).value, sha256(ANNEX).value} <= bundle.files.keys()
    assert "下载已签署的第 2 份：附件一.pdf" in clerk.get(f"/agreements/{id_}").text
    unknown = clerk.get(f"/agreements/{id_}/signed.pdf?document=3")
    assert (unknown.status_code, unknown.json()["title"]) == (404, "document-number-unknown")


def test_documents_that_cannot_be_signed_together_are_refused_by_name(clerk: httpx.Client) -> None:
    twice = sent(clerk, ("合同.pdf", CONTRACT), ("合同副本.pdf", CONTRACT))
    assert twice.json()["title"] == "document-repeated"
    assert "“合同.pdf”与“合同副本.pdf”" in twice.json()["detail"]
    broken = sent(clerk, ("合同.pdf", CONTRACT), ("附件一.pdf", b"no PDF"))
    assert broken.json()["title"] == "document-at-fault"
    assert broken.json()["detail"].startswith("第 2 份文件“附件一.pdf”：该文件不是完整的 PDF")
    many = sent(clerk, *((f"{number}.pdf", b"") for number in range(11)))
    assert many.json()["title"] == "document-count-wrong"
