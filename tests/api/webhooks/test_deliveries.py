"""A delivery: signed so that others believe it, tried again, given up, replayed, and never lost."""

import base64
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from api.demonstration.people import DESIGNER
from api.house import House
from api.policy import Role
from api.webhooks import deliveries
from api.webhooks.deliveries import PAUSES, send_next
from api.webhooks.post import Post
from tests.api.joint import enter_as
from tests.api.webhooks.conftest import LaterClock
from tests.api.webhooks.receiver import Received, Receiver, receiver
from tests.quiet_city import QuietCity


def registered(owner: httpx.Client, url: str) -> dict[str, Any]:
    answer = owner.post("/api/webhooks", json={"url": url})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def tried(owner: httpx.Client, endpoint: dict[str, Any]) -> None:
    assert owner.post(f"/api/webhooks/{endpoint['id']}/trial").status_code == 202


def send(house: House) -> int:
    count = 0
    while send_next(
        house.database, house.software.webhook_post, house.software.webhook_secrets, clock=house.clock
    ):
        count += 1
    return count


def last(owner: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = owner.get("/api/webhooks/deliveries").json()[0]
    return found


def verified(secret: str, came: Received) -> Any:
    return Webhook(secret).verify(came.body, came.headers)


def test_a_delivery_is_believed_by_a_verifier_of_others(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    endpoint = registered(owner, listening.url)
    tried(owner, endpoint)
    assert send(later) == 1
    told = verified(endpoint["secret"], listening.came[0])
    assert (told["specversion"], told["type"]) == ("1.0", "cn.yinxin.webhook.trial")
    assert (told["source"], told["subject"]) == (later.settings.public_url, endpoint["id"])
    assert listening.came[0].headers["webhook-id"] == told["id"]
    assert listening.came[0].headers["content-type"] == "application/cloudevents+json"
    assert last(owner)["state"] == "delivered"


def test_openssl_computes_the_same_signature(later: House, owner: httpx.Client, listening: Receiver) -> None:
    endpoint = registered(owner, listening.url)
    tried(owner, endpoint)
    send(later)
    came = listening.came[0]
    signed = f"{came.headers['webhook-id']}.{came.headers['webhook-timestamp']}.".encode() + came.body
    key = subprocess.run(
        ["openssl", "base64", "-d", "-A"],
        input=endpoint["secret"].removeprefix("whsec_").encode(),
        capture_output=True,
        check=True,
    ).stdout
    made = subprocess.run(
        ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"],
        input=signed,
        capture_output=True,
        check=True,
    ).stdout
    in_base64 = subprocess.run(
        ["openssl", "base64", "-A"], input=made, capture_output=True, check=True
    ).stdout
    assert came.headers["webhook-signature"] == f"v1,{in_base64.decode()}"


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_whatever_is_changed_on_the_way_is_not_believed(
    later: House, owner: httpx.Client, listening: Receiver, changed: str
) -> None:
    endpoint, other = registered(owner, listening.url), registered(owner, listening.url + "/other")
    tried(owner, endpoint)
    send(later)
    came = listening.came[0]
    headers = came.headers | {
        "webhook-id": "another" if changed == "webhook-id" else came.headers["webhook-id"],
        "webhook-timestamp": str(
            int(came.headers["webhook-timestamp"]) + (1 if changed == "webhook-timestamp" else 0)
        ),
    }
    secret = other["secret"] if changed == "secret" else endpoint["secret"]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(came.body + (b" " if changed == "body" else b""), headers)


def test_what_failed_is_tried_again_under_the_same_id_and_signed_anew(
    later: House, clock: LaterClock, owner: httpx.Client, listening: Receiver
) -> None:
    endpoint = registered(owner, listening.url)
    tried(owner, endpoint)
    listening.answers = [500]
    assert send(later) == 1
    waiting = last(owner)
    assert (waiting["state"], waiting["failure"], waiting["attempts"]) == ("waiting", "status-500", 1)
    assert send(later) == 0
    clock.by = PAUSES[0] + timedelta(seconds=1)
    assert send(later) == 1
    first, second = listening.came
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body == second.body
    done = last(owner)
    assert (done["state"], done["failure"], done["attempts"]) == ("delivered", None, 2)


def test_after_eight_attempts_with_growing_pauses_it_is_given_up(
    later: House, clock: LaterClock, owner: httpx.Client, listening: Receiver
) -> None:
    tried(owner, registered(owner, listening.url))
    listening.answers = [503] * 20
    assert sorted(PAUSES) == list(PAUSES)
    for pause in (*PAUSES, timedelta(days=9)):
        assert send(later) == 1
        clock.by += pause + timedelta(seconds=1)
    assert send(later) == 0
    assert len(listening.came) == len(PAUSES) + 1
    assert (last(owner)["state"], last(owner)["failure"]) == ("given-up", "status-503")


def test_a_given_up_delivery_is_replayed_at_once_under_its_id(
    later: House, clock: LaterClock, owner: httpx.Client, listening: Receiver
) -> None:
    endpoint = registered(owner, listening.url)
    tried(owner, endpoint)
    listening.answers = [500] * (len(PAUSES) + 1)
    for pause in (*PAUSES, timedelta(0)):
        send(later)
        clock.by += pause + timedelta(seconds=1)
    assert owner.post(f"/api/webhooks/deliveries/{last(owner)['id']}/replay").status_code == 202
    clock.by = timedelta(seconds=1)
    assert send(later) == 1
    assert {each.headers["webhook-id"] for each in listening.came} == {
        verified(endpoint["secret"], listening.came[-1])["id"]
    }
    assert last(owner)["state"] == "delivered"


def test_a_delivered_one_may_be_replayed_too(later: House, owner: httpx.Client, listening: Receiver) -> None:
    tried(owner, registered(owner, listening.url))
    send(later)
    owner.post(f"/api/webhooks/deliveries/{last(owner)['id']}/replay")
    assert send(later) == 1
    assert listening.came[0].body == listening.came[1].body


def test_a_failing_endpoint_rests_and_keeps_nothing_from_another(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    with receiver() as failing:
        failing.answers = [500] * 20
        bad, good = registered(owner, failing.url), registered(owner, listening.url)
        for _ in range(5):
            tried(owner, bad)
        for _ in range(5):
            tried(owner, good)
        assert send(later) == 6
        assert (len(failing.came), len(listening.came)) == (1, 5)


def test_a_worker_that_dies_while_it_sends_loses_nothing(
    later: House, clock: LaterClock, owner: httpx.Client, listening: Receiver
) -> None:
    tried(owner, registered(owner, listening.url))

    class Dying(Post):
        def send(self, url: str, body: bytes, headers: dict[str, str]) -> str | None:
            super().send(url, body, headers)
            raise SystemExit

    with pytest.raises(SystemExit):
        send_next(later.database, Dying(loopback=True), later.software.webhook_secrets, clock=later.clock)
    assert send(later) == 0
    clock.by = deliveries.LEASE + timedelta(seconds=1)
    assert send(later) == 1
    assert len(listening.came) == 2


def test_no_transaction_is_open_while_the_receiver_is_waited_for(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    tried(owner, registered(owner, listening.url))
    open_ones: list[int] = []

    class Looking(Post):
        def send(self, url: str, body: bytes, headers: dict[str, str]) -> str | None:
            open_ones.append(later.database.engine.pool.checkedout())  # type: ignore[attr-defined]  # QueuePool
            return super().send(url, body, headers)

    send_next(later.database, Looking(loopback=True), later.software.webhook_secrets, clock=later.clock)
    assert open_ones == [0]


def test_a_private_address_is_told_to_the_firm_by_name_of_the_failure(
    later: House, owner: httpx.Client
) -> None:
    endpoint = registered(owner, "https://localhost:9/")
    tried(owner, endpoint)
    assert send_next(later.database, Post(loopback=False), later.software.webhook_secrets, clock=later.clock)
    assert last(owner)["failure"] == "address-not-public"


def test_the_database_does_not_hold_the_secret(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    endpoint = registered(owner, listening.url)
    secret = base64.b64decode(endpoint["secret"].removeprefix("whsec_"))
    with later.database.transaction() as session:
        rows = [bytes(each) for each in session.scalars(text("SELECT secret FROM webhook_endpoints"))]
    assert rows
    assert all(secret not in each for each in rows)
    assert later.software.webhook_secrets.open(rows[0], UUID(endpoint["id"])) == secret


def test_a_secret_moved_to_another_endpoint_signs_nothing(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    one, other = registered(owner, listening.url), registered(owner, listening.url + "/other")
    with later.database.transaction() as session:
        session.execute(
            text(
                "UPDATE webhook_endpoints SET secret ="
                " (SELECT secret FROM webhook_endpoints WHERE id = :other) WHERE id = :one"
            ),
            {"one": one["id"], "other": other["id"]},
        )
    tried(owner, one)
    send(later)
    assert (listening.came, last(owner)["failure"]) == ([], "secret-unreadable")


def test_an_organization_has_five_endpoints_at_most(owner: httpx.Client) -> None:
    for number in range(5):
        registered(owner, f"https://hooks.example/{number}")
    refused = owner.post("/api/webhooks", json={"url": "https://hooks.example/6"})
    assert refused.json()["title"] == "webhooks-too-many"


def test_a_program_registers_no_webhook_and_replays_nothing(city: QuietCity, owner: httpx.Client) -> None:
    key = owner.post("/api/keys", json={"label": "投标系统"}).json()["key"]
    with httpx.Client(
        base_url=city.site.url, trust_env=False, headers={"authorization": f"Bearer {key}"}
    ) as program:
        answers = (
            program.get("/api/webhooks"),
            program.post("/api/webhooks", json={"url": "https://hooks.example/"}),
            program.get("/api/webhooks/deliveries"),
        )
    assert {each.json()["title"] for each in answers} == {"api-key-not-enough"}


def test_the_page_shows_what_became_of_each_delivery(
    later: House, owner: httpx.Client, listening: Receiver
) -> None:
    endpoint = registered(owner, listening.url)
    tried(owner, endpoint)
    listening.answers = [500]
    send(later)
    page = owner.get("/software", headers={"accept": "text/html"}).text
    assert all(each in page for each in (listening.url, "cn.yinxin.webhook.trial", "status-500"))
    assert endpoint["secret"] not in page


def test_two_workers_send_each_delivery_once(later: House, owner: httpx.Client, listening: Receiver) -> None:
    endpoint = registered(owner, listening.url)
    for _ in range(20):
        tried(owner, endpoint)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: send(later), range(4)))
    assert sum(sent) == 20
    assert len({each.headers["webhook-id"] for each in listening.came}) == len(listening.came) == 20


def test_another_organizations_delivery_is_nobodys(
    city: QuietCity, owner: httpx.Client, listening: Receiver
) -> None:
    tried(owner, registered(owner, listening.url))
    stranger = enter_as(city, Role.FIRM, organization=DESIGNER.uscc)
    refused = stranger.post(f"/api/webhooks/deliveries/{last(owner)['id']}/replay")
    assert (refused.status_code, refused.json()["title"]) == (404, "delivery-unknown")
    assert stranger.get("/api/webhooks/deliveries").json() == []
    assert json.loads(stranger.get("/api/webhooks").text) == []
