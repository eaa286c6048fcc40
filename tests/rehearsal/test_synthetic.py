"""Invented nights: the same from the same seed, whole under the rules, and with everything that goes wrong."""

import itertools
from collections import Counter
from datetime import date

import pytest

from schemas.declaration import WardWithdrawn
from schemas.reading import InputEvent, read
from streams.commands.nights import DEFAULT, chosen
from streams.rehearsal.synthetic.maps import invented, with_invented_people
from streams.rehearsal.synthetic.mishaps import Rates, befall
from streams.rehearsal.synthetic.results import declared
from streams.rules.council import Council
from streams.rules.take import take
from streams.signing import canonical

DAY = date(2023, 5, 4)
CALM = Rates(late=0, duplicate=0, corrected=0, transposed=0, leaked=0)
WILD = Rates(late=0.3, duplicate=0.3, corrected=0.3, transposed=0.3, leaked=0.3)


def final(events: list[InputEvent]) -> tuple[dict[str, dict[str, object]], Counter[str]]:
    """What is claimed at the end, by council; and the verdicts on the way."""
    councils: dict[str, Council] = {}
    verdicts: Counter[str] = Counter()
    for event in events:
        taken = take(councils.get(event.council), event)
        verdicts[taken.verdict] += 1
        if taken.council is not None:
            councils[event.council] = taken.council
    return {id: {key: said.value for key, said in c.ledger.items()} for id, c in councils.items()}, verdicts


@pytest.mark.parametrize("seed", range(4))
def test_whatever_befalls_it_a_night_ends_as_it_was_drawn(seed: int) -> None:
    maps = list(invented(seed, 5, DAY))
    drawn = declared(maps, seed)

    calm, _ = final([*maps, *befall(drawn, CALM, seed)])
    wild, verdicts = final([*maps, *befall(drawn, WILD, seed)])

    assert wild == calm
    assert verdicts["duplicate"] > 0
    assert not {"conflict", "full", "unknown-council"} & set(verdicts)


def test_the_same_seed_is_the_same_night_and_another_is_another() -> None:
    nights = [
        [canonical(event) for event in befall(declared(invented(seed, 6, DAY), seed), WILD, seed)]
        for seed in (1, 1, 2)
    ]

    assert nights[0] == nights[1]
    assert nights[0] != nights[2]


def test_every_kind_of_mishap_happens_and_every_event_can_be_read() -> None:
    maps = invented(3, 8, DAY)
    drawn = declared(maps, 3)
    events = befall(drawn, WILD, 3)

    ids = Counter(event.id for event in events)
    assert max(ids.values()) > 1
    assert any(isinstance(event, WardWithdrawn) and event.reason == "test_leak" for event in events)
    moments = [event.declared_at.at for event in events]
    assert any(later < earlier for earlier, later in itertools.pairwise(moments))
    for event in (*maps, *events):
        assert read(canonical(event)) == event


def test_on_real_maps_nobody_real_is_named() -> None:
    maps = chosen(DEFAULT).maps
    real = {c.name for opened in maps for ward in opened.wards for c in ward.candidates}

    disguised = with_invented_people(maps, 1)

    names = {c.name for opened in disguised for ward in opened.wards for c in ward.candidates}
    assert not names & real
    assert {opened.mode for opened in disguised} == {"rehearsal"}
    assert not any(opened.watch for opened in disguised)
    _, verdicts = final([*disguised, *befall(declared(disguised, 1), WILD, 1)])
    assert not {"conflict", "full"} & set(verdicts)
