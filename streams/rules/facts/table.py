"""The table of fact types: a new type is one function and one line here."""

from collections.abc import Callable, Iterable

from streams.rules.count import Count
from streams.rules.facts import (
    between,
    changes,
    coalition,
    control,
    editorial,
    history,
    mayors,
    people,
    pivotal,
    polls,
    progress,
    seats,
    stages,
    votes,
    wards,
)
from streams.rules.facts.fact import Fact

#: In the order in which readers should hear of one event: the ward, then control, then what follows from it.
FACTS: tuple[Callable[[Count], Iterable[Fact]], ...] = (
    wards.ward_results,
    polls.postponed_results,
    wards.first_declarations,
    stages.stages,
    wards.lots,
    wards.close_results,
    polls.polls,
    polls.counting,
    polls.unopposed,
    control.outcome,
    control.decided_before_poll,
    history.first_control,
    history.end_of_long_rule,
    control.in_sight,
    control.out_of_the_running,
    control.exact_half,
    pivotal.one_short,
    pivotal.pivotal,
    pivotal.uncallable,
    progress.progress,
    seats.final,
    seats.largest,
    seats.wipe_outs,
    seats.near_wipe_outs,
    seats.summaries,
    changes.transfers,
    changes.rank_drops,
    changes.sweeps,
    changes.major,
    changes.survivors,
    changes.newcomers,
    history.first_seats,
    history.records,
    people.people,
    votes.shares,
    coalition.coalitions,
    mayors.mayors,
    between.administrations,
    between.court_orders,
    between.control_since,
    history.context,
    editorial.calls,
)


def facts(count: Count) -> dict[str, Fact]:
    """All that holds, by key, in the order of the table."""
    return {fact.key: fact for rule in FACTS for fact in rule(count)}
