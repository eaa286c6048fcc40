"""What operators are told beside the headlines: events that wait, anomalies, and what a map says of before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from schemas.council import Baseline, CouncilOpened
from schemas.reading import InputEvent
from streams.rules import baseline as bases
from streams.rules.admission import Refusal
from streams.rules.book import Book
from streams.rules.ground import NOC, Ground


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for operators about an event: it waits, is held by a rule, fits at last, was replaced, or conflicts."""

    status: Literal["parked", "anomaly", "fitted", "superseded", "baseline-conflict", "baseline-amended"]
    event: str
    reason: str
    sentence: str
    field: str = ""


def notices(before: Book | None, after: Book, event: InputEvent) -> tuple[Notice, ...]:
    """All that operators should know of what an event changed."""
    return (*_waiting(before, after, event), *_of_map(before, after, event))


def _waiting(before: Book | None, after: Book, event: InputEvent) -> Iterator[Notice]:
    then: Mapping[str, Refusal] = before.parked if before is not None else {}
    now = after.parked
    for id, why in sorted(now.items()):
        if id not in then or (then[id].reason == "anomaly") != (why.reason == "anomaly"):
            status: Literal["anomaly", "parked"] = "anomaly" if why.reason == "anomaly" else "parked"
            yield Notice(status, id, why.reason, why.sentence, why.field)
    counting = {counted.id for counted in after.counted.values()} | {e.id for e in after.latest.values()}
    for id, why in sorted(then.items()):
        if id in now:
            continue
        if id in counting:
            sentence = f"{id} fits since {event.id} and counts now"
            yield Notice("fitted", id, why.reason, sentence)
        else:
            sentence = f"{id} no longer waits: a later revision, {event.id}, counts instead"
            yield Notice("superseded", id, why.reason, sentence)


def _of_map(before: Book | None, after: Book, event: InputEvent) -> Iterator[Notice]:
    if not isinstance(event, CouncilOpened) or after.map is not event:
        return
    for field, sentence in conflicts(after.ground):
        yield Notice("baseline-conflict", event.id, "baseline", f"{event.name}: {sentence}", field)
    if before is not None:
        for field, sentence in _amended(before.map, event):
            yield Notice("baseline-amended", event.id, "baseline", f"{event.name}: {sentence}", field)


def conflicts(ground: Ground) -> Iterator[tuple[str, str]]:
    """Where what the map says of before contradicts itself: field and sentence (DR-05, DR-19)."""
    council_map, before = ground.map, ground.map.control_before
    for place, baseline in enumerate(council_map.baselines):
        due = council_map.seats if baseline.scope == "council" else ground.seats_up
        if baseline.comparable and baseline.total != due:
            yield (
                f"baselines.{place}.seats",
                f"{_named(baseline)} has {baseline.total} seats where {due} are to be compared "
                f"({baseline.source}); changes on it will not balance (DR-19)",
            )
        if before is not None and bases.contradicts_control(baseline, ground):
            most = max(bases.tallied(baseline, ground).items(), key=lambda row: (row[1], row[0]))
            held = "no overall control" if before.control == NOC else f"control by {before.control}"
            yield (
                f"baselines.{place}.seats",
                f"{_named(baseline)} has {most[0]} with {most[1]} of {baseline.total} seats ({baseline.source}), "
                f"which contradicts {held} before ({before.source}); no change is told on it (DR-05)",
            )


def _named(baseline: Baseline) -> str:
    return f"the basis {baseline.basis} ({baseline.scope}, version {baseline.version})"


def _amended(then: CouncilOpened, now: CouncilOpened) -> Iterator[tuple[str, str]]:
    """What an amended map changed of before; the headlines that rest on it are corrected by themselves."""
    old = {(b.basis, b.scope): b for b in then.baselines}
    new = {(b.basis, b.scope): b for b in now.baselines}
    for key in sorted({*old, *new}):
        if old.get(key) == new.get(key):
            continue
        told = [
            f"version {b.version}: {_seats(b)}" if b is not None else "none"
            for b in (old.get(key), new.get(key))
        ]
        yield "baselines", f"the basis {key[0]} ({key[1]}) is amended, from {told[0]} to {told[1]}"
    controls = [c.control if c is not None else "none" for c in (then.control_before, now.control_before)]
    if controls[0] != controls[1]:
        yield "control_before", f"control before is amended, from {controls[0]} to {controls[1]}"
    for field, was, told_now in (
        ("history", then.history, now.history),
        ("past", then.past, now.past),
        ("watch", then.watch, now.watch),
        ("votes_before", then.votes_before, now.votes_before),
    ):
        if was != told_now:
            yield field, f"{field.replace('_', ' ')} is amended"


def _seats(baseline: Baseline) -> str:
    seats = [f"{code} {n}" for code, n in sorted(baseline.seats.items(), key=lambda row: (-row[1], row[0]))]
    seats += [f"others {baseline.others}"] if baseline.others is not None else []
    return ", ".join(seats) + ("" if baseline.comparable else " (does not compare)")
