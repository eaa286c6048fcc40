"""May this event stand at all? Form, judged once from the event alone (DR-34); fit to the map is another question."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.contract import Mode
from schemas.declaration import WardDeclared
from schemas.reading import InputEvent

_LONDON = ZoneInfo("Europe/London")
_CLOSE = time(22, 0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event is not accepted: a reason code, the field concerned and a sentence for people."""

    reason: str
    sentence: str
    field: str = ""


@lru_cache(maxsize=256)
def close_of_polls(polling_day: str) -> datetime:
    """22:00 by the clocks of London on polling day (ISO date), as an instant (DR-39)."""
    return datetime.combine(date.fromisoformat(polling_day), _CLOSE, _LONDON).astimezone(UTC)


def refuse(event: InputEvent, mode: Mode) -> Refusal | None:
    """The reason to refuse an event for good, or None. No rule asks what time it is."""
    if event.mode != mode:
        return Refusal("mode", f"a {event.mode} event on a {mode} topic: it is not let in", "mode")
    polling_day = event.election.rpartition(".")[2]
    if (
        event.council.rpartition(".")[2] != polling_day
        or event.council.split(".")[0] != event.election.split(".")[0]
    ):
        return Refusal("election", f"{event.council} is not part of the election {event.election}", "council")
    if isinstance(event, WardDeclared) and event.declared_at.at < close_of_polls(polling_day):
        return Refusal(
            "time",
            f"declared at {event.declared_at.at:%H:%M on %d %B %Y} UTC, before polls close: "
            "nothing can be declared before that (I-02)",
            "declared_at.at",
        )
    return None
