"""The real night of 4 May 2023 with everything in it that can go wrong with declarations, drawn from a seed."""

import random

from schemas.council import CouncilOpened
from schemas.declaration import WardDeclared
from schemas.desk import Held, Released
from schemas.reading import InputEvent
from tests.night.test_kills import the_night

#: One in so many declarations, of each kind.
RARELY = 15


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
