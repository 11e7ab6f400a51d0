"""Device keys at the doors: added with the face, needed from then on, refused by name, revoked at once."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from api.demonstration.camera import Performer
from api.demonstration.people import ENGINEER
from api.house import House
from api.site import Site
from identity.approvals import ApprovalRow, Method
from identity.challenge_rows import ChallengeRow
from identity.passkeys import WAIT, Passkey, PasskeyRow
from identity.webauthn import base64url
from tests.api.devices import LABEL, add_first, begin, bring, confirm
from tests.api.newcomers import (
    NO_FILM,
    Newcomer,
    arrive,
    arrive_enrolled,
    challenge,
    clerk,
    requested,
    scan,
    send_frames,
)
from tests.identity.authenticator import UP, Authenticator, as_json


@pytest.fixture
def owner(site: Site, house: House) -> Newcomer:
    """An enrolled person."""
    return arrive_enrolled(site, house)


@pytest.fixture
def phone(house: House) -> Authenticator:
    return Authenticator(house.relying_party)


@pytest.fixture
def key(house: House, owner: Newcomer, phone: Authenticator) -> Passkey:
    """The owner's first device key, on the phone."""
    return add_first(house, owner, phone)


@pytest.fixture
def asked(site: Site, house: House, owner: Newcomer, key: Passkey) -> dict[str, object]:
    """A challenge about a firm's request, to the owner of a device key."""
    assert key.revoked_at is None
    return challenge(owner, requested(site, house, owner))


def method_of(house: House, asked: dict[str, object]) -> str:
    with house.database.transaction() as session:
        row = session.query(ApprovalRow).filter_by(challenge=UUID(str(asked["challenge"]))).one()
        return row.method


@pytest.mark.slow
def test_a_device_key_is_added_by_the_face_and_confirms_beside_it(
    site: Site, house: House, owner: Newcomer, phone: Authenticator
) -> None:
    begun = begin(owner)
    assert bring(owner, begun, phone).json() == {"next": f"/engineer/devices/{begun['id']}"}
    adding = owner.http.post(f"/api/people/me/passkeys/{begun['id']}/challenges").json()
    assert (adding["action"], adding["device"]) == ("add-passkey", None)
    added = scan(house, owner, adding["challenge"], Performer(ENGINEER)).json()
    assert added["passed"] == {"action": "add-passkey", "state": "added", "next": "/engineer#devices"}
    asked = challenge(owner, requested(site, house, owner))
    confirmed = as_json(confirm(asked, phone))
    answer = scan(house, owner, asked["challenge"], Performer(ENGINEER), device=confirmed).json()
    assert answer["passed"]["state"] == "granted"
    assert method_of(house, asked) == Method.FACE_PASSKEY
    (shown,) = owner.http.get("/api/people/me/passkeys").json()
    assert (shown["label"], shown["revoked_at"], shown["used_at"] is None) == (LABEL, None, False)


def test_the_right_face_without_the_device_is_not_enough(owner: Newcomer, asked: dict[str, object]) -> None:
    answer = send_frames(owner, asked["challenge"], Performer(ENGINEER), 0, [0])
    assert (answer.status_code, answer.json()["title"]) == (409, "passkey-needed")


def test_the_device_without_the_face_is_not_enough(
    owner: Newcomer, asked: dict[str, object], phone: Authenticator
) -> None:
    answer = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=as_json(confirm(asked, phone)))
    assert answer.json()["title"] == "image-kind-refused"


def test_who_lacks_the_device_learns_nothing_of_the_face(
    owner: Newcomer, asked: dict[str, object], house: House
) -> None:
    stolen = as_json(confirm(asked, Authenticator(house.relying_party)))
    answer = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=stolen)
    assert answer.json()["title"] == "passkey-foreign"


LIES: dict[str, dict[str, object]] = {
    "device-answer-for-another-use": {"type_": "webauthn.create"},
    "device-answer-from-another-site": {"origin": "https://city.example.evil"},
    "device-answer-for-another-site": {"host": "127.0.0.1"},
    "device-user-not-verified": {"flags": UP},
    "device-answer-of-another-account": {"user": bytes(16)},
}


@pytest.mark.parametrize("code", LIES)
def test_a_false_answer_is_refused_by_name_in_both_languages(
    owner: Newcomer, asked: dict[str, object], phone: Authenticator, code: str
) -> None:
    lie = as_json(confirm(asked, phone, **LIES[code]))
    answer = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=lie).json()
    assert answer["title"] == code
    assert answer["zh"]
    assert answer["en"]


@pytest.mark.parametrize("member", ["client_data", "authenticator_data", "signature"])
def test_an_altered_answer_is_refused(
    owner: Newcomer, asked: dict[str, object], phone: Authenticator, member: str
) -> None:
    true = confirm(asked, phone)
    octets: bytes = getattr(true, member)
    altered = replace(true, **{member: octets[:-1] + bytes([octets[-1] ^ 1])})
    answer = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=as_json(altered)).json()
    assert answer["title"].startswith("device-")


@pytest.mark.parametrize("device", ["", "[]", "{}", json.dumps({"id": 7})])
def test_an_answer_that_cannot_be_read_is_refused(
    owner: Newcomer, asked: dict[str, object], device: str
) -> None:
    answer = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=device).json()
    assert answer["title"] in {"device-answer-malformed", "passkey-needed"}


def test_a_refused_answer_uses_the_challenge_up(
    owner: Newcomer, asked: dict[str, object], phone: Authenticator
) -> None:
    send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device="{}")
    again = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=as_json(confirm(asked, phone)))
    assert again.json()["title"] == "challenge-used"


def test_frames_without_the_device_key_are_an_attempt_and_no_failure(
    house: House, owner: Newcomer, asked: dict[str, object]
) -> None:
    """Whoever stole the session does not lock the owner out by five of them."""
    refused = send_frames(owner, asked["challenge"], NO_FILM, 0, [0]).json()
    assert (refused["title"], "judged" in refused) == ("passkey-needed", False)
    with house.database.transaction() as session:
        row = session.get_one(ChallengeRow, UUID(str(asked["challenge"])))
        assert (row.begun_at is not None, row.outcome) == (True, None)


def test_an_answer_of_an_expired_challenge_is_refused(
    house: House, owner: Newcomer, asked: dict[str, object], phone: Authenticator
) -> None:
    with house.database.transaction() as session:
        row = session.get_one(ChallengeRow, UUID(str(asked["challenge"])))
        row.expires_at = house.clock.now() - timedelta(seconds=1)
    answer = send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=as_json(confirm(asked, phone)))
    assert answer.json()["title"] == "challenge-expired"


def test_an_answer_to_another_challenge_is_refused(
    site: Site, house: House, owner: Newcomer, asked: dict[str, object], phone: Authenticator
) -> None:
    other = challenge(owner, requested(site, house, owner))
    answer = send_frames(owner, other["challenge"], NO_FILM, 0, [0], device=as_json(confirm(asked, phone)))
    assert answer.json()["title"] == "device-answer-to-another-challenge"


def test_a_lost_device_is_revoked_at_once_for_an_open_challenge_too(
    owner: Newcomer, asked: dict[str, object], phone: Authenticator, key: Passkey
) -> None:
    answer = as_json(confirm(asked, phone))
    revoked = owner.http.delete(f"/api/people/me/passkeys/{key.id}")
    assert revoked.json()["revoked_at"] is not None
    late = send_frames(owner, asked["challenge"], Performer(ENGINEER), 0, [0], device=answer)
    assert late.json()["title"] == "passkey-revoked"


def test_revoking_the_last_device_does_not_open_the_way_by_the_face_alone(
    site: Site, house: House, owner: Newcomer, key: Passkey
) -> None:
    request_id = requested(site, house, owner)
    owner.http.delete(f"/api/people/me/passkeys/{key.id}")
    assert challenge(owner, request_id)["title"] == "face-alone-later"
    begun = begin(owner)
    bring(owner, begun, Authenticator(house.relying_party)).raise_for_status()
    scan = owner.http.post(f"/api/people/me/passkeys/{begun['id']}/challenges")
    assert scan.json()["title"] == "face-alone-later"
    with house.database.transaction() as session:
        session.get_one(PasskeyRow, key.id).revoked_at = house.clock.now() - WAIT
    assert challenge(owner, request_id)["device"] is None


@pytest.mark.slow
def test_a_further_device_needs_the_face_and_an_older_device(
    house: House, owner: Newcomer, phone: Authenticator, key: Passkey
) -> None:
    computer = Authenticator(house.relying_party)
    begun = begin(owner, "办公室电脑")
    assert begun["exclude"] == [base64url(key.credential)]
    bring(owner, begun, computer)
    adding = f"/api/people/me/passkeys/{begun['id']}/challenges"
    without = owner.http.post(adding).json()
    assert send_frames(owner, without["challenge"], NO_FILM, 0, [0]).json()["title"] == "passkey-needed"
    asked = owner.http.post(adding).json()
    by_itself = as_json(confirm(asked, computer))
    assert (
        send_frames(owner, asked["challenge"], NO_FILM, 0, [0], device=by_itself).json()["title"]
        == "passkey-foreign"
    )
    asked = owner.http.post(adding).json()
    confirmed = as_json(confirm(asked, phone))
    added = scan(house, owner, asked["challenge"], Performer(ENGINEER), device=confirmed).json()
    assert added["passed"]["state"] == "added"


def test_another_persons_device_key_is_unknown(
    site: Site, house: House, key: Passkey, phone: Authenticator
) -> None:
    other = arrive_enrolled(site, house)
    answer = other.http.delete(f"/api/people/me/passkeys/{key.id}")
    assert (answer.status_code, answer.json()["title"]) == (404, "passkey-unknown")
    assert bring(other, begin(other), phone).json()["title"] == "passkey-known"


def test_a_key_that_nobody_approved_is_no_device(
    owner: Newcomer, phone: Authenticator, site: Site, house: House
) -> None:
    bring(owner, begin(owner), phone).raise_for_status()
    assert owner.http.get("/api/people/me/passkeys").json() == []
    assert challenge(owner, requested(site, house, owner))["device"] is None


def test_who_is_not_enrolled_adds_no_device(site: Site, house: House, phone: Authenticator) -> None:
    stranger = arrive(site, house)
    begun = begin(stranger)
    bring(stranger, begun, phone)
    answer = stranger.http.post(f"/api/people/me/passkeys/{begun['id']}/challenges").json()
    assert answer["title"] == "consent-missing"


def test_a_firm_has_no_device_keys(site: Site, house: House) -> None:
    assert clerk(site, house).get("/api/people/me/passkeys").json()["title"] == "not-yours"
