"""Raw bytes into an event, or the reason why not: the one strict reader for every way in."""

import json
from collections import Counter
from math import isinf
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from schemas.area import AreaEvent
from schemas.council import CouncilOpened
from schemas.declaration import (
    CouncilReported,
    MayorDeclared,
    PollChanged,
    StageDeclared,
    WardDeclared,
    WardWithdrawn,
)
from schemas.desk import AdministrationFormed, EditorialCall, Held, Released, Review, SeatChanged

InputEvent = Annotated[
    CouncilOpened
    | WardDeclared
    | WardWithdrawn
    | PollChanged
    | StageDeclared
    | MayorDeclared
    | CouncilReported
    | Held
    | Released
    | EditorialCall
    | Review
    | SeatChanged
    | AdministrationFormed,
    Field(discriminator="type"),
]

#: An event with more faults than this is refused without telling them apart.
_FAULTS_TOLD = 1_000

EVENT_BYTES = 64 * 1024
MAP_BYTES = 4 * 1024 * 1024

AREA_BYTES = 256 * 1024

_ADAPTER: TypeAdapter[InputEvent] = TypeAdapter(InputEvent)
_AREA_ADAPTER: TypeAdapter[AreaEvent] = TypeAdapter(AreaEvent)

#: Reason codes that the models raise themselves.
_OWN = frozenset(
    "name time id-format party candidate nominations baseline ward seats-sum ward-not-in-council reason votes-sum "
    "votes-order lot tier hold summary history watch area".split()
)

#: Pydantic's kinds of fault -> reason code and, where its own words are not for people, better ones.
_KINDS = {
    "missing": ("schema", "is missing"),
    "extra_forbidden": ("schema", "is not a field that this event has"),
    "union_tag_invalid": ("schema", "is not that of any input event"),
    "union_tag_not_found": ("schema", "is missing"),
    "string_pattern_mismatch": (
        "id-format",
        "is not written as it must be: see the pattern in the JSON Schema",
    ),
    "string_too_long": ("name", None),
    "string_too_short": ("name", None),
    "int_type": ("field", "must be a whole number: not text, not a fraction, not true or false"),
    "int_from_float": ("field", "must be a whole number: not text, not a fraction, not true or false"),
}


class Unreadable(Exception):
    """The bytes are no input event: ``reason`` code, ``field`` (dotted, may be empty) and a ``sentence`` for people.

    Neither field nor sentence holds a character that a terminal or a page could obey.
    """

    def __init__(self, reason: str, sentence: str, field: str = "") -> None:
        self.reason, self.sentence, self.field = reason, _printable(sentence)[:400], _printable(field)[:200]
        super().__init__(self.sentence)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class _Refused(ValueError):
    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise _Refused("dup-key", f"the key {twice[:40]!r} appears twice in one object")
    return found


def _constant(text: str) -> Any:
    raise _Refused("range", f"{text} is not a number that a count can have")


def _integer(digits: str) -> int:
    if len(digits) > 18:
        raise _Refused("range", f"a number of {len(digits)} digits is beyond any count")
    if digits == "-0":
        raise _Refused("range", "-0 is not a number that a count can have")
    return int(digits)


def _fraction(digits: str) -> float:
    if isinf(found := float(digits)):
        raise _Refused("range", f"{digits[:40]} is beyond any number")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
)


def _parse(raw: bytes) -> Any:
    """What the contracts' own parser lets pass: duplicate keys and numbers beyond any count are seen here."""
    try:
        return _DECODER.decode(raw.decode())
    except _Refused as refused:
        raise Unreadable(refused.reason, str(refused)) from None
    except ValueError as bad:
        raise Unreadable("json", f"the record is not JSON: {bad}") from None


def read(raw: bytes | None) -> InputEvent:
    """One input event from its JSON bytes; raises :class:`Unreadable` and nothing else, whatever the bytes.

    Sizes: 64 KB for any event, 4 MB for a map. No duplicate key, no NaN or Infinity.
    """
    if not raw:
        raise Unreadable("json", "the record is empty")
    if len(raw) > MAP_BYTES:
        raise Unreadable("size", f"the record has {len(raw):,} bytes; a map may have {MAP_BYTES:,}")
    try:
        event = _ADAPTER.validate_json(raw)
    except ValidationError as refused:
        raise _explain(raw, refused) from None
    _parse(raw)
    _check_size(raw, event.type)
    return event


def read_area_event(raw: bytes | None) -> AreaEvent:
    """One event of an area from its JSON bytes, at most 256 KB; raises :class:`Unreadable` and nothing else."""
    if not raw:
        raise Unreadable("json", "the record is empty")
    if len(raw) > AREA_BYTES:
        raise Unreadable(
            "size", f"the record has {len(raw):,} bytes; an event of an area may have {AREA_BYTES:,}"
        )
    try:
        event = _AREA_ADAPTER.validate_json(raw)
    except ValidationError as refused:
        raise _explain(raw, refused) from None
    _parse(raw)
    return event


def reread(raw: bytes) -> InputEvent:
    """An event that this program wrote itself, defaults and all, so that it may be longer than when it came."""
    return _ADAPTER.validate_json(raw)


def _check_size(raw: bytes, kind: object) -> None:
    if len(raw) > EVENT_BYTES and kind != "CouncilOpened":
        raise Unreadable(
            "size", f"the record has {len(raw):,} bytes; an event other than a map may have {EVENT_BYTES:,}"
        )


def _explain(raw: bytes, refused: ValidationError) -> Unreadable:
    """The first fault in the order: JSON, object, size, version of the schema, field."""
    if refused.error_count() > _FAULTS_TOLD:
        return Unreadable("field", f"the record has more than {_FAULTS_TOLD:,} faults")
    first = refused.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return _no_json(first["msg"].removeprefix("Invalid JSON: "))
    found = _parse(raw)
    if not isinstance(found, dict):
        return Unreadable("not-object", "the record is JSON but not an object")
    _check_size(raw, found.get("type"))
    version = found.get("schema_version")
    if type(version) is not int or version != 1:
        return Unreadable("schema", f"schema_version must be 1, not {version!r:.40}", "schema_version")
    kind, field = first["type"], ".".join(str(part) for part in first["loc"][1:])
    if kind.startswith("union_tag"):
        field = "type"
    reason, sentence = (kind, None) if kind in _OWN else _KINDS.get(kind, ("field", None))
    where = f"{field[:200]}: " if field else ""
    return Unreadable(reason, f"{where}{sentence or first['msg']}", field)


def _no_json(fault: str) -> Unreadable:
    if fault.startswith("recursion limit"):
        return Unreadable("depth", "the record is nested deeper than any event is")
    if fault.startswith("number out of range"):
        return Unreadable("range", f"a number is beyond any count: {fault}")
    return Unreadable("json", f"the record is not JSON: {fault}")
