"""Facts of people on the watch list: seat lost, elected, not elected, pending, not standing (DR-22, DR-28)."""

from collections.abc import Iterator

from schemas.council import Watched
from schemas.declaration import WardDeclared
from schemas.headline import HeadlineType, Priority
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value


def people(count: Count) -> Iterator[Fact]:
    """NOTABLE_*: a seat is lost by a councillor who stood and was not elected; not standing is another thing."""
    for person in count.map.watch:
        if person.ward is None:
            if person.incumbent:
                value: Value = {"person": person.id}
                yield Fact("NOTABLE_NOT_STANDING", _key(person), _key(person), "B", value)
            continue
        event = count.declared.get(person.ward)
        if event is not None and person.candidate is not None:
            yield _fate(count, person, event)
            yield from _labels(count, person, event)
        elif any(ward.id == person.ward for ward in count.postponed):
            poll = count.book.poll(person.ward)
            day = (poll.new_date if poll is not None else None) or count.ground.wards[person.ward].polls_on
            value = {"person": person.id, "ward": person.ward, "date": day.isoformat() if day else None}
            yield Fact("NOTABLE_PENDING", _key(person), _key(person), "B", value)


def _key(person: Watched) -> str:
    return f"person:{person.id}"


def _fate(count: Count, person: Watched, event: WardDeclared) -> Fact:
    own = next(r for r in event.results if r.candidate == person.candidate)
    elected = [r for r in event.results if r.elected]
    value: Value = {"person": person.id, "ward": event.ward, "candidate": own.candidate}
    if own.elected:
        kind: HeadlineType = "NOTABLE_RE_ELECTED" if person.incumbent else "NOTABLE_ELECTED"
        return Fact(kind, _key(person), _key(person), "R", value)
    votes = [r.votes for r in elected if r.votes is not None]
    value["elected"] = [r.candidate for r in elected]
    value["behind"] = min(votes) - own.votes if votes and own.votes is not None else None
    priority: Priority = "R"
    kind = "NOTABLE_NOT_ELECTED"
    if person.incumbent:
        kind, priority = "NOTABLE_DEFEAT", "F" if person.flash else "U"
    return Fact(kind, _key(person), _key(person), priority, value)


def _labels(count: Count, person: Watched, event: WardDeclared) -> Iterator[Fact]:
    own = next(r for r in event.results if r.candidate == person.candidate)
    value: Value = {"person": person.id, "ward": event.ward, "elected": own.elected, "party": own.party}
    if person.elected_as is not None and person.elected_as != own.party:
        value = value | {"elected_as": person.elected_as}
        yield Fact("DEFECTOR_OUTCOME", f"label:{person.id}", _key(person), "R", value)
    if person.suspended and own.elected:
        value = {"person": person.id, "ward": event.ward, "party": own.party}
        yield Fact("SUSPENDED_CANDIDATE_ELECTED", f"suspended:{person.id}", _key(person), "U", value)
