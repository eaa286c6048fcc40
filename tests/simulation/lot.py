"""Where all choices of a simulation come from: a seed, or a script that walks through every choice there is."""

import random
from collections.abc import Sequence
from typing import Protocol


class Lot(Protocol):
    """Whoever decides; the same lot, asked the same questions, gives the same answers."""

    def pick(self, weights: Sequence[float]) -> int:
        """The number of one of the options; a heavier one is likelier."""
        ...


class Seeded:
    """Choices drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def pick(self, weights: Sequence[float]) -> int:
        point = self._random.random() * sum(weights)
        for number, weight in enumerate(weights):
            point -= weight
            if point < 0:
                return number
        return len(weights) - 1


class Script:
    """Choices read from a script, and the first option after its end; remembers how many options there were."""

    def __init__(self, script: Sequence[int]) -> None:
        self._script = script
        self.taken: list[int] = []
        self._options: list[int] = []

    def pick(self, weights: Sequence[float]) -> int:
        at = len(self.taken)
        choice = self._script[at] if at < len(self._script) else 0
        self.taken.append(choice)
        self._options.append(len(weights))
        return choice

    def next(self) -> list[int] | None:
        """The script of the next walk, depth first; None when this was the last one."""
        for at in range(len(self.taken) - 1, -1, -1):
            if self.taken[at] + 1 < self._options[at]:
                return [*self.taken[:at], self.taken[at] + 1]
        return None
