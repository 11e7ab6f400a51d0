"""Template protection: what opens a sealed template, and what does not."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from identity.people import PersonId
from identity.vault import (
    KeyEncryptionKeyMalformed,
    Kind,
    TemplateKeyChanged,
    TemplateUnreadable,
    TemplateVault,
)

PERSON = PersonId(UUID(int=1))
TEMPLATE = bytes(range(64))


@pytest.fixture
def vault() -> TemplateVault:
    return TemplateVault(b"k" * 32)


def test_a_sealed_template_opens_for_its_person_and_version(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=3)
    assert vault.open(sealed, person=PERSON, version=3) == TEMPLATE


def test_a_template_of_another_person_does_not_open(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1)
    with pytest.raises(TemplateUnreadable):
        vault.open(sealed, person=PersonId(uuid4()), version=1)


def test_a_template_of_another_version_does_not_open(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1)
    with pytest.raises(TemplateUnreadable):
        vault.open(sealed, person=PERSON, version=2)


def test_the_key_of_one_template_does_not_open_another(vault: TemplateVault) -> None:
    one, other = (vault.seal(TEMPLATE, person=PERSON, version=1) for _ in range(2))
    assert one.wrapped_key != other.wrapped_key
    with pytest.raises(TemplateUnreadable):
        vault.open(replace(one, wrapped_key=other.wrapped_key), person=PERSON, version=1)


def test_every_altered_byte_is_noticed(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1)
    for place in range(len(sealed.ciphertext)):
        altered = bytearray(sealed.ciphertext)
        altered[place] ^= 1
        with pytest.raises(TemplateUnreadable):
            vault.open(replace(sealed, ciphertext=bytes(altered)), person=PERSON, version=1)


@pytest.mark.parametrize("length", [0, 11, 12, 27])
def test_a_cut_off_template_is_unreadable(vault: TemplateVault, length: int) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1)
    with pytest.raises(TemplateUnreadable):
        vault.open(replace(sealed, ciphertext=sealed.ciphertext[:length]), person=PERSON, version=1)


def test_another_master_key_is_named(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1)
    with pytest.raises(TemplateKeyChanged, match=sealed.key_id.hex()):
        TemplateVault(b"x" * 32).open(sealed, person=PERSON, version=1)


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(KeyEncryptionKeyMalformed):
        TemplateVault(b"short")


def test_a_sealed_template_does_not_hold_the_template(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1)
    assert TEMPLATE not in sealed.ciphertext
    assert repr(sealed.ciphertext) not in repr(sealed)


def test_a_portrait_does_not_open_as_a_template(vault: TemplateVault) -> None:
    sealed = vault.seal(TEMPLATE, person=PERSON, version=1, kind=Kind.PORTRAIT)
    assert vault.open(sealed, person=PERSON, version=1, kind=Kind.PORTRAIT) == TEMPLATE
    with pytest.raises(TemplateUnreadable):
        vault.open(sealed, person=PERSON, version=1)
