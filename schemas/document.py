"""Contracts written down for readers who do not run Python: JSON Schemas in a folder, tables of fields in a page."""

import json
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from schemas import action, area, contract, event, headline, proof, reading, rejection, standing
from schemas.cloudevents import SCHEMAS

INPUT_EVENTS: tuple[type[BaseModel], ...] = get_args(get_args(reading.InputEvent)[0])
AREA_EVENTS: tuple[type[BaseModel], ...] = get_args(get_args(area.AreaEvent)[0])
OUTPUTS: tuple[type[BaseModel], ...] = (
    headline.Headline,
    proof.Proof,
    standing.Standing,
    area.Board,
    rejection.Rejection,
    action.RejectionAction,
)

#: All that lies on a topic, by the name under which its schema is published.
CONTRACTS: dict[str, Any] = {
    "InputEvent": reading.InputEvent,
    "AreaEvent": area.AreaEvent,
    **{model.__name__: model for model in (*INPUT_EVENTS, *AREA_EVENTS, *OUTPUTS)},
}

#: Kinds of values as people call them; looked up by equality, for a kind is an annotation and not a class.
_KINDS: tuple[tuple[Any, str], ...] = (
    (contract.Mode, "mode: `live`, `rehearsal` or `replay`"),
    (contract.Count, "count"),
    (contract.Revision, "revision: 1 to 999"),
    (contract.ElectionId, "id of an election"),
    (contract.CouncilId, "id of a council"),
    (contract.WardId, "id of a ward"),
    (contract.AreaId, "id of an area"),
    (contract.EventId, "id of an event"),
    (contract.Slug, "slug"),
    (contract.PartyCode, "code of a party"),
    (contract.CandidateId, "id of a candidate"),
    (contract.GssCode, "GSS code"),
    (contract.Name, "name"),
    (contract.Sentence, "sentence"),
    (contract.Instant, "time"),
    (contract.Day, "day"),
    (contract.SchemaVersion, "`1`"),
    (headline.HeadlineType, "type of a headline"),
    (headline.HeadlineId, "id of a headline"),
    (rejection.Sha256, "SHA-256 in hexadecimal"),
    (int, "whole number"),
    (str, "text"),
    (bool, "true or false"),
    (type(None), "null"),
    (Any, "anything"),
)

_TABLE = re.compile(r"(?<=<!-- fields: )(\w+)( -->\n).*?(?=<!-- end of fields -->)", re.DOTALL)


def json_schemas() -> dict[str, str]:
    """JSON Schema (2020-12) of every contract, by name; the same contracts give the same bytes."""
    return {name: _json_schema(name, kind) for name, kind in CONTRACTS.items()}


def _json_schema(name: str, kind: Any) -> str:
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{SCHEMAS}/{name}.json",
        "title": name,
        **TypeAdapter(kind).json_schema(),
    }
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def with_tables(page: str) -> str:
    """A page in which every table from ``<!-- fields: X -->`` to ``<!-- end of fields -->`` is that of the model X."""
    models = {model.__name__: model for model in documented()}
    return _TABLE.sub(lambda found: found[1] + found[2] + "\n".join(_table(models[found[1]])) + "\n", page)


def documented() -> list[type[BaseModel]]:
    """Every model that something on a topic is made of, in the order in which they are met."""
    found: dict[type[BaseModel], None] = {event.Event: None}
    for model in (*INPUT_EVENTS, *AREA_EVENTS, *OUTPUTS):
        for part in _parts(model):
            found.setdefault(part)
    return list(found)


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for hint in get_type_hints(model, include_extras=True).values():
        for part in _models(hint):
            yield from _parts(part)


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for argument in get_args(hint):
        yield from _models(argument)


def _table(model: type[BaseModel]) -> Iterator[str]:
    """Rows of a model's fields. An input event has the fields common to all of them besides."""
    hints = get_type_hints(model, include_extras=True)
    common = event.Event.model_fields if issubclass(model, event.Event) and model is not event.Event else {}
    yield "| field | what | if left out |"
    yield "|---|---|---|"
    for name, field in model.model_fields.items():
        if name not in common:
            yield f"| `{name}` | {_kind(hints[name])} | {_default(field)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{json.dumps(field.get_default(call_default_factory=True))}`"


def _kind(hint: Any) -> str:
    """A type in words."""
    for kind, words in _KINDS:
        if hint == kind:
            return words
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(arguments[0])
    if origin is Literal:
        return _alternatives([f"`{value}`" for value in arguments])
    if origin in (Union, types.UnionType):
        return _alternatives([_kind(argument) for argument in arguments])
    if origin is tuple:
        return f"list: {_kind(arguments[0])}"
    if origin is dict:
        return f"object: {_kind(arguments[0])} → {_kind(arguments[1])}"
    return f"[{hint.__name__}](#{hint.__name__.lower()})"


def _alternatives(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def main(folder: str, *pages: str) -> None:
    """Write the schemas into a folder, and the tables into pages."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        (place / f"{name}.json").write_text(schema)
    for page in map(Path, pages):
        page.write_text(with_tables(page.read_text()))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Usage: python -m schemas.document FOLDER [PAGE.md ...]")
    main(*sys.argv[1:])
