"""Does what is shipped match what is promised in pyproject.toml and README.md?"""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.modules import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README = (ROOT / "README.md").read_text()
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q '.[test]' && .venv/bin/pytest"


def test_every_dependency_is_pinned_to_a_version_that_it_allows() -> None:
    pins = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / "requirements.txt").read_text(), re.M))
    extras = PROJECT["optional-dependencies"]
    asked = [Requirement(line) for line in PROJECT["dependencies"] + extras["test"] + extras["dev"]]

    wrong = [
        str(requirement)
        for requirement in asked
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]

    assert not wrong, "run .ci/lock.py"


def test_every_pin_has_a_hash() -> None:
    blocks = (ROOT / "requirements.txt").read_text().split("\n\n")[-1]
    entries = re.split(r"\n(?=[a-z0-9])", blocks)

    assert [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


def test_the_readme_does_all_set_up_in_one_command_each() -> None:
    assert "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/results demo" in README
    assert TEST_COMMAND in README


def test_ci_runs_the_readmes_test_command_word_for_word() -> None:
    assert TEST_COMMAND in (ROOT / ".ci/run").read_text()


def test_each_release_says_what_changed() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text()

    assert f"## {PROJECT['version']}" in changes or "## Unreleased" in changes
