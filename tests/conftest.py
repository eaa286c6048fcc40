"""What holds for every test: settings of the person who runs them stay outside, and the longest files begin first."""

import os

import pytest

#: The longest first, and what loads the machine beside what waits: else one of these ran alone at the end.
#: Each file is one worker's, for its tests share brokers and browsers.
FIRST = (
    "chaos/test_kafka",
    "night/test_kills",
    "intake/test_lives",
    "night/test_orders",
    "chaos/test_embedded",
    "ops/test_truth",
    "kafka/test_security",
    "kafka/test_delivery",
    "delivery/test_guards",
    "publishers/test_on_kafka",
    "commands/test_refold",
    "kafka/test_refold",
    "kafka/test_rights",
    "intake/test_ways_in",
    "ops/test_containers",
    "commands/test_demo",
    "commands/test_kafka",
    "ops/test_feed",
    "delivery/test_worker",
    "publishers/test_following",
    "publishers/browser/test_whole",
    "publishers/browser/test_live",
    "intake/test_desk_page",
    "simulation/test_small_worlds",
    "agents/test_sizes",
    "simulation/test_seeds",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files; pytest-xdist hands them out in this order (`--no-loadscope-reorder`)."""
    tests = config.rootpath / "tests"
    rank = {tests / f"{name}.py": number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get(item.path, len(FIRST)))


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every RESULTS_ variable out of the environment, for this process and the ones it starts."""
    for name in list(os.environ):
        if name.upper().startswith("RESULTS_"):
            monkeypatch.delenv(name)
