"""The grammar that every contract shares: strict frozen models and the patterns of ids, names and counts."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

Mode = Literal["live", "rehearsal", "replay"]

#: Seats and votes are counts: never text, never fractions, never beyond what a ballot could hold.
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Revision = Annotated[int, Field(strict=True, ge=1, le=999)]

_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
#: Elections that a feed can speak of; a day beside them has lost its century.
_FIRST_YEAR, _LAST_YEAR = 1800, 2200


@lru_cache(maxsize=65_536)
def _dated(text: str) -> str:
    try:
        day = date.fromisoformat(text[-10:])
    except ValueError:
        raise PydanticCustomError("id-format", "must end with a day of the calendar") from None
    _in_range(day)
    return text


#: An election: its kind and polling day, ``local.2023-05-04``.
ElectionId = Annotated[
    str, StringConstraints(pattern=rf"^[a-z]{{2,16}}\.{_DAY}$", max_length=32), AfterValidator(_dated)
]
#: A body with seats, as EveryElection names it: ``local.horsham.2023-05-04``, or a whole parliament,
#: ``parl.2024-07-04``.
CouncilId = Annotated[
    str,
    StringConstraints(pattern=rf"^[a-z]{{2,16}}(?:\.{_SLUG}){{0,2}}\.{_DAY}$", max_length=128),
    AfterValidator(_dated),
]
#: A ward or division of a body: ``local.horsham.forest.2023-05-04``, ``parl.horsham.2024-07-04``,
#: ``local.horsham.forest.by.2023-10-05``.
WardId = Annotated[
    str,
    StringConstraints(pattern=rf"^[a-z]{{2,16}}(?:\.{_SLUG}){{1,3}}(?:\.by)?\.{_DAY}$", max_length=200),
    AfterValidator(_dated),
]
#: An area as an election knows it: its slug and the election, ``kent@local.2023-05-04``.
AreaId = Annotated[
    str,
    StringConstraints(pattern=rf"^{_SLUG}@[a-z]{{2,16}}\.{_DAY}$", max_length=128),
    AfterValidator(_dated),
]
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]
Slug = Annotated[str, StringConstraints(pattern=rf"^{_SLUG}$")]
PartyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9](?:[A-Z0-9 &.'-]{0,18}[A-Z0-9.])?$")]
CandidateId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
GssCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{8}$")]

#: Letters, marks, digits and the punctuation of British names; no markup, no formula, no control or hidden character.
_NAME = re.compile(r"[^\W_](?:[\w '’.,&()/\-–\"!:;+]*[\w.)\"'’!])?")
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@lru_cache(maxsize=65_536)
def _clean(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not any(
        unicodedata.category(c) in _FORBIDDEN for c in text
    )


@lru_cache(maxsize=65_536)
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and _clean(text)


def _name(text: str) -> str:
    if not _is_name(text):
        raise PydanticCustomError(
            "name", "must be a plain name: letters, digits and ordinary punctuation, in NFC"
        )
    return text


#: What markup, templates and formulas of spreadsheets are made of.
_MARKUP = frozenset("<>{}\\`")
_FORMULA = ("=", "+", "@", "-")


def _sentence(text: str) -> str:
    if not _clean(text) or text != text.strip() or text.startswith(_FORMULA) or not _MARKUP.isdisjoint(text):
        raise PydanticCustomError("name", "must be plain text: no markup, no formula, no control character")
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=160), AfterValidator(_name)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_sentence)]


_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")
_CALENDAR_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _instant(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value) if _INSTANT.fullmatch(value) else _no_instant()
    except ValueError:
        return _no_instant()


def _no_instant() -> NoReturn:
    raise PydanticCustomError("time", "must be a moment in UTC, written with a Z, like 2023-05-05T01:13:00Z")


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if _CALENDAR_DAY.fullmatch(value) else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> NoReturn:
    raise PydanticCustomError("time", "must be a day of the calendar, written like 2023-05-04")


def _whole(version: Any) -> Any:
    if type(version) is not int:
        raise PydanticCustomError("schema", "must be the number 1")
    return version


#: 1, and neither true nor 1.0, which would pass as equal to it.
SchemaVersion = Annotated[Literal[1], BeforeValidator(_whole)]


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() != timedelta(0):
        _no_instant()
    _in_range(moment)
    return moment.astimezone(UTC)


def _in_range(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PydanticCustomError("time", f"must lie between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


#: A moment in UTC, and a day of the calendar, each written in one way only.
Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(_utc)]
Day = Annotated[date, BeforeValidator(_day), AfterValidator(_in_range)]


_T = TypeVar("_T")

#: Several values in their order; the first that is wrong is the last that is looked at, however many follow.
Several = Annotated[tuple[_T, ...], FailFast()]


class Contract(BaseModel):
    """A value that cannot change, knows all of its fields and refuses to exist when it makes no sense."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, ser_json_inf_nan="constants"
    )


def belongs(ward: str, council: str) -> bool:
    """Whether a ward's id lies within a council's: ``local.horsham.forest.…`` within ``local.horsham.…``."""
    prefix = council.rpartition(".")[0] + "."
    return ward.startswith(prefix) and "." in ward[len(prefix) :]


def require(condition: bool, reason: str, sentence: str) -> None:
    """Refuse a value for ``reason`` (a rejection's reason code) with a sentence for people."""
    if not condition:
        raise PydanticCustomError(reason, sentence.replace("{", "{{").replace("}", "}}"))
