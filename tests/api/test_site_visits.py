"""Visits of officers: sent once however often the network makes the device send them, and kept as sent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from PIL import Image
from sqlalchemy import select, text

from api.policy import Role
from api.site_visits import retention, visits
from api.site_visits.finding import LONGEST_NOTE
from api.site_visits.visits import FindingRow, PhotographRow, VisitRow
from evidence.clock import FixedClock
from evidence.digest import Digest, sha256
from evidence.type_description import MOST_FIELDS
from ledger.database import Base, Database
from signing.objects import ObjectMissing
from tests.api.joint import enter_as
from tests.quiet_city import QuietCity

NOW = "2026-05-02T06:00:00Z"
KEPT_DAYS = 730
FILL_DISK = """
    CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '53100'; END $$;
    CREATE CONSTRAINT TRIGGER fill_disk AFTER INSERT ON site_photographs
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fill_disk();
"""


@pytest.fixture(scope="module")
def officer(city: QuietCity) -> httpx.Client:
    """An officer who is signed in."""
    return enter_as(city, Role.OFFICER)


def sent_visit(officer: httpx.Client, **other: object) -> str:
    id_ = str(uuid4())
    told = {"id": id_, "site": "滨河路1号工地", "begun_at": NOW, **other}
    officer.post("/api/visits", json=told).raise_for_status()
    return id_


def finding(**other: object) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "scanned": "https://permits.example/c#1123",
        "answered": {"word": "suspended", "answered_at": NOW, "online": True, "as_of": NOW},
        "earlier": {"word": "in_force", "answered_at": NOW, "online": False, "as_of": NOW},
        "differing": ["contract_price"],
        "note": "围挡外拍摄",
        **other,
    }


def picture(colour: str = "grey") -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return file.getvalue()


def send_picture(officer: httpx.Client, visit: str, of: str, content: bytes) -> httpx.Response:
    files = {"photograph": ("1.jpg", content, "image/jpeg")}
    return officer.post(f"/api/visits/{visit}/findings/{of}/photographs", files=files)


def test_a_visit_is_shown_as_it_was_sent(officer: httpx.Client) -> None:
    visit, found = sent_visit(officer), finding()
    answer = officer.post(f"/api/visits/{visit}/findings", json=found)
    assert (answer.status_code, answer.json()["next"]) == (201, f"/visits/{visit}")
    digest = send_picture(officer, visit, found["id"], picture()).json()["id"]
    assert "滨河路1号工地" in officer.get("/visits").text
    page = officer.get(f"/visits/{visit}").text
    for told in ("已暂扣", "离线时的结果：", "有效", "合同价格", "围挡外拍摄", digest):
        assert told in page
    shown = officer.get(f"/visits/{visit}/photographs/{digest}")
    assert (shown.headers["content-type"], shown.content) == ("image/jpeg", picture())


def test_what_is_sent_again_is_kept_once_and_never_changed(officer: httpx.Client) -> None:
    visit, found = sent_visit(officer), finding()
    path = f"/api/visits/{visit}/findings"
    assert [officer.post(path, json=found).status_code for _ in range(2)] == [201, 201]
    assert [send_picture(officer, visit, found["id"], picture()).status_code for _ in range(2)] == [201, 201]
    assert officer.get(f"/visits/{visit}").text.count("<article") == 1
    assert officer.get(f"/visits/{visit}").text.count("<img class") == 1
    once = finding()
    for replayed in (None, "true"):
        answer = officer.post(path, json=once, headers={"Idempotency-Key": once["id"]})
        assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (201, replayed)
    other = officer.post(path, json={**found, "note": "另一说法"})
    assert (other.status_code, other.json()["title"]) == (409, "sent-otherwise")
    moved = officer.post("/api/visits", json={"id": visit, "site": "别处", "begun_at": NOW})
    assert (moved.status_code, moved.json()["title"]) == (409, "sent-otherwise")


def test_a_finding_of_the_largest_type_is_taken(officer: httpx.Client) -> None:
    names = [f"f{place}_".ljust(64, "x") for place in range(MOST_FIELDS)]
    visit = sent_visit(officer)
    officer.post(f"/api/visits/{visit}/findings", json=finding(same=names)).raise_for_status()


def test_what_a_telephones_keyboard_puts_in_does_not_hold_a_note_up(officer: httpx.Client) -> None:
    visit = sent_visit(officer, site="滨河路\u200b1号")
    found = finding(note="已整改\u2764\ufe0f\n明日复查\u200d")
    officer.post(f"/api/visits/{visit}/findings", json=found).raise_for_status()
    page = officer.get(f"/visits/{visit}").text
    assert "滨河路1号" in page
    assert "已整改\u2764\ufe0f 明日复查<" in page


def test_another_officer_neither_sees_nor_adds_to_a_visit(city: QuietCity, officer: httpx.Client) -> None:
    visit, found = sent_visit(officer), finding()
    officer.post(f"/api/visits/{visit}/findings", json=found).raise_for_status()
    digest = send_picture(officer, visit, found["id"], picture()).json()["id"]
    other = enter_as(city, Role.OFFICER)
    assert visit not in other.get("/visits").text
    for path in (f"/visits/{visit}", f"/visits/{visit}/photographs/{digest}"):
        assert other.get(path).status_code == 404
    assert other.post(f"/api/visits/{visit}/findings", json=finding()).status_code == 404
    assert send_picture(other, visit, found["id"], picture()).status_code == 404


def test_the_migration_makes_the_tables_that_the_code_maps(database: Database) -> None:
    tables = {VisitRow.__tablename__, FindingRow.__tablename__, PhotographRow.__tablename__}

    def ours(_object: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return kind != "table" or name in tables

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []


def test_a_visit_has_limits_that_say_what_to_do(
    officer: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MOST_FINDINGS", 1)
    monkeypatch.setattr(visits, "MOST_PHOTOGRAPHS", 1)
    visit, found = sent_visit(officer), finding()
    path = f"/api/visits/{visit}/findings"
    officer.post(path, json=found).raise_for_status()
    more = officer.post(path, json=finding())
    assert (more.status_code, more.json()["title"]) == (409, "visit-full")
    assert "其余的另起一次" in more.json()["detail"]
    send_picture(officer, visit, found["id"], picture()).raise_for_status()
    one_more = send_picture(officer, visit, found["id"], picture("white"))
    assert (one_more.status_code, one_more.json()["title"]) == (409, "visit-full")


def test_a_visit_is_deleted_when_its_time_is_over(city: QuietCity, officer: httpx.Client) -> None:
    def later(days: int) -> bool:
        clock = FixedClock(datetime.now(UTC) + timedelta(days=days))
        with city.house.database.transaction() as session:
            return retention.forget_due(session, city.house.store, days=KEPT_DAYS, clock=clock)

    def age(visit: str, days: int) -> None:
        with city.house.database.transaction() as session:
            row = session.get_one(VisitRow, UUID(visit))
            row.received_at -= timedelta(days=days)

    old, young = sent_visit(officer, site="滨河路2号"), sent_visit(officer, site="滨河路3号")
    found, of_young = finding(note="王某在场"), finding()
    for visit, each in ((old, found), (young, of_young)):
        officer.post(f"/api/visits/{visit}/findings", json=each).raise_for_status()
    shared, alone = (
        send_picture(officer, old, found["id"], picture(colour)).json()["id"] for colour in ("red", "blue")
    )
    send_picture(officer, young, of_young["id"], picture("red")).raise_for_status()
    age(old, 1)
    assert "保存 730 天" in officer.get("/visits").text
    assert "之后自动删除" in officer.get(f"/visits/{old}").text
    later(KEPT_DAYS - 2)
    assert "王某在场" in officer.get(f"/visits/{old}").text

    later(KEPT_DAYS - 1)
    page = officer.get(f"/visits/{old}").text
    assert "王某在场" not in page
    assert "滨河路2号" not in officer.get("/visits").text + page
    assert "核验记录 1 条，照片 2 张" in page
    assert officer.get(f"/visits/{young}/photographs/{shared}").content == picture("red")
    assert officer.get(f"/visits/{old}/photographs/{alone}").status_code == 404
    with pytest.raises(ObjectMissing):
        city.house.store.get(Digest.parse(alone))
    with city.house.database.transaction() as session:
        left = session.scalars(select(FindingRow.content).where(FindingRow.visit == UUID(old)))
        assert left.all() == []

    # Nothing comes back to it, and what is sent again does not bring it back.
    for refused in (
        officer.post("/api/visits", json={"id": old, "site": "滨河路2号", "begun_at": NOW}),
        officer.post(f"/api/visits/{old}/findings", json=found),
        send_picture(officer, old, found["id"], picture("blue")),
    ):
        assert (refused.status_code, refused.json()["title"]) == (409, "visit-forgotten")
    assert not later(KEPT_DAYS - 1)


@pytest.fixture
def commits_fail(city: QuietCity) -> Iterator[None]:
    """Let each commit of a photograph's row fail, as on a full disk."""
    owner = Database(str(city.house.settings.database_owner_url))
    with owner.transaction() as session:
        session.execute(text(FILL_DISK))
    yield
    with owner.transaction() as session:
        session.execute(text("DROP FUNCTION fill_disk CASCADE"))
    owner.close()


@pytest.mark.usefixtures("commits_fail")
def test_a_photograph_that_no_row_names_in_the_end_is_not_stored(
    city: QuietCity, officer: httpx.Client
) -> None:
    visit, found = sent_visit(officer), finding()
    officer.post(f"/api/visits/{visit}/findings", json=found).raise_for_status()
    failed = send_picture(officer, visit, found["id"], picture("green"))
    assert (failed.status_code, failed.json()["title"]) == (503, "database-full")
    with pytest.raises(ObjectMissing):
        city.house.store.get(sha256(picture("green")))


def test_a_photograph_that_was_named_and_not_stored_is_stored_when_it_is_sent_again(
    city: QuietCity, officer: httpx.Client
) -> None:
    visit, found = sent_visit(officer), finding()
    officer.post(f"/api/visits/{visit}/findings", json=found).raise_for_status()
    digest = sha256(picture("yellow"))
    with city.house.database.transaction() as session:
        row = session.get_one(VisitRow, UUID(visit))
        visits.keep_photograph(
            session, row.id, UUID(found["id"]), digest, officer=row.officer, clock=city.house.clock
        )
    shown = f"/visits/{visit}/photographs/{digest}"
    assert officer.get(shown).json()["title"] == "object-missing"
    send_picture(officer, visit, found["id"], picture("yellow")).raise_for_status()
    assert officer.get(shown).content == picture("yellow")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"note": "长" * (LONGEST_NOTE + 1)}, "text-too-long"),
        ({"answered": {"word": "genuine", "answered_at": NOW, "online": True}}, "form-incomplete"),
        ({"scanned": ""}, "form-incomplete"),
        ({"differing": ["x" * 65]}, "form-incomplete"),
        ({"place_of_officer": "39.9,116.4"}, "form-incomplete"),
    ],
)
def test_a_finding_that_cannot_be_kept_is_refused(
    officer: httpx.Client, wrong: dict[str, object], code: str
) -> None:
    refused = officer.post(f"/api/visits/{sent_visit(officer)}/findings", json=finding(**wrong))
    assert refused.json()["title"] == code


@pytest.mark.parametrize(
    ("content", "code"), [(b"%PDF-1.7", "image-kind-refused"), (b"", "photograph-missing")]
)
def test_a_photograph_that_is_none_is_refused(officer: httpx.Client, content: bytes, code: str) -> None:
    visit, found = sent_visit(officer), finding()
    officer.post(f"/api/visits/{visit}/findings", json=found).raise_for_status()
    assert send_picture(officer, visit, found["id"], content).json()["title"] == code
    assert send_picture(officer, visit, str(UUID(int=0)), picture()).json()["title"] == "finding-unknown"
