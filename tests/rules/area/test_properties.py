"""What must hold of every evening of areas, whatever the order in which councils' contributions arrive."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.area import Board, Contribution
from schemas.reading import InputEvent
from tests.rules.area.counties import MARCHES, MARCHES_KEY, SHIRE, SHIRE_KEY, Evening, Town, council_id
from tests.rules.area.counties import given as given_by
from tests.rules.making import a_baseline, a_moment, claims

PARTIES = ("CON", "LAB", "GRN")
ELSEWHERE = {"id": "elsewhere", "name": "Elsewhere", "kind": "county"}
BASES = ("last_election", "eve_of_poll")


@st.composite
def towns(draw: st.DrawFn, name: str) -> list[InputEvent]:
    """A council's evening: its map, wards declared, corrected and withdrawn, holds, a map that moves it elsewhere."""
    wards = draw(st.integers(1, 3))
    before = Counter(draw(st.sampled_from(PARTIES)) for _ in range(wards))
    baselines = [a_baseline(basis, dict(before)) for basis in BASES if draw(st.booleans())]
    town = Town(name, wards=wards, before=draw(st.sampled_from([*PARTIES, "NOC"])), baselines=baselines)
    events: list[InputEvent] = [town.map]
    for ward in range(1, wards + 1):
        for revision in range(1, draw(st.integers(0, 2)) + 1):
            clock = draw(st.sampled_from(["02:00", "02:10", "02:20"]))
            moment = a_moment(clock, draw(st.sampled_from(["officer", "officer", "assumed"])))
            party = draw(st.sampled_from(PARTIES))
            events.append(town.declares(ward, party, revision=revision, declared_at=moment))
    if draw(st.booleans()):
        at = draw(st.integers(1, len(events)))
        events.insert(at, town.event("Held", "hold", scope="council", by="Desk", reason="Checking"))
        over = town.event("Released", "over", hold=f"{name.lower()}-hold", by="Desk", reason="Checked")
        events.insert(draw(st.integers(at + 1, len(events))), over)
    if draw(st.booleans()):
        areas = draw(st.sampled_from([[ELSEWHERE, MARCHES], [SHIRE], []]))
        events.insert(draw(st.integers(1, len(events))), town.amended(areas=areas))
    return events


@st.composite
def evenings(draw: st.DrawFn) -> list[list[Contribution]]:
    """What each of some councils gives, in its own order."""
    return [given_by(*draw(towns(name))) for name in ("Abbey", "Burgh", "Combe")[: draw(st.integers(1, 3))]]


def interleaved(by_council: list[list[Contribution]], random: Random) -> list[Contribution]:
    """All of it in one row: each council's own order is kept, as a topic keeps it, and some comes twice or late."""
    waiting = [list(each) for each in by_council if each]
    found: list[Contribution] = []
    while waiting:
        each = random.choice(waiting)
        found.append(each.pop(0))
        waiting = [left for left in waiting if left]
        if random.random() < 0.3:
            found.append(random.choice(found))
    return found


@given(evenings(), st.randoms(use_true_random=False))
@settings(max_examples=120, deadline=None)
def test_any_interleaving_and_repetition_leads_to_the_same_boards_and_claims(by_council, random):
    one, other = Evening(*interleaved(by_council, random)), Evening(*interleaved(by_council, random))

    assert one.states.keys() == other.states.keys()
    for key in one.states:
        assert one.board(key) == other.board(key)
        assert one.claims(key) == other.claims(key)


@given(evenings(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_even_out_of_a_councils_own_order_the_end_is_the_same(by_council, random):
    in_order = [contribution for each in by_council for contribution in each]
    shuffled = random.sample(in_order, len(in_order))

    one, other = Evening(*in_order), Evening(*shuffled)

    assert {key: one.board(key) for key in one.states} == {key: other.board(key) for key in other.states}
    assert {key: one.claims(key) for key in one.states} == {key: other.claims(key) for key in other.states}


@given(evenings(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_at_each_step_a_board_is_the_sum_of_its_councils_and_readers_have_what_holds(by_council, random):
    evening = Evening()
    latest: dict[tuple[str, str], Contribution] = {}

    for contribution in interleaved(by_council, random):
        mark = contribution.key, contribution.council
        if mark not in latest or latest[mark].version < contribution.version:
            latest[mark] = contribution
        evening.hear(contribution)
        key = contribution.key
        members = [c for (area, _), c in latest.items() if area == key and c.summary is not None]
        board, state = evening.board(key), evening.states[key]

        check_sums(board, members)
        ledger = {fact: (said.type, said.value, dict(said.bases)) for fact, said in state.ledger.items()}
        assert evening.claims(key) == ledger
        assert ledger == {fact: (f.type, f.value, dict(f.bases)) for fact, f in state.facts.items()}
        told = evening.of(area=key)
        assert [headline.n for headline in told] == list(range(1, len(told) + 1))
    ids = [headline.id for headline in evening.headlines]
    assert len(set(ids)) == len(ids)


def check_sums(board: Board, members: list[Contribution]) -> None:
    """Counting again, from the contributions alone."""
    seats: Counter[str] = Counter()
    control: Counter[str] = Counter()
    for member in members:
        assert member.summary is not None
        seats.update({share.code: share.seats for share in member.summary.parties})
        control.update([member.summary.control.after] if member.summary.control.after else [])
    assert {total.party: total.seats for total in board.parties if total.seats} == {**+seats}
    assert sum(family.seats for family in board.families) == seats.total()
    assert board.seats.declared == seats.total()
    sums = board.seats
    assert sums.declared + sums.pending + sums.postponed + sums.unfilled == sums.total
    assert {total.control: total.councils for total in board.control if total.councils} == dict(control)
    assert sum(total.gains for total in board.control) == sum(total.losses for total in board.control)
    for changes in board.changes:
        if changes.rows:
            filled = sum(row.before for row in changes.rows)
            assert sum(row.now for row in changes.rows) == filled
            assert sum(row.change for row in changes.rows) == 0
            assert sum(row.change for row in changes.families) == 0
        assert changes.counted <= changes.comparable <= changes.councils <= len(members)


@given(evenings(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_a_county_and_the_region_around_it_agree(by_council, random):
    evening = Evening(*interleaved(by_council, random))
    if MARCHES_KEY not in evening.states or SHIRE_KEY not in evening.states:
        return
    region = {council.council: council for council in evening.board(MARCHES_KEY).councils}

    for council in evening.board(SHIRE_KEY).councils:
        there = region.get(council.council)
        assert there is None or there.model_copy(update={"version": council.version}) == council


def test_a_reader_of_one_area_needs_no_other():
    town = Town("Abbey")
    evening = Evening(*given_by(town.map, *town.all_to("LAB", "LAB", "CON")))

    assert {headline.area for headline in evening.headlines} == {SHIRE_KEY, MARCHES_KEY}
    assert claims(evening.of(area=SHIRE_KEY)).keys() == evening.states[SHIRE_KEY].ledger.keys()
    assert evening.board().councils[0].council == council_id("Abbey")
