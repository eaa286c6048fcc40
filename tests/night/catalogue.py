"""The catalogue of headline types: which exist, how often each is said in the night, and which test has it.

`python -m tests.night.catalogue` writes docs/catalogue.md; a test holds the file against it.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from schemas.headline import HeadlineType
from streams.rules.english import ENGLISH
from streams.rules.wording.table import SLOTS
from tests.night.conftest import Outcome, tell_the_night

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "docs" / "catalogue.md"

#: Types of areas; their rules and tests are those of the area agent.
AREAS = frozenset(get_args(HeadlineType)[get_args(HeadlineType).index("NTH_GAIN") :])

#: Types of the domain that go by another name or are another thing here: name -> what it is.
ELSEWHERE = {
    "CONTROL_SECURED": "the proof inside `CONTROL_GAIN`, `CONTROL_HOLD`, `NEW_COUNCIL_WON` (claim `secured`)",
    "NOC_CERTAIN": "the proof inside `CONTROL_LOSS_TO_NOC`, `CONTROL_NO_CHANGE` (claim `noc`)",
    "LARGEST_PARTY_CHANGE": "`LARGEST_PARTY_NEW`, which names the party before",
    "CORRECTION": "the action `corrected` of a headline of any type, with `was`, `value`, `reason`, `supersedes`",
    "WITHDRAW": "the action `withdrawn` of a headline of any type",
    "CLARIFICATION": "another version of a template; the same fact is not said again",
    "BASELINE_AMENDED": "a notice to operators (`baseline-amended`); headlines on that basis are corrected",
    "BASELINE_CONFLICT": "a notice to operators (`baseline-conflict`)",
    "ANOMALY_HELD": "a notice to operators (`anomaly`) and a hold by rule until a person releases it",
    "SOURCE_SILENT": "the monitor's, from the age of the last event; a rule reads no clock",
    "FEED_LAG": "the monitor's",
    "REHEARSAL_NOTICE": "the mode that every record, topic and headline carries",
    "REGION_ROLLUP / COUNTY / NATION": "`REGION_ROLLUP`, `COUNTY_ROLLUP`, `NATION_ROLLUP`, `FEED_ROLLUP` of areas",
}


def of_councils() -> list[str]:
    """The types of councils that exist, in the order in which readers hear them."""
    return [kind for kind in get_args(HeadlineType) if kind not in AREAS]


def missing_parts() -> list[str]:
    """Types of councils without slots or without a template."""
    told = set(SLOTS) | {"COUNCIL_REOPENED"}
    return [kind for kind in of_councils() if kind not in told or kind not in ENGLISH.templates]


def said_in(outcome: Outcome) -> Counter[str]:
    """How often each type is said in the night, retractions left out."""
    return Counter(h.type for told in outcome.told for h in told.taken.headlines if h.action != "withdrawn")


def tests_of() -> dict[str, str]:
    """The first test of the rules that names a type, by type: file and function."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests" / "rules").glob("test_*.py")):
        for name, words in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            kinds = words & set(of_councils())
            for kind in kinds if len(kinds) <= _NAMED_AT_MOST else ():
                place = f"tests/rules/{path.name}::{name}"
                if kind not in found or _denies(found[kind]) > _denies(name):
                    found[kind] = place
    return found


#: A test that names more types than this is about the table, and not about any of them.
_NAMED_AT_MOST = 8


def _denies(name: str) -> bool:
    """Whether a test is about what is not said."""
    return any(
        word in f"_{name.rpartition('::')[2]}_" for word in ("_no_", "_not_", "_nobody_", "_never_", "_none_")
    )


def _functions(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    for node in tree.body:
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for function in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                words = {
                    n.value
                    for n in ast.walk(function)
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
                # Parametrised names are constants of the decorator, which belongs to the function.
                yield f"{prefix}{function.name}", words


def render(outcome: Outcome) -> str:
    """The catalogue as a document."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    said, tests = said_in(outcome), tests_of()
    kinds = of_councils()
    firing = [kind for kind in kinds if said[kind]]
    yield "# The catalogue of headlines"
    yield ""
    yield (
        f"{len(kinds)} types of headlines speak of a council; {len(firing)} of them are said in the night of 4 May "
        "2023 (announced, updated or corrected), the others wait for what that night did not have. Each has a rule, a "
        "template and a test."
    )
    yield ""
    yield "This file is written by `python -m tests.night.catalogue`; a test compares it with the code."
    yield ""
    yield "| type | said in the night | test |"
    yield "|---|---|---|"
    for kind in kinds:
        yield f"| `{kind}` | {said[kind] or '–'} | `{tests.get(kind, 'none')}` |"
    yield ""
    yield (
        "Types of areas: " + ", ".join(f"`{kind}`" for kind in get_args(HeadlineType) if kind in AREAS) + "."
    )
    yield ""
    yield "What goes by another name here, or is another thing than a headline:"
    yield ""
    yield "| in the domain | here |"
    yield "|---|---|"
    for name, what in ELSEWHERE.items():
        yield f"| {name} | {what} |"


if __name__ == "__main__":
    CATALOGUE.write_text(render(tell_the_night()), encoding="utf-8")
