"""Does a stream resume without loss and without repeat, from this copy or another, and with any filter?"""

import random

import orjson
import pytest

from streams.publishers import reel as reel_module
from streams.publishers.archive import Archive, Record
from streams.publishers.filters import Filter
from streams.publishers.reel import Place, Reel, frame, take_up
from tests.publishers.making import LEWES, SWALE, a_headline, a_log, an_archive

EVERYTHING = Filter()


def events(chunk: bytes) -> list[tuple[str, str, str]]:
    """Kind, id and the headline's own id of each event in a chunk."""
    found = []
    for block in chunk.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            data = orjson.loads(fields["data"])
            found.append((fields["event"], fields.get("id", ""), data.get("id", "")))
    return found


def everything(place: Place) -> list[tuple[str, str, str]]:
    """All events until there are none."""
    found = []
    while chunk := place.chunk(lambda why: orjson.dumps({"reason": why})):
        found += events(chunk)
    return found


def a_night(seed: int, length: int = 20) -> list[Record]:
    """Two partitions as a copy may come to read them."""
    draw = random.Random(seed)
    logs = [
        a_log(*[a_headline(n, council) for n in range(1, length + 1)], partition=partition)
        for partition, council in enumerate((SWALE, LEWES))
    ]
    taken: list[Record] = []
    while any(logs):
        taken.append(draw.choice([log for log in logs if log]).pop(0))
    return taken


def test_a_reader_without_a_position_hears_what_comes_from_now_on() -> None:
    log = a_night(1)
    archive = an_archive(log[:10])
    place = take_up(Reel(archive), EVERYTHING, "", complete=True)
    for record in log[10:]:
        archive.take(record, 0.0)

    assert [id for _, _, id in everything(place)] == [entry.headline.id for entry in archive.entries[10:]]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("filter", [EVERYTHING, Filter(council=frozenset({LEWES}))], ids=["all", "filtered"])
def test_broken_off_anywhere_and_taken_up_at_any_copy_nothing_is_lost_or_repeated(
    seed: int, filter: Filter
) -> None:
    draw = random.Random(seed)
    logs = [a_night(seed), a_night(seed + 50)]
    archives = [an_archive(log[: draw.randint(0, 40)]) for log in logs]
    reels = [Reel(archive) for archive in archives]
    had: list[str] = []
    word = "start"

    for _ in range(30):
        copy = draw.randrange(2)
        place = take_up(reels[copy], filter, word, complete=False)
        for _ in range(draw.randint(0, 3)):
            if len(archives[copy].entries) < 40:
                archives[copy].take(logs[copy][len(archives[copy].entries)], 0.0)
            got = events(place.chunk(lambda why: b"{}"))
            got = got[: draw.randint(0, len(got))]  # the connection breaks in the middle of what was sent
            had += [id for _, _, id in got]
            word = got[-1][1] if got else word
            if len(got) < 1:
                break
            place = take_up(reels[copy], filter, word, complete=False)
    for archive, log in zip(archives, logs, strict=True):
        for record in log[len(archive.entries) :]:
            archive.take(record, 0.0)
    had += [id for _, _, id in everything(take_up(reels[0], filter, word, complete=True))]

    wanted = {e.headline.id for e in archives[0].entries if filter.passes(e.headline)}
    assert sorted(had) == sorted(wanted)
    for council in (SWALE, LEWES):
        of_council = [
            archives[0].by_id[id].headline.n for id in had if archives[0].by_id[id].headline.key == council
        ]
        assert of_council == sorted(of_council)


def test_a_reader_ahead_of_this_copy_is_not_given_what_it_has() -> None:
    log = a_night(2)
    ahead, behind = an_archive(log), an_archive(log[:15])
    place = take_up(Reel(behind), EVERYTHING, ahead.word(), complete=False)
    for record in log[15:]:
        behind.take(record, 0.0)

    assert everything(place) == []


@pytest.mark.parametrize("word", ["nonsense", "Ag", "=" * 10])
def test_a_position_that_leads_nowhere_begins_with_a_snapshot(word: str) -> None:
    archive = an_archive(a_night(3))

    got = everything(take_up(Reel(archive), EVERYTHING, word, complete=True))

    if word == "Ag":  # a position before everything
        assert len(got) == len(archive.entries)
    else:
        assert [(kind, id) for kind, id, _ in got] == [("snapshot", archive.word())]


def test_a_position_of_another_log_begins_with_a_snapshot() -> None:
    other = an_archive(a_log(*[a_headline(n, "local.rother.2023-05-04") for n in range(1, 5)]))
    place = take_up(Reel(an_archive(a_night(4))), EVERYTHING, other.position().word(), complete=True)

    assert [kind for kind, _, _ in everything(place)] == ["snapshot"]


def test_who_missed_too_much_gets_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reel_module, "MOST_MISSED", 30)
    archive = an_archive(a_night(5))

    place = take_up(Reel(archive), EVERYTHING, "start", complete=True)
    late = take_up(Reel(archive), EVERYTHING, archive.word(2), complete=True)
    in_time = take_up(Reel(archive), EVERYTHING, archive.word(12), complete=True)

    assert [kind for kind, _, _ in everything(late)] == ["snapshot"]
    assert len(everything(in_time)) == 28
    assert len(everything(place)) == 40  # asked for, not missed


def test_a_snapshot_is_followed_by_what_comes_after_it() -> None:
    log = a_night(6)
    archive = an_archive(log[:30])
    place = take_up(Reel(archive), EVERYTHING, "nonsense", complete=True)
    first = everything(place)
    for record in log[30:]:
        archive.take(record, 0.0)

    assert [kind for kind, _, _ in first + everything(place)] == ["snapshot"] + ["headline"] * 10


def test_no_headline_can_break_an_event_in_two() -> None:
    raw = b'{\n"text": "one",\r\n"id": "x"\n}'

    made = frame("headline", raw, "w")

    assert made == b'event: headline\nid: w\ndata: {"text":"one","id":"x"}\n\n'


def test_each_headline_is_encoded_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []
    monkeypatch.setattr(
        reel_module, "frame", lambda event, data, id="": made.append(data) or frame(event, data, id)
    )
    archive = Archive("replay")
    reel = Reel(archive)
    places = [take_up(reel, EVERYTHING, "", complete=True) for _ in range(50)]
    for record in a_night(7):
        archive.take(record, 0.0)

    assert {len(everything(place)) for place in places} == {40}
    assert len(made) == 40
