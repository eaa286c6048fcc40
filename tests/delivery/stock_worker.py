"""Two known-bad workers: Faust as its guide shows it, event by event. The verdict must find what they lose.

``edge`` keeps a correct row and says headlines on the fresh change alone; ``plus`` adds up with ``+=``.
"""

import argparse
import asyncio
import logging
import random
import sys
from typing import Any

import faust

from streams.delivery.keeper import Addressed, Record
from streams.delivery.profiles import PROFILES, Security, app_settings
from streams.delivery.table import TABLE_NAME
from tests.delivery.toy import Names, ToyKeeper, canonical


def app(given: argparse.Namespace) -> faust.App:
    names = Names(given.prefix)
    keeper = ToyKeeper(names)
    lot = random.Random(given.seed)
    settings = app_settings(
        PROFILES[given.profile],
        broker=given.broker,
        partitions=given.partitions,
        security=Security(),
        instance=None,
    )
    if given.session:
        settings["broker_session_timeout"] = given.session
    worker = faust.App(names.app, **settings)
    raw: dict[str, Any] = {
        "value_type": bytes,
        "value_serializer": "raw",
        "key_type": bytes,
        "key_serializer": "raw",
    }
    source = worker.topic(names.declarations, partitions=given.partitions, allow_empty=True, **raw)
    headlines = worker.topic(names.headlines, partitions=given.partitions, **raw)
    table = worker.Table(TABLE_NAME, partitions=given.partitions, key_type=str, value_type=None)

    async def edge(record: Record, read: Addressed[Any]) -> None:
        row = table.get(read.key)
        state = row and keeper.load(read.key, row["row"].encode(), lambda name: row["maps"][name].encode())
        judged = keeper.judge(read.key, state or None, read.event, record)
        if judged.state is not None:
            maps = (row["maps"] if row else {}) | {
                name: data.decode() for name, data in judged.attachments.items()
            }
            table[read.key] = {"row": keeper.dump(judged.state).decode(), "maps": maps}
            await asyncio.sleep(lot.random() * given.delay)
        for output in judged.outputs:
            await headlines.send(key=output.key, value=output.value)

    async def plus(record: Record, read: Addressed[Any]) -> None:
        if read.event["kind"] != "ward":
            return
        row = dict(table.get(read.key) or {"n": 0, "totals": {}})
        row["n"] += 1
        for party, won in read.event["seats"].items():
            row["totals"][party] = row["totals"].get(party, 0) + won
        table[read.key] = row
        await asyncio.sleep(lot.random() * given.delay)
        event = read.event
        value = {
            "id": f"{event['id']}:ward",
            "council": read.key,
            "ward": event["ward"],
            "rev": event["rev"],
            **row,
        }
        await headlines.send(key=read.key.encode(), value=canonical(value))

    async def serve(stream: Any) -> None:
        async for event in stream.events():
            m = event.message
            record = Record(m.topic, m.partition, m.offset, m.key, m.value, (), None)
            read = keeper.read(record)
            if isinstance(read, Addressed):
                await (edge if given.kind == "edge" else plus)(record, read)

    worker.agent(source, name="serve")(serve)
    return worker


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("broker", "prefix", "profile", "kind", "status"):
        arguments.add_argument(f"--{name}")
    for name in ("partitions", "seed"):
        arguments.add_argument(f"--{name}", type=int, default=0)
    for name in ("delay", "session"):
        arguments.add_argument(f"--{name}", type=float, default=0.0)
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO)
    made = app(given)
    sys.argv = [sys.argv[0], "worker", "-l", "info", "--without-web"]
    made.main()


if __name__ == "__main__":
    main()
