"""Three known-bad workers: Faust as its guide shows it, event by event. The verdict must find what they lose.

``edge`` keeps a correct row and says headlines on the fresh change alone; ``level`` says one for each declaration
that it sees, a repeated one from the row as it stands then; ``plus`` adds up with ``+=``.  Undisturbed, all three
are right about a plain evening.
"""

import argparse
import asyncio
import logging
import random
import sys
from typing import Any

import faust

from streams.delivery.keeper import Addressed, Output, Record
from streams.delivery.profiles import PROFILES, Security, app_settings
from streams.delivery.table import TABLE_NAME
from tests.delivery.toy import Names, Tally, ToyKeeper, canonical, totals


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

    def judged(record: Record, read: Addressed[Any]) -> tuple[Tally | None, tuple[Output, ...]]:
        row = table.get(read.key)
        state = row and keeper.load(read.key, row["row"].encode(), lambda name: row["maps"][name].encode())
        judged = keeper.judge(read.key, state or None, read.event, record)
        now = judged.state or state
        if now:
            maps = {name: data.decode() for name, data in judged.attachments.items()}
            table[read.key] = {
                "row": keeper.dump(now).decode(),
                "maps": {**(row["maps"] if row else {}), **maps},
            }
        return now or None, judged.outputs

    async def edge(record: Record, read: Addressed[Any]) -> None:
        _, said = judged(record, read)
        await asyncio.sleep(lot.random() * given.delay)
        for output in said:
            await headlines.send(key=output.key, value=output.value)

    async def level(record: Record, read: Addressed[Any]) -> None:
        now, said = judged(record, read)
        await asyncio.sleep(lot.random() * given.delay)
        event = read.event
        if now and not said and event["kind"] == "ward":
            await say(event, {"n": now.n, "totals": totals(now.wards)}, ward=event["ward"], rev=event["rev"])
        for output in said:
            await headlines.send(key=output.key, value=output.value)

    async def plus(record: Record, read: Addressed[Any]) -> None:
        event = read.event
        row = dict(table.get(read.key) or {"n": 0, "totals": {}, "control": "?", "seats": 0})
        row["n"] += 1
        if event["kind"] == "map":
            row["seats"] = sum(event["wards"].values())
            table[read.key] = row
            await say(event, {"n": row["n"], "wards": len(event["wards"])})
            return
        row["totals"] = dict(row["totals"])
        for party, won in event["seats"].items():
            row["totals"][party] = row["totals"].get(party, 0) + won
        over = [party for party, won in sorted(row["totals"].items()) if 2 * won > row["seats"]]
        was, row["control"] = row["control"], over[0] if over else "?"
        facts = {"n": row["n"], "totals": row["totals"]}
        row["n"] += row["control"] != was
        table[read.key] = row
        await asyncio.sleep(lot.random() * given.delay)
        await say(event, facts, ward=event["ward"], rev=event["rev"])
        if row["control"] != was:
            await say({**event, "kind": "control"}, {"n": row["n"], "control": row["control"], "was": was})

    async def say(event: dict[str, Any], facts: dict[str, Any], **more: Any) -> None:
        value = {"id": f"{event['id']}:{event['kind']}", "council": event["council"], "padding": ""}
        await headlines.send(key=event["council"].encode(), value=canonical({**value, **facts, **more}))

    ways = {"edge": edge, "level": level, "plus": plus}

    async def serve(stream: Any) -> None:
        async for event in stream.events():
            m = event.message
            record = Record(m.topic, m.partition, m.offset, m.key, m.value, (), None)
            read = keeper.read(record)
            if isinstance(read, Addressed):
                await ways[given.kind](record, read)

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
