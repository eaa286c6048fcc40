"""What goes wrong on a night, at given rates: late, twice, corrected, transposed, and test data that leaks."""

import random
from collections.abc import Iterable

from pydantic import Field

from schemas.contract import Contract
from schemas.declaration import Result, WardDeclared, WardWithdrawn
from schemas.reading import InputEvent


class Rates(Contract):
    """Shares of the declarations, between 0 and 1, to which each happens."""

    late: float = Field(default=0.03, ge=0, le=1)
    duplicate: float = Field(default=0.05, ge=0, le=1)
    corrected: float = Field(default=0.03, ge=0, le=1)
    transposed: float = Field(default=0.02, ge=0, le=1)
    leaked: float = Field(default=0.01, ge=0, le=1)


def befall(events: Iterable[WardDeclared], rates: Rates, seed: int) -> list[InputEvent]:
    """The night as it arrives. Whatever happens, the last word on each ward is its declaration as it was drawn.

    ``late`` arrives after what was declared an hour later; ``duplicate`` comes twice; ``corrected`` is wrong by a few
    votes at first; ``transposed`` has two candidates' votes exchanged at first, with another elected; ``leaked`` is
    test data, withdrawn before the ward is declared.
    """
    arrivals: list[tuple[float, int, InputEvent]] = []
    for number, event in enumerate(events):
        lot = random.Random(f"mishaps {seed} {event.id}")  # noqa: S311 - a draw that comes out the same again
        for minutes, said in _told(event, rates, lot):
            arrivals.append((event.declared_at.at.timestamp() + 60 * minutes, number, said))
    return [event for *_, event in sorted(arrivals, key=lambda arrival: arrival[:2])]


def _told(event: WardDeclared, rates: Rates, lot: random.Random) -> list[tuple[float, InputEvent]]:
    told: list[tuple[float, InputEvent]] = [(0, event)]
    if lot.random() < rates.transposed and (wrong := _transposed(event)) is not None:
        told = [(0, wrong), (lot.uniform(5, 60), _after(event, 2, "transcription", wrong.id))]
    elif lot.random() < rates.corrected:
        wrong = _a_few_more(event, lot)
        told = [(0, wrong), (lot.uniform(5, 60), _after(event, 2, "transcription", wrong.id))]
    elif lot.random() < rates.leaked:
        test = event.model_copy(update={"id": f"{event.id}-test", "declared_at": event.declared_at})
        gone = _withdrawn(test)
        told = [(-20, test), (-15, gone), (0, _after(event, 3, "test_leak", gone.id))]
    if lot.random() < rates.duplicate:
        told.append((told[-1][0] + lot.uniform(0, 30), told[-1][1]))
    if lot.random() < rates.late:
        told = [(minutes + lot.uniform(60, 120) * (n == 0), said) for n, (minutes, said) in enumerate(told)]
    return told


def _after(event: WardDeclared, revision: int, reason: str, supersedes: str) -> WardDeclared:
    """What was declared all the time, said right at last: the hour is that of the declaration."""
    update = {
        "id": f"{event.ward}:r{revision}",
        "revision": revision,
        "reason": reason,
        "supersedes": supersedes,
    }
    return event.model_copy(update=update)


def _withdrawn(test: WardDeclared) -> WardWithdrawn:
    return WardWithdrawn(
        schema_version=1, type="WardWithdrawn", id=f"{test.ward}:w2", mode=test.mode, election=test.election,
        council=test.council, declared_at=test.declared_at, producer=test.producer, ward=test.ward, revision=2,
        reason="test_leak", supersedes=test.id,
    )  # fmt: skip


def _transposed(event: WardDeclared) -> WardDeclared | None:
    """The last elected and the first who was not have each other's votes, as when a finger slips a line (I-14)."""
    if event.lot is not None:
        return None
    last = min((r for r in event.results if r.elected), key=lambda r: r.votes or 0)
    first = max((r for r in event.results if not r.elected), key=lambda r: r.votes or 0)
    swap = {
        last.candidate: first.model_copy(update={"candidate": last.candidate, "party": last.party}),
        first.candidate: last.model_copy(update={"candidate": first.candidate, "party": first.party}),
    }
    results: tuple[Result, ...] = tuple(swap.get(result.candidate, result) for result in event.results)
    return event.model_copy(update={"results": results})


def _a_few_more(event: WardDeclared, lot: random.Random) -> WardDeclared:
    """Whoever came first has a few votes too many or too few, and is first all the same."""
    top = max(event.results, key=lambda r: r.votes or 0)
    room = min((event.ballots or 0) - (top.votes or 0), 9)
    results = tuple(
        r.model_copy(update={"votes": (r.votes or 0) + max(0, lot.randint(1, 9) % (room + 1))})
        if r is top
        else r
        for r in event.results
    )
    return event.model_copy(update={"results": results})
