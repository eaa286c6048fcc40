"""Every incident that concerns rules is named by the test that guards against it."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]

#: What went wrong in public, by number: retractions, sanity, bases, labels, sums; contests, derived fields, edges.
INCIDENTS = {f"I-{n:02}" for n in (*range(8, 28), *range(34, 40))}


def test_each_incident_is_named_in_the_docstring_of_a_test():
    named = set()
    for folder in ("rules", "night", "schemas"):
        for path in (TESTS / folder).glob("test_*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    named |= set(re.findall(r"I-[0-9]{2}", ast.get_docstring(node) or ""))

    assert sorted(INCIDENTS - named) == []
