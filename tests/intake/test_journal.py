"""Is what was taken on disk, once, whole, and in order?"""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.intake.journal import Conflict, Entry, Journal, JournalFault, Placed, Taken
from streams.intake.pen import Pen
from streams.trouble import Trouble


def an_entry(id: str = "one", value: bytes = b"{}", key: str = "local.chigley.2023-05-04") -> Entry:
    return Entry(
        id, "results.rehearsal.declarations.v1", key, value, (("ce_id", id.encode()),), "Desk", "now"
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "rehearsal.sqlite")
    yield journal
    journal.close()


def test_what_is_taken_waits_until_the_broker_has_it(journal: Journal) -> None:
    ((taken,),) = journal.write([[an_entry()]])  # type: ignore[misc]

    assert journal.waiting(10) == [(taken.seq, an_entry())]

    journal.write([], [Placed(taken.seq, 3, 17)])

    assert journal.waiting(10) == []
    assert journal.find("one") == Taken(taken.seq, "one", "on the log", False, 3, 17)


def test_the_same_again_is_the_same_answer(journal: Journal) -> None:
    ((first,),) = journal.write([[an_entry()]])  # type: ignore[misc]
    ((again,),) = journal.write([[an_entry()]])  # type: ignore[misc]

    assert (first.new, again.new, again.seq) == (True, False, first.seq)
    assert len(journal.waiting(10)) == 1


@pytest.mark.parametrize("before", [[], [an_entry("two", b"other")]], ids=["within one request", "before"])
def test_another_content_under_the_same_id_takes_nothing_of_the_request(
    journal: Journal, before: list[Entry]
) -> None:
    journal.write([before] if before else [])
    within = [] if before else [an_entry("two", b"other")]

    (answer,) = journal.write([[an_entry("one"), *within, an_entry("two", b"this")]])

    assert answer == Conflict("two")
    assert journal.find("one") is None


def test_a_full_disk_leaves_nothing_half_written(journal: Journal) -> None:
    journal.write([[an_entry("before")]])
    journal.limit_pages(12)
    requests = [[an_entry(f"{n}", b"x" * 9_000), an_entry(f"{n}b", b"x" * 9_000)] for n in range(5)]

    with pytest.raises(JournalFault, match="full"):
        journal.write(requests)

    assert [entry.id for _, entry in journal.waiting(100)] == ["before"]
    journal.limit_pages(100_000)
    journal.write(requests)
    assert len(journal.waiting(100)) == 11


def test_a_commit_is_synced_before_it_returns(journal: Journal, tmp_path: Path) -> None:
    settings = [
        journal._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    ]

    assert settings == ["wal", 2]
    journal.write([[an_entry()]])
    other = sqlite3.connect(tmp_path / "rehearsal.sqlite")
    assert other.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    other.close()


def test_a_journal_has_one_intake(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="Another intake"):
        Journal(tmp_path / "rehearsal.sqlite")

    journal.close()
    Journal(tmp_path / "rehearsal.sqlite").close()


async def test_many_requests_share_commits_and_each_gets_its_own_answer(journal: Journal) -> None:
    commits = 0
    write = journal.write

    def counted(*arguments: object) -> object:
        nonlocal commits
        commits += 1
        return write(*arguments)  # type: ignore[arg-type]

    journal.write = counted  # type: ignore[method-assign, assignment]
    pen = Pen(journal)
    answers = await asyncio.gather(*(pen.take([an_entry(f"e{n}")]) for n in range(300)))
    await pen.close()

    assert [answer[0].id for answer in answers] == [f"e{n}" for n in range(300)]  # type: ignore[index]
    assert commits < 100


async def test_a_fault_reaches_everyone_who_shared_the_commit(journal: Journal) -> None:
    journal.limit_pages(12)
    pen = Pen(journal)

    answers = await asyncio.gather(
        *(pen.take([an_entry(f"e{n}", b"x" * 9_000)]) for n in range(8)), return_exceptions=True
    )
    await pen.close()

    taken = [answer for answer in answers if isinstance(answer, tuple)]
    assert len(taken) < 8
    assert len(journal.waiting(100)) == len(taken)
