"""Do the programs of docs/subscribers.md work as they stand there?"""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx

from streams.publishers.filters import Filter
from streams.publishers.webhooks.addresses import Gate, networks
from streams.publishers.webhooks.message import new_secret
from streams.publishers.webhooks.posting import Post
from streams.publishers.webhooks.sender import Sender
from streams.publishers.webhooks.store import Store, Subscription
from tests.ports import free_port
from tests.publishers.making import LEWES, SWALE, a_headline, a_log, an_archive
from tests.publishers.running import ROOT, tell
from tests.publishers.test_webhooks import until

PAGE = (ROOT / "docs/subscribers.md").read_text()
CONSUMER, RECEIVER = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


def test_the_consumer_of_the_page_tells_each_once_and_in_order(broker: str) -> None:
    tell(broker, [a_headline(n) for n in (1, 3, 2, 2)])
    program = CONSUMER.replace("127.0.0.1:9092", broker)

    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as publisher:
        assert publisher.stdout
        lines = [publisher.stdout.readline() for _ in range(3)]
        publisher.kill()

    assert lines == [f"announced Swale {n} Headline {n} of Swale.\n" for n in (1, 2, 3)]


async def test_the_receiver_of_the_page_takes_each_once_whatever_comes_again(tmp_path: Path) -> None:
    """A sender that lost its notes posts everything a second time, under the same ids; a stranger posts as well."""
    secret, port = new_secret(), free_port()
    entries = an_archive(a_log(*[a_headline(n, c) for n in (1, 2, 3) for c in (SWALE, LEWES)])).entries
    receiver = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-c", RECEIVER],
        cwd=tmp_path,
        env={**os.environ, "SECRET": secret, "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/hook"
    try:
        for times in (1, 2):
            store = Store(tmp_path / f"{times}.sqlite")
            store.add(Subscription("sub_1", url, (secret,), Filter(), "active", "", 0), from_start=True)
            post = Post(Gate(networks("127.0.0.0/8")))
            sender = Sender(store, post, pace=0.05, look_seconds=0.02)
            task = asyncio.create_task(sender.run())
            sender.take(entries)
            await until(lambda store=store: store.tally("sub_1").delivered == 6)  # type: ignore[misc]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await post.close()
            store.close()
        async with httpx.AsyncClient() as stranger:
            headers = {
                "webhook-id": "f" * 32,
                "webhook-timestamp": "1700000000",
                "webhook-signature": "v1,AAAA",
            }
            refused = await stranger.post(url, content=b"{}", headers=headers)
    finally:
        receiver.kill()
        said, _ = await asyncio.to_thread(receiver.communicate)

    with sqlite3.connect(tmp_path / "headlines.sqlite") as kept:
        ids = [id for (id,) in kept.execute("SELECT id FROM headlines")]
    assert sorted(ids) == sorted(entry.headline.id for entry in entries)
    assert sorted(said.decode().split()) == sorted(ids), "told on once"
    assert refused.status_code == 401
