"""Problem details (RFC 9457): how every refusal over HTTP is written, whoever refuses."""

from typing import Any

TYPES = "https://election-results-feed.example/problems/"
MEDIA_TYPE = "application/problem+json"


def document(kind: str, status: int, title: str, detail: str, **more: object) -> dict[str, Any]:
    """The members of a problem document; ``more`` of them where they are known, None where not."""
    told = {"type": TYPES + kind, "title": title, "status": status, "detail": detail, **more}
    return {name: value for name, value in told.items() if value is not None}
