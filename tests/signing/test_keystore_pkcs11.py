"""Keys in a token, for which SoftHSM2 stands: what it promises beside the contract of the port."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, ObjectClass

from evidence.algorithms import Algorithm
from evidence.errors import KeyUnsupported
from signing.keystore import KeyExists, KeyHandle
from signing.keystore_pkcs11 import Pkcs11KeyStore
from signing.pkcs11_token import (
    KeyAmbiguous,
    KeyNotSealedIn,
    Token,
    TokenPinRefused,
    TokenUnavailable,
)
from signing.pki import Subject, found
from signing.profiles import Profile

from .soft_token import PIN, module, open_token

HANDLE = KeyHandle("person:7f3a")
MOMENT = datetime(2026, 5, 2, tzinfo=UTC)


@pytest.fixture
def store(soft_token: str, tmp_path: Path) -> Pkcs11KeyStore:
    return Pkcs11KeyStore(tmp_path / "chains", open_token(soft_token))


def raw(label: str) -> pkcs11.Session:
    """A session of the test's own; the store of the same process is logged in already."""
    token = pkcs11.lib(str(module())).get_token(token_label=label)
    try:
        return token.open(rw=True, user_pin=PIN)
    except pkcs11.UserAlreadyLoggedIn:
        return token.open(rw=True)


def test_a_key_never_leaves_its_token(store: Pkcs11KeyStore, soft_token: str) -> None:
    store.create(HANDLE, Algorithm.ES256)
    private = raw(soft_token).get_key(object_class=ObjectClass.PRIVATE_KEY, label=HANDLE)
    assert private[Attribute.SENSITIVE]
    assert not private[Attribute.EXTRACTABLE]
    assert private[Attribute.NEVER_EXTRACTABLE]
    with pytest.raises(pkcs11.AttributeSensitive):
        private[Attribute.VALUE]
    with pytest.raises(pkcs11.PKCS11Error):
        private[Attribute.EXTRACTABLE] = True


def test_a_key_serves_for_signing_alone(store: Pkcs11KeyStore, soft_token: str) -> None:
    store.create(HANDLE, Algorithm.ES256)
    private = raw(soft_token).get_key(object_class=ObjectClass.PRIVATE_KEY, label=HANDLE)
    assert not private[Attribute.DERIVE]
    assert not private[Attribute.DECRYPT]
    assert not private[Attribute.UNWRAP]


def test_a_key_that_came_from_outside_is_not_used(
    store: Pkcs11KeyStore, soft_token: str, tmp_path: Path
) -> None:
    pem = tmp_path / "outside.pem"
    openssl = [
        "openssl",
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        str(pem),
    ]
    subprocess.run(openssl, check=True, capture_output=True)
    subprocess.run(
        [
            "softhsm2-util",
            "--import",
            pem,
            "--token",
            soft_token,
            "--label",
            HANDLE,
            "--id",
            "07",
            "--pin",
            PIN,
        ],
        check=True,
        capture_output=True,
    )
    with pytest.raises(KeyNotSealedIn):
        store.signer(HANDLE)


def test_openssl_believes_a_signature_of_the_token(store: Pkcs11KeyStore, tmp_path: Path) -> None:
    chain = found(store, city="示范市", at=MOMENT).ensure(HANDLE, Subject("林"), Profile.PERSON, at=MOMENT)
    for name, certificate in zip(("own", "issuing", "root"), chain, strict=True):
        (tmp_path / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    checked = subprocess.run(
        ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "issuing.pem", "own.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout.strip() == "own.pem: OK", checked.stderr


def test_keys_and_chains_outlive_the_store(soft_token: str, tmp_path: Path) -> None:
    before = Pkcs11KeyStore(tmp_path, open_token(soft_token))
    key = before.create(HANDLE, Algorithm.ES256)
    chain = found(before, city="示范市", at=MOMENT).ensure(HANDLE, Subject("林"), Profile.PERSON, at=MOMENT)
    after = Pkcs11KeyStore(tmp_path, open_token(soft_token))
    key.verify(b"message", after.signer(HANDLE).sign(b"message"))
    assert after.chain(HANDLE) == chain


def test_of_eight_who_make_one_key_at_once_one_does(soft_token: str, tmp_path: Path) -> None:
    stores = [Pkcs11KeyStore(tmp_path, open_token(soft_token)) for _ in range(8)]

    def make(store: Pkcs11KeyStore) -> bool:
        try:
            store.create(HANDLE, Algorithm.ES256)
        except KeyExists:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(make, stores)) == [False] * 7 + [True]
    assert len(list(raw(soft_token).get_objects({Attribute.LABEL: HANDLE}))) == 2  # both halves


def test_signing_goes_on_after_the_token_lost_its_sessions(store: Pkcs11KeyStore) -> None:
    key = store.create(HANDLE, Algorithm.ES256)
    signer = store.signer(HANDLE)
    pkcs11.lib(str(module())).reinitialize()
    key.verify(b"message", signer.sign(b"message"))


def test_eight_threads_sign_with_one_token(store: Pkcs11KeyStore) -> None:
    key = store.create(HANDLE, Algorithm.ES256)
    messages = [bytes([number]) for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        signatures = list(threads.map(store.signer(HANDLE).sign, messages))
    for message, signature in zip(messages, signatures, strict=True):
        key.verify(message, signature)


def test_two_keys_of_one_label_sign_nothing(soft_token: str, tmp_path: Path) -> None:
    token = open_token(soft_token)
    token.generate(HANDLE, Algorithm.ES256)
    token.generate(HANDLE, Algorithm.ES256)
    with pytest.raises(KeyAmbiguous):
        Pkcs11KeyStore(tmp_path, token).signer(HANDLE)


def test_a_kind_of_key_that_no_token_makes_is_refused(store: Pkcs11KeyStore) -> None:
    with pytest.raises(KeyUnsupported):
        store.create(HANDLE, Algorithm.RS256)


def test_a_wrong_pin_is_said_and_not_shown(soft_token: str) -> None:
    with pytest.raises(TokenPinRefused) as refused:
        Token(module(), label=soft_token, pin="000000")
    assert "000000" not in refused.value.sentence("en")
    assert soft_token in refused.value.sentence("zh")


def test_a_refused_pin_is_not_shown_to_the_token_again(soft_token: str) -> None:
    token = open_token(soft_token)
    token.generate(HANDLE, Algorithm.ES256)
    token.sign(HANDLE, b"message")
    token._pin = "000000"
    pkcs11.lib(str(module())).reinitialize()
    with pytest.raises(TokenPinRefused):
        token.sign(HANDLE, b"message")
    token._pin = PIN  # would be accepted
    with pytest.raises(TokenPinRefused):
        token.sign(HANDLE, b"message")
    open_token(soft_token).sign(HANDLE, b"message")


def test_a_token_that_is_not_there_is_named(soft_token: str) -> None:
    with pytest.raises(TokenUnavailable) as refused:
        Token(module(), label=f"{soft_token}-other", pin=PIN)
    assert refused.value.facts["reason"] == "NoSuchToken"


def test_a_module_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TokenUnavailable):
        Token(tmp_path / "absent.so", label="any", pin=PIN)
