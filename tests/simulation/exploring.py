"""Every schedule of a small world: each choice of the scheduler is made in each way, depth first, from the start."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.simulation.lot import Script
from tests.simulation.night import Night
from tests.simulation.world import Outcome, Troubles, simulate

_END = b"end"


@dataclass
class Explored:
    """``nights``: those played; ``states``: the different states met; ``schedules``: the ways through them.

    A night that comes to a state which is known already is not played on: what can follow is the same.
    """

    nights: int = 0
    dirty: list[Outcome] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    _after: dict[bytes, Counter[bytes]] = field(default_factory=dict, repr=False)

    @property
    def states(self) -> int:
        return len(self._after)

    @property
    def schedules(self) -> int:
        """The number of different ways from the beginning to an end."""
        ways = {_END: 1}
        for state in reversed(list(_ordered(self._after))):
            ways[state] = sum(times * ways[after] for after, times in self._after[state].items())
        return ways[next(iter(self._after))]


def explore(night: Night, troubles: Troubles) -> Explored:
    """Play the night in every way that the troubles allow."""
    found = Explored()
    way: list[tuple[int, bytes]] = []  # choices made, and the state that they led to
    script: list[int] | None = []
    while script is not None:
        lot = Script(script)
        way = [(choices, state) for choices, state in way if choices < len(script)]
        walk = _Walk(found, way, lot, len(script))
        outcome = simulate(night, lot, replace(troubles), traced=True, known=walk.known)
        found.nights += 1
        if outcome is not None:
            walk.step(_END)
            found.happened += outcome.happened
            if outcome.verdict.dirty:
                found.dirty.append(outcome)
        script = lot.next()
    return found


class _Walk:
    def __init__(self, found: Explored, way: list[tuple[int, bytes]], lot: Script, replayed: int) -> None:
        self._found = found
        self._way = way
        self._lot = lot
        self._replayed = replayed

    def known(self, look: Callable[[], bytes]) -> bool:
        """Whether everything from this state on has been explored, or is being."""
        made = len(self._lot.taken)
        if made < self._replayed or (self._way and made <= self._way[-1][0]):
            return False
        state = look()
        self.step(state)
        if state in self._found._after:
            return True
        self._found._after[state] = Counter()
        self._way.append((made, state))
        return False

    def step(self, state: bytes) -> None:
        if self._way:
            self._found._after[self._way[-1][1]][state] += 1


def _ordered(after: dict[bytes, Counter[bytes]]) -> list[bytes]:
    """The states, each before all that can follow it."""
    order: list[bytes] = []
    done: set[bytes] = {_END}
    for first in after:
        stack = [(first, iter(after[first]))] if first not in done else []
        done.add(first)
        while stack:
            state, rest = stack[-1]
            following = next((s for s in rest if s not in done), None)
            if following is None:
                order.append(state)
                stack.pop()
            else:
                done.add(following)
                stack.append((following, iter(after[following])))
    return order[::-1]
