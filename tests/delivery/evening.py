"""The declarations of a toy evening, drawn from a seed."""

import random
from typing import Any


def evening(seed: int, councils: int = 6, wards: int = 8) -> list[bytes | dict[str, Any]]:
    """A toy evening.

    Maps and amended maps, declarations before their map (refused, though they would fit later), corrections, late
    revisions, swaps, duplicates, conflicts, holds and their release, poison.
    """
    lot = random.Random(seed)
    events: list[bytes | dict[str, Any]] = []
    for c in range(councils):
        council = f"c{seed}-{c}"
        all_wards = {f"w{w}": 1 + (c + w) % 3 for w in range(wards)}
        first = dict(list(all_wards.items())[: wards - 2])  # two wards come with a later map
        own: list[bytes | dict[str, Any]] = [
            {"id": f"{council}:m1", "kind": "map", "council": council, "version": 1, "wards": first}
        ]
        later = {"id": f"{council}:m2", "kind": "map", "council": council, "version": 2, "wards": all_wards}
        declared = [
            _declared(lot, council, ward, seats, rev)
            for ward, seats in all_wards.items()
            for rev in range(1, lot.randint(1, 3) + 1)
        ]
        lot.shuffle(declared)
        declared += [dict(e) for e in lot.sample(declared, len(declared) // 4)]  # come twice
        declared += [
            {**e, "id": e["id"] + "!"} for e in lot.sample(declared, 2)
        ]  # the same revision, another event
        declared += _swapped(lot, council, all_wards)
        declared.insert(len(declared) // 2, later)
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


def _swapped(lot: random.Random, council: str, wards: dict[str, int]) -> list[dict[str, Any]]:
    """Two wards declared with each other's seats, and corrected."""
    one, other = lot.sample(sorted(wards), 2)
    mistaken = [
        _declared(lot, council, ward, wards[source], 4) for ward, source in ((one, other), (other, one))
    ]
    return [*mistaken, *(_declared(lot, council, ward, wards[ward], 5) for ward in (one, other))]


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
