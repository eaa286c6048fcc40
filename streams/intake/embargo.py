"""While polls are open nothing derived from nominations goes out: holds by the maps' poll hours, and their end."""

from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.desk import Held, Released
from schemas.event import Moment
from schemas.headline import HeadlineType
from streams.intake.known import Known

BY = "Embargo"
#: What follows from nominations alone and must wait for the close of polls.
TYPES: tuple[HeadlineType, ...] = ("CANNOT_WIN_OUTRIGHT", "CONTROL_DECIDED_BEFORE_POLL")


def due(known: Known, mode: Mode, now: datetime, producer: str) -> Iterator[Held | Released]:
    """What has to be sent now: an embargo where polls are open, a release where a dated hold has run out.

    Ids follow from the council, so that two intakes, or one started again, say the same. A council whose polls closed
    before anyone asked needs no embargo. One that another producer holds is ended by that producer: a night that is
    replayed brings its own, by the clock of its own day.
    """
    for opened in known.maps():
        council = known.councils[opened.council]
        id = f"{opened.council}:embargo"
        if id not in known.seen and opened.poll.opens <= now < opened.poll.closes:
            yield _embargo(opened, id, mode, producer)
        for hold in council.open_holds():
            if hold.by == BY and hold.producer != producer:
                continue
            if hold.until is not None and hold.until <= now and f"{hold.id}-over" not in known.seen:
                yield _release(hold, hold.until, producer)


def _embargo(opened: CouncilOpened, id: str, mode: Mode, producer: str) -> Held:
    return Held(
        schema_version=1, type="Held", id=id, mode=mode, election=opened.election, council=opened.council,
        declared_at=Moment(at=opened.poll.opens, basis="officer"), producer=producer, scope="types", types=TYPES,
        by=BY, reason="Polls are open", until=opened.poll.closes,
    )  # fmt: skip


def _release(hold: Held, at: datetime, producer: str) -> Released:
    over = "Polls have closed" if hold.by == BY else "The hold was until this time"
    return Released(
        schema_version=1, type="Released", id=f"{hold.id}-over", mode=hold.mode, election=hold.election,
        council=hold.council, declared_at=Moment(at=at.astimezone(UTC), basis="officer"), producer=producer,
        hold=hold.id, by=BY, reason=over,
    )  # fmt: skip
