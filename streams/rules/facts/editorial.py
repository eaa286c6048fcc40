"""Facts that a person answers for: editorial calls (DR-15)."""

from collections.abc import Iterator

from schemas.desk import EditorialCall
from streams.rules.count import Count
from streams.rules.facts.fact import Fact


def calls(count: Count) -> Iterator[Fact]:
    """EDITORIAL_CALL: by a named person with a source, never arithmetic; for a joint description, its party (DR-24)."""
    for event in count.book.of_kind("call"):
        if isinstance(event, EditorialCall) and event.outcome is not None:
            outcome = count.ground.tally.get(event.outcome, event.outcome)
            value = {"by": event.by, "source": event.source.name, "outcome": outcome}
            yield Fact("EDITORIAL_CALL", f"call:{event.by}", "editorial", "U", value, "editorial")
