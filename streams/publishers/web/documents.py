"""How the API is documented: answers, refusals, and examples that are tested."""

from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from pydantic import BaseModel, Field

from streams.problem import MEDIA_TYPE

EXAMPLES = Path(__file__).parents[1] / "examples.json"

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `headline` (its `id` is a position), `snapshot` when too much was missed, "
        "and `status` as a heartbeat. Taken up with `Last-Event-ID`, or `after`, at any copy.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class ProblemAnswer(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    field: str = Field(default="")


def operation(path: str) -> str:
    """The name of a question, from its path."""
    return path.strip("/").replace("/", "_").replace(".", "_").replace("{", "").replace("}", "")


def responses(model: type[BaseModel] | None) -> dict[int | str, dict[str, Any]]:
    """What a question may be answered with; without a model, a table."""
    refused = {
        "description": "Refused, in the words of a person",
        "content": {MEDIA_TYPE: {"schema": ProblemAnswer.model_json_schema()}},
    }
    found: dict[str, Any] = {"model": model, "description": "As it stands"}
    if model is None:
        found = {"description": "A table", "content": {"text/csv": {"schema": {"type": "string"}}}}
    return {
        200: found,
        304: {"description": "As you have it"},
        **dict.fromkeys((400, 404, 405, 410, 503), refused),
    }


def complete(app: FastAPI) -> None:
    """Put the tested examples into the document as they are; the framework would leave out what is null."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            examples = orjson.loads(EXAMPLES.read_bytes())
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
                    found = examples.get(operation["operationId"])
                    if found is not None:
                        content = operation["responses"]["200"]["content"]["application/json"]
                        content["example"] = found["answer"]
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
