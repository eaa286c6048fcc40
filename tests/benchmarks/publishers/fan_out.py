"""How long until a headline has reached every open stream? python -m tests.benchmarks.publishers.fan_out [readers]."""

import asyncio
import os
import sys
import time

from streams.rehearsal.broker import embedded_broker
from tests.benchmarks.publishers.readers import Crowd, cpu_seconds, percentile, say, weight_kb
from tests.publishers.making import a_headline
from tests.publishers.running import create_topics, serving, teller

HEADLINES = 40
PAUSE_SECONDS = 0.5


async def measure(broker: str, port: int, pid: int, readers: int) -> None:
    """Open the streams, tell headlines one by one, then forty at once, and print."""
    before = weight_kb(pid)
    crowd = Crowd(port)
    began = time.time()
    await crowd.gather(readers)
    say(f"{crowd.open} streams open after {time.time() - began:.1f} s")
    await asyncio.sleep(2)
    with_all = weight_kb(pid)
    cpu = cpu_seconds(pid)
    council = "local.fan-out.2023-05-04"
    sent: dict[str, float] = {}
    async with teller(broker) as writer:
        for n in range(1, HEADLINES + 1):
            headline = a_headline(n, council, priority="F", text="Labour has gained Fan Out. " * 40)
            sent[headline.id] = time.time()
            await writer.tell(headline)
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(2)
        delays = [
            (at - sent[id]) * 1000 for id, moments in crowd.came.items() for at in moments if id in sent
        ]
        last = [(max(moments) - sent[id]) * 1000 for id, moments in crowd.came.items() if id in sent]
        reached = sum(len(moments) for id, moments in crowd.came.items() if id in sent)
        spent = cpu_seconds(pid) - cpu
        burst = [a_headline(HEADLINES + n, council) for n in range(1, 41)]
        began = time.time()
        await writer.tell(*burst)
        told = time.time() - began
        await asyncio.sleep(4)
    kept = (with_all - before) / readers
    finished = max(max(crowd.came[headline.id]) for headline in burst) - began
    complete = sum(len(crowd.came.get(headline.id, [])) == readers for headline in burst)
    each, ends = [percentile(delays, share) for share in (0.5, 0.99)], [percentile(last, 0.5), max(last)]
    say(
        f"{HEADLINES} headlines of about 2 KB, one every {PAUSE_SECONDS} s: {reached} of {HEADLINES * readers} arrivals"
    )
    say(f"  from Kafka to a reader: median {each[0]:.0f} ms, p99 {each[1]:.0f} ms")
    say(f"  from Kafka to the last reader: median {ends[0]:.0f} ms, worst {ends[1]:.0f} ms")
    say(
        f"  server: {kept:.1f} KB a stream ({before // 1024} -> {with_all // 1024} MB), {spent:.1f} s of processor"
    )
    say(
        f"40 headlines in a row, told in {told:.2f} s: {complete} of 40 are everywhere after {finished:.2f} s"
    )
    say(f"streams lost: {crowd.lost}")
    await crowd.leave()


def main() -> None:
    """Run it."""
    readers = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    say(f"{readers} readers, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    with embedded_broker() as broker:
        create_topics(broker)
        with serving(broker) as served:
            asyncio.run(measure(broker, served.port, served.process.pid, readers))


if __name__ == "__main__":
    main()
