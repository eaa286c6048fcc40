"""Maps of councils that are not there, and real maps with invented people."""

import random
from collections.abc import Iterable
from datetime import date, timedelta

from schemas.council import Area, Candidate, ControlBefore, CouncilOpened, Party, PollHours, Ward
from schemas.event import Moment
from streams.rehearsal.synthetic import names
from streams.rules.admission import close_of_polls

PRODUCER = "Rehearsal"


def invented(seed: int, count: int, polling_day: date) -> tuple[CouncilOpened, ...]:
    """So many councils of between 8 and 20 wards; the same seed and day give the same."""
    lot = random.Random(f"maps {seed}")  # noqa: S311 - a draw that has to come out the same again
    return tuple(_council(lot, number, polling_day) for number in range(count))


def _council(lot: random.Random, number: int, day: date) -> CouncilOpened:
    name = names.COUNCILS[number % len(names.COUNCILS)]
    round_number = number // len(names.COUNCILS)
    name = f"{name} {round_number + 1}" if round_number else name
    slug, on = name.lower().replace(" ", "-"), day.isoformat()
    wards = tuple(_ward(lot, slug, ward, on) for ward in lot.sample(names.WARDS, lot.randint(8, 20)))
    closes = close_of_polls(on)
    return CouncilOpened(
        schema_version=1, type="CouncilOpened", id=f"local.{slug}.{on}:map-1", mode="rehearsal",
        election=f"local.{on}", council=f"local.{slug}.{on}",
        declared_at=Moment(at=closes - timedelta(days=1), basis="assumed"), producer=PRODUCER, version=1,
        name=name, official_name=f"{name} District Council", style="district",
        areas=(Area(id="rehearsalshire", name="Rehearsalshire", kind="county"),),
        seats=sum(ward.seats for ward in wards), held={}, parties=_parties(), wards=wards,
        poll=PollHours(opens=closes - timedelta(hours=15), closes=closes),
        control_before=ControlBefore(
            control=lot.choice(("NOC", "SILLY", "SENSE")), as_of=day - timedelta(days=1), basis="eve_of_poll",
            source="Invented for a rehearsal",
        ),
        control_reported=True, times="known",
    )  # fmt: skip


def _parties() -> tuple[Party, ...]:
    return tuple(
        Party(
            code=code, name=name, the=the, adjective=adjective, plural=plural, kind="party", may_control=True
        )
        for code, name, the, adjective, plural in names.PARTIES
    )


def _ward(lot: random.Random, slug: str, name: str, on: str) -> Ward:
    seats = lot.randint(1, 3)
    standing = [
        code for code, *_ in names.PARTIES for _ in range(lot.randint(0, seats)) if lot.random() < 0.85
    ]
    standing = standing if len(standing) > seats else [names.PARTIES[n % 5][0] for n in range(seats + 2)]
    candidates = tuple(
        Candidate(id=f"c{n:02}", name=names.person(lot), party=code) for n, code in enumerate(standing, 1)
    )
    return Ward(
        id=f"local.{slug}.{name.lower().replace(' ', '-')}.{on}", name=name, seats=seats, state="contested",
        candidates=candidates, electorate=lot.randint(1_800, 3_000) * seats,
    )  # fmt: skip


def with_invented_people(maps: Iterable[CouncilOpened], seed: int) -> tuple[CouncilOpened, ...]:
    """Real wards and parties for a rehearsal; nobody who stands anywhere is named, and nobody is watched."""
    lot = random.Random(f"people {seed}")  # noqa: S311 - as above
    return tuple(_disguised(opened, lot) for opened in maps)


def _disguised(opened: CouncilOpened, lot: random.Random) -> CouncilOpened:
    wards = tuple(
        ward.model_copy(
            update={
                "candidates": tuple(c.model_copy(update={"name": names.person(lot)}) for c in ward.candidates)
            }
        )
        for ward in opened.wards
    )
    return opened.model_copy(update={"mode": "rehearsal", "wards": wards, "watch": (), "producer": PRODUCER})
