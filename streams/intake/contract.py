"""The OpenAPI document of intake, made from the contracts and the table of doors."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from streams.intake.checks import DOOR_TYPES

_REF = "#/components/schemas/{model}"

#: What each door is for, as the document tells it.
SAYS = {
    "declarations": "Ward declarations and their corrections",
    "withdrawals": "A declaration that should not stand",
    "polls": "A poll countermanded, abandoned, postponed, rescheduled; a recount",
    "reports": "A council's totals from a source, without wards",
    "councils": "Maps of councils; a council is opened before its first declaration",
    "holds": "Holds on a council, a ward or headline types, and their release",
    "calls": "Calls by a named person",
    "seats": "Seats that change hands between elections",
    "reviews": "Derive again what holds",
}

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "reason", "field"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong, where, and what to do"},
        "reason": {"type": "string", "description": "The reason code, as on the rejections topic"},
        "field": {"type": "string", "description": "The field concerned, dotted; may be empty"},
        "rule": {"type": "string", "description": "The rule of the count, where one is broken"},
        "index": {"type": "integer", "description": "Which event of the array; nothing of it was taken"},
    },
}
RECEIPT = {
    "type": "object",
    "required": ["id", "state", "fate"],
    "properties": {
        "id": {"type": "string"},
        "state": {"const": "journalled"},
        "fate": {"type": "string", "description": "Where to ask what became of it"},
        "notices": {"type": "array", "items": {"type": "string"}},
    },
}
FATE = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string"},
        "state": {"enum": ["journalled", "on the log", "accepted", "parked", "rejected", "superseded"]},
        "council": {"type": "string"},
        "lies": {"type": "object"},
        "reason": {"type": "string"},
        "field": {"type": "string"},
        "detail": {"type": "string"},
        "headlines": {"type": "array", "items": {"type": "string"}},
        "superseded_by": {"type": "string"},
    },
}

_ANSWERS = {
    "400": "The body is not JSON, or no event",
    "401": "No key, a wrong key, a wrong signature",
    "403": "This producer may not say that; or it is frozen; or the event is for another mode",
    "408": "The body took too long",
    "409": "The id, or the revision, already stands for another content",
    "413": "Too large",
    "415": "Not application/json",
    "422": "A field or a rule is broken",
    "429": "Too many at once",
    "503": "The journal cannot be written",
}


def schemas() -> dict[str, Any]:
    """The components of the document: every event that may come in."""
    models: list[type[BaseModel]] = [t for types in DOOR_TYPES.values() for t in types]
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    return {**found["$defs"], "Problem": PROBLEM, "Receipt": RECEIPT, "Fate": FATE}


def problems(*codes: str) -> dict[str, Any]:
    """The refusals that an operation may answer with."""
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {code: {"description": _ANSWERS[code], "content": content} for code in codes or _ANSWERS}


def post_operation(door: str) -> dict[str, Any]:
    """What a door takes and answers."""
    kinds = [{"$ref": _REF.format(model=t.__name__)} for t in DOOR_TYPES[door]]
    one = kinds[0] if len(kinds) == 1 else {"oneOf": kinds}
    receipt = {"$ref": _REF.format(model="Receipt")}
    events = {"type": "array", "items": receipt}
    told = {"type": "object", "required": ["events"], "properties": {"events": events}}
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"oneOf": [one, _array_of(one)]}}},
        },
        "parameters": [
            {
                "name": "park",
                "in": "query",
                "required": False,
                "schema": {"enum": ["true", "false"]},
                "description": "Take it though it fits no map known here: it waits in the feed until one fits it",
            },
            {
                "name": "Signature",
                "in": "header",
                "required": False,
                "schema": {"type": "string"},
                "description": "Ed25519 over the canonical bytes, base64; for an array one each, comma between",
            },
        ],
        "responses": {
            "202": {
                "description": "Safe on disk; on its way to the log",
                "content": {"application/json": {"schema": {"oneOf": [receipt, told]}}},
            },
            **problems(),
        },
        "security": [{"bearer": []}, {"hmac": []}],
    }


def _array_of(one: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": one, "minItems": 1, "maxItems": 500}


SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "hmac": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "HMAC key=…, at=…, nonce=…, mac=…; mac is HMAC-SHA256 over method, path, at, nonce and the "
        "body's SHA-256, line by line",
    },
}
