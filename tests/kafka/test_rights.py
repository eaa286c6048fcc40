"""A worker that may not do what it must says so and ends, at its start and at any time later; nothing is lost by it."""

import itertools
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from streams.delivery.table import changelog_topic
from tests.delivery import lives
from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.oracle import verdict
from tests.delivery.process import Worker
from tests.delivery.toy import Names
from tests.kafka.secured import PASSWORD, USER, Grant, Secured

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]

_numbers = itertools.count(1)

#: What the worker needs, by what it is called here.
OF_TOPICS = {
    "input read": ("declarations", "READ"),
    "changelog read": ("changelog", "READ"),
    "changelog write": ("changelog", "WRITE"),
    "headlines write": ("headlines", "WRITE"),
    "rejections write": ("rejections", "WRITE"),
    "standings write": ("standings", "WRITE"),
    "input policy": ("declarations", "DESCRIBE_CONFIGS"),
    "changelog policy": ("changelog", "DESCRIBE_CONFIGS"),
    "headlines policy": ("headlines", "DESCRIBE_CONFIGS"),
    "rejections policy": ("rejections", "DESCRIBE_CONFIGS"),
    "standings policy": ("standings", "DESCRIBE_CONFIGS"),
}
GROUP = "group read"


def rights(names: Names) -> dict[str, Grant]:
    """All that a worker of a night needs, and no more."""
    topics = {
        "declarations": names.declarations,
        "changelog": changelog_topic(names.app),
        "headlines": names.headlines,
        "rejections": names.rejections,
        "standings": names.standings,
    }
    found: dict[str, Grant] = {
        called: ("topic", topics[topic], operation) for called, (topic, operation) in OF_TOPICS.items()
    }
    return {**found, GROUP: ("group", names.app, "READ")}


@pytest.fixture
def new_night(secured: Secured, tmp_path: Path) -> Callable[[], Night]:
    """A function that makes empty nights, whose workers come in by the secured door."""

    def new() -> Night:
        names = Names(f"toy{os.getpid()}r{next(_numbers)}")
        folder = tmp_path / names.prefix
        folder.mkdir()
        night = Night(
            secured.kafka.address, "kafka", names, folder, session=2.0, workers_broker=secured.address
        )
        night.create_topics()
        return night

    return new


@pytest.fixture
def night(new_night: Callable[[], Night]) -> Night:
    """An empty night with its topics."""
    return new_night()


def login(secured: Secured) -> dict[str, object]:
    return {"ca": secured.ca, "user": USER, "password": PASSWORD}


def said(worker: Worker) -> str:
    """What a worker said to people, its log left out."""
    return "".join(line for line in worker.words().splitlines(True) if not line[:4].isdigit())


def sentence(secured: Secured, grant: Grant) -> tuple[str, str]:
    """How the fault of a missing right begins and ends."""
    resource, name, operation = grant
    granted = {"READ": "Read", "WRITE": "Write", "DESCRIBE_CONFIGS": "DescribeConfigs"}[operation]
    return (
        f"User:{USER} may not ",
        f" {resource} {name} ({operation}): grant it with `kafka-acls.sh --bootstrap-server {secured.address} --add"
        f" --allow-principal User:{USER} --operation {granted} --{resource} {name}`.\n",
    )


@pytest.mark.parametrize(
    "missing",
    ["input read", "changelog read", "changelog write", "headlines write", "standings policy", GROUP],
)
def test_a_right_that_is_missing_at_the_start_is_named(night: Night, secured: Secured, missing: str) -> None:
    needed = rights(night.names)
    secured.grant(grant for called, grant in needed.items() if called != missing)

    with night.worker(**login(secured)) as worker:
        code = worker.process.wait(90)

    begins, ends = sentence(secured, needed[missing])
    assert (code, said(worker)[: len(begins)], said(worker)[-len(ends) :]) == (2, begins, ends)
    assert "Traceback" not in worker.words()
    assert said(worker).count("\n") == 1


def test_all_missing_rights_are_named_at_once(night: Night, secured: Secured) -> None:
    with night.worker(**login(secured)) as worker:
        code = worker.process.wait(90)

    ends = [sentence(secured, grant)[1] for grant in rights(night.names).values()]
    assert (code, [end for end in ends if end not in said(worker)]) == (2, [])


TAKEN = ("input read", "changelog write", "headlines write", "rejections write", GROUP)


def test_a_right_taken_away_ends_the_worker_and_nothing_is_lost(
    new_night: Callable[[], Night], secured: Secured
) -> None:
    """Each right on a night of its own, all at the same time: most of it is waiting."""
    nights = [new_night() for _ in TAKEN]
    with ThreadPoolExecutor(len(TAKEN)) as threads:
        outcomes = dict(zip(TAKEN, threads.map(partial(without, secured), nights, TAKEN), strict=True))

    assert outcomes == dict.fromkeys(TAKEN, Outcome())
    assert [str(found) for night in nights if not (found := verdict(night)).clean] == []


@dataclass
class Outcome:
    """What became of a worker that lost a right, and of the one after it; as it must be, unless told otherwise."""

    code: int = 2
    words: str = "as they must be"
    finished_meanwhile: bool = False
    drained_again: bool = True
    left: int = 0


def without(secured: Secured, night: Night, taken: str) -> Outcome:
    """A night whose worker loses a right in the middle, with declarations waiting, and gets it back afterwards."""
    needed = rights(night.names)
    secured.grant(needed.values())
    night.produce(evening(1))
    # The client itself says that it may not write; that it may not read is for the worker to find out.
    watch = 60 if taken.endswith("write") else 1
    with night.worker(**login(secured), **lives.SLOW, watch=watch) as worker:
        assert worker.ready(90), worker.words()
        time.sleep(0.5)
        secured.revoke(needed[taken])
        night.produce(evening(2))
        code = worker.process.wait(120)
        finished = night.committed() == night.produced
    begins, ends = sentence(secured, needed[taken])
    right = begins in said(worker) and ends in said(worker)
    secured.grant([needed[taken]])
    with night.worker(**login(secured)) as again:
        drained = night.drained()
        left = again.leave()
    return Outcome(code, Outcome.words if right else worker.words(), finished, drained, left)
