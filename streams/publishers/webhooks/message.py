"""What a webhook carries: the same bytes under the same id, however often it is sent; signed by Standard Webhooks."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

from schemas.headline import Headline


def body(headline: Headline, raw: bytes) -> bytes:
    """The body of a headline's webhook: the record of the topic, untouched, in the envelope that all webhooks have."""
    at = headline.declared_at.at.isoformat().replace("+00:00", "Z")
    return b'{"type":"headline.%s","timestamp":"%s","data":%s}' % (headline.action.encode(), at.encode(), raw)


def headers(id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Headers of one attempt; with two secrets, two signatures, so that a receiver can change over (rotation)."""
    signed = [Webhook(secret).sign(id, at, body.decode()) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signed),
        "content-type": "application/json",
        "user-agent": "election-results-feed",
    }


def new_secret() -> str:
    """A secret for signatures."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
