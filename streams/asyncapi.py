"""The AsyncAPI document of a feed, made from the contracts and the list of topics; docs/asyncapi.json is its text."""

import json
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas import topics
from schemas.action import RejectionAction
from schemas.area import AreaEvent, Board
from schemas.contract import Mode
from schemas.headline import Headline
from schemas.probe import ProbeAnswer
from schemas.reading import InputEvent
from schemas.rejection import Rejection
from schemas.standing import Standing

_VALUES: dict[str, Any] = {
    "InputEvent": InputEvent,
    "Headline": Headline,
    "Standing": Standing,
    "AreaEvent": AreaEvent,
    "Board": Board,
    "Rejection": Rejection,
    "RejectionAction": RejectionAction,
    "ProbeAnswer": ProbeAnswer,
}
#: What others send; everything else is said by the feed.
_RECEIVED = ("InputEvent",)

_KEYS = {
    "council": "The council's id, UTF-8; the area's where it speaks of one",
    "area": "The area's id, UTF-8",
    "rejection": "The rejection's id, UTF-8",
    "probe": "The probe's row, UTF-8",
}
_REF = "#/components/schemas/{model}"


def document(mode: Mode = "live", partitions: int = 4) -> dict[str, Any]:
    """An AsyncAPI 3.1 document of a mode: channels, who sends what on them, messages and their schemas."""
    specs = topics.all_topics(mode, partitions)
    models = {model.__name__: model for spec in specs for model in _models(spec.value)}
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models.values()], ref_template=_REF
    )
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Election results feed",
            "version": "1",
            "description": "Ward declarations in, headlines and standings out. Publish a headline's id once, in the "
            "order of `n`.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {spec.value: _channel(spec) for spec in specs},
        "operations": {spec.value: _operation(spec.value) for spec in specs},
        "components": {
            "schemas": schemas["$defs"],
            "messages": {name: _message(name, model) for name, model in sorted(models.items())},
        },
    }


def text() -> str:
    """The document as it is kept in docs/asyncapi.json."""
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _models(value: str) -> list[type[BaseModel]]:
    found = _VALUES[value]
    if isinstance(found, type):
        return [found]
    union = get_args(found)[0]
    return list(get_args(union) or (union,))


def _channel(spec: topics.TopicSpec) -> dict[str, Any]:
    names = [model.__name__ for model in _models(spec.value)]
    return {
        "address": spec.name,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "topic": spec.name,
                "partitions": spec.partitions,
                "topicConfiguration": {"cleanup.policy": [spec.config["cleanup.policy"]]},
                "bindingVersion": "0.5.0",
            }
        },
        "description": f"Key: {_KEYS[spec.key]}; partitions as Kafka's clients choose them (murmur2).",
    }


def _operation(value: str) -> dict[str, Any]:
    return {
        "action": "receive" if value in _RECEIVED else "send",
        "channel": {"$ref": f"#/channels/{value}"},
    }


def _message(name: str, model: type[BaseModel]) -> dict[str, Any]:
    """CloudEvents 1.0 in binary mode: attributes are headers, the value is the data."""
    attributes = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_dataschema")
    required = [*attributes, "content-type"]
    return {
        "name": name,
        "summary": (model.__doc__ or name).strip().partition("\n")[0],
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "required": required,
            "properties": {
                **{one: {"type": "string"} for one in required},
                "traceparent": {"type": "string"},
                "signature": {"type": "string", "description": "Ed25519 over the canonical bytes, base64"},
            },
        },
        "payload": {"$ref": _REF.format(model=name)},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }
