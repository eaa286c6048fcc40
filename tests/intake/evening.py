"""The real night as producers send it: council after council in order, corrected, with nonsense in between."""

from collections.abc import Iterable, Iterator, Sequence

from schemas.declaration import WardDeclared
from schemas.reading import InputEvent
from streams.commands.nights import DEFAULT, chosen
from streams.rules.council import Council
from streams.rules.take import Taken, take

Item = InputEvent | tuple[str, bytes]


def by_council(events: Iterable[InputEvent]) -> list[list[InputEvent]]:
    """One list for each council, each in the order given."""
    found: dict[str, list[InputEvent]] = {}
    for event in events:
        found.setdefault(event.council, []).append(event)
    return list(found.values())


def the_night(mode: str = "replay") -> tuple[InputEvent, ...]:
    return chosen(DEFAULT).arriving(mode)  # type: ignore[arg-type]


def corrected(events: Sequence[InputEvent], times: int) -> list[InputEvent]:
    """After each declaration so many corrections of it, each with a vote more for the first elected."""
    found: list[InputEvent] = []
    for event in events:
        found.append(event)
        if isinstance(event, WardDeclared) and event.results[0].votes is not None:
            found += [_correction(event, revision) for revision in range(2, times + 2)]
    return found


def _correction(event: WardDeclared, revision: int) -> WardDeclared:
    """One vote more for whoever has most: nobody else is elected by it, and the figures are others."""
    most = max(event.results, key=lambda result: result.votes or 0)
    more = tuple(
        r.model_copy(update={"votes": (r.votes or 0) + revision - 1}) if r is most else r
        for r in event.results
    )
    return event.model_copy(
        update={
            "id": f"{event.id}-c{revision}",
            "revision": revision,
            "reason": "transcription",
            "results": more,
        }
    )


def with_nonsense(events: Sequence[InputEvent], every: int = 7) -> list[Item]:
    """Something between the events that must not get in."""
    found: list[Item] = []
    for number, event in enumerate(events):
        found.append(event)
        if number % every == 0:
            bad = event.model_copy(update={"id": f"bad-{event.council}-{number}", "mode": "live"})
            found.append((bad.id, bad.model_dump_json().encode()))
    return found


def undisturbed(lists: Iterable[Iterable[InputEvent]]) -> dict[str, list[bytes]]:
    """The headlines of each council when nothing goes wrong, as bytes."""
    return {
        council: [h.model_dump_json().encode() for t in taken for h in t.headlines]
        for council, taken in _taken(lists)
    }


def given_to_areas(lists: Iterable[Iterable[InputEvent]]) -> dict[str, list[bytes]]:
    """What each council adds to its areas when nothing goes wrong: the claims of areas follow from this alone."""
    return {
        council: [c.model_dump_json().encode() for t in taken for c in t.contributions]
        for council, taken in _taken(lists)
    }


def _taken(lists: Iterable[Iterable[InputEvent]]) -> Iterator[tuple[str, list[Taken]]]:
    for events in lists:
        council: Council | None = None
        found: list[Taken] = []
        id = ""
        for event in events:
            taken = take(council, event)
            council, id = taken.council or council, event.council
            found.append(taken)
        yield id, found
