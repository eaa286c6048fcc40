"""Does the archive hold what the topics say, whatever is repeated, missing, late or foreign?"""

import random
from datetime import UTC, datetime

import pytest

from results_client.position import NoPosition, Position, Reach, position
from results_client.sequence import PATIENCE_SECONDS
from streams.publishers.archive import Archive, OtherLog, Record
from tests.publishers.making import LEWES, SWALE, a_headline, a_log, a_record, a_standing, an_archive, told


def test_a_repeated_headline_is_told_once() -> None:
    first, second = a_headline(1), a_headline(2)

    archive = an_archive(a_log(first, second, first, second))

    assert told(archive) == [("swale", 1), ("swale", 2)]
    assert archive.sequence.repeats == 2


def test_a_headline_waits_for_the_one_before_it() -> None:
    archive = an_archive(a_log(a_headline(1), a_headline(3), a_headline(1, LEWES), a_headline(2)))

    assert told(archive) == [("swale", 1), ("lewes", 1), ("swale", 2), ("swale", 3)]
    assert list(archive.sequence.gaps()) == []


def test_a_missing_headline_is_an_alarm_and_holds_nothing_back_for_long() -> None:
    archive = an_archive(a_log(a_headline(1), a_headline(3)))
    (gap,) = archive.sequence.gaps()

    archive.lose_patience(PATIENCE_SECONDS - 0.1)
    before = told(archive)
    archive.lose_patience(PATIENCE_SECONDS)

    assert (gap.key, gap.first, gap.last) == (SWALE, 2, 2)
    assert (before, told(archive)) == ([("swale", 1)], [("swale", 1), ("swale", 3)])
    assert [(gap.first, gap.last) for gap in archive.sequence.gaps()] == [(2, 2)]


def test_a_late_headline_is_told_and_closes_its_gap() -> None:
    archive = an_archive(a_log(a_headline(1), a_headline(3)))
    archive.lose_patience(PATIENCE_SECONDS)

    archive.take(a_record(a_headline(2), offset=2), 9.0)

    assert told(archive) == [("swale", 1), ("swale", 3), ("swale", 2)]
    assert [entry.headline.n for entry in archive.of(SWALE)] == [1, 2, 3]
    assert (list(archive.sequence.gaps()), archive.sequence.conflicts) == ([], 0)


def test_one_number_with_two_ids_is_an_alarm_and_both_are_told() -> None:
    archive = an_archive(a_log(a_headline(1), a_headline(1, id="f" * 32)))

    assert told(archive) == [("swale", 1), ("swale", 1)]
    assert archive.sequence.conflicts == 1


def test_the_highest_version_counts_in_whatever_order() -> None:
    versions = [a_standing(version=v, n=v) for v in range(1, 6)]
    random.Random(3).shuffle(versions)

    archive = an_archive(a_log(*versions, versions[0]))

    history = archive.councils[SWALE]
    assert history.latest is not None
    assert history.latest.version == 5
    assert [history.versions[v].picture().n for v in sorted(history.versions)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"schema_version":1}', b"\xff", b"null"])
def test_what_is_no_headline_is_counted_and_left_out(value: bytes) -> None:
    archive = an_archive([Record("headlines", 0, 0, value, 1), a_record(a_headline(1), 1)])

    assert (archive.unreadable, told(archive)) == (1, [("swale", 1)])


def test_a_headline_of_another_mode_is_left_out_and_counted() -> None:
    """I-01: a live reader that is fed a rehearsal drops it and raises the alarm."""
    live = Archive("live")

    live.take(a_record(a_headline(1, mode="rehearsal")), 0.0)
    live.take(a_record(a_standing(mode="rehearsal")), 0.0)

    assert (live.unreadable, live.entries, live.councils) == (2, [], {})


def test_a_topic_made_anew_is_noticed() -> None:
    archive = an_archive(a_log(a_headline(1), a_headline(2)))

    with pytest.raises(OtherLog):
        archive.take(a_record(a_headline(1), 0), 0.0)


def test_a_withdrawal_is_the_fate_of_what_it_takes_back() -> None:
    call = a_headline(1, fact="control", type="CONTROL_GAIN")
    needs = a_headline(2, fact="needs")
    back = a_headline(
        3, fact="control", type="CONTROL_GAIN", action="withdrawn", supersedes=[call.id, needs.id]
    )

    archive = an_archive(a_log(call, needs, back))

    assert {id: fate.action for id, fate in archive.fates.items()} == {
        call.id: "withdrawn",
        needs.id: "overtaken",
    }


def test_as_of_gives_what_had_been_said_by_then() -> None:
    log = a_log(a_standing(version=1), a_headline(1), a_standing(version=2), a_headline(2))

    then = an_archive(log).as_of(datetime.fromtimestamp(2.5, UTC))

    history = then.councils[SWALE]
    assert history.latest is not None
    assert (told(then), history.latest.version) == ([("swale", 1)], 1)


def test_as_of_by_the_clock_of_the_count() -> None:
    early = {"at": "2023-05-05T01:00:00Z", "basis": "officer"}
    log = a_log(a_headline(1, declared_at=early), a_headline(2))

    then = an_archive(log).as_of(datetime(2023, 5, 5, 1, 30, tzinfo=UTC), "declared")

    assert told(then) == [("swale", 1)]


def _interleaved(seed: int) -> list[Record]:
    """Two partitions as one copy may come to read them, with repeats and reordering within a key."""
    draw = random.Random(seed)
    logs = []
    for partition, council in ((0, SWALE), (1, LEWES)):
        said = [a_headline(n, council) for n in range(1, 13)]
        for place in range(0, 10, 4):
            said[place], said[place + 1] = said[place + 1], said[place]
        said.insert(5, said[2])
        logs.append(a_log(*said, partition=partition))
    taken: list[Record] = []
    while any(logs):
        log = draw.choice([log for log in logs if log])
        taken.append(log.pop(0))
    return taken


@pytest.mark.parametrize("seed", range(12))
def test_a_reader_loses_nothing_by_going_from_one_copy_to_another_at_any_moment(seed: int) -> None:
    one, other = an_archive(_interleaved(seed)), an_archive(_interleaved(seed + 100))
    everything = {entry.headline.id for entry in one.entries}

    for upto in range(len(one.entries) + 1):
        had = {entry.headline.id for entry in one.entries[:upto]}
        word = one.position(upto).word()
        rest = {entry.headline.id for entry in other.after(position(word))}
        assert had | rest == everything, upto
        assert len(had & rest) <= 1, "only what was told around a gap may come again"


def test_a_position_of_another_log_is_known_as_such() -> None:
    ours = an_archive(a_log(a_headline(1), a_headline(2)))
    other = an_archive(a_log(a_headline(1, LEWES), a_headline(2, LEWES)))

    assert ours.knows(ours.position())
    assert not ours.knows(other.position())
    assert ours.beyond(Position({0: Reach(99, b"xx")}))


@pytest.mark.parametrize("word", ["", "A", "====", "x" * 5000, "AQ\n", "é", "AgAA", "AQD_________________"])
def test_a_word_that_is_no_position_is_refused(word: str) -> None:
    with pytest.raises(NoPosition):
        position(word)


def test_a_position_is_read_as_it_was_written() -> None:
    given = Position({0: Reach(0), 3: Reach(2**40, b"ab", (5, 2**39)), 255: Reach(127, b"\xff\xfe")})

    assert position(given.word()) == given
