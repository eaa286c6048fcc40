"""The declarations of a toy evening, drawn from a seed."""

import random
from typing import Any


def evening(seed: int, councils: int = 6, wards: int = 8, later: int = 0) -> list[bytes | dict[str, Any]]:
    """A toy evening.

    Maps and amended maps, declarations before their map (refused, though they would fit later), corrections, late
    revisions, swaps, duplicates, conflicts, holds and their release, poison.  ``later``: 1, 2 and so on are the same
    councils once more, with higher revisions and maps.
    """
    lot = random.Random(f"{seed} {later}")
    above = 10 * later
    events: list[bytes | dict[str, Any]] = []
    for c in range(councils):
        council = f"c{seed}-{c}"
        all_wards = {f"w{w}": 1 + (c + w) % 3 for w in range(wards)}
        first = dict(list(all_wards.items())[: wards - 2])  # two wards come with a later map
        own: list[bytes | dict[str, Any]] = [_map(council, above + 1, first)]
        declared = [
            _declared(lot, council, ward, seats, rev)
            for ward, seats in all_wards.items()
            for rev in range(above + 1, above + lot.randint(1, 3) + 1)
        ]
        lot.shuffle(declared)
        declared += [dict(e) for e in lot.sample(declared, len(declared) // 4)]  # come twice
        declared += [
            {**e, "id": e["id"] + "!"} for e in lot.sample(declared, 2)
        ]  # the same revision, another event
        declared += _swapped(lot, council, all_wards, above + 4)
        declared.insert(len(declared) // 2, _map(council, above + 2, all_wards))
        if lot.random() < 0.5:
            declared += [_hold(council, "hold"), _hold(council, "release")]
        own += declared
        events += own
    lot.shuffle(events)  # a map may come after its declarations
    for _ in range(len(events) // 10):
        events.insert(
            lot.randrange(len(events)), lot.choice([b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"council":'])
        )
    return events


def plain_evening(seed: int, councils: int = 8, wards: int = 8) -> list[bytes | dict[str, Any]]:
    """An evening without a mistake or a repetition: maps first, each ward once."""
    lot = random.Random(seed)
    names = [f"p{seed}-{c}" for c in range(councils)]
    seats = {f"w{w}": 1 + w % 3 for w in range(wards)}
    declared = [
        _declared(lot, council, ward, number, 1) for council in names for ward, number in seats.items()
    ]
    lot.shuffle(declared)
    return [*(_map(council, 1, seats) for council in names), *declared]


def _map(council: str, version: int, wards: dict[str, int]) -> dict[str, Any]:
    return {
        "id": f"{council}:m{version}",
        "kind": "map",
        "council": council,
        "version": version,
        "wards": wards,
    }


def _swapped(lot: random.Random, council: str, wards: dict[str, int], rev: int) -> list[dict[str, Any]]:
    """Two wards declared with each other's seats, and corrected."""
    one, other = lot.sample(sorted(wards), 2)
    mistaken = [
        _declared(lot, council, ward, wards[source], rev) for ward, source in ((one, other), (other, one))
    ]
    return [*mistaken, *(_declared(lot, council, ward, wards[ward], rev + 1) for ward in (one, other))]


def _hold(council: str, kind: str) -> dict[str, Any]:
    return {"id": f"{council}:{kind}", "kind": kind, "council": council}


def _declared(lot: random.Random, council: str, ward: str, seats: int, rev: int) -> dict[str, Any]:
    parties: dict[str, int] = {}
    for _ in range(seats):
        party = lot.choice("AAABBC")
        parties[party] = parties.get(party, 0) + 1
    return {
        "id": f"{council}:{ward}:{rev}",
        "kind": "ward",
        "council": council,
        "ward": ward,
        "rev": rev,
        "seats": parties,
    }
