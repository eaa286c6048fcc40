"""Sum rules for every standing at each step of the night (DR-12, DR-19, I-25, I-27)."""

from collections import defaultdict

import pytest

from schemas.standing import Standing
from streams.rehearsal.night import Night
from streams.rules.council import Council
from tests.night.conftest import Outcome, fold

pytestmark = pytest.mark.night


@pytest.fixture(scope="module")
def steps(night: Night) -> list[tuple[Council, Standing]]:
    """A council and its standing after each event of the night."""
    councils: dict[str, Council] = {}
    found = []
    told, _ = fold(night.arriving("replay"))
    for version, step in enumerate(told, start=1):
        if step.taken.council is not None:
            councils[step.event.council] = step.taken.council
        council = councils[step.event.council]
        found.append((council, council.standing(version)))
    return found


def test_there_is_a_standing_for_each_event(night: Night, steps: list[tuple[Council, Standing]]) -> None:
    assert len(steps) == len(night.maps) + len(night.events)


def test_seats_declared_pending_postponed_and_unfilled_are_all_seats(
    steps: list[tuple[Council, Standing]],
) -> None:
    for council, standing in steps:
        seats = standing.seats
        assert seats.declared + seats.pending + seats.postponed + seats.unfilled == seats.total
        assert sum(party.seats for party in standing.parties) == seats.declared
        assert sum(ward.seats for ward in standing.wards) + sum(council.book.map.held.values()) == seats.total


def test_changes_on_each_basis_close_to_zero(steps: list[tuple[Council, Standing]]) -> None:
    told = 0
    for _, standing in steps:
        for changes in standing.changes:
            if changes.rows:
                assert sum(row.change for row in changes.rows) == 0, (standing.name, changes.basis)
                assert all(row.change == row.now - row.before for row in changes.rows)
                told += 1
    assert told > 500


def test_bases_are_never_mixed_and_never_lack_a_version(steps: list[tuple[Council, Standing]]) -> None:
    """I-19 to I-22."""
    for council, standing in steps:
        versions = {(b.basis, b.scope): b.version for b in council.book.map.baselines}
        assert {(c.basis, c.scope): c.version for c in standing.changes} == versions


def test_floors_and_ceilings_only_come_closer(night: Night) -> None:
    """Without corrections a bound never moves back, so a call never has to (I-08 to I-10)."""
    bounds: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    told, _ = fold(
        event for event in night.arriving("replay") if event.type != "CouncilOpened" or event.version == 1
    )
    for step in told:
        if step.taken.council is not None:
            count = step.taken.council.count
            for code in count.ground.parties:
                bounds[step.event.council, code].append((count.floor[code], count.ceiling[code]))
    for key, moved in bounds.items():
        floors, ceilings = [floor for floor, _ in moved], [ceiling for _, ceiling in moved]
        assert floors == sorted(floors), key
        if "surrey-heath" not in key[0]:  # a poll called off opens a ward to anybody again
            assert ceilings == sorted(ceilings, reverse=True), key


def test_a_call_is_never_contradicted_by_the_standing_beside_it(
    steps: list[tuple[Council, Standing]],
) -> None:
    """I-09: a call implies that the floor reaches the majority mark in the same standing."""
    called = 0
    for _, standing in steps:
        after = standing.control.after
        parties = {party.party: party for party in standing.parties}
        if after is not None and after != "NOC":
            called += 1
            assert parties[after].floor >= standing.seats.majority
        elif after == "NOC":
            # An independent may reach it and not control: they are people, and no party (DR-25).
            reach = {p.party for p in standing.parties if p.ceiling >= standing.seats.majority}
            assert reach <= {"IND"}
    assert called > 50


def test_final_means_that_all_seats_are_accounted_for(steps: list[tuple[Council, Standing]]) -> None:
    """I-27: totals sum before a result is final."""
    for _, standing in steps:
        if standing.final:
            assert standing.seats.pending == 0
            assert all(ward.status in ("declared", "unopposed", "postponed") for ward in standing.wards)


def test_a_final_table_sums_to_the_council(outcome: Outcome) -> None:
    for told in outcome.told:
        for headline in told.taken.headlines:
            if headline.type == "COUNCIL_FINAL":
                seats = headline.seats
                assert sum(headline.value["seats"].values()) == seats.declared
                assert seats.declared + seats.postponed + seats.unfilled == seats.total  # type: ignore[union-attr]


def test_pending_seats_are_never_among_others(steps: list[tuple[Council, Standing]]) -> None:
    """I-25: Surrey Heath's three are still to be filled, and no party's."""
    for _, standing in steps:
        for changes in standing.changes:
            rows = {row.party: row.now for row in changes.rows}
            if rows and changes.scope == "council":
                assert rows.get("PENDING", 0) == standing.seats.pending + standing.seats.postponed
