"""Raw bytes into an input event, or the reason why not: the one strict reader for every way in."""

import json
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from schemas.council import CouncilOpened
from schemas.declaration import CouncilReported, PollChanged, WardDeclared, WardWithdrawn
from schemas.desk import EditorialCall, Held, Released, Review, SeatChanged

InputEvent = Annotated[
    CouncilOpened
    | WardDeclared
    | WardWithdrawn
    | PollChanged
    | CouncilReported
    | Held
    | Released
    | EditorialCall
    | Review
    | SeatChanged,
    Field(discriminator="type"),
]

EVENT_BYTES = 64 * 1024
MAP_BYTES = 4 * 1024 * 1024

_ADAPTER: TypeAdapter[InputEvent] = TypeAdapter(InputEvent)

#: Reason codes that the models raise themselves; everything else that fails a field is "field".
_OWN = frozenset(
    "name time party candidate nominations baseline ward seats-sum ward-not-in-council reason votes-sum votes-order "
    "lot tier hold".split()
)


class Unreadable(Exception):
    """The bytes are no input event: ``reason`` code, ``field`` (dotted, may be empty) and a ``sentence`` for people."""

    def __init__(self, reason: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.reason, self.sentence, self.field = reason, sentence, field


class _Refused(ValueError):
    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Refused("dup-key", f"the key {twice[:40]!r} appears twice in one object")
    return found


def _constant(text: str) -> Any:
    raise _Refused("range", f"{text} is not a number that a count can have")


def _integer(digits: str) -> int:
    if len(digits) > 18:
        raise _Refused("range", f"a number of {len(digits)} digits is beyond any count")
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer)


def _parse(raw: bytes) -> Any:
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except _Refused as refused:
        raise Unreadable(refused.reason, str(refused)) from None
    except RecursionError:
        raise Unreadable("depth", "the record is nested deeper than any event is") from None
    except UnicodeDecodeError as bad:
        raise Unreadable("json", f"the record is not UTF-8 text (byte {bad.start})") from None
    except ValueError as bad:
        raise Unreadable("json", f"the record is not JSON: {str(bad)[:200]}") from None


def read(raw: bytes | None) -> InputEvent:
    """One input event from its JSON bytes; raises :class:`Unreadable`. Accepts nothing that it would write differently.

    Sizes: 64 KB for any event, 4 MB for a map. No duplicate key, no NaN or Infinity.
    """
    if not raw:
        raise Unreadable("json", "the record is empty")
    if len(raw) > MAP_BYTES:
        raise Unreadable("size", f"the record has {len(raw):,} bytes; a map may have {MAP_BYTES:,}")
    found = _parse(raw)
    if not isinstance(found, dict):
        raise Unreadable("not-object", "the record is JSON but not an object")
    if len(raw) > EVENT_BYTES and found.get("type") != "CouncilOpened":
        raise Unreadable(
            "size", f"the record has {len(raw):,} bytes; an event other than a map may have {EVENT_BYTES:,}"
        )
    if found.get("schema_version") != 1 or isinstance(found.get("schema_version"), bool):
        raise Unreadable(
            "schema",
            f"schema_version must be 1, not {str(found.get('schema_version'))[:40]!r}",
            "schema_version",
        )
    try:
        return _ADAPTER.validate_json(raw)
    except ValidationError as refused:
        raise _explain(refused) from None
    except RecursionError:
        raise Unreadable("depth", "the record is nested deeper than any event is") from None


def _explain(refused: ValidationError) -> Unreadable:
    first = refused.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    kind = first["type"]
    if kind in _OWN:
        reason = kind
    elif kind == "json_invalid":
        reason = "json"
    elif kind == "string_pattern_mismatch":
        reason = "id-format"
    elif kind in ("extra_forbidden", "missing", "union_tag_invalid", "union_tag_not_found"):
        reason = "schema"
    else:
        reason = "field"
    where = f"{field}: " if field else ""
    return Unreadable(reason, f"{where}{first['msg']}"[:400], field[:200])
