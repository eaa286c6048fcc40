"""A thousand nights of one seed each: whatever happens in them, nothing is lost, wrong or doubled."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from tests.delivery.process import ROOT
from tests.simulation import night
from tests.simulation.broker import Broker
from tests.simulation.night import Night
from tests.simulation.verdict import verdict
from tests.simulation.world import seeded

#: Everything that is meant to happen to a night; a simulation in which some of it does not says nothing of it.
KINDS = frozenset(
    "start rebalance look recover open fetch arrive arrive-unheard arrive-late answer repeat fail commit crash"
    " crashed-in-recovery dead-wrote vanish freeze froze-in-recovery kick wake zombie-fetched zombie-wrote fenced"
    " learn revoked-while-open impatience leave".split()
)


@pytest.mark.parametrize("first", range(0, 1000, 250))
def test_no_seed_loses_or_falsifies_anything(first: int) -> None:
    happened = clean(night.toy, range(first, first + 250))

    assert happened["anew"] > 20
    assert [kind for kind in sorted(KINDS) if happened[kind] < 20] == []


def test_nor_does_the_council_agent_with_its_holds_and_amended_maps() -> None:
    happened = clean(night.council, range(100))

    assert [kind for kind in sorted(KINDS) if happened[kind] < 5] == []


def clean(kind: Callable[[int], Night], seeds: range) -> Counter[str]:
    """What happened in these nights, none of which is dirty."""
    happened: Counter[str] = Counter()
    for seed in seeds:
        outcome = seeded(kind, seed)
        assert not outcome.verdict.dirty, f"seed {seed} of {kind.__name__}: {outcome.verdict}"
        happened += outcome.happened
    return happened


def test_a_seed_tells_the_same_story_every_time() -> None:
    stories = {
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seeds", "3", "--from", "12", "--trace"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.rpartition("\n{")[0]
        for number in ("1", "2")
    }

    (story,) = stories
    assert story.count("written") == 3


def test_a_night_in_which_nothing_was_written_is_dirty() -> None:
    told = night.toy(1)
    found = verdict(told, Broker(told.partitions), [])

    assert found.dirty == ["lost", "refusals", "rows", "standings", "independent"]
