"""The published outcome of the night: seats by party group and control, council by council."""

from datetime import UTC, datetime

from streams.rehearsal.nights.south_east_2023.sources import POLL_DATE, Row, Sources, council_id, party_code
from streams.rehearsal.outcome import Checkpoint, Expected

CLOSE_OF_COUNT = Checkpoint(name="close-of-5-may", until=datetime(2023, 5, 5, 22, 59, 59, tzinfo=UTC))
ALL_IN = Checkpoint(name="after-15-june", until=datetime(2023, 6, 16, 22, 59, 59, tzinfo=UTC))

_COLUMNS = ("CON", "LAB", "LD", "GRN", "UKIP", "OTH")


def expected(sources: Sources) -> tuple[Expected, ...]:
    """What was published for the close of 5 May, and for the end with the postponed poll."""
    at_close = [_published(sources, council) for council in sources.councils]
    in_the_end = [
        _completed(sources, council, row) for council, row in zip(sources.councils, at_close, strict=True)
    ]
    return (*at_close, *in_the_end)


def _published(sources: Sources, council: Row) -> Expected:
    groups = sources.seats[council["council_slug"]]["after_2023"]
    # The Library's OTH is no party that can control: in Epsom and Ewell it is the residents.
    after = "RES" if council["control_2023"] == "OTH" else council["control_2023"]
    return Expected(
        checkpoint=CLOSE_OF_COUNT.name,
        council=council_id(council["council_slug"]),
        before=council["control_before"],
        after=after,
        outcome=council["outcome"],
        pending=groups.get("VACANT", 0),
        seats={column: groups.get(column, 0) for column in _COLUMNS},
    )


def _completed(sources: Sources, council: Row, at_close: Expected) -> Expected:
    key = council["council_slug"]
    seats = dict(at_close.seats)
    pending = at_close.pending
    for rows in sources.candidates[key].values():
        for row in rows:
            if row["poll_date"] != POLL_DATE and row["elected"] == "1":
                code = party_code(key, row["party_code"])
                seats[code if code in _COLUMNS else "OTH"] += 1
                pending -= 1
    return Expected(
        checkpoint=ALL_IN.name,
        council=at_close.council,
        before=at_close.before,
        after=at_close.after,
        outcome=at_close.outcome,
        pending=pending,
        seats=seats,
    )
