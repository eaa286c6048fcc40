"""The night in other orders, with mistakes that are put right, and with everything more than once."""

import os
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any

import pytest

from schemas.council import CouncilOpened
from schemas.declaration import WardDeclared
from schemas.headline import Headline
from schemas.reading import InputEvent
from streams.rehearsal.night import read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rules.council import Council
from streams.rules.take import take
from tests.night.conftest import council
from tests.rules.making import claims

#: A hundred in CI, twenty at the desk, for each is a whole night.
SHUFFLES = int(os.environ.get("SHUFFLES", "100" if os.environ.get("CI") else "20"))
#: Councils whose map is sent once more, as version 2, anywhere in the night.
AMENDED = ("horsham", "tandridge", "lewes")
#: Councils of which every ward is first declared wrongly: a gain, a third of the seats, a lot.
MISTAKEN = ("horsham", "crawley", "canterbury")


@cache
def the_night() -> tuple[InputEvent, ...]:
    return read_night(SOUTH_EAST_2023).arriving("replay")


def heard(events: list[InputEvent]) -> tuple[list[Headline], dict[str, Council]]:
    councils: dict[str, Council] = {}
    headlines: list[Headline] = []
    for event in events:
        taken = take(councils.get(event.council), event)
        assert taken.refusal is None
        councils |= {event.council: taken.council} if taken.council is not None else {}
        headlines += taken.headlines
    return headlines, councils


def left_standing(events: list[InputEvent]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What readers are left with, by council: the claims that stand, and the standing without its counters."""
    headlines, councils = heard(events)
    by_council: dict[str, list[Headline]] = {}
    for headline in headlines:
        by_council.setdefault(headline.council, []).append(headline)
    standings = {id: c.standing(1).model_copy(update={"n": 0}) for id, c in councils.items()}
    return {id: claims(said) for id, said in by_council.items()}, standings


def amended(slug: str) -> CouncilOpened:
    [first] = [
        e
        for e in the_night()
        if isinstance(e, CouncilOpened) and e.council == council(slug) and e.version == 1
    ]
    return first.model_copy(update={"id": f"{first.id}-again", "version": 2, "reason": "nomination_amended"})


def is_first_map(event: InputEvent) -> bool:
    return isinstance(event, CouncilOpened) and event.version == 1


def shuffled(seed: int, more: tuple[InputEvent, ...] = ()) -> list[InputEvent]:
    maps = [event for event in the_night() if is_first_map(event)]
    rest = [event for event in (*the_night(), *more) if not is_first_map(event)]
    random.Random(seed).shuffle(rest)
    return maps + rest


def differing(seed: int) -> str | None:
    """The seed, if its order leaves readers with anything else; every second one with amended maps anywhere."""
    more = tuple(amended(slug) for slug in AMENDED) if seed % 2 else ()
    return None if left_standing(shuffled(seed, more)) == in_order(bool(more)) else f"seed {seed}"


@cache
def in_order(with_amended: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    return left_standing([*the_night(), *(amended(slug) for slug in AMENDED if with_amended)])


@pytest.mark.night
@pytest.mark.timeout(600)
def test_any_of_many_orders_leaves_readers_with_the_same_claims_and_standings():
    with ProcessPoolExecutor(2) as pool:
        wrong = [seed for seed in pool.map(differing, range(SHUFFLES), chunksize=10) if seed]

    assert wrong == []


def test_the_same_order_twice_gives_the_same_headlines_byte_for_byte():
    one, other = ([h.model_dump_json() for h in heard(list(the_night()))[0]] for _ in range(2))

    assert one == other


def test_every_event_three_times_gives_not_one_headline_more():
    once, _ = heard(list(the_night()))
    thrice, _ = heard([event for event in the_night() for _ in range(3)])

    assert [h.model_dump_json() for h in thrice] == [h.model_dump_json() for h in once]


def wrongly(event: WardDeclared) -> WardDeclared:
    """The same declaration with the votes of its first elected and its last not elected exchanged (I-14)."""
    winner = max((r for r in event.results if r.elected), key=lambda r: r.votes or 0)
    loser = min((r for r in event.results if not r.elected), key=lambda r: r.votes or 0)
    mixed = {winner.candidate: loser, loser.candidate: winner}
    results = tuple(
        r.model_copy(update={"votes": mixed[r.candidate].votes, "elected": mixed[r.candidate].elected})
        if r.candidate in mixed
        else r
        for r in event.results
    )
    return event.model_copy(update={"id": f"{event.id}-wrong", "results": results})


def put_right(event: WardDeclared) -> WardDeclared:
    return event.model_copy(
        update={
            "id": f"{event.id}-right",
            "revision": 2,
            "reason": "transcription",
            "supersedes": f"{event.id}-wrong",
        }
    )


def declarations(slug: str) -> list[WardDeclared]:
    return [
        event for event in the_night() if isinstance(event, WardDeclared) and event.council == council(slug)
    ]


@pytest.mark.parametrize("slug", MISTAKEN)
def test_a_ward_declared_wrongly_and_put_right_leaves_no_trace_and_each_change_is_said_once(slug):
    events = [event for event in the_night() if event.council == council(slug)]
    expected = left_standing(events)

    for declared in declarations(slug):
        if declared.lot is not None:
            continue  # exchanged votes would leave its tie without a lot, which no event may say
        at = events.index(declared)
        mistaken = [*events[:at], wrongly(declared), *events[at + 1 :], put_right(declared)]
        headlines, _ = heard(mistaken)
        claimed, standings = left_standing(mistaken)

        assert claimed == expected[0]
        assert _without_revisions(standings) == _without_revisions(expected[1])
        if any(wrongly(declared).id in headline.causes for headline in headlines):
            _each_difference_is_taken_back_once(headlines, put_right(declared).id)
        else:  # so far out that it was held: what was never said needs no taking back
            assert not any(
                h.action in ("corrected", "withdrawn")
                for h in headlines
                if h.causes == (put_right(declared).id,)
            )


def _without_revisions(standings: dict[str, Any]) -> dict[str, Any]:
    return {
        id: s.model_copy(update={"wards": tuple(w.model_copy(update={"revision": None}) for w in s.wards)})
        for id, s in standings.items()
    }


def _each_difference_is_taken_back_once(headlines: list[Headline], correction: str) -> None:
    """What stood before the correction and does not after it was corrected or withdrawn exactly once."""
    before = claims(h for h in headlines if correction not in h.causes)
    after = claims(headlines)
    gone = {fact for fact, claim in before.items() if after.get(fact) != claim}
    taken_back = Counter(
        h.fact for h in headlines if correction in h.causes and h.action in ("corrected", "withdrawn")
    )

    assert taken_back == Counter(gone)
