"""One contender as a process: this feed's delivery, the same fold on bare aiokafka, or in a stock Faust agent.

All three are given the same keeper and the same topics. The bare client does what a careful program without guards
would: it writes each changed row once a fetch, flushes, and commits twice a second. The Faust agent is the one of
Faust's guide: a table, one event at a time.
"""

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.delivery.keeper import Addressed, Record
from streams.delivery.profiles import KAFKA, Security, app_settings
from streams.delivery.sealing import Step, Write, Writer
from streams.delivery.table import TABLE_NAME, changelog_topic
from streams.delivery.worker import run_worker
from tests.benchmarks.delivery.folds import Fold, Topic, fold, input_topic
from tests.benchmarks.delivery.meter import Meter, MeteredKeeper

COMMIT_SECONDS = 0.5


class MeteredWriter:
    """Tells the meter what is acknowledged."""

    def __init__(self, plain: Writer, meter: Meter) -> None:
        self._plain = plain
        self._meter = meter

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        """Write and note it."""
        await self._plain.write(step, writes)
        self._meter.acknowledged(len(writes))


def ours(given: argparse.Namespace, declared: Topic, chosen: Fold, meter: Meter) -> NoReturn:
    """This feed's delivery."""
    run_worker(
        MeteredKeeper(chosen.keeper, meter),
        name=given.run,
        broker=given.broker,
        profile="kafka",
        input_topic=declared,
        output_topics=chosen.output_topics,
        instance=given.instance,
        session_timeout_seconds=6.0,
        status_file=given.status,
        writer=lambda plain: MeteredWriter(plain, meter),
    )


async def bare(given: argparse.Namespace, declared: Topic, chosen: Fold, meter: Meter) -> None:
    """The same fold between a consumer and a producer, with nothing that guards it."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    keeper = MeteredKeeper(chosen.keeper, meter)
    consumer = AIOKafkaConsumer(
        declared.name,
        bootstrap_servers=given.broker,
        group_id=given.run,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=given.broker, linger_ms=given.linger, max_batch_size=131072, enable_idempotence=True
    )
    await consumer.start()
    await producer.start()
    states: dict[str, Any] = {}
    versions: dict[str, int] = {}
    committed_at, unflushed = time.monotonic(), 0
    while not told.is_set():
        fetched = await consumer.getmany(timeout_ms=20, max_records=4000)
        sent = 0
        for tp, records in fetched.items():
            changed = set()
            for r in records:
                record = Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
                read = keeper.read(record)
                said: list[Any] = []
                if isinstance(read, Addressed):
                    judged = keeper.judge(read.key, states.get(read.key), read.event, record)
                    said += [*judged.refusals, *judged.outputs]
                    for name, data in judged.attachments.items():
                        mark = f"{read.key}#{name}".encode()
                        await producer.send(changelog_topic(given.run), data, mark, tp.partition)
                    if judged.state is not None:
                        states[read.key] = judged.state
                        versions[read.key] = versions.get(read.key, 0) + 1
                        changed.add(read.key)
                else:
                    said.append(read)
                for o in said:
                    await producer.send(o.topic, o.value, o.key, headers=list(o.headers))
                sent += len(said)
            for key in changed:
                row = keeper.dump(states[key])
                await producer.send(changelog_topic(given.run), row, key.encode(), tp.partition)
                for o in keeper.follow(key, states[key], versions[key]):
                    await producer.send(o.topic, o.value, o.key, headers=list(o.headers))
            sent += len(changed)
        unflushed += sent
        if unflushed and (not fetched or time.monotonic() - committed_at > COMMIT_SECONDS):
            await producer.flush()
            meter.acknowledged(unflushed)
            await consumer.commit()
            committed_at, unflushed = time.monotonic(), 0
    await consumer.stop()
    await producer.stop()


def per_event(given: argparse.Namespace, declared: Topic, chosen: Fold, meter: Meter) -> None:
    """A stock Faust agent with a table, one event at a time."""
    keeper = MeteredKeeper(chosen.keeper, meter)
    partitions = declared.partitions
    settings = app_settings(
        KAFKA, broker=given.broker, partitions=partitions, security=Security(), instance=None
    )
    settings |= {
        "broker_session_timeout": 6.0,
        "stream_buffer_maxsize": 4096,
        "consumer_max_fetch_size": 1024**2,
    }
    worker = faust.App(given.run, **settings)
    raw: dict[str, Any] = {
        "value_type": bytes,
        "value_serializer": "raw",
        "key_type": bytes,
        "key_serializer": "raw",
    }
    source = worker.topic(declared.name, partitions=partitions, allow_empty=True, **raw)
    sinks = {t.name: worker.topic(t.name, partitions=t.partitions, **raw) for t in chosen.output_topics}
    table = worker.Table(TABLE_NAME, partitions=partitions, schema=faust.Schema(**raw))
    states: dict[str, Any] = {}

    async def serve(stream: Any) -> None:
        async for event in stream.events():
            m = event.message
            record = Record(
                m.topic, m.partition, m.offset, m.key, m.value, tuple((m.headers or {}).items()), None
            )
            read = keeper.read(record)
            said: list[Any] = [read]
            if isinstance(read, Addressed):
                judged = keeper.judge(read.key, states.get(read.key), read.event, record)
                said = [*judged.refusals, *judged.outputs]
                if judged.state is not None:
                    states[read.key] = judged.state
                    table[read.key.encode()] = keeper.dump(judged.state)
                    said += keeper.follow(read.key, judged.state, meter.noted.taken)
            for o in said:
                await sinks[o.topic].send(key=o.key, value=o.value, headers=dict(o.headers))
            meter.acknowledged(len(said))

    worker.agent(source, name="serve")(serve)
    sys.argv = [sys.argv[0], "worker", "-l", "info", "--without-web"]
    worker.main()


def main() -> None:
    """Run one contender until it is told to leave."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("contender", choices=["ours", "bare", "per-event"])
    arguments.add_argument("--fold", choices=["rules", "toy"], required=True)
    arguments.add_argument("--broker", required=True)
    arguments.add_argument("--run", required=True)
    arguments.add_argument("--partitions", type=int, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--status", type=Path)
    arguments.add_argument("--instance")
    arguments.add_argument("--linger", type=int, default=5)
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    chosen = fold(given.fold, given.partitions)
    declared = input_topic(given.fold, given.run, given.partitions)
    meter = Meter(given.out)
    if given.contender == "ours":
        ours(given, declared, chosen, meter)
    elif given.contender == "bare":
        asyncio.run(bare(given, declared, chosen, meter))
    else:
        per_event(given, declared, chosen, meter)


if __name__ == "__main__":
    main()
