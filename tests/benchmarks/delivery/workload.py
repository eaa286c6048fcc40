"""What is declared in the benchmarks of delivery: the real night many times over, and a toy's evening."""

import random
import re
from collections.abc import Iterator

import orjson

from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023

Keyed = tuple[str, bytes]

_COUNCIL = re.compile(rb'"local\.([a-z-]+)\.')  # also at the front of ids of wards and events

PARTIES = ("Con", "Lab", "LD", "Green", "Reform", "PC", "SNP", "Ind", "RA", "TUSC")


def nights(copies: int) -> list[Keyed]:
    """The night of 4 May 2023 in the South East, that many times, with councils of their own: 783 events each.

    The copies run side by side, event by event, as so many regions would count in one night.
    """
    events = read_night(SOUTH_EAST_2023).arriving("replay")
    found = []
    for event in events:
        line = encode(event)
        for copy in range(copies):
            own = _COUNCIL.sub(rb'"local.\1-%d.' % copy, line)
            found.append((orjson.loads(own)["council"], own))
    return found


def toy_evening(events: int, councils: int = 330, seed: int = 7) -> Iterator[Keyed]:
    """Declarations of a toy: several elections, all wards once in each, about a tenth of them corrections."""
    lot = random.Random(seed)
    layout = [
        (f"E{7000000 + number:08d}", [lot.choice((1, 2, 3)) for _ in range(lot.randint(12, 34))])
        for number in range(councils)
    ]
    made, year = 0, 1990
    while made < events:
        year += 1
        jobs = [(c, w) for c, (_, seats) in enumerate(layout) for w in range(len(seats))]
        lot.shuffle(jobs)
        strong = [lot.choice(PARTIES[:5]) for _ in layout]
        revisions: dict[tuple[int, int], int] = {}
        done = 0
        while done < len(jobs) and made < events:
            again = bool(revisions) and lot.random() < 0.1
            council, ward = lot.choice(jobs[:done]) if again else jobs[done]
            done += not again
            revision = revisions[council, ward] = revisions.get((council, ward), 0) + 1
            code, seats = layout[council]
            candidates = [
                {
                    "name": f"Candidate {number}",
                    "party": strong[council] if lot.random() < 0.45 else lot.choice(PARTIES),
                    "votes": lot.randint(40, 2600),
                    "elected": False,
                }
                for number in range(max(seats[ward], lot.randint(3, 8)))
            ]
            for elected in sorted(candidates, key=lambda c: -int(str(c["votes"])))[: seats[ward]]:
                elected["elected"] = True
            yield (
                code,
                orjson.dumps(
                    {
                        "election": f"{year}-05-06",
                        "council": code,
                        "council_name": f"Council of {code}",
                        "ward": f"E05{council * 40 + ward:06d}",
                        "ward_name": f"Ward {ward} of {code}",
                        "seats": seats[ward],
                        "council_seats": sum(seats),
                        "revision": revision,
                        "declared_at": f"{year}-05-06T23:{made // 60 % 60:02d}:{made % 60:02d}Z",
                        "electorate": lot.randint(2500, 9000),
                        "turnout": round(lot.uniform(0.2, 0.6), 3),
                        "candidates": candidates,
                    }
                ),
            )
            made += 1
