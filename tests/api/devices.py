"""Device keys of newcomers: a software authenticator that answers what the doors ask."""

from base64 import urlsafe_b64decode
from uuid import UUID

import httpx

from api.house import House
from identity import approvals, challenges, passkey_adding
from identity.challenges import Action
from identity.passkeys import Passkey, PasskeyId
from identity.scans import Verdict
from identity.webauthn import Assertion
from tests.api.newcomers import Newcomer
from tests.identity.authenticator import Authenticator, made

LABEL = "我的手机"


def octets(text: object) -> bytes:
    """Read base64url without padding."""
    assert isinstance(text, str)
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def begin(owner: Newcomer, label: str = LABEL) -> dict[str, object]:
    """Ask what a new device is to be asked."""
    begun: dict[str, object] = owner.http.post("/api/people/me/passkeys", json={"label": label}).json()
    return begun


def bring(owner: Newcomer, begun: dict[str, object], device: Authenticator) -> httpx.Response:
    """Let ``device`` make a key, and send it."""
    body = made(device.attest(octets(begun["challenge"])))
    return owner.http.post(f"/api/people/me/passkeys/{begun['id']}/key", json=body)


def add_first(house: House, owner: Newcomer, device: Authenticator) -> Passkey:
    """Add the first device key of ``owner``; the scan that approves it is taken as passed."""
    begun = begin(owner)
    bring(owner, begun, device).raise_for_status()
    return approve_made(house, owner, str(begun["id"]))


def approve_made(house: House, owner: Newcomer, made_key: str) -> Passkey:
    """Let a key that a device of ``owner`` made stand; the scan that approves it is taken as passed."""
    with house.database.transaction() as session:
        waiting = passkey_adding.pending(
            session, PasskeyId(UUID(made_key)), person=owner.id, clock=house.clock
        )
        about = {"person": owner.id, "action": Action.ADD_PASSKEY, "subject": waiting.subject}
        asked = challenges.issue(session, clock=house.clock, **about)  # type: ignore[arg-type]
        used = challenges.consume(session, asked.id, clock=house.clock, **about)  # type: ignore[arg-type]
        approval = approvals.approve(
            session,
            challenge=used,
            verdict=Verdict("test-policy/1", used.question.steps, movements=(), frames=20, compared=5),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        return passkey_adding.add(
            session, approval=approval, issuer=house.issuer, signer=house.verifier_signer, clock=house.clock
        )


def confirm(asked: dict[str, object], device: Authenticator, **lies: object) -> Assertion:
    """Let ``device`` answer the challenge that a door asked."""
    about = asked["device"]
    assert isinstance(about, dict)
    return device.sign(octets(about["challenge"]), **lies)  # type: ignore[arg-type]
