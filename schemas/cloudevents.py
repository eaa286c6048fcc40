"""CloudEvents 1.0 headers in Kafka's binary mode, written by hand and proved against the published package."""

from urllib.parse import quote

from schemas.area import AreaHeld, AreaReleased, AreaReview
from schemas.contract import Contract
from schemas.event import Event
from schemas.headline import Headline

#: Where the JSON Schema of a contract is found, by name.
SCHEMAS = "https://election-results-feed.example/schemas"

Headers = tuple[tuple[str, bytes], ...]


def headers(*, id: str, source: str, type: str, subject: str, time: str, schema: str) -> Headers:
    """The attributes of one event as record headers; ``time`` in RFC 3339."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_source": source,
        "ce_type": type,
        "ce_subject": subject,
        "ce_time": time,
        "ce_dataschema": f"{SCHEMAS}/{schema}.json",
        "content-type": "application/json",
    }
    return tuple((name, value.encode()) for name, value in attributes.items())


def event_headers(event: Event) -> Headers:
    """Headers of an input event: who pushed it is the source."""
    return _pushed(event, getattr(event, "ward", None) or event.council)


def area_headers(event: AreaHeld | AreaReleased | AreaReview) -> Headers:
    """Headers of what the desk says of an area."""
    return _pushed(event, event.key)


def _pushed(event: Event | AreaHeld | AreaReleased | AreaReview, subject: str) -> Headers:
    name = type(event).__name__
    return headers(
        id=event.id,
        source="/producers/" + quote(event.producer.replace(" ", "-").lower(), safe=""),
        type=f"uk.results.{name}.v1",
        subject=subject,
        time=event.declared_at.at.isoformat().replace("+00:00", "Z"),
        schema=name,
    )


def headline_headers(headline: Headline) -> Headers:
    """Headers of a headline."""
    return headers(
        id=headline.id,
        source=f"/feeds/{headline.mode}/{'area' if headline.area else 'council'}",
        type=f"uk.results.Headline.{headline.type}.v1",
        subject=headline.key,
        time=headline.declared_at.at.isoformat().replace("+00:00", "Z"),
        schema="Headline",
    )


def output_headers(
    kind: str, value: Contract, *, id: str, mode: str, subject: str, time: str, agent: str = "council"
) -> Headers:
    """Headers of any other output of an agent: a standing, a board, a contribution or a rejection."""
    return headers(
        id=id,
        source=f"/feeds/{mode}/{agent}",
        type=f"uk.results.{kind}.v1",
        subject=subject,
        time=time,
        schema=type(value).__name__,
    )
