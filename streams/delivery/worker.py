"""A worker from a function call: checked, assembled, served until it is told to leave."""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import faust

from streams.delivery import garbage, leaving, selfcheck
from streams.delivery.batches import BatchSchema
from streams.delivery.desk import Desk, FaustWriter
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Keeper
from streams.delivery.profiles import PROFILES, Profile, ProfileName, Security, app_settings
from streams.delivery.reaching import Unreached
from streams.delivery.recovery import OrderedTableManager
from streams.delivery.rights import Rights, needed
from streams.delivery.sealing import Writer
from streams.delivery.status import BEAT_SECONDS, Observer, Status
from streams.delivery.table import RowTable, changelog_topic
from streams.delivery.topics import Changelog, NotOurs, Successor, Topics, TopicSpec
from streams.delivery.transport import BatchTransport

log = logging.getLogger(__name__)

#: How often the rights, the identity of the input topic and the generation are looked up again.
WATCH_SECONDS = 5.0


class DeliveryApp(faust.App):
    """A Faust app with what the parts of delivery look for on it."""

    profile: Profile
    desk: Desk


def run_worker(
    keeper: Keeper[Any, Any],
    *,
    name: str,
    broker: str,
    profile: ProfileName,
    input_topic: TopicSpec,
    output_topics: Sequence[TopicSpec] = (),
    security: Security | None = None,
    successor: Successor | None = None,
    instance: str | None = None,
    session_timeout_seconds: float | None = None,
    status_file: Path | None = None,
    observer: Observer | None = None,
    patience_seconds: float = 10.0,
    leave_seconds: float = leaving.DEADLINE_SECONDS,
    writer: Callable[[Writer], Writer] = lambda plain: plain,
) -> NoReturn:
    """Run one worker in this process until a signal or a fault ends it; never returns.

    ``name``: the Faust app's id, which is also the consumer group and the beginning of the changelog's name.
    ``broker``: ``host:port``.  ``successor``: the next generation of this app; the worker leaves once it exists.
    ``instance``: this worker's name in the group, for static membership on Kafka.
    ``status_file``: where the worker says how it is (`status.read`); ``observer`` hears the same in this process.
    ``patience_seconds``: how long the broker may take to answer before the worker gives up starting.
    ``leave_seconds``: from the signal to the end at the latest.  ``writer``: wraps what reaches the broker, for
    tests.

    Exit codes: 0 left on SIGTERM or SIGINT, 2 a configuration fault, said in one sentence on stderr, 3 a
    broken assumption, 137 when leaving took longer than the deadline.
    """
    try:
        selfcheck.check()
        garbage.seldom()
        topics = Topics(broker, security, patience_seconds)
        changelog = Changelog(name, input_topic.partitions)
        outputs = [topic.name for topic in output_topics]
        rights = Rights(topics.administration, needed(input_topic.name, changelog.name, outputs, name))
        rights.check()
        if successor is not None:
            topics.check_successor(successor)
        topics.check([input_topic, changelog, *output_topics])
        identity = topics.identity(input_topic.name) or ""

        def look() -> None:
            if successor is not None:
                topics.check_successor(successor)
            with suppress(NotOurs):  # what we may not see, the rights name
                _same(input_topic.name, identity, topics.identity(input_topic.name))
            rights.check()

        given = app_settings(
            PROFILES[profile],
            broker=broker,
            partitions=input_topic.partitions,
            security=security or Security(),
            instance=instance,
        )
        if session_timeout_seconds is not None and profile == "kafka":  # the embedded broker wants its own
            topics.check_session(session_timeout_seconds)
            given["broker_session_timeout"] = session_timeout_seconds
        plan = _Plan(keeper, name, PROFILES[profile], given, input_topic, identity, writer, rights)
        status = Status(name, observer=observer or Observer())
        asyncio.run(_serve(plan, status, status_file, leave_seconds, look))
    except Exception as fault:
        leaving.end(fault)


@dataclass(frozen=True, slots=True)
class _Plan:
    keeper: Keeper[Any, Any]
    name: str
    profile: Profile
    settings: Mapping[str, Any]
    input_topic: TopicSpec
    incarnation: str
    writer: Callable[[Writer], Writer]
    rights: Rights

    def end(self, fault: BaseException) -> NoReturn:
        """Leave at once; of a right that was taken away it is said which."""
        leaving.end(self.rights.told(fault))


def _assemble(plan: _Plan, status: Status) -> DeliveryApp:
    app = DeliveryApp(plan.name, TableManager=OrderedTableManager, **plan.settings)
    app.profile = plan.profile
    app.transport = BatchTransport(app.conf.broker_consumer, app)
    partitions = plan.input_topic.partitions
    table = RowTable(app, plan.keeper, plan.end, partitions=partitions)
    app.tables.add(table)
    app.desk = Desk(
        app,
        plan.keeper,
        table,
        plan.writer(FaustWriter(app)),
        status,
        changelog=changelog_topic(plan.name),
        incarnation=plan.incarnation,
        end=plan.end,
    )
    consumer: Any = app.consumer
    consumer.settle = app.desk.settle

    async def serve(stream: Any) -> None:
        async for event in stream.noack().events():
            await app.desk.take(event.message)

    app.agent(app.topic(plan.input_topic.name, schema=BatchSchema(), partitions=partitions), name="serve")(
        serve
    )
    return app


async def _serve(
    plan: _Plan,
    status: Status,
    status_file: Path | None,
    leave_seconds: float,
    look: Callable[[], None],
) -> NoReturn:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    app = _assemble(plan, status)
    work = [
        asyncio.create_task(app.start()),
        asyncio.create_task(_beat(app, status, status_file)),
        asyncio.create_task(_watch(look)),
    ]
    await _told_or_broken(app, told, work, plan.end)
    leaving.kill_after(leave_seconds)
    status.enter("leaving")
    await _leave(app)
    _left(status_file)


def _left(status_file: Path | None) -> NoReturn:
    # At once: the end of the loop would wait for a look at the broker that is under way.
    if status_file is not None:
        status_file.unlink(missing_ok=True)
    leaving.leave(leaving.EXIT_LEFT)


async def _told_or_broken(
    app: DeliveryApp,
    told: asyncio.Event,
    work: list[asyncio.Task[Any]],
    end: Callable[[BaseException], NoReturn],
) -> None:
    """Return when told to leave; a crash anywhere ends the process instead."""
    waits = [asyncio.create_task(told.wait()), asyncio.create_task(app._crashed.wait())]
    running = {*work, *waits}
    while not told.is_set():
        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in done & set(work):
            if fault := task.exception():
                end(fault)
        if app._crashed.is_set():
            end(app.crash_reason or BrokenAssumption("Faust crashed without a reason"))


async def _leave(app: DeliveryApp) -> None:
    """Take no more, finish what is open, commit it, and go; nobody waits for our session to run out."""
    app.consumer.stop_flow()
    app.flow_control.suspend()
    app.flow_control.clear()
    await app.desk.settled()
    with suppress(Exception):  # not started yet, or no broker: what is not committed is judged once anyway
        await app.consumer.commit()
    await app.stop()
    log.info("worker.left")


async def _beat(app: DeliveryApp, status: Status, path: Path | None) -> None:
    tables: Any = app.tables
    while True:
        status.remaining = 0 if status.state == "ready" else tables.recovery.active_remaining_total()
        status.observer.beat(status)
        if path is not None:
            status.write(path)
        await asyncio.sleep(BEAT_SECONDS)


async def _watch(look: Callable[[], None]) -> None:
    """End the process when what was true at its start no longer is."""
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        with suppress(Unreached):  # no broker answers now; that is for the clients to outlast
            await asyncio.to_thread(look)


def _same(topic: str, incarnation: str, found: str | None) -> None:
    """BrokenAssumption when the input topic is not the one whose offsets the rows remember."""
    if found != incarnation:
        what = "is gone" if found is None else "was created anew"
        raise BrokenAssumption(f"topic {topic} {what} under a running worker")
