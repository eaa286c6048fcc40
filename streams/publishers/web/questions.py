"""What a question may hold, and how it is read: filters, positions, moments. Refused in words where it cannot be."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import Query, Request
from pydantic.json_schema import SkipJsonSchema

from results_client.position import LONGEST
from schemas.headline import Action, HeadlineType, Priority
from streams.publishers.archive import Archive
from streams.publishers.filters import ID, MOST_WORDS, Filter, NoSuchFilter, read_filter
from streams.publishers.problem import Problem
from streams.publishers.site import Site

#: Questions for the past are answered from this many moments at once.
_MOST_PAST = 8
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_MOMENT = (
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
    r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$"
)

ClockName = Literal["said", "declared"]


def _words(description: str, known: Sequence[str] = ()) -> Any:
    """A filter as it is documented; it is read by :func:`wanted`, which lets several words be parted by commas."""
    items: dict[str, Any] = {"type": "string", "pattern": f"^{ID}$"}
    if known:
        items = {"type": "string", "enum": list(known)}
    several = "; several by repeating it, or parted by commas"
    return Query(
        description=description + several, json_schema_extra={"items": items, "maxItems": MOST_WORDS}
    )


Council = Annotated[list[str], _words("Headlines of these councils, by id")]
Area = Annotated[list[str], _words("An area's own headlines, by id; with `council`, those as well")]
Type = Annotated[list[str], _words("Headlines of these types", get_args(HeadlineType))]
OfPriority = Annotated[list[str], _words("Headlines of these priorities", get_args(Priority))]
OfAction = Annotated[list[str], _words("Headlines that do this", get_args(Action))]

AsOf = Annotated[
    str | SkipJsonSchema[None],
    Query(
        description="Answer as of then: a time with its zone, such as 2023-05-05T17:15:00Z",
        json_schema_extra={"format": "date-time", "pattern": _MOMENT},
    ),
]
Clock = Annotated[
    ClockName,
    Query(description="Whose time `as_of` is: when the feed `said` it, or when the count `declared` it"),
]


def a_position(description: str) -> Any:
    """A position as it is documented."""
    return Query(
        description=description,
        json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$", "maxLength": LONGEST},
    )


def wanted(**given: Sequence[str]) -> Filter:
    """The filter of a question; raises :class:`Problem`."""
    try:
        return read_filter(given)
    except NoSuchFilter as why:
        raise Problem("filter", str(why), why.field) from None


def archive_as_of(site: Site, as_of: str | None, clock: ClockName) -> tuple[Archive, datetime | None]:
    """The archive as of then; what is to come is not known, so a moment ahead is refused."""
    if as_of is None:
        return site.archive, None
    at = _moment(as_of)
    if not _OLDEST <= at <= datetime.now(UTC) + timedelta(minutes=1):
        raise Problem("no-moment", "as_of lies in the future, or before all feeds", "as_of")
    key = (at.isoformat(), clock, site.archive.revision)
    if key not in site.past:
        while len(site.past) >= _MOST_PAST:
            site.past.pop(next(iter(site.past)))
        site.past[key] = site.archive.as_of(at, clock)
    return site.past[key], at


def going_on(filter: Filter, limit: int, as_of: str | None, clock: str) -> Callable[[str], str]:
    """Gives, for a position, the question for what comes after it."""
    asked = {name: ",".join(values) for name, values in filter.words().items()}
    past = {"as_of": as_of, "clock": clock} if as_of else {}
    return lambda word: "/api/v1/headlines?" + urlencode(asked | {"after": word, "limit": str(limit)} | past)


def ready(site: Site) -> None:
    """Refuse until everything was read once; raises :class:`Problem`."""
    if not site.complete:
        trouble = site.follower.freshness.trouble or "the topics are being read"
        raise Problem("not-yet", f"Nothing can be said yet: {trouble}.", retry_after_seconds=2)


def name_of(request: Request) -> str:
    """What an answer is kept under: the question, whatever order its parts are in."""
    return f"{request.url.path}?{urlencode(sorted(request.query_params.multi_items()))}"


def _moment(given: str) -> datetime:
    try:
        text = given.replace(" ", "+")  # a plus sign that was not escaped
        if not re.fullmatch(_MOMENT, text):
            raise ValueError
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(
            "moment", "as_of is a time with its zone, such as 2023-05-05T17:15:00Z", "as_of"
        ) from None
