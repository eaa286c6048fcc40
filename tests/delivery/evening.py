"""The declarations of a toy evening, drawn from a seed."""

import random
from typing import Any


def evening(seed: int, councils: int = 6, wards: int = 8) -> list[bytes | dict[str, Any]]:
    """A toy evening: maps, declarations, corrections, duplicates, conflicts, poison, wards before their map."""
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
        declared.insert(len(declared) // 2, later)
        own += declared
        events += own
    lot.shuffle(events)  # a map may come after its declarations
    for _ in range(len(events) // 10):
        events.insert(
            lot.randrange(len(events)), lot.choice([b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"council":'])
        )
    return events


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
