"""The scheduler: at every turn one thing of all that could happen does, and the rest has to wait."""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from faust.types import TP

from streams.delivery import drafts
from tests.simulation.broker import Broker
from tests.simulation.lot import Lot, Seeded
from tests.simulation.night import Night
from tests.simulation.process import Worker
from tests.simulation.verdict import Verdict, verdict

Option = tuple[str, float, Callable[[], None]]

#: More than any night needs: a night that takes longer hangs.
MOST_TURNS = 20_000
_SECONDS_PER_TURN = 0.01
_LOG = logging.getLogger("streams.delivery")
_RECOVERY = ("assigned", "recovering", "opening")


@dataclass
class Troubles:
    """How many of each may befall a night, and how much of a write can go its own way."""

    starts: int = 3
    crashes: int = 3
    freezes: int = 2
    leaves: int = 1
    failures: int = 1
    together: int = 3  # workers at a time
    batch: int = 4  # most records of a batch
    whole: bool = False  # coarse turns: whole batches, all that is on the way at once, no worker joins twice


@dataclass
class Outcome:
    """A night's verdict, what happened in it, and a line for each turn."""

    verdict: Verdict
    happened: Counter[str]
    trace: list[str] = field(repr=False)
    written: str  # digest of all that was written, in its order


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time passes when the scheduler says so, and which knows its tasks."""

    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[asyncio.Task[Any]] = []

    def time(self) -> float:
        return self.now

    def create_task(self, *args: Any, **kwargs: Any) -> asyncio.Task[Any]:
        task = super().create_task(*args, **kwargs)
        self.tasks.append(task)
        return task


#: Asked before each turn, and given a way to all that is to come depends on: whether to end the night here.
Known = Callable[[Callable[[], bytes]], bool]


def simulate(
    night: Night,
    lot: Lot,
    troubles: Troubles | None = None,
    traced: bool = False,
    known: Known | None = None,
) -> Outcome | None:
    """A whole night, until everything is committed and nothing is on its way; None when it was ended before."""
    loop = Clock()
    world = World(night, lot, troubles or Troubles(), loop, traced)
    try:
        return loop.run_until_complete(world.run(known))
    finally:
        loop.set_exception_handler(lambda *_: None)  # what is cut off now is of no interest
        loop.run_until_complete(world.over())
        loop.close()


def seeded(night: Callable[[int], Night], seed: int, traced: bool = False) -> Outcome:
    """The night of a seed."""
    lot = Seeded(seed)
    before = drafts.INTENTS_CUT_BYTES
    drafts.INTENTS_CUT_BYTES = [300, 700, before][lot.pick([1, 1, 2])]
    try:
        outcome = simulate(night(seed), lot, Troubles(batch=[1, 3, 8][lot.pick([1, 2, 2])]), traced)
        assert outcome is not None
        return outcome
    finally:
        drafts.INTENTS_CUT_BYTES = before


class World:
    """A broker, its workers, and the group that they form."""

    def __init__(self, night: Night, lot: Lot, troubles: Troubles, loop: Any, traced: bool) -> None:
        self._night = night
        self._lot = lot
        self._left = troubles
        self._loop = loop
        self._traced = traced
        self._broker = Broker(night.partitions)
        self._every: list[Worker] = []  # the dead as well: their tasks live as long as they do
        self._workers: list[Worker] = []
        self._members: list[Worker] = []
        self._rebalancing = False
        self._started = 0
        self._incarnation = 0
        self._faults: list[BaseException] = []
        self._owner: dict[int, Worker] = {}
        self._trace: list[str] = []
        self.happened: Counter[str] = Counter()

    async def run(self, known: Known | None = None) -> Outcome | None:
        if _LOG.level != logging.CRITICAL:
            _LOG.setLevel(logging.CRITICAL)
        self._declare()
        turns = 0
        while not self._finished():
            if known is not None and known(self._state):
                return None
            turns += 1
            if turns > MOST_TURNS:
                self._faults.append(RuntimeError("the night hangs"))
            if self._faults:
                break
            self._turn()
            await self.quiet()
            self._loop.now += _SECONDS_PER_TURN
        self.happened["turns"] += turns
        found = verdict(self._night, self._broker, self._faults)
        written = hashlib.sha256(repr(sorted(self._broker.topics.items())).encode()).hexdigest()
        return Outcome(found, self.happened, self._trace, written)

    def _state(self) -> bytes:
        """All that the rest of the night depends on."""
        broker = self._broker
        state = (
            sorted(broker.topics.items()),
            broker.generation,
            broker.committed,
            self._rebalancing,
            [member.number for member in self._members],
            [worker.state() for worker in self._workers],
            self._left,
            self._started,
        )
        return hashlib.blake2b(repr(state).encode(), digest_size=16).digest()

    async def quiet(self) -> None:
        """Return once no task can go on by itself."""
        while True:
            await asyncio.sleep(0)
            for worker in self._workers:
                worker.take()
            if not self._loop._ready:
                return

    async def over(self) -> None:
        """The night is over: what still stirs is cut off and not heard any more."""
        for worker in self._every:
            worker.die()
        left = [task for task in self._loop.tasks if not task.done() and task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _declare(self) -> None:
        self._broker.declare(self._night.declarations, list(self._night.inputs[self._incarnation]))

    def _turn(self) -> None:
        for worker in self._workers if self._left.whole else ():
            if worker.phase == "joining" and worker not in self._members and not worker.asleep:
                worker.die()  # another worker has its place
        options = list(self._options()) or [("pause", 1.0, lambda: None)]
        name, _, act = options[self._lot.pick([weight for _, weight, _ in options])]
        if self._traced:
            self._trace.append(name)
        self.happened[name.split()[0]] += 1
        act()
        for worker in self._workers:
            if worker.dead and worker in self._members:
                self._members.remove(worker)
                self._rebalancing = True
        self._workers = [w for w in self._workers if not w.dead or w.producer.on_the_way]

    def _finished(self) -> bool:
        """Whether all is said and done; a topic that is to be created anew is, when the old one is drained."""
        if not self._broker.drained() or any(not w.idle() and not w.dead for w in self._workers):
            return False
        if any(w.dead and w.producer.on_the_way for w in self._workers):
            return False
        if self._incarnation + 1 == len(self._night.inputs):
            return True
        self._begin_anew()
        return False

    def _begin_anew(self) -> None:
        """The topic is created anew: workers that see it end, and the group's offsets stay or go with it."""
        self._incarnation += 1
        self._declare()
        self._broker.incarnation = f"t{self._incarnation + 1}"
        if self._lot.pick([1, 1]):
            self._broker.committed.clear()
        for worker in self._workers:
            worker.die()
        self._members.clear()
        self._workers.clear()
        self._left = Troubles()
        self.happened["anew"] += 1

    def _options(self) -> Iterator[Option]:
        awake = [w for w in self._workers if not w.dead and not w.asleep]
        if not awake:
            yield "start", 2.0, self._start
        elif self._left.starts and len(self._workers) < self._left.together:
            yield "start", 0.15, self._start_one_more
        if self._rebalancing and self._members and all(w.phase == "joining" for w in self._members):
            yield "rebalance", 3.0, self._rebalance
        for worker in self._workers:
            if not worker.asleep:
                yield from self._writes(worker)
            if worker.dead:
                yield f"vanish {worker.number}", 0.3, partial(self._vanish, worker)
            elif worker.asleep:
                yield from self._sleeping(worker)
            else:
                yield from self._work(worker)
                yield from self._troubles(worker)

    def _work(self, worker: Worker) -> Iterator[Option]:
        who = worker.number
        stale = self._rebalancing or worker not in self._members
        if stale and worker.phase in (*_RECOVERY, "working"):
            yield f"learn {who}", 0.6, partial(self._learn, worker)
        match worker.phase:
            case "joining" if worker not in self._members:
                yield f"join {who}", 1.0, partial(self._join, worker)
            case "working":
                if len(worker.queue) < (1 if self._left.whole else 2):
                    for tp in worker.more():
                        yield f"fetch {who} {tp.partition}", 2.0, partial(self._fetch, worker, tp)
                if (not self._left.whole or worker.idle()) and any(
                    book.done is not None and book.done > self._broker.committed.get(tp.partition, 0)
                    for tp, book in worker.consumer.books.items()
                ):
                    yield f"commit {who}", 0.7, partial(self._commit, worker)
            case "assigned":
                yield f"look {who}", 3.0, partial(self._look, worker)
            case "recovering":
                if unread := worker.unread():
                    for partition in unread:
                        yield f"recover {who} {partition}", 3.0, partial(self._recover, worker, partition)
                else:
                    yield f"open {who}", 2.0, partial(self._open, worker)
            case "revoking":
                yield f"impatience {who}", 0.1, self._wait_long

    def _sleeping(self, worker: Worker) -> Iterator[Option]:
        who = worker.number
        if worker in self._members:
            yield f"kick {who}", 1.0, partial(self._kick, worker)
        else:
            yield f"wake {who}", 0.15, partial(self._wake, worker)
        if self._left.whole:
            if worker.producer.on_the_way:
                yield f"arrive-late {who}", 0.1, partial(self._land_all, worker, answered=False)
            return
        for queue in worker.producer.on_the_way:
            yield f"arrive-late {who} {queue[0]}", 0.1, partial(self._land, worker, queue, answered=False)

    def _writes(self, worker: Worker) -> Iterator[Option]:
        who = worker.number
        if self._left.whole:
            if worker.producer.on_the_way or (worker.producer.unanswered and not worker.dead):
                yield f"arrive {who}", 3.0, partial(self._land_all, worker)
            return
        for queue in worker.producer.on_the_way:
            where = f"{who} {queue[0]}"
            yield f"arrive {where}", 2.5, partial(self._land, worker, queue)
            yield f"arrive-unheard {where}", 0.5, partial(self._land, worker, queue, answered=False)
            yield f"repeat {where}", 0.2, partial(self._land, worker, queue, copies=2)
            if self._left.failures and not worker.dead:
                yield f"fail {where}", 0.03, partial(self._fail, worker, queue)
        if worker.producer.unanswered and not worker.dead:
            yield f"answer {who}", 1.5, partial(self._answer, worker)

    def _troubles(self, worker: Worker) -> Iterator[Option]:
        who = worker.number
        if self._left.crashes:
            yield f"crash {who}", 0.08, partial(self._crash, worker)
        if self._left.freezes and worker.phase != "joining":
            yield f"freeze {who}", 0.1, partial(self._freeze, worker)
        if self._left.leaves and worker.phase == "working":
            yield f"leave {who}", 0.04, partial(self._leave, worker)

    # What happens

    def _start(self) -> None:
        worker = Worker(self._broker, self._night, self._started, self._faults)
        self._started += 1
        self._every.append(worker)
        self._workers.append(worker)
        self._join(worker)

    def _start_one_more(self) -> None:
        self._left.starts -= 1
        self._start()

    def _join(self, worker: Worker) -> None:
        self._members.append(worker)
        self._rebalancing = True

    def _rebalance(self) -> None:
        self._broker.generation += 1
        self._rebalancing = False
        shares: dict[int, list[TP]] = {w.number: [] for w in self._members}
        for partition in range(self._night.partitions):
            chosen = self._members[self._lot.pick([1.0] * len(self._members))]
            shares[chosen.number].append(TP(self._night.declarations, partition))
            self._owner[partition] = chosen
        for worker in self._members:
            worker.assign(self._broker.generation, shares[worker.number])

    def _learn(self, worker: Worker) -> None:
        if worker not in self._members and not self._left.whole:
            self._join(worker)
        if worker.producer.on_the_way or worker.producer.unanswered:
            self.happened["revoked-while-open"] += 1
        worker.learn()

    def _fetch(self, worker: Worker, tp: TP) -> None:
        size = self._left.batch if self._left.whole else 1 + self._lot.pick([1.0] * self._left.batch)
        if worker not in self._members:
            self.happened["zombie-fetched"] += 1
        worker.fetch(tp, size)

    def _commit(self, worker: Worker) -> None:
        before = worker.consumer.fenced
        worker.consumer.commit()
        if worker.consumer.fenced > before:
            self.happened["fenced"] += 1
            self._learn(worker)

    def _look(self, worker: Worker) -> None:
        worker.begin()
        if self._left.whole:
            for partition in worker.unread():
                worker.recover(partition, 1_000)

    def _recover(self, worker: Worker, partition: int) -> None:
        worker.recover(partition, 1 + self._lot.pick([1, 1, 1, 1, 1]) ** 2)

    def _open(self, worker: Worker) -> None:
        worker.open()

    def _wait_long(self) -> None:
        self._loop.now += 3.0

    def _kick(self, worker: Worker) -> None:
        self._members.remove(worker)
        self._rebalancing = True

    def _wake(self, worker: Worker) -> None:
        worker.asleep = False

    def _land(self, worker: Worker, queue: Any, copies: int = 1, answered: bool = True) -> None:
        size = 1 + self._lot.pick([1.0] * 5)
        if worker not in self._members:
            self.happened["zombie-wrote" if not worker.dead else "dead-wrote"] += 1
        worker.land(queue, size, copies, answered)

    def _land_all(self, worker: Worker, answered: bool = True) -> None:
        if worker not in self._members and not worker.dead:
            self.happened["zombie-wrote"] += 1
        for queue in list(worker.producer.on_the_way):
            worker.land(queue, 1_000, answered=answered)
        if answered:
            worker.answer(1_000)

    def _answer(self, worker: Worker) -> None:
        worker.answer(1 + self._lot.pick([1.0] * 4))

    def _fail(self, worker: Worker, queue: Any) -> None:
        self._left.failures -= 1
        worker.fail(queue)

    def _crash(self, worker: Worker) -> None:
        self._left.crashes -= 1
        if worker.phase in _RECOVERY:
            self.happened["crashed-in-recovery"] += 1
        worker.die()

    def _vanish(self, worker: Worker) -> None:
        worker.producer.lose()

    def _freeze(self, worker: Worker) -> None:
        self._left.freezes -= 1
        if worker.phase in _RECOVERY:
            self.happened["froze-in-recovery"] += 1
        worker.asleep = True

    def _leave(self, worker: Worker) -> None:
        self._left.leaves -= 1
        worker.leave()
