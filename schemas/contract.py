"""The grammar that every contract shares: strict frozen models and the patterns of ids, names and counts."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

Mode = Literal["live", "rehearsal", "replay"]

#: Seats and votes are counts: never text, never fractions, never beyond what a ballot could hold.
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Revision = Annotated[int, Field(strict=True, ge=1, le=999)]

_SLUG = r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?"
_DAY = r"\d{4}-\d{2}-\d{2}"

ElectionId = Annotated[str, StringConstraints(pattern=rf"^[a-z]{{2,16}}\.{_DAY}$")]
CouncilId = Annotated[
    str, StringConstraints(pattern=rf"^[a-z]{{2,16}}(?:\.{_SLUG}){{1,2}}\.{_DAY}$", max_length=128)
]
WardId = Annotated[
    str, StringConstraints(pattern=rf"^[a-z]{{2,16}}(?:\.{_SLUG}){{2,3}}(?:\.by)?\.{_DAY}$", max_length=200)
]
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]
Slug = Annotated[str, StringConstraints(pattern=rf"^{_SLUG}$")]
PartyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9](?:[A-Z0-9 &.'-]{0,18}[A-Z0-9.])?$")]
CandidateId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
GssCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{8}$")]

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


def _sentence(text: str) -> str:
    if not _clean(text) or "<" in text or ">" in text or text[:1] in ("=", "+", "@", "-"):
        raise PydanticCustomError("name", "must be plain text: no markup, no formula, no control character")
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=160), AfterValidator(_name)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_sentence)]


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() != timedelta(0):
        raise PydanticCustomError("time", "must be in UTC, written with a Z")
    return moment.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]


class Contract(BaseModel):
    """A value that cannot change, knows all of its fields and refuses to exist when it makes no sense."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, ser_json_inf_nan="constants"
    )


def require(condition: bool, reason: str, sentence: str) -> None:
    """Refuse a value for ``reason`` (a rejection's reason code) with a sentence for people."""
    if not condition:
        raise PydanticCustomError(reason, sentence.replace("{", "{{").replace("}", "}}"))
