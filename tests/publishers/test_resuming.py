"""Is a resume exact, no miss and no repeat, whatever is held back, in any copy, wherever the connection breaks?"""

import random
from collections import Counter

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results_client.position import NoPosition, Position, Reach, position
from results_client.sequence import MOST_WAITING, Sequence
from streams.publishers import polling
from streams.publishers.archive import Archive, Record
from streams.publishers.filters import Filter
from streams.publishers.reel import Reel, take_up
from tests.publishers.making import LEWES, SWALE, a_headline, a_log, a_record, an_archive
from tests.publishers.test_reel import everything

EVERYTHING = Filter()
RYE, HYTHE = "local.rye.2023-05-04", "local.hythe.2023-05-04"
#: Two councils on each of two partitions.
PLACES = {SWALE: 0, RYE: 0, LEWES: 1, HYTHE: 1}
EACH = 6


def told_to(reel: Reel, word: str, filter: Filter = EVERYTHING) -> list[str]:
    return [id for _, _, id in everything(take_up(reel, filter, word, complete=True))]


def test_what_was_told_around_an_open_gap_is_not_told_again() -> None:
    """Swale 2 is held back on the log; Swale 3 waits for it, while Rye and Lewes go on."""
    log = a_log(a_headline(1), a_headline(3), a_headline(1, RYE), a_headline(2, RYE), a_headline(2))
    archive = an_archive(log[:4] + a_log(a_headline(1, LEWES), partition=1))
    reel = Reel(archive)
    before = everything(take_up(reel, EVERYTHING, "start", complete=True))
    words = ["start"] + [word for _, word, _ in before]
    other = Reel(an_archive(a_log(a_headline(1, LEWES), partition=1) + log))
    archive.take(log[4], 0.0)
    all_ids = [id for _, _, id in before] + [a_headline(2).id, a_headline(3).id]

    assert [id for _, _, id in before] == [
        a_headline(n, c).id for n, c in ((1, SWALE), (1, RYE), (2, RYE), (1, LEWES))
    ]
    for had, word in enumerate(words):
        assert told_to(reel, word) == all_ids[had:], "the copy that gave the position"
        assert Counter(told_to(other, word)) == Counter(all_ids[had:]), "a copy that read it all at once"
    assert len(set(words)) == len(words)


def a_topic(draw: random.Random) -> list[list[Record]]:
    """Two partitions, with headlines out of place by a few, some of them twice."""
    logs = []
    for partition in (0, 1):
        said = [
            a_headline(n, council)
            for n in range(1, EACH + 1)
            for council, p in PLACES.items()
            if p == partition
        ]
        for _ in range(draw.randrange(4)):
            said.insert(draw.randrange(len(said)), said.pop(draw.randrange(len(said))))
        for _ in range(draw.randrange(3)):
            at = draw.randrange(len(said))
            said.insert(draw.randrange(at, len(said)) + 1, said[at])
        logs.append(a_log(*said, partition=partition))
    return logs


class Copy:
    """A copy of the service that reads the topic in an order, and loses patience at moments, of its own."""

    def __init__(self, topic: list[list[Record]], draw: random.Random) -> None:
        self.archive = Archive("replay")
        self.reel = Reel(self.archive)
        self._left = [list(log) for log in topic]
        self._draw = draw
        self._now = 0.0

    def read(self, count: int) -> None:
        """Take so many records."""
        for _ in range(count):
            logs = [log for log in self._left if log]
            if not logs:
                break
            self.archive.take(self._draw.choice(logs).pop(0), self._now)
            if self._draw.random() < 0.15:
                self._now += 3.0
                self.archive.lose_patience(self._now)

    def end(self) -> None:
        """Take all that is left."""
        self.read(1_000)
        self.archive.lose_patience(self._now + 3.0)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), way=st.sampled_from(["stream", "polling"]), filtered=st.booleans())
def test_no_miss_and_no_repeat_over_random_cuts_copies_and_orders(
    seed: int, way: str, filtered: bool
) -> None:
    draw = random.Random(seed)
    filter = Filter(council=frozenset({SWALE, LEWES})) if filtered else EVERYTHING
    topic = a_topic(draw)
    copies = [Copy(topic, draw) for _ in range(2)]
    had: list[str] = []
    word = "start"

    def connect(copy: Copy, cut: bool) -> str:
        """Be told some of what the copy has; gives the position of the last that came through."""
        if way == "polling":
            run = polling.run_after(
                copy.archive, word, filter, draw.randint(1, 4) if cut else 1_000, complete=False
            )
            had.extend(entry.headline.id for entry in run.entries)
            return run.word
        got = []
        place = take_up(copy.reel, filter, word, complete=False)
        for _ in range(draw.randint(1, 3)):
            got += everything(place)
            copy.read(draw.randint(0, 3) if cut else 0)
        got = got[: draw.randint(0, len(got))] if cut else got
        had.extend(id for _, _, id in got)
        return got[-1][1] if got else word

    for _ in range(12):
        copy = draw.choice(copies)
        copy.read(draw.randint(0, 6))
        word = connect(copy, cut=True)
    for copy in copies:
        copy.end()
    connect(copies[0], cut=False)

    wanted = {e.headline.id for e in copies[0].archive.entries if filter.passes(e.headline)}
    assert Counter(had) == Counter(wanted)


@given(
    st.dictionaries(
        st.integers(0, 300),
        st.tuples(
            st.integers(0, 10**6), st.binary(min_size=2, max_size=2), st.sets(st.integers(1, 500), max_size=9)
        ),
        max_size=5,
    )
)
def test_a_position_comes_back_from_its_word(found: dict[int, tuple[int, bytes, set[int]]]) -> None:
    given = Position(
        {
            partition: Reach(offset, mark, tuple(sorted(offset - back for back in backs if back <= offset)))
            for partition, (offset, mark, backs) in found.items()
        }
    )

    assert position(given.word()) == given


@given(st.binary(max_size=60))
def test_any_bytes_are_a_position_or_are_refused(raw: bytes) -> None:
    import base64

    word = base64.urlsafe_b64encode(b"\x02" + raw).rstrip(b"=").decode()
    try:
        found = position(word)
    except NoPosition:
        return
    assert position(found.word()) == found


def test_so_many_wait_and_no_more() -> None:
    """A key whose first headline never comes cannot fill memory, nor make positions long."""
    sequence = Sequence()
    archive = Archive("replay", sequence=sequence)
    told = [
        entry.headline.n
        for n in range(2, MOST_WAITING + 4)
        for entry in archive.take(a_record(a_headline(n), n - 2), 0.0)
    ]

    assert told == list(range(2, MOST_WAITING + 4))
    assert [(gap.first, gap.last) for gap in sequence.gaps()] == [(1, 1)]


@pytest.mark.parametrize("way", ["stream", "polling"])
def test_what_comes_late_after_patience_was_lost_is_told_once(way: str) -> None:
    log = a_log(a_headline(1), a_headline(3), a_headline(2))
    archive = an_archive(log[:2])
    archive.lose_patience(10.0)
    word = archive.word()
    archive.take(log[2], 11.0)
    elsewhere = an_archive(log)

    for copy in (archive, elsewhere):
        if way == "stream":
            assert told_to(Reel(copy), word) == [a_headline(2).id]
        else:
            run = polling.run_after(copy, word, EVERYTHING, 9, complete=True)
            assert [entry.headline.n for entry in run.entries] == [2]
    assert orjson.loads(archive.entries[-1].raw)["n"] == 2
