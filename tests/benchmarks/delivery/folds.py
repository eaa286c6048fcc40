"""The two folds that every contender runs: the feed's own rules, and the toy; with their topics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from schemas import topics
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Keeper
from streams.delivery.topics import TopicSpec
from tests.benchmarks.delivery.tally import TallyKeeper

Name = Literal["rules", "toy"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic without a policy."""

    name: str
    partitions: int
    config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fold:
    """A keeper and where it writes; its input lies on a topic of each run's own."""

    keeper: Keeper[Any, Any]
    output_topics: tuple[TopicSpec, ...]


def fold(name: Name, partitions: int) -> Fold:
    """A fold by name."""
    if name == "toy":
        said = Topic("toy.headlines", partitions)
        return Fold(TallyKeeper(said.name), (said,))
    _, *others = topics.all_topics("replay", partitions)
    return Fold(CouncilKeeper("replay", partitions), tuple(others))


def input_topic(name: Name, run: str, partitions: int) -> Topic:
    """Where a run's declarations lie."""
    return Topic(f"{name}.declarations.{run}", partitions, {"max.message.bytes": str(6 * 1024 * 1024)})
