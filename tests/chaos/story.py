"""The real night of 4 May 2023 with what can go wrong with declarations: a little always, much drawn from a seed."""

import random

from schemas.council import Candidate, CouncilOpened
from schemas.declaration import Result, WardDeclared
from schemas.desk import Held, Released
from schemas.reading import InputEvent
from streams.rehearsal.night import read_night
from streams.rehearsal.nights import SOUTH_EAST_2023

#: Wards that are declared with a candidate whom only a later version of their council's map knows.
STRANGERS = (
    "local.horsham.forest.2023-05-04",
    "local.lewes.kingston.2023-05-04",
    "local.dover.sandwich.2023-05-04",
)

#: One in so many declarations, of each kind.
RARELY = 15


def the_night() -> list[InputEvent]:
    """The night, in which three declarations wait for an amended map that comes a little later."""
    events = list(read_night(SOUTH_EAST_2023).arriving("replay"))
    for ward in STRANGERS:
        at, declared = next(
            (n, e) for n, e in enumerate(events) if isinstance(e, WardDeclared) and e.ward == ward
        )
        stranger = Result(candidate="stranger", party="GRN", votes=0, elected=False)
        events[at] = declared.model_copy(update={"results": (*declared.results, stranger)})
        events.insert(min(at + 25, len(events)), _amended(events, declared))
    return events


def _amended(events: list[InputEvent], declared: WardDeclared) -> CouncilOpened:
    first = next(e for e in events if isinstance(e, CouncilOpened) and e.council == declared.council)
    wards = tuple(
        ward.model_copy(
            update={
                "candidates": (*ward.candidates, Candidate(id="stranger", name="A Stranger", party="GRN"))
            }
        )
        if ward.id == declared.ward
        else ward
        for ward in first.wards
    )
    return first.model_copy(
        update={"id": f"{first.id}-amended", "version": 2, "reason": "nomination_amended", "wards": wards}
    )


def story(seed: int) -> list[InputEvent]:
    """The night in order of arrival.

    Three declarations wait for an amended map (`the_night`).  Others are said twice, come after their own
    correction, have two candidates mixed up until they are corrected, or fall into a hold on their council.
    """
    lot = random.Random(seed)
    told: list[tuple[float, InputEvent]] = []
    for place, event in enumerate(the_night()):
        told.append((place, event))
        if isinstance(event, CouncilOpened) or lot.random() > 4 / RARELY:
            continue
        if not isinstance(event, WardDeclared):
            told.append((place + lot.uniform(1, 40), event))
            continue
        kind = lot.choice(["twice", "late", "mixed up", "held"])
        if kind == "twice":
            told.append((place + lot.uniform(1, 40), event))
        elif kind == "late":
            told.append((place - 0.5, _revised(event)))
        elif kind == "mixed up" and len(event.results) > 1 and event.lot is None:
            told[-1] = (place, _mixed_up(event))
            told.append((place + lot.uniform(1, 40), _revised(event)))
        elif kind == "held":
            hold = _held(event)
            told.append((place - 0.5, hold))
            told.append((place + lot.uniform(1, 60), _released(hold)))
    told.sort(key=lambda entry: entry[0])
    return [event for _, event in told]


def _revised(event: WardDeclared) -> WardDeclared:
    return event.model_copy(
        update={"id": f"{event.id}-corrected", "revision": event.revision + 1, "reason": "transcription"}
    )


def _mixed_up(event: WardDeclared) -> WardDeclared:
    first, last = event.results[0], event.results[-1]
    names = ("candidate", "party")
    results = (
        first.model_copy(update={name: getattr(last, name) for name in names}),
        *event.results[1:-1],
        last.model_copy(update={name: getattr(first, name) for name in names}),
    )
    return event.model_copy(update={"results": results})


def _held(event: WardDeclared) -> Held:
    return Held(
        schema_version=1,
        id=f"{event.id}-hold",
        mode=event.mode,
        election=event.election,
        council=event.council,
        declared_at=event.declared_at,
        producer=event.producer,
        type="Held",
        scope="council",
        by="The night editor",
        reason="A figure is being checked",
    )


def _released(hold: Held) -> Released:
    common = hold.model_dump(include=set(Released.model_fields) - {"type", "id", "hold"})
    return Released.model_validate(
        {**common, "id": f"{hold.id}-over", "type": "Released", "hold": hold.id, "reason": "It is right"}
    )
