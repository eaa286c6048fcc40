"""What is written down of the contracts is what they are: schemas, tables, examples and reasons."""

import ast
import json
import re
from collections.abc import Iterator

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError

from schemas import topics
from schemas.document import CONTRACTS, INPUT_EVENTS, OUTPUTS, documented, json_schemas, main, with_tables
from schemas.headline import Headline
from schemas.reading import read
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Record
from tests.house.modules import ROOT, imported, parsed, sources
from tests.schemas.good import GOOD, Json, raw

FOLDER = ROOT / "docs/schemas"
PAGE = (ROOT / "docs/events.md").read_text()
REFRESH = "run: python -m schemas.document docs/schemas docs/events.md"
NIGHT = ROOT / "streams/rehearsal/nights/south-east-2023"


def _sections() -> dict[str, str]:
    """The text of the page by third-level heading."""
    parts = re.split(r"^#{2,3} (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _examples(section: str) -> list[str]:
    return re.findall(r"^```json\n(.*?)^```$", section, flags=re.DOTALL | re.MULTILINE)


# -- schemas


def test_the_schemas_in_docs_are_those_of_the_contracts() -> None:
    kept = {path.stem: path.read_text() for path in FOLDER.glob("*.json")}

    assert kept == json_schemas(), REFRESH


def test_they_are_written_alike_every_time(tmp_path_factory: pytest.TempPathFactory) -> None:
    once, again = tmp_path_factory.mktemp("once"), tmp_path_factory.mktemp("again")
    main(str(once))
    main(str(again))

    assert {p.name: p.read_bytes() for p in once.iterdir()} == {
        p.name: p.read_bytes() for p in again.iterdir()
    }


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_schema_is_one_and_refuses_what_is_nothing(name: str) -> None:
    schema = json.loads((FOLDER / f"{name}.json").read_text())
    validator = jsonschema.Draft202012Validator

    validator.check_schema(schema)

    assert not validator(schema).is_valid({})
    assert not validator(schema).is_valid({"type": name})


def test_what_lies_on_a_topic_for_readers_has_a_schema() -> None:
    inside = {"ProbeAnswer"}  # the monitor's own

    values = {topic.value for topic in topics.all_topics("live", 1)}

    assert values - inside <= set(CONTRACTS)


def test_good_events_and_the_night_are_valid_by_the_schemas() -> None:
    schema = json.loads((FOLDER / "InputEvent.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    lines = (NIGHT / "maps.jsonl").read_text().splitlines()[:2]
    lines += (NIGHT / "events.jsonl").read_text().splitlines()[::40]

    for event in (*GOOD.values(), *map(json.loads, lines)):
        assert list(validator.iter_errors(event)) == []


def test_what_the_agent_says_is_valid_by_the_schemas() -> None:
    """The examples of the page as one story: its outputs are valid by the schemas that their headers name."""
    keeper, council, outputs = CouncilKeeper("rehearsal", 1), None, []
    key = "local.ashcombe.2023-05-04"
    for offset, event in enumerate(event for event in _story() if event["council"] == key):
        record = Record("in", 0, offset, key.encode(), raw(event), (), None)
        found = keeper.read(record)
        assert isinstance(found, Addressed), found
        judged = keeper.judge(key, council, found.event, record)
        assert judged.refusals == ()
        council = judged.state or council
        outputs += judged.outputs
    assert council is not None
    outputs += keeper.follow(key, council, 9)

    kinds = set()
    for output in outputs:
        name = dict(output.headers)["ce_dataschema"].decode().rpartition("/")[2]
        schema = json.loads((FOLDER / name).read_text())
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(output.value))) == []
        kinds.add(name)
    assert {"Headline.json", "Standing.json"} <= kinds


# -- the page


def test_the_tables_of_the_page_are_those_of_the_contracts() -> None:
    assert with_tables(PAGE) == PAGE, REFRESH


def test_everything_that_an_event_is_made_of_has_its_table() -> None:
    told = set(re.findall(r"<!-- fields: (\w+) -->", PAGE))

    assert {model.__name__ for model in documented()} == told
    assert set(_sections()) >= told


@pytest.mark.parametrize("kind", [model.__name__ for model in INPUT_EVENTS])
def test_each_input_event_has_examples_that_are_read(kind: str) -> None:
    examples = _examples(_sections()[kind])

    assert examples
    assert {type(read(example.encode())).__name__ for example in examples} == {kind}


@pytest.mark.parametrize("model", [m for m in OUTPUTS if m.__name__ not in ("Board", "RejectionAction")])
def test_each_output_has_an_example_that_is_one(model: type) -> None:
    (example,) = _examples(_sections()[model.__name__])

    TypeAdapter(model).validate_json(example)
    with pytest.raises(ValidationError):
        TypeAdapter(model).validate_json(json.dumps(json.loads(example) | {"surprise": 1}))


def test_the_headline_of_the_page_is_caused_by_an_event_of_the_page() -> None:
    headline = Headline.model_validate_json(_examples(_sections()["Headline"])[0])

    assert set(headline.causes) <= {str(event["id"]) for event in _story()}
    assert headline.proof == TypeAdapter(type(headline.proof)).validate_json(
        _examples(_sections()["Proof"])[0]
    )


def _story() -> list[Json]:
    events = [json.loads(e) for model in INPUT_EVENTS for e in _examples(_sections()[model.__name__])]
    return sorted(events, key=lambda event: str(event["declared_at"]["at"]))


def test_links_within_the_page_lead_somewhere() -> None:
    anchors = {re.sub(r"[^\w -]", "", title).replace(" ", "-").lower() for title in _sections()}

    missing = {link for link in re.findall(r"\]\(#([\w-]+)\)", PAGE) if link not in anchors}

    assert missing == set()


# -- reasons


def _codes() -> set[str]:
    """Every reason code that an input event can be refused for or wait for, read from the source."""
    return {code for path in _raising() for code in _codes_in(parsed(path))}


def _raising() -> list[object]:
    contracts = {"schemas/reading.py", "schemas/contract.py"}
    contracts |= {
        name.rpartition(".")[0].replace(".", "/") + ".py"
        for name in _imported_by("schemas/reading.py")
        if name.startswith("schemas.")
    }
    return [ROOT / path for path in sorted(contracts)] + sources("streams/rules") + sources("streams/agents")


def _imported_by(path: str) -> set[str]:
    """All that a contract imports, and what that imports."""
    found: set[str] = set()
    waiting = [path]
    while waiting:
        for _, name in imported(parsed(ROOT / waiting.pop())):
            if name.startswith("schemas.") and name not in found:
                found.add(name)
                waiting.append(name.rpartition(".")[0].replace(".", "/") + ".py")
    return found


def _codes_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = {
                "Refusal": 0,
                "Unreadable": 0,
                "_Refused": 0,
                "PydanticCustomError": 0,
                "require": 1,
            }.get(called)
            if place is not None and isinstance(code := node.args[place], ast.Constant):
                yield str(code.value)
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_KINDS":
            kinds = ast.literal_eval(node.value)
            yield from (reason for reason, _ in kinds.values())


def test_every_reason_is_told_and_every_reason_told_is_one() -> None:
    told = re.findall(r"^\| `([\w-]+)` \|", _sections()["Why a record is rejected or waits"], re.MULTILINE)

    assert sorted(told) == sorted(set(told))
    assert set(told) == _codes() - {
        "proof",
        "subject",
        "summary",
    }  # of outputs, which nobody sends to the feed
