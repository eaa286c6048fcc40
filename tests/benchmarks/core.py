"""What the pure core costs per event of the night of 4 May 2023, step by step, beside plain parsing of the same bytes.

`python -m tests.benchmarks.core [ROUNDS]`: medians of the rounds, in microseconds per event, and each step's ratio to
the peer, `json.loads` of the same lines with the standard library.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

from schemas.reading import InputEvent, read
from streams.agents.row import Writer
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rules.admission import refuse
from streams.rules.book import enter, open_book
from streams.rules.council import Council
from streams.rules.count import count
from streams.rules.facts.table import facts
from streams.rules.take import take

Step = Callable[[], int]


def steps() -> dict[str, Step]:
    """The steps, each over the whole night; each gives how many events it handled."""
    events = read_night(SOUTH_EAST_2023).arriving("replay")
    lines = [encode(event) for event in events]
    books = _books(events)
    councils = _councils(events)
    counts = [count(book) for book in books]
    writer = Writer()
    return {
        "json.loads (peer)": lambda: len([json.loads(line) for line in lines]),
        "read: parse and validate": lambda: len([read(line) for line in lines]),
        "admission of form": lambda: len([refuse(event, "replay") for event in events]),
        "fold: enter the book": lambda: len(_books(events)),
        "count: seats, floors, ceilings": lambda: len([count(book) for book in books]),
        "facts: all that holds": lambda: len([facts(c) for c in counts]),
        "take: fold, count, facts, difference, wording": lambda: len(_councils(events)),
        "row: a council as bytes": lambda: len([writer.write(council) for council in councils]),
        "standing: as published": lambda: len(
            [council.standing(1).model_dump_json() for council in councils]
        ),
        "read + admission + take": lambda: _all(lines),
    }


def _books(events: tuple[InputEvent, ...]) -> list:  # type: ignore[type-arg]
    books = {}
    found = []
    for event in events:
        book = books.get(event.council)
        books[event.council] = open_book(event) if book is None else enter(book, event).book  # type: ignore[arg-type]
        found.append(books[event.council])
    return found


def _councils(events: tuple[InputEvent, ...]) -> list[Council]:
    councils: dict[str, Council] = {}
    found = []
    for event in events:
        taken = take(councils.get(event.council), event)
        if taken.council is not None:
            councils[event.council] = taken.council
        found.append(councils[event.council])
    return found


def _all(lines: list[bytes]) -> int:
    councils: dict[str, Council] = {}
    for line in lines:
        event = read(line)
        if refuse(event, "replay") is None:
            taken = take(councils.get(event.council), event)
            if taken.council is not None:
                councils[event.council] = taken.council
    return len(lines)


def measure(rounds: int) -> dict[str, float]:
    """Microseconds per event of each step: medians over rounds that go through all steps in turn."""
    todo = steps()
    taken: dict[str, list[float]] = {name: [] for name in todo}
    for _ in range(rounds):
        for name, step in todo.items():
            start = time.perf_counter()
            handled = step()
            taken[name].append((time.perf_counter() - start) / handled * 1e6)
    return {name: statistics.median(found) for name, found in taken.items()}


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    found = measure(rounds)
    peer = found["json.loads (peer)"]
    lines = [f"{'step':<48}{'µs per event':>14}{'x peer':>9}"]
    lines += [
        f"{name:<48}{microseconds:>14.1f}{microseconds / peer:>9.1f}" for name, microseconds in found.items()
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
