"""Where held keys sign, by the settings: the activation module with its pins and its book."""

from api.house_keys import HouseKeys
from api.national import national_of
from api.settings import Settings
from evidence.clock import Clock
from identity.webauthn import ANY_SITE, RelyingParty
from signing.activation_book import ActivationBook
from signing.activation_checks import Pins
from signing.activation_module import ActivationModule, LocalActivationModule
from signing.held_keys import Keyring
from signing.national_signing import NationalSigning
from signing.signer_remote import RemoteSigner
from signing.sm2_keystore import FileSm2KeyStore, Sm2KeyStore

BOOK = "activations"
"""Folder of the book, below that of the house."""


def keyring_of(
    settings: Settings, keys: HouseKeys, secret: bytes, *, sm2: FileSm2KeyStore | None, clock: Clock
) -> Keyring:
    """Give what it takes to hold keys, with the SM2 authority over ``sm2`` where there is one."""
    return Keyring(
        keystore=keys.keystore,
        module=activation_module_of(settings, keys, secret, sm2=sm2, clock=clock),
        authority=keys.authority,
        platform=keys.platform,
        clock=clock,
        national=national_of(settings, sm2, maker=keys.platform.name, clock=clock),
    )


def activation_module_of(
    settings: Settings, keys: HouseKeys, secret: bytes, *, sm2: Sm2KeyStore | None, clock: Clock
) -> ActivationModule:
    """Give the signer process that the settings name, else a module over the key stores of the house.

    ``secret``, 32 bytes, hashes in the book whose a key is.
    """
    if settings.signer is not None:
        return RemoteSigner(settings.signer)
    return LocalActivationModule(
        keys.keystore,
        ActivationBook(settings.folder / BOOK, secret),
        pins=Pins(verifier=keys.verifier.key, party=site_of(settings)),
        clock=clock,
        national=None if sm2 is None else NationalSigning(sm2),
    )


def site_of(settings: Settings) -> RelyingParty:
    """Give the site that device keys are bound to; the doors judge whose pages may hold it in a frame."""
    return RelyingParty.at(settings.public_url, name=settings.city_zh, framed_by=ANY_SITE)
