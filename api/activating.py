"""Where held keys sign, by the settings: the activation module with its pins and its book."""

from api.house_keys import HouseKeys
from api.settings import Settings
from evidence.clock import Clock
from identity.webauthn import RelyingParty
from signing.activation_book import ActivationBook
from signing.activation_checks import Pins
from signing.activation_module import ActivationModule, LocalActivationModule
from signing.signer_remote import RemoteSigner

BOOK = "activations"
"""Folder of the book, below that of the house."""


def activation_module_of(
    settings: Settings, keys: HouseKeys, secret: bytes, *, clock: Clock
) -> ActivationModule:
    """Give the signer process that the settings name, else a module over the key store of the house.

    ``secret``, 32 bytes, hashes in the book whose a key is.
    """
    if settings.signer is not None:
        return RemoteSigner(settings.signer)
    return LocalActivationModule(
        keys.keystore,
        ActivationBook(settings.folder / BOOK, secret),
        pins=Pins(verifier=keys.verifier.key, party=site_of(settings)),
        clock=clock,
    )


def site_of(settings: Settings) -> RelyingParty:
    """Give the site that device keys are bound to."""
    return RelyingParty.at(settings.public_url, name=settings.city_zh)
