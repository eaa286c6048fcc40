"""Each guard of delivery is taken out, one at a time: its test must fail, and the simulation notice what it must."""

import json
import subprocess
import sys

import pytest

from tests.delivery import cutting
from tests.delivery.guards import GUARDS, SEEDS, Found, Guard, table
from tests.delivery.process import ROOT

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    """What came of each guard's absence, by its name; in a process of its own, which has imported nothing to cut."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.delivery.guards", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(GUARDS), done.stderr
    return {seen["name"]: Found(**seen) for seen in map(json.loads, lines)}


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_that_is_missing_is_missed(guard: Guard, found: dict[str, Found]) -> None:
    seen = found[guard.name]

    assert seen.fails, f"{guard.test} passes without it:\n{seen.words}"
    assert not guard.seen or seen.nights is not None, f"{SEEDS} nights without it are clean:\n{seen.words}"


def test_a_guard_that_is_not_where_the_list_says_is_an_error() -> None:
    with pytest.raises(LookupError, match="0 times"):
        cutting.without("streams.delivery.sealing", [("what was never there", "")])


def test_every_guard_has_a_name_of_its_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)


def test_the_page_on_delivery_has_every_guard() -> None:
    page = (ROOT / "docs" / "delivery.md").read_text()

    assert page.split("<!-- guards -->\n")[1].split("<!-- end of guards -->")[0].splitlines() == table()
