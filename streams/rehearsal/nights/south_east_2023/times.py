"""When wards were declared: reported to the minute where somebody timed them, else spread within what is known."""

import hashlib
from datetime import UTC, datetime, timedelta

from schemas.event import Moment
from streams.rehearsal.nights.south_east_2023.maps import CLOSES
from streams.rehearsal.nights.south_east_2023.sources import Row, Sources, on_count_day, plain, ward_id

_MINUTE = timedelta(minutes=1)
_USUAL_COUNT = timedelta(minutes=150)
_USUAL_END = "17:30"

#: Councils whose report gives every seat in a page with a time of its own: all their wards lie before it.
_COMPLETE = frozenset({"canterbury", "epsom-and-ewell", "lewes", "medway", "reigate-and-banstead"})
#: The blog of the count is in order from its first ward on, and at 18:15 has the party at 25: all others came before.
_TIMED_TO_THE_END = frozenset({"horsham"})
#: "overnight", so by the announced hour and not by the hour of the paper that reports it.
_OVERNIGHT = {"medway": ("01:30", "06:30")}


def timed(sources: Sources, council: str, ward: Row) -> str | None:
    """The local minute at which the ward was reported, HH:MM."""
    report = sources.reports.get((council, plain(ward["ward"])))
    return report["reported_at"] or None if report else None


def declared_at(sources: Sources, council: Row, ward: Row) -> Moment:
    """The moment of a ward's declaration, to the minute."""
    key = council["council_slug"]
    clock = timed(sources, key, ward)
    if clock:
        return Moment(at=on_count_day(clock), basis="reported", precision_seconds=60)
    start, end = _window(sources, council)
    minutes = int((end - start) / _MINUTE)
    digest = hashlib.sha256(ward_id(key, ward["ward_slug"]).encode()).digest()
    at = start + _MINUTE * (int.from_bytes(digest[:8], "big") * (minutes + 1) >> 64)
    return Moment(at=at, basis="assumed", not_before=CLOSES, not_after=_not_after(sources, council))


def _not_after(sources: Sources, council: Row) -> datetime | None:
    key = council["council_slug"]
    if key in _TIMED_TO_THE_END:
        return _first_timed(sources, key) - timedelta(seconds=1)
    if key in _COMPLETE:
        report = sources.called[key]
        return on_count_day(report["reported_at"] or report["not_after"]) + timedelta(seconds=59)
    return None


def _window(sources: Sources, council: Row) -> tuple[datetime, datetime]:
    """Where untimed wards are spread: from the announced hour, or a usual count before, up to the council's report."""
    key = council["council_slug"]
    if key in _OVERNIGHT:
        start, end = _OVERNIGHT[key]
        return on_count_day(start), on_count_day(end)
    if key in _TIMED_TO_THE_END:
        last = _first_timed(sources, key) - _MINUTE
        return last - _USUAL_COUNT, last
    report = sources.called.get(key, {})
    clock = report.get("reported_at") or report.get("not_after") or council["expected_time"] or _USUAL_END
    latest = on_count_day(clock)
    if council["expected_time"] and on_count_day(council["expected_time"]) < latest:
        return on_count_day(council["expected_time"]), latest
    return latest - _USUAL_COUNT, latest


def _first_timed(sources: Sources, council: str) -> datetime:
    return min(
        on_count_day(report["reported_at"])
        for (key, _), report in sources.reports.items()
        if key == council and report["reported_at"]
    )


#: Nobody timed the declaration of the postponed poll: half past eleven at night on its day.
POSTPONED_DECLARED = Moment(
    at=datetime(2023, 6, 15, 22, 30, tzinfo=UTC),
    basis="assumed",
    not_before=datetime(2023, 6, 15, 21, tzinfo=UTC),
)
