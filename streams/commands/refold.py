"""`results refold`: everything worked out again from the first record, in a new generation of group and changelog."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from streams.commands.worker import Agent
from streams.trouble import Trouble

if TYPE_CHECKING:
    from aiokafka.structs import TopicPartition

    from streams.settings import Settings


def refold(
    agent: Agent,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without, it is only said what would be done.")
    ] = False,
) -> None:
    """Work an agent's rows and headlines out again from the first record, under the same ids.

    For rows that were lost or are wrong. Nothing is deleted: the next generation starts beside the old one.
    """
    from streams.settings import settings

    these = settings()
    plan = _looked(these, agent)
    for line in plan.lines():
        typer.echo(line)
    if plan.in_the_way:
        if yes:
            raise Trouble("\n".join(plan.in_the_way))
        for sentence in plan.in_the_way:
            typer.echo(f"In the way: {sentence}")
        raise typer.Exit(1)
    if not yes:
        typer.echo("Nothing was changed. With --yes the next changelog is created.")
        return
    _create(these, agent)
    typer.echo(
        f"Created {plan.next_changelog}. Now set {plan.setting} for every worker and for the monitor, and start "
        f"the {agent} workers. Where Kafka grants rights by name, grant those of the new group and changelog first."
    )


@dataclass
class _Plan:
    """What is there, by partition of the input, and what keeps a refold from being done."""

    agent: str
    mode: str
    broker: str
    generation: int
    group: str
    next_group: str
    changelog: str
    next_changelog: str
    topic: str
    rows: int | None = None
    committed: dict[int, int | None] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    in_the_way: list[str] = field(default_factory=list)

    @property
    def setting(self) -> str:
        return f"RESULTS_{self.agent.upper()}_GENERATION={self.generation + 1}"

    def lines(self) -> Iterator[str]:
        unread = sum(self.ends.values()) - sum(self.starts.values())
        rows = "is not there" if self.rows is None else f"{self.rows} rows"
        yield f"Refold of the {self.agent} worker in mode {self.mode} at {self.broker}"
        yield f"  generation  {self.generation}, then {self.generation + 1}"
        yield f"  group       {self.group}, then {self.next_group}"
        yield f"  changelog   {self.changelog} ({rows}), then {self.next_changelog}"
        yield f"  members     {', '.join(self.members) or 'none'}"
        yield f"  input       {self.topic}: {unread} records to read again"
        for partition, end in sorted(self.ends.items()):
            committed = self.committed.get(partition)
            done = "nothing" if committed is None else committed
            yield f"    partition {partition}: offsets {self.starts[partition]} to {end}, committed {done}"


def _looked(these: "Settings", agent: Agent) -> _Plan:
    from aiokafka.errors import KafkaError

    try:
        return asyncio.run(_look(these, agent))
    except KafkaError as failed:
        raise Trouble(
            f"The broker at {these.broker} does not tell where the group stands: {failed}."
        ) from None


async def _look(these: "Settings", agent: Agent) -> _Plan:
    from streams.delivery.table import changelog_topic
    from streams.ops.positions import Positions
    from streams.ops.watch import watched

    group, next_group = these.group(agent), these.group(agent, later=1)
    plan = _Plan(
        agent, these.mode, these.broker, these.generation_of(agent), group, next_group,
        changelog_topic(group), changelog_topic(next_group), watched(these)[agent],
    )  # fmt: skip
    async with Positions(these) as positions:
        there = await positions.topics()
        if plan.topic not in there:
            raise Trouble(f"There is no topic {plan.topic} at {these.broker}: there is nothing to work out.")
        await positions.follow([plan.topic])
        partitions = _partitions(plan.topic, there)
        for partition, offset in (await positions.commits(group, partitions)).items():
            place = await positions.place(partition, offset or 0)
            plan.committed[partition.partition] = offset
            plan.starts[partition.partition] = place.start
            plan.ends[partition.partition] = place.end
        if these.profile == "kafka":  # the embedded broker never forgets a member; ours leave by themselves
            plan.members = sorted((await positions.members(group)).partitions)
    if plan.changelog in there:
        plan.rows = len(await _keys(these, plan.changelog))
    plan.in_the_way = [sentence async for sentence in _in_the_way(these, plan, there)]
    return plan


def _partitions(topic: str, there: dict[str, list[int]]) -> "list[TopicPartition]":
    from aiokafka.structs import TopicPartition

    return [TopicPartition(topic, number) for number in there[topic]]


async def _in_the_way(these: "Settings", plan: _Plan, there: dict[str, list[int]]) -> AsyncIterator[str]:
    from streams.rules.telling import RULES_VERSION

    if plan.members:
        yield (
            f"Workers of generation {plan.generation} are in group {plan.group}: {', '.join(plan.members)}. Stop them; "
            "Kafka forgets one that has a name after its session (RESULTS_SESSION_TIMEOUT_SECONDS)."
        )
    if begun := {partition: start for partition, start in plan.starts.items() if start}:
        where = ", ".join(f"{partition} from offset {start}" for partition, start in sorted(begun.items()))
        yield (
            f"{plan.topic} no longer holds its beginning (partition {where}): the rows cannot be worked out from it. "
            "Play a recording into a fresh cluster with `results reseed`."
        )
    if plan.next_changelog in there and await _keys(these, plan.next_changelog):
        yield (
            f"Generation {plan.generation + 1} has begun already ({plan.next_changelog} has rows): set {plan.setting}, "
            "or refold from there."
        )
    if others := sorted(await _rules_of_headlines(these, there) - {RULES_VERSION}):
        yield (
            f"Headlines were said by rules {', '.join(map(str, others))}, this program has rules {RULES_VERSION}: it "
            "would say other words than were said. Refold with the program of then; `Review` brings new rules."
        )


async def _keys(these: "Settings", changelog: str) -> set[bytes]:
    """The keys of a changelog's rows, attachments and marks left out."""
    from streams.clients import lying

    return {record.key async for record in lying(these, changelog) if record.key and b"#" not in record.key}


async def _rules_of_headlines(these: "Settings", there: dict[str, list[int]]) -> set[int]:
    import orjson

    from schemas.topics import headlines
    from streams.clients import lying

    topic = headlines(these.mode)
    if topic not in there:
        return set()
    return {orjson.loads(record.value)["rules_version"] async for record in lying(these, topic)}


def _create(these: "Settings", agent: Agent) -> None:
    from streams import app
    from streams.delivery.topics import Changelog

    spec = Changelog(these.group(agent, later=1), these.partitions)
    topics = app.topics(these)
    topics.create([spec], these.replication)
    topics.check([spec])
