"""The table of fact types: a new type is one function and one line here."""

from collections.abc import Callable, Iterable

from streams.rules.count import Count
from streams.rules.facts import control, editorial, seats, wards
from streams.rules.facts.fact import Fact

#: In the order in which readers should hear of one event: the ward, then control, then what follows from it.
FACTS: tuple[Callable[[Count], Iterable[Fact]], ...] = (
    wards.ward_results,
    wards.first_declarations,
    wards.lots,
    wards.close_results,
    wards.polls,
    wards.unopposed,
    control.outcome,
    control.decided_before_poll,
    control.in_sight,
    control.out_of_the_running,
    control.exact_half,
    seats.largest,
    seats.wipe_outs,
    seats.near_wipe_outs,
    seats.final,
    seats.summaries,
    editorial.calls,
)


def facts(count: Count) -> dict[str, Fact]:
    """All that holds, by key, in the order of the table."""
    return {fact.key: fact for rule in FACTS for fact in rule(count)}
