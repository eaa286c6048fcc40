"""The table of an area's fact types: a new type is one function and one line here."""

from collections.abc import Callable, Iterable

from streams.rules.area.facts import changes, coverage, gains, seats
from streams.rules.area.totals import Totals
from streams.rules.facts.fact import Fact

FACTS: tuple[Callable[[Totals], Iterable[Fact]], ...] = (
    coverage.first_declarations,
    gains.gains,
    gains.streaks,
    gains.controlled,
    seats.rollup,
    seats.by_family,
    changes.net_changes,
    changes.leaders,
    seats.milestones,
    changes.milestones,
    coverage.coverage,
)


def facts(totals: Totals) -> dict[str, Fact]:
    """All that holds, by key, in the order of the table."""
    return {fact.key: fact for rule in FACTS for fact in rule(totals)}
