"""Which groups are watched, and what is known of their members."""

from collections.abc import Sequence

import pytest
from aiokafka.structs import TopicPartition

from schemas import topics
from streams.ops.positions import Membership, Place
from streams.ops.watch import Group, Watch, every_group
from streams.settings import SettingsRefused, settings


class Still:
    """A broker on which nothing moves."""

    async def commits(
        self, group: str, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int | None]:
        return dict.fromkeys(partitions, 3)

    async def members(self, group: str) -> Membership:
        return Membership({"one": 4})

    async def place(self, partition: TopicPartition, offset: int) -> Place:
        return Place(0, 3, None)


def test_the_feeds_groups_and_those_of_the_settings_are_watched() -> None:
    these = settings(mode="rehearsal", monitor_groups="newsroom=headlines,maps.of.us=boards")

    assert [(one.agent, one.group, one.topic) for one in every_group(these)] == [
        ("council", "results-rehearsal-council-g1", topics.declarations("rehearsal")),
        ("area", "results-rehearsal-area-g1", topics.contributions("rehearsal")),
        ("newsroom", "newsroom", topics.headlines("rehearsal")),
        ("maps.of.us", "maps.of.us", topics.boards("rehearsal")),
    ]


@pytest.mark.parametrize(
    "groups", ["newsroom", "newsroom=", "=headlines", "a=headlines,", "a=actions", "a b=boards"]
)
def test_a_group_without_its_topic_is_refused(groups: str) -> None:
    with pytest.raises(SettingsRefused, match="RESULTS_MONITOR_GROUPS"):
        settings(monitor_groups=groups)


@pytest.mark.parametrize(("profile", "members"), [("kafka", 1), ("embedded", None)])
async def test_of_a_group_that_is_none_of_ours_only_kafka_tells_the_members(
    profile: str, members: int | None
) -> None:
    these = settings(profile=profile, broker="127.0.0.1:9092")
    group = Group("newsroom", "newsroom", "t", (0, 1))
    await Watch(these, [group], dict).look(Still(), lambda: 100.0)

    assert (None if group.members is None else len(group.members.partitions)) == members
    assert {sample.lag for window in group.windows.values() for sample in window} == {0}
