"""How a delivery is signed, so that who receives it knows from whom and when it came.

    headers = sign("6f1c…", body, secret=secret, at=clock.now())
    # webhook-id, webhook-timestamp, webhook-signature: v1,<base64 of HMAC-SHA256 over id.timestamp.body>

Source: Standard Webhooks 1.0.0, "Signature scheme".
"""

import base64
import hmac
import secrets
from datetime import datetime

SECRET_BYTES = 32  # the specification asks for 24 to 64
SECRET_PREFIX = "whsec_"  # noqa: S105  how secrets begin, not one


def draw_secret() -> bytes:
    """Draw the secret of an endpoint, 32 bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """Write ``secret`` as its receiver enters it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def sign(message: str, body: bytes, *, secret: bytes, at: datetime) -> dict[str, str]:
    """Give the three headers of ``body``; ``message`` is the same each time a delivery is tried again."""
    seconds = str(int(at.timestamp()))
    signed = hmac.digest(secret, f"{message}.{seconds}.".encode() + body, "sha256")
    return {
        "webhook-id": message,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
