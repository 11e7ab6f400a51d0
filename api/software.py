"""What the doors for other software need of the outside: how keys are hashed, webhooks sealed and posted.

software = software_of(settings, secret)
"""

from dataclasses import dataclass

from api.api_keys import ApiKeys
from api.house_keys import derived
from api.settings import Settings
from api.webhooks.endpoints import EndpointSecrets
from api.webhooks.post import Post


@dataclass(frozen=True)
class Software:
    """The three of them."""

    api_keys: ApiKeys
    webhook_secrets: EndpointSecrets
    webhook_post: Post


def software_of(settings: Settings, secret: bytes) -> Software:
    """Give them for the house of ``settings``, each under a key of its own derived from ``secret``."""
    return Software(
        api_keys=ApiKeys(derived(secret, "api-keys")),
        webhook_secrets=EndpointSecrets(derived(secret, "webhooks")),
        webhook_post=Post(loopback=settings.webhook_loopback),
    )
