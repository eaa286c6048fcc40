"""The night of 4 May 2023 through the pure rules, once per test process, and the published figures."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.headline import Headline
from schemas.reading import InputEvent, read
from schemas.standing import Standing
from streams.rehearsal.night import Night, encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rules.admission import refuse
from streams.rules.council import Council
from streams.rules.take import Taken, take

PUBLISHED = Path(__file__).parent / "published"

CLOSE_OF_5_MAY = datetime(2023, 5, 5, 22, 59, 59, tzinfo=UTC)
#: How the House of Commons Library groups parties; all others are OTH.
GROUPS = ("CON", "LAB", "LD", "UKIP", "GRN")

Row = dict[str, str]


@dataclass(frozen=True)
class Told:
    """What one event of the night led to."""

    event: InputEvent
    taken: Taken


@dataclass(frozen=True)
class Outcome:
    """The night as the rules tell it; standings and headlines by council slug."""

    told: tuple[Told, ...]
    at_close: dict[str, Standing]
    in_the_end: dict[str, Standing]

    def headlines(self, slug: str, *types: str) -> list[Headline]:
        """Headlines of a council in the order said, of these types or of all."""
        return [
            headline
            for told in self.told
            for headline in told.taken.headlines
            if headline.council == council(slug) and (not types or headline.type in types)
        ]


def council(slug: str) -> str:
    return f"local.{slug}.2023-05-04"


def ward(slug: str, name: str) -> str:
    return f"local.{slug}.{name}.2023-05-04"


def fold(events: Iterable[InputEvent]) -> tuple[list[Told], dict[str, Council]]:
    """Take events as a worker does: from bytes, through admission, into one council after the other."""
    councils: dict[str, Council] = {}
    told = []
    for event in events:
        event = read(encode(event))
        assert refuse(event, "replay") is None, event.id
        taken = take(councils.get(event.council), event)
        if taken.council is not None:
            councils[event.council] = taken.council
        told.append(Told(event, taken))
    return told, councils


def standings(councils: dict[str, Council]) -> dict[str, Standing]:
    return {key.split(".")[1]: found.standing(version=1) for key, found in councils.items()}


def grouped(standing: Standing) -> Counter[str]:
    """Seats by the Library's groups."""
    seats: Counter[str] = Counter()
    for party in standing.parties:
        seats[party.party if party.party in GROUPS else "OTH"] += party.seats
    return +seats


def table(name: str) -> list[Row]:
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def night() -> Night:
    return read_night(SOUTH_EAST_2023)


def tell_the_night(night: Night | None = None) -> Outcome:
    """The whole night through the rules."""
    events = (night or read_night(SOUTH_EAST_2023)).arriving("replay")
    _, until_close = fold(event for event in events if event.declared_at.at <= CLOSE_OF_5_MAY)
    told, councils = fold(events)
    return Outcome(tuple(told), standings(until_close), standings(councils))


@pytest.fixture(scope="session")
def outcome(night: Night) -> Outcome:
    return tell_the_night(night)
