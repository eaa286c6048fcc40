"""What is simulated: a keeper and the records that it gets, drawn from a seed; and how its outputs are known again."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from schemas import topics
from schemas.contract import Mode
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Keeper
from tests.delivery.evening import evening
from tests.delivery.toy import Names, ToyKeeper, canonical
from tests.schemas.good import COUNCIL, DECLARED, GOOD, HARBOUR, MAP, NORTH, SOUTH, Json, raw, spoilt
from tests.simulation.broker import Written

NAMES = Names("sim")


@dataclass(frozen=True)
class Night:
    """``keeper`` makes the keeper of one process; ``inputs`` are the records of each incarnation of the input topic."""

    keeper: Callable[[], Keeper[Any, Any]]
    declarations: str
    headlines: str
    standings: str
    rejections: str
    inputs: Sequence[Sequence[Written]]
    partitions: int
    app: str = NAMES.app
    toy: bool = False


def toy(seed: int, councils: int = 2, wards: int = 5) -> Night:
    """A toy evening; now and then its topic is created anew in the middle, with other declarations."""
    lot = random.Random(seed)
    partitions = lot.choice([1, 2, 2, 3])
    inputs = [_records(evening(seed, councils, wards))]
    if lot.random() < 0.25:
        inputs.append(_records(evening(seed, councils, wards, later=1)))
    return of_toy(inputs, partitions)


def of_toy(inputs: Sequence[Sequence[Written]], partitions: int) -> Night:
    """A night of the toy with these records."""
    return Night(
        lambda: ToyKeeper(NAMES),
        NAMES.declarations,
        NAMES.headlines,
        NAMES.standings,
        NAMES.rejections,
        inputs,
        partitions,
        toy=True,
    )


def _records(events: list[bytes | dict[str, Any]]) -> list[Written]:
    return [
        (b"poison", event) if isinstance(event, bytes) else (event["council"].encode(), canonical(event))
        for event in events
    ]


def council(seed: int) -> Night:
    """The council agent's keeper on an invented council: maps, declarations, holds, calls, reviews, poison."""
    lot = random.Random(seed)
    events = [MAP, *(_something(lot) for _ in range(lot.randint(6, 14)))]
    if lot.random() < 0.3:  # declared before its council was opened
        events.insert(0, events.pop(lot.randrange(1, len(events))))
    records: list[Written] = [(COUNCIL.encode(), raw(event)) for event in events]
    records.insert(lot.randrange(len(records)), (COUNCIL.encode(), lot.choice([b"", b"{", b"\xff", b"[]"])))
    mode: Mode = "rehearsal"
    return Night(
        lambda: CouncilKeeper(mode, 1),
        topics.declarations(mode),
        topics.headlines(mode),
        topics.standings(mode),
        topics.rejections(mode),
        [records],
        partitions=1,
    )


_ORDERS = ["ab", "ac", "ba", "bd", "cd"]


def _something(lot: random.Random) -> Json:
    match lot.choice(["declared"] * 6 + ["map", "map", "hold", "hold", "release", "release", "other"]):
        case "declared":
            return _declared(lot)
        case "map":
            version = lot.randint(1, 3)
            amended = spoilt(MAP, "wards", 0, "candidates", 3, "id", lot.choice("dz"))
            reason = "nomination_amended" if version > 1 else None
            return amended | {"id": f"map-{version}-{lot.choice('ab')}", "version": version, "reason": reason}
        case "hold":
            scope = lot.choice(["ward", "council"])
            about = {"scope": scope, "ward": NORTH if scope == "ward" else None}
            return GOOD["Held"] | about | {"id": f"hold-{lot.randint(1, 2)}"}
        case "release":
            return GOOD["Released"] | {
                "id": f"release-{lot.randint(1, 2)}",
                "hold": f"hold-{lot.randint(1, 2)}",
            }
        case _:
            return GOOD[lot.choice(sorted(GOOD.keys() - {"CouncilOpened", "WardDeclared"}))]


def _declared(lot: random.Random) -> Json:
    ward = lot.choice([NORTH, NORTH, SOUTH, HARBOUR])
    runners = {NORTH: "abcd", SOUTH: "a", HARBOUR: "ab"}[ward]
    elected = {NORTH: lot.choice(_ORDERS), SOUTH: "a", HARBOUR: lot.choice("ab")}[ward]
    parties = {"a": "RED" if ward != SOUTH else "BLUE", "b": "BLUE", "c": "REDCO", "d": "IND"}
    revision = lot.randint(1, 3)
    results = [
        {
            "candidate": runner,
            "party": parties[runner],
            "votes": (900 if runner in elected else 100) - number,
            "elected": runner in elected,
        }
        for number, runner in enumerate(runners)
    ]
    return DECLARED | {
        "id": f"{ward}:{revision}:{lot.choice('ab')}",
        "ward": ward,
        "revision": revision,
        "reason": "transcription" if revision > 1 else None,
        "results": results,
    }
