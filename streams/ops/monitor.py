"""The monitor's work: look, follow, probe, and say what is seen; each goes on when another fails."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from schemas import topics
from schemas.probe import probe_headers, probe_key
from streams.clients import no_broker, producer
from streams.ops.following import Follower
from streams.ops.ledger import Ledger
from streams.ops.positions import Positions
from streams.ops.probing import Probes
from streams.ops.sight import Sight
from streams.ops.watch import Group, Watch, every_group, words
from streams.settings import Settings
from streams.trouble import Trouble

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

#: How long after a failure something is begun again (seconds).
AGAIN_SECONDS = 2.0

_UNREACHED = (KafkaError, OSError, TimeoutError)


class Monitor:
    """One monitor; opened with ``opened``, then ``run`` until cancelled."""

    def __init__(self, settings: Settings, positions: Positions, sight: Sight, follower: Follower) -> None:
        self._settings = settings
        self._positions = positions
        self._follower = follower
        self.sight = sight

    @property
    def caught_up(self) -> asyncio.Event:
        """Set once everything that lay on the topics at the start was taken in."""
        return self._follower.caught_up

    async def run(self) -> None:
        """Watch until cancelled."""
        work = [self._look(), _again(self._follower.follow, "following")]
        if self._settings.monitor_probe_seconds > 0:
            work += [_again(self._probe, "probing")]
        async with asyncio.TaskGroup() as group:
            for part in work:
                group.create_task(part)

    async def _look(self) -> None:
        """Look in even steps; a look that fails leaves everything unknown in time."""
        sight, verdicts = self.sight, ""
        while True:
            began = time.monotonic()
            try:
                await sight.watch.look(self._positions)
                sight.looked(time.time(), time.monotonic() - began)
                await self._settle()
            except _UNREACHED as failed:
                sight.failed(f"{no_broker(self._settings)} ({type(failed).__name__})")
            verdicts = self._report(verdicts)
            took = time.monotonic() - began
            await asyncio.sleep(max(0.05, sight.poll_seconds - took))

    async def _settle(self) -> None:
        """Count what workers are done with, once the rejections said until then were taken in."""
        rejections = topics.rejections(self._settings.mode)
        for partition, taken in self._follower.taken.items():
            if partition.topic == rejections and (await self._positions.place(partition, taken)).end > taken:
                return
        for group in self.sight.watch.groups:
            committed = {p: window[-1].committed for p, window in group.windows.items() if window}
            self.sight.ledger.settle(group.topic, committed)

    def _report(self, before: str) -> str:
        """One line in the log whenever a verdict changes; the verdicts of now."""
        sight, now = self.sight, time.time()
        verdicts = " ".join(
            f"{group.name}={group.verdict(now, sight.poll_seconds)}" for group in sight.watch.groups
        )
        if verdicts != before:
            log.info("verdict.changed", verdicts=verdicts, up=sight.up)
        return verdicts

    async def _probe(self) -> None:
        probes, topic = self.sight.probes, topics.declarations(self._settings.mode)
        async with producer(self._settings, topic) as client:
            while True:
                partition, probe = probes.next()
                for lost in probes.give_up():
                    log.warning(
                        "probe.lost",
                        partition=lost.partition,
                        unanswered_by=lost.waits_for,
                        lost_in_all=probes.lost,
                    )
                with suppress(*_UNREACHED):  # then it will be lost, and counted as such
                    await asyncio.wait_for(
                        client.send_and_wait(
                            topic, probe.model_dump_json().encode(), key=probe_key(partition).encode(),
                            partition=partition, headers=list(probe_headers(probe)),
                        ),
                        self._settings.monitor_probe_seconds + AGAIN_SECONDS,
                    )  # fmt: skip
                await asyncio.sleep(self._settings.monitor_probe_seconds)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Monitor]:
    """A monitor with its connections; raises ``Trouble`` when there is no broker or a topic is missing."""
    async with Positions(settings) as positions:
        there = await positions.topics()
        wanted = [
            topics.declarations(settings.mode), topics.headlines(settings.mode), topics.standings(settings.mode),
            topics.boards(settings.mode),
            topics.rejections(settings.mode), topics.actions(settings.mode), topics.probes(settings.mode),
        ]  # fmt: skip
        reads = every_group(settings)
        read = {one.topic for one in reads}
        missing = sorted({*wanted, *read} - set(there))
        if missing:
            raise Trouble(
                f"There is no topic {', '.join(missing)} at {settings.broker}: "
                "create the topics of this mode with `results topics`."
            )
        await positions.follow({*wanted, *read})
        kept = await positions.retention(sorted(read))
        groups = [
            Group(one.agent, one.group, one.topic, tuple(there[one.topic]), kept[one.topic]) for one in reads
        ]
        ledger = Ledger(settings.mode)
        probes = Probes(settings.mode, len(there[topics.declarations(settings.mode)]))
        sight = Sight(
            settings.broker,
            settings.monitor_poll_seconds,
            Watch(settings, groups, lambda: words(settings)),
            ledger,
            probes,
        )
        partitions = [TopicPartition(topic, number) for topic in wanted for number in there[topic]]
        yield Monitor(settings, positions, sight, Follower(settings, partitions, ledger))


async def _again(part: Any, name: str) -> None:
    """Run a part of the work, and begin it again when the broker goes away under it."""
    while True:
        try:
            await part()
        except (*_UNREACHED, Trouble) as failed:
            log.warning("monitor.part_failed", part=name, why=str(failed)[:200])
        await asyncio.sleep(AGAIN_SECONDS)
