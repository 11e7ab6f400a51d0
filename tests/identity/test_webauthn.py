"""A device key's answer counts for its challenge, site, owner and key, and every altered byte is refused."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import Refused
from identity.passkey_refusals import AnswerMalformed, DeviceSignatureInvalid, KeyKindRefused
from identity.webauthn import (
    ANY_SITE,
    LONGEST_ANSWER,
    Assertion,
    Attestation,
    NewKey,
    RelyingParty,
    base64url,
    check_assertion,
    check_attestation,
    new_challenge,
)
from tests.identity.authenticator import UP, UV, Authenticator, as_json, made

PARTY = RelyingParty.at("https://city.example", name="示范市")
CHALLENGE = new_challenge()
OWNER = bytes(range(16))


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator(PARTY)


@pytest.fixture
def key(phone: Authenticator) -> NewKey:
    return check_attestation(phone.attest(CHALLENGE), PARTY, challenge=CHALLENGE)


def check(answer: Assertion, key: NewKey) -> int:
    checked = check_assertion(answer, PARTY, challenge=CHALLENGE, public_key=key.public_key, user=OWNER)
    return checked.sign_count


@pytest.mark.parametrize(
    ("public_url", "host", "origin"),
    [
        ("http://localhost:8000/", "localhost", "http://localhost:8000"),
        ("https://City.Example", "city.example", "https://city.example"),
        ("https://city.example:443/", "city.example", "https://city.example"),
        ("https://city.example:8443", "city.example", "https://city.example:8443"),
    ],
)
def test_a_party_is_its_host_and_its_origin(public_url: str, host: str, origin: str) -> None:
    party = RelyingParty.at(public_url, name="city")
    assert (party.id, party.origin) == (host, origin)


def test_a_new_key_is_read(phone: Authenticator, key: NewKey) -> None:
    assert (key.credential, key.sign_count, key.synced) == (phone.credential, 0, False)
    assert len(key.public_key) == 91


def test_a_key_that_is_synced_says_so() -> None:
    answer = Authenticator(PARTY, counts=False).attest(CHALLENGE)
    assert check_attestation(answer, PARTY, challenge=CHALLENGE).synced


def test_the_owner_confirms_by_the_key(phone: Authenticator, key: NewKey) -> None:
    assert check(phone.sign(CHALLENGE), key) == 1
    assert check(phone.sign(CHALLENGE, user=OWNER), key) == 2


def test_an_answer_reads_as_the_page_sends_it(phone: Authenticator) -> None:
    for answer in (phone.sign(CHALLENGE), phone.sign(CHALLENGE, user=OWNER)):
        assert Assertion.read(as_json(answer)) == answer
    new = phone.attest(CHALLENGE)
    assert Attestation.of(**made(new)) == new


LIES: dict[str, dict[str, object]] = {
    "device-answer-from-another-site": {"origin": "https://city.example.evil"},
    "device-answer-for-another-site": {"host": "evil.example"},
    "device-user-not-present": {"flags": UV},
    "device-user-not-verified": {"flags": UP},
}
LIES_IN_USE = LIES | {
    "device-answer-for-another-use": {"type_": "webauthn.create"},
    "device-answer-of-another-account": {"user": bytes(16)},
}


@pytest.mark.parametrize("code", LIES_IN_USE)
def test_an_answer_to_something_else_is_refused_by_name(phone: Authenticator, key: NewKey, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check(phone.sign(CHALLENGE, **LIES_IN_USE[code]), key)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_an_answer_from_within_another_page_is_refused(phone: Authenticator, key: NewKey) -> None:
    with pytest.raises(Refused) as refused:
        check(phone.sign(CHALLENGE, crossOrigin=True), key)
    assert refused.value.code == "device-answer-from-another-site"


def in_frame(phone: Authenticator, key: NewKey, *, framed_by: str, **said: str) -> None:
    party = replace(PARTY, framed_by=framed_by)
    answer = phone.sign(CHALLENGE, crossOrigin=True, **said)  # type: ignore[arg-type]  # further members
    check_assertion(answer, party, challenge=CHALLENGE, public_key=key.public_key, user=OWNER)


@pytest.mark.parametrize("said", [{}, {"topOrigin": "https://oa.example"}], ids=["unnamed", "named"])
def test_an_answer_from_the_page_that_may_frame_is_taken(
    phone: Authenticator, key: NewKey, said: dict[str, str]
) -> None:
    in_frame(phone, key, framed_by="https://oa.example", **said)
    in_frame(phone, key, framed_by=ANY_SITE, **said)


def test_an_answer_from_a_page_that_may_not_frame_is_refused(phone: Authenticator, key: NewKey) -> None:
    with pytest.raises(Refused) as refused:
        in_frame(phone, key, framed_by="https://oa.example", topOrigin="https://evil.example")
    assert refused.value.code == "device-answer-from-another-site"


def test_an_answer_to_an_earlier_challenge_is_refused(phone: Authenticator, key: NewKey) -> None:
    with pytest.raises(Refused) as refused:
        check(phone.sign(new_challenge()), key)
    assert refused.value.code == "device-answer-to-another-challenge"


def test_another_key_does_not_answer_for_this_one(key: NewKey) -> None:
    with pytest.raises(DeviceSignatureInvalid):
        check(Authenticator(PARTY).sign(CHALLENGE), key)


@pytest.mark.parametrize("member", ["client_data", "authenticator_data", "signature"])
def test_every_altered_bit_of_an_assertion_is_refused(phone: Authenticator, key: NewKey, member: str) -> None:
    answer = phone.sign(CHALLENGE)
    octets: bytes = getattr(answer, member)
    for place in range(len(octets) * 8):
        altered = bytearray(octets)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(Refused):
            check(replace(answer, **{member: bytes(altered)}), key)


@pytest.mark.parametrize("member", ["client_data", "authenticator_data", "signature"])
def test_an_assertion_with_more_or_less_is_refused(phone: Authenticator, key: NewKey, member: str) -> None:
    answer = phone.sign(CHALLENGE)
    octets: bytes = getattr(answer, member)
    for other in (octets + b" ", octets[:-1], b" " + octets):
        with pytest.raises(Refused):
            check(replace(answer, **{member: other}), key)


@pytest.mark.parametrize("code", LIES)
def test_a_new_key_for_something_else_is_refused_by_name(phone: Authenticator, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_attestation(
            phone.attest(CHALLENGE, **LIES[code]),  # type: ignore[arg-type]
            PARTY,
            challenge=CHALLENGE,
        )
    assert refused.value.code == code


def test_a_key_that_was_used_is_no_new_key(phone: Authenticator) -> None:
    with pytest.raises(Refused) as refused:
        check_attestation(phone.attest(CHALLENGE, type_="webauthn.get"), PARTY, challenge=CHALLENGE)
    assert refused.value.code == "device-answer-for-another-use"


@pytest.mark.parametrize(
    "change",
    [{"x": bytes(32)}, {"y": b"y"}, {"x": "x" * 32}, {"kty": 1}, {"crv": 2}, {"alg": -35, "crv": 2}],
    ids=["off the curve", "short", "a text", "of another type", "of another curve", "ES384"],
)
def test_a_key_of_another_kind_is_refused(phone: Authenticator, change: dict[str, object]) -> None:
    answer = phone.attest(CHALLENGE, cose=phone.cose(**change))
    with pytest.raises(KeyKindRefused):
        check_attestation(answer, PARTY, challenge=CHALLENGE)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_answer_are_refused(octets: bytes) -> None:
    phone = Authenticator(PARTY)
    new, used = phone.attest(CHALLENGE), phone.sign(CHALLENGE)
    key = check_attestation(new, PARTY, challenge=CHALLENGE)
    head = used.authenticator_data[:32]
    for refused in (
        replace(used, authenticator_data=octets),
        replace(used, authenticator_data=head + octets),
        replace(used, client_data=octets),
        replace(used, signature=octets),
    ):
        with pytest.raises(Refused):
            check(refused, key)
    for no_key in (
        replace(new, attestation=octets),
        replace(new, attestation=new.attestation[:-80] + octets),
    ):
        with pytest.raises(Refused):
            check_attestation(no_key, PARTY, challenge=CHALLENGE)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "é"},
        {"id": "AA="},
        {"id": "A"},
        {"id": "AB"},
        {"signature": ""},
        {"signature": 7},
        {"userHandle": ["x"]},
        {"clientDataJSON": base64url(bytes(9000))},
    ],
)
def test_members_that_are_no_bytes_are_refused(phone: Authenticator, change: dict[str, object]) -> None:
    with pytest.raises(AnswerMalformed):
        Assertion.read(json.dumps(json.loads(as_json(phone.sign(CHALLENGE))) | change))


@pytest.mark.parametrize("answer", ["", "[]", "null", "[" * 60_000, " " * (LONGEST_ANSWER + 1)])
def test_what_is_no_json_object_is_refused(answer: str) -> None:
    with pytest.raises(AnswerMalformed):
        Assertion.read(answer)


@pytest.mark.parametrize("part", ["", "é", "A", base64url(bytes(9000))])
def test_parts_of_a_new_key_that_are_no_bytes_are_refused(phone: Authenticator, part: str) -> None:
    for change in ({"client_data": part}, {"attestation": part}):
        with pytest.raises(AnswerMalformed):
            Attestation.of(**(made(phone.attest(CHALLENGE)) | change))
