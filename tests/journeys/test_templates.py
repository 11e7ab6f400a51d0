"""A clerk keeps a template, looks at what comes of it, sends one, then a sheet that had a fault first."""

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from api.demonstration.people import CONTRACTOR, DESIGNER, ENGINEER, LEGAL_REPRESENTATIVE
from api.site import Site
from tests.journeys.test_firm import CLERK
from tests.journeys.test_pages_on_a_phone import IDS_TWICE
from tests.journeys.test_several_documents import ANNEX, CONTRACT, DESK, OVERFLOW, PHONE, payload

pytestmark = pytest.mark.browser

LONG = 90_000  # ms; a bound on a test that fails
KEEP = """async (slots) => {
  const form = new FormData();
  const sent = { name: "开工申请", title: "开工申请", text: "本单位申请开工。", slots };
  for (const [name, value] of Object.entries(sent)) form.append(name, value);
  return (await (await fetch("/api/templates", { method: "POST", body: form })).json()).next;
}"""
"""Keep a template over a text with these roles; give its page."""


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The design institute's clerk at their templates; a fault in a script fails the test."""
    faults: list[str] = []
    page = browser.new_page(viewport=request.param, locale="zh-CN")
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site.url)
    page.get_by_role("button", name=re.compile(f"^{CLERK}")).click()
    page.get_by_role("link", name="签署模板").click()
    yield page
    page.close()
    assert not faults


def sheet(*projects: str) -> FilePayload:
    lines = ["项目名称,设计负责人：签署人,第 1 位查阅人或抄送对象：姓名", *projects]
    return {"name": "承诺书.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


def kept(page: Page) -> None:
    """Keep a template over a text with one field, one who signs, one who stamps, one who reads."""
    page.get_by_role("link", name="新建模板").click()
    page.get_by_label("模板名称").fill(f"承诺书 {uuid4().hex[:8]}")
    page.get_by_label("文件标题").fill("{项目名称}承诺书")
    page.get_by_label("正文（一行一段，可以写栏目）").fill("本单位承诺按期完成“{项目名称}”的设计。")
    page.get_by_role("button", name="添加角色").click()
    role = page.locator("#roles .party")
    while role.count() > 1:
        role.last.get_by_role("button", name="移除").click()
    first = role.first
    first.locator("[data-field=capacity_zh]").fill("设计负责人")
    first.locator("[data-field=capacity_en]").fill("design leader")
    first.locator("[data-field=organization]").fill(DESIGNER.uscc.text)
    page.get_by_role("button", name="添加角色").click()
    stamp = role.nth(1)
    stamp.locator("[data-field=capacity_zh]").fill("项目负责人（执业印章）")
    stamp.locator("[data-field=capacity_en]").fill("leader (stamp)")
    expect(stamp.locator("[data-field=qualification]")).to_be_hidden()
    stamp.locator("[data-field=kind]").select_option("qualification")
    stamp.locator("[data-field=qualification]").select_option("structural-engineer-1")
    expect(stamp.locator("[data-field=authorization]")).to_be_visible()
    stamp.locator("[data-field=organization]").fill(DESIGNER.uscc.text)
    stamp.locator("[data-field=person]").fill(ENGINEER.name)
    page.locator("#reading > summary").click()
    page.get_by_role("button", name="添加一位").click()
    reader = page.locator("#readers .reader")
    reader.locator("[data-field=person]").fill(LEGAL_REPRESENTATIVE.name)
    page.get_by_role("button", name="存为模板").click()
    expect(page.get_by_text("请填写第 1 位查阅人或抄送对象")).to_be_visible()
    reader.locator("[data-field=organization]").fill(CONTRACTOR.uscc.text)
    assert page.evaluate(IDS_TWICE) == []
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name="存为模板").click()
    page.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}$"))


def test_a_template_is_kept_looked_at_and_used_alone_and_by_a_sheet(page: Page) -> None:
    kept(page)
    page.get_by_label("项目名称").fill("滨河社区活动中心")
    signer = page.locator("#takings [data-field=person]").first
    signer.fill("查无此人")
    page.get_by_role("button", name="查看结果").click()
    expect(page.locator("#alert")).to_contain_text("不在")
    signer.fill(ENGINEER.name)
    page.get_by_role("button", name="查看结果").click()
    expect(page.locator("#preview-title")).to_have_text("滨河社区活动中心承诺书", timeout=LONG)
    expect(page.locator("#preview-parties")).to_contain_text(
        f"加盖{ENGINEER.name}的一级注册结构工程师执业印章"
    )
    expect(page.locator("#preview-readers")).to_contain_text(LEGAL_REPRESENTATIVE.name)
    expect(page.locator("#preview-documents img").first).to_be_visible()
    expect(page.get_by_role("button", name="查看结果")).to_be_enabled()
    assert page.evaluate(OVERFLOW) <= 0
    template = page.url
    page.get_by_role("button", name="发起签署").click()
    page.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"), timeout=LONG)
    expect(page.locator("section[aria-labelledby=readers]")).to_contain_text(LEGAL_REPRESENTATIVE.name)
    page.goto(template)
    page.locator("#sheet").set_input_files(sheet(f"一号楼,{ENGINEER.name},", "二号楼,查无此人,"))
    page.get_by_role("button", name="核对表格").click()
    expect(page.locator("#faults li")).to_have_count(1)
    expect(page.locator("#faults li")).to_contain_text("第 3 行")
    page.locator("#sheet").set_input_files(sheet(*(f"{each}号楼,{ENGINEER.name}," for each in "一二")))
    page.get_by_role("button", name="核对表格").click()
    page.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}$"), timeout=LONG)
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name=re.compile("发送")).click()
    expect(page.locator(".rows a")).to_have_count(2, timeout=LONG)
    expect(page.get_by_role("link", name="一号楼承诺书")).to_be_visible()


def test_a_template_over_several_pdfs_is_kept_in_order_and_looked_at(page: Page) -> None:
    page.get_by_role("link", name="新建模板").click()
    page.get_by_label("模板名称").fill(f"合同 {uuid4().hex[:8]}")
    page.get_by_label("文件标题").fill("设计合同")
    page.get_by_label("上传 PDF").check()
    page.set_input_files("#document", [payload("附件.pdf", ANNEX), payload("合同.pdf", CONTRACT)])
    page.get_by_role("button", name="将“合同.pdf”上移").click()
    expect(page.locator("#chosen li").first).to_contain_text("合同.pdf")
    role = page.locator("#roles .party").first
    role.locator("[data-field=capacity_zh]").fill("设计负责人")
    role.locator("[data-field=capacity_en]").fill("design leader")
    role.locator("[data-field=organization]").fill(DESIGNER.uscc.text)
    role.locator("[data-field=person]").fill(ENGINEER.name)
    assert page.evaluate(IDS_TWICE) == []
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name="存为模板").click()
    page.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}$"), timeout=LONG)
    page.get_by_role("button", name="查看结果").click()
    expect(page.locator("#preview-documents h3")).to_have_text(["合同.pdf", "附件.pdf"], timeout=LONG)
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("link", name="修改模板").click()
    expect(page.get_by_text("沿用现有的 PDF")).to_be_visible()
    expect(page.get_by_text("合同.pdf（3 页） · 附件.pdf（2 页）")).to_be_visible()
    page.get_by_role("button", name="存为新版").click()
    page.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}$"), timeout=LONG)
    expect(page.get_by_text("第 2 版")).to_be_visible()


def asked_of(page: Page) -> list[str]:
    """The labels of what the first role of the template is asked to write, as its last version says."""
    content = page.request.get(page.url.replace("/templates/", "/api/templates/")).json()["content"]
    return [each["label"] for each in content["roles"][0]["texts"]]


def test_text_fields_stay_with_a_text_and_go_with_it_where_the_page_says_so(page: Page, site: Site) -> None:
    text = {"label": "联系电话", "width": 160, "place": {"page": 0, "left": 60, "bottom": 100}}
    role = {"kind": "person", "capacity_zh": "设计负责人", "capacity_en": "design leader", "texts": [text]}
    page.goto(site.url + page.evaluate(KEEP, json.dumps([role])))
    expect(page.get_by_text("签署时请其填写：“联系电话”")).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("link", name="修改模板").click()
    lost = page.locator("#marks-lost")
    page.get_by_label("模板名称").fill(f"开工申请 {uuid4().hex[:8]}")
    page.get_by_label("正文（一行一段，可以写栏目）").fill("本单位申请复工。")
    expect(lost).to_be_visible()
    expect(page.get_by_text("新版不再请其填写：“联系电话”")).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_label("正文（一行一段，可以写栏目）").fill("本单位申请开工。")
    expect(lost).to_be_hidden()
    expect(page.get_by_text("签署时请其填写：“联系电话”")).to_be_visible()
    page.get_by_role("button", name="存为新版").click()
    page.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}$"), timeout=LONG)
    expect(page.get_by_text("第 2 版")).to_be_visible()
    assert asked_of(page) == ["联系电话"]
    page.get_by_role("link", name="修改模板").click()
    page.get_by_label("上传 PDF").check()
    expect(lost).to_be_visible()
    page.set_input_files("#document", [payload("合同.pdf", CONTRACT)])
    page.get_by_role("button", name="存为新版").click()
    page.wait_for_url(re.compile(r"/templates/[0-9a-f-]{36}$"), timeout=LONG)
    expect(page.get_by_text("第 3 版")).to_be_visible()
    assert asked_of(page) == []
