"""A firm registers the sites that may frame the signing page: https alone, by hand, and nobody else's."""

import httpx
import pytest

from api.demonstration.people import CONTRACTOR, DESIGNER
from api.embedding.framing_origins import MOST, FramingOriginMalformed, read_origin
from api.policy import Role
from tests.api.joint import enter_as
from tests.quiet_city import QuietCity


@pytest.fixture
def owner(city: QuietCity) -> httpx.Client:
    """Somebody of a firm whose sites are taken away again."""
    http = enter_as(city, Role.FIRM, organization=CONTRACTOR.uscc)
    for one in http.get("/api/framing-origins").json():
        http.delete(f"/api/framing-origins/{one['id']}")
    return http


def register(http: httpx.Client, origin: str) -> httpx.Response:
    return http.post("/api/framing-origins", json={"origin": origin})


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://oa.example.com", "https://oa.example.com"),
        (" https://OA.Example.com/ ", "https://oa.example.com"),
        ("https://oa.example.com:443", "https://oa.example.com"),
        ("https://oa.example.com:8443", "https://oa.example.com:8443"),
        ("https://xn--fiqs8s.example", "https://xn--fiqs8s.example"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(typed: str, origin: str) -> None:
    assert read_origin(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "oa.example.com",
        "http://oa.example.com",
        "https://",
        "https://*.example.com",
        "https://user:word@oa.example.com",
        "https://oa.example.com/path",
        "https://oa.example.com?a=b",
        "https://oa.example.com#a",
        "https://oa.example.com:0x50",
        "https://oa.example.com:99999",
        "https://oa.example.com:",
        "https://oa.example.com; script-src *",
        "https://oa.example.com https://evil.example",
        "https://[::1]",
        "https://示范.example",
        "http://localhost:3000",
        f"https://{'a' * 200}.example",
    ],
)
def test_what_is_no_https_origin_is_refused(typed: str) -> None:
    with pytest.raises(FramingOriginMalformed):
        read_origin(typed)


def test_plain_http_counts_on_this_machine_where_it_is_allowed() -> None:
    assert read_origin("http://127.0.0.1:3000", loopback=True) == "http://127.0.0.1:3000"
    with pytest.raises(FramingOriginMalformed):
        read_origin("http://10.0.0.7:3000", loopback=True)


def test_a_site_is_registered_once_listed_and_removed(owner: httpx.Client) -> None:
    made = register(owner, "https://oa.example.com").json()
    assert register(owner, "https://oa.example.com/").json()["id"] == made["id"]
    assert [one["origin"] for one in owner.get("/api/framing-origins").json()] == ["https://oa.example.com"]
    shown = owner.get("/software", headers={"accept": "text/html"}).text
    assert "https://oa.example.com" in shown
    assert owner.delete(f"/api/framing-origins/{made['id']}").json() == {"next": "/software"}
    assert owner.get("/api/framing-origins").json() == []
    again = owner.delete(f"/api/framing-origins/{made['id']}")
    assert (again.status_code, again.json()["title"]) == (404, "framing-origin-unknown")


def test_another_firm_neither_sees_nor_removes_it(city: QuietCity, owner: httpx.Client) -> None:
    made = register(owner, "https://oa.example.com").json()
    other = enter_as(city, Role.FIRM, organization=DESIGNER.uscc)
    assert made["id"] not in other.get("/api/framing-origins").text
    assert other.delete(f"/api/framing-origins/{made['id']}").status_code == 404
    assert len(owner.get("/api/framing-origins").json()) == 1


def test_a_wrong_one_is_refused_in_one_sentence_that_does_not_repeat_it(owner: httpx.Client) -> None:
    refused = register(owner, "https://user:secret@oa.example.com")
    assert (refused.status_code, refused.json()["title"]) == (422, "framing-origin-malformed")
    assert "secret" not in refused.text


def test_a_firm_has_ten_sites_at_most(owner: httpx.Client) -> None:
    for number in range(MOST):
        assert register(owner, f"https://oa{number}.example.com").status_code == 201
    assert register(owner, "https://one-more.example.com").json()["title"] == "framing-origins-too-many"


def test_an_api_key_registers_and_removes_none(city: QuietCity, owner: httpx.Client) -> None:
    made = register(owner, "https://oa.example.com").json()
    key = owner.post("/api/keys", json={"label": "协同系统"}).json()["key"]
    with httpx.Client(
        base_url=city.site.url, trust_env=False, timeout=60, headers={"authorization": f"Bearer {key}"}
    ) as program:
        refused = [
            register(program, "https://evil.example"),
            program.delete(f"/api/framing-origins/{made['id']}"),
        ]
        assert [each.json()["title"] for each in refused] == ["api-key-not-enough"] * 2
        assert len(program.get("/api/framing-origins").json()) == 1
