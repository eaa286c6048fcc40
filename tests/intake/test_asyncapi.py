"""Is docs/asyncapi.json what the contracts say, and an AsyncAPI document by the official schema?"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from streams.asyncapi import document, text
from tests.house.modules import ROOT
from tests.intake.conftest import declaration

SCHEMA: Any = json.loads((Path(__file__).parent / "vendored" / "asyncapi-3.1.0.json").read_text())


def test_the_document_in_docs_is_the_one_that_the_contracts_give() -> None:
    assert (ROOT / "docs/asyncapi.json").read_text() == text(), (
        "write it with: results asyncapi > docs/asyncapi.json"
    )


def test_the_document_is_valid_by_the_official_schema() -> None:
    jsonschema.validate(document(), SCHEMA)


def test_the_schema_would_find_a_mistake() -> None:
    wrong = document()
    wrong["operations"]["Headline"]["action"] = "publish"

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_an_event_fits_the_schema_of_its_message() -> None:
    made = document()
    schema = {"$ref": "#/components/schemas/WardDeclared", "components": made["components"]}

    jsonschema.validate(json.loads(declaration().model_dump_json()), schema)
