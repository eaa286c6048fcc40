"""Does every headline arrive, once by id and in order per key, whatever the receiver does?"""

import asyncio
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from standardwebhooks import Webhook

from streams.publishers.archive import Entry
from streams.publishers.filters import Filter
from streams.publishers.webhooks.addresses import Gate, networks
from streams.publishers.webhooks.message import new_secret
from streams.publishers.webhooks.posting import Post
from streams.publishers.webhooks.schedule import DELAYS, delay_seconds
from streams.publishers.webhooks.sender import Sender
from streams.publishers.webhooks.store import Store, Subscription
from tests.ports import free_port
from tests.publishers.making import LEWES, SWALE, a_headline, a_log, an_archive
from tests.publishers.receiving import Behaviour, Receiver, receiving, taking
from tests.publishers.running import ROOT

SECRET = new_secret()
EVERYTHING = Filter()


def some(count: int = 12) -> list[Entry]:
    """Headlines of two councils, in turns."""
    said = [a_headline(n, council) for n in range(1, count // 2 + 1) for council in (SWALE, LEWES)]
    return an_archive(a_log(*said)).entries


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "replay.sqlite")
    yield made
    made.close()


def subscribe(
    store: Store, url: str, id: str = "sub_1", filter: Filter = EVERYTHING, start: bool = False
) -> None:
    store.add(Subscription(id, url, (SECRET,), filter, "active", "", 0), from_start=start)


@asynccontextmanager
async def sending(store: Store, pace: float = 0.002) -> AsyncIterator[Sender]:
    """A sender at work, with delays shrunk."""
    post = Post(Gate(networks("127.0.0.0/8")))
    sender = Sender(store, post, pace, look_seconds=0.02, draw=random.Random(1))
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await post.close()


async def until(true: Callable[[], bool], seconds: float = 90.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def in_order(taken: list[tuple[str, int]]) -> bool:
    """Whether the numbers of each key rise without gap from 1."""
    numbers = defaultdict(list)
    for key, n in taken:
        numbers[key].append(n)
    return all(found == list(range(1, len(found) + 1)) for found in numbers.values())


async def test_all_arrive_in_order_per_key_and_signed(store: Store) -> None:
    async with receiving() as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        sender.take(some())
        await until(lambda: len(receiver.taken) == 12)

    assert len(receiver.asked) == 12
    assert in_order(receiver.once())
    for id, _, _, body, headers in receiver.taken:
        told = Webhook(SECRET).verify(body, headers)
        assert told["data"]["id"] == id
        assert told["type"] == "headline.announced"
    assert store.tally("sub_1").delivered == 12


async def test_the_record_of_the_topic_comes_untouched(store: Store) -> None:
    (entry,) = some()[:1]
    async with receiving() as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        sender.take([entry])
        await until(lambda: len(receiver.taken) == 1)

    assert entry.raw in receiver.taken[0][3]


def _every(number: int, answer: "tuple[int, dict[str, str]] | None") -> Behaviour:
    return lambda count, id: answer if count % number else (204, {})


def _redirect(count: int, id: str) -> tuple[int, dict[str, str]]:
    return (307, {"Location": "http://127.0.0.1:1/elsewhere"}) if count % 2 else (204, {})


@pytest.mark.parametrize(
    "behaviour",
    [
        _every(2, (500, {})),
        _every(3, (503, {"Retry-After": "0"})),
        _every(2, (429, {})),
        _every(2, None),
        _every(2, (404, {})),
        _redirect,
    ],
    ids=["500", "503", "429", "hangs up", "404", "redirect"],
)
async def test_a_receiver_in_trouble_gets_everything_once_by_id_and_in_order(
    behaviour: Behaviour, store: Store
) -> None:
    async with receiving(behaviour) as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        sender.take(some())
        await until(lambda: store.tally("sub_1").delivered == 12)

    assert in_order(receiver.once())
    assert len(receiver.taken) == len({id for id, *_ in receiver.taken}) == 12
    assert len(receiver.asked) > 12
    bodies = {body for _, _, _, body, _ in receiver.taken}
    assert len(bodies) == 12, "the same bytes under the same id"


async def test_a_receiver_that_is_killed_and_comes_back_misses_nothing(store: Store) -> None:
    async with receiving(port=free_port()) as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        sender.take(some()[:4])
        await until(lambda: store.tally("sub_1").delivered == 4)
    async with sending(store) as sender:
        sender.take(some())
        await until(lambda: store.tally("sub_1").last.startswith("no connection"))
        server = await asyncio.start_server(receiver.answer, "127.0.0.1", receiver.port)
        await until(lambda: store.tally("sub_1").delivered == 12)
        server.close()

    assert in_order(receiver.once())
    assert len(receiver.taken) == 12


async def test_a_sender_that_is_ended_hears_what_it_asked_and_asks_nothing_twice(store: Store) -> None:
    async with receiving(pause_seconds=0.3) as receiver:
        async with sending(store) as sender:
            subscribe(store, receiver.url)
            sender.take(some())
            await until(lambda: receiver.open > 0)
        heard = store.tally("sub_1").delivered
        async with sending(store):
            await until(lambda: store.tally("sub_1").delivered == 12)

    assert heard > 0
    assert len(receiver.asked) == 12


async def test_a_slow_receiver_holds_up_nobody_else(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.publishers.webhooks.posting.TIMEOUT_SECONDS", 1.0)
    async with receiving(pause_seconds=30) as slow, receiving() as quick, sending(store) as sender:
        subscribe(store, slow.url, "slow")
        subscribe(store, quick.url, "quick")
        sender.take(some())
        await until(lambda: store.tally("quick").delivered == 12)
        await until(lambda: store.tally("slow").last.startswith("no answer"))

    assert in_order(quick.once())
    assert slow.taken == []
    assert store.tally("slow").waiting == 12


async def test_gone_disables_and_nothing_more_is_sent_until_enabled(store: Store) -> None:
    gone = True

    def behaviour(count: int, id: str) -> tuple[int, dict[str, str]]:
        return (410, {}) if gone else (204, {})

    async with receiving(behaviour) as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        sender.take(some()[:2])
        await until(lambda: store.subscriptions()[0].state == "disabled")
        sender.take(some())
        await asyncio.sleep(0.3)
        under_way = [entry.headline.id for entry in some()[:2]]
        assert all(receiver.asked.count(id) <= under_way.count(id) for id in receiver.asked)
        gone = False
        store.enable("sub_1")
        await until(lambda: len(receiver.taken) == 12)

    assert in_order(receiver.once())


async def test_after_hours_a_headline_is_dead_the_next_goes_on_and_it_can_be_replayed(store: Store) -> None:
    poisoned = some()[0].headline.id
    heal = False

    def behaviour(count: int, id: str) -> tuple[int, dict[str, str]]:
        return (400, {}) if id == poisoned and not heal else (204, {})

    async with receiving(behaviour) as receiver, sending(store, pace=0.000001) as sender:
        subscribe(store, receiver.url)
        sender.take(some())
        await until(lambda: len(receiver.taken) == 11)
        dead = store.tally("sub_1")
        heal = True
        replayed = store.replay("sub_1", states=("dead",))
        await until(lambda: len(receiver.taken) == 12)

    assert (dead.dead, dead.last, replayed) == (1, "400", 1)
    assert receiver.asked.count(poisoned) == len(DELAYS) + 2
    assert receiver.taken[-1][0] == poisoned


async def test_filters_and_where_a_subscription_begins(store: Store) -> None:
    async with receiving() as one, receiving() as two, receiving() as three, sending(store) as sender:
        subscribe(store, one.url, "lewes", Filter(council=frozenset({LEWES})))
        sender.take(some()[:6])
        await until(lambda: len(one.taken) == 3)
        subscribe(store, two.url, "all of it", start=True)
        subscribe(store, three.url, "from now on")
        sender.take(some())
        await until(lambda: len(one.taken) == 6 and len(two.taken) == 12 and len(three.taken) == 6)

    assert {key for key, _ in one.once()} == {LEWES}
    assert in_order(two.once())


async def test_a_repeat_on_the_topic_is_no_second_webhook(store: Store) -> None:
    """I-07: delivered a hundred times, pushed once."""
    async with receiving() as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        for _ in range(100):
            sender.take(some()[:2])
        await until(lambda: len(receiver.taken) == 2)
        await asyncio.sleep(0.2)

    assert len(receiver.asked) == 2


async def test_what_was_delivered_stays_known_over_a_restart(store: Store, tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with sending(store) as sender:
            subscribe(store, receiver.url)
            sender.take(some())
            await until(lambda: store.tally("sub_1").delivered == 12)
        again = Store(tmp_path / "replay.sqlite")
        async with sending(again) as sender:
            sender.take(some())
            await asyncio.sleep(0.3)
        again.close()

    assert len(receiver.asked) == 12


async def test_rotation_signs_with_both_secrets(store: Store) -> None:
    newer = new_secret()
    async with receiving() as receiver, sending(store) as sender:
        subscribe(store, receiver.url)
        store.rotate("sub_1", newer)
        sender.take(some()[:1])
        await until(lambda: len(receiver.taken) == 1)

    _, _, _, body, headers = receiver.taken[0]
    assert Webhook(SECRET).verify(body, headers) == Webhook(newer).verify(body, headers) == orjson.loads(body)


async def test_an_answer_without_end_is_cut(store: Store) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with sending(store) as sender:
        subscribe(store, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        sender.take(some()[:1])
        await until(lambda: store.tally("sub_1").delivered == 1)
    server.close()


def test_attempts_go_on_for_hours_and_not_all_at_one_moment() -> None:
    draw = random.Random(5)
    waits = [delay_seconds(attempt, None, draw) for attempt in range(1, len(DELAYS) + 1)]

    assert None not in waits
    assert sum(w for w in waits if w) > 5 * 3600, "longer than an outage of five hours (I-40)"
    assert delay_seconds(len(DELAYS) + 1) is None
    assert len({delay_seconds(4, None, draw) for _ in range(20)}) == 20
    assert delay_seconds(1, 120.0, draw) == 120.0
    assert (delay_seconds(1, 1e6, draw) or 0) <= 3600.0


def test_secrets_stay_in_the_store(store: Store, tmp_path: Path) -> None:
    assert (tmp_path / "replay.sqlite").stat().st_mode & 0o077 == 0


def test_the_receiver_of_these_tests_is_no_fool() -> None:
    """A receiver that took 1, 3, 2 would be seen."""
    assert not in_order([(SWALE, 1), (SWALE, 3), (SWALE, 2)])
    assert taking(1, "x") == (204, {})
    assert Receiver().once() == []


def test_a_note_outlives_the_process_that_made_it(store: Store, tmp_path: Path) -> None:
    """Killed right after it noted a delivery, before anything was flushed."""
    subscribe(store, "https://paper.example/")
    store.take(some())
    program = """
import os, signal, sys
from pathlib import Path
from streams.publishers.webhooks.store import Store
store = Store(Path(sys.argv[1]))
for delivery in store.heads("sub_1", 1, 2):
    store.delivered(delivery)
os.kill(os.getpid(), signal.SIGKILL)
"""

    done = subprocess.run([sys.executable, "-c", program, tmp_path / "replay.sqlite"], cwd=ROOT, check=False)

    assert done.returncode == -signal.SIGKILL
    assert (store.tally("sub_1").delivered, store.tally("sub_1").waiting) == (2, 10)
