"""A worker's own word on how it is."""

from pathlib import Path

from streams.delivery.status import STALE_SECONDS, Status, is_ready, read


def test_a_word_is_read_as_it_was_written(tmp_path: Path) -> None:
    status = Status("council", state="ready", partitions=[0, 2], rows=7)
    status.write(tmp_path / "status.json")

    assert read(tmp_path / "status.json") == status


def test_no_word_is_not_ready(tmp_path: Path) -> None:
    assert read(tmp_path / "status.json") is None
    assert not is_ready(None, now=0.0)


def test_an_old_word_is_not_believed() -> None:
    status = Status("council", state="ready", written_at=100.0)

    assert is_ready(status, now=100.0 + STALE_SECONDS - 0.1)
    assert not is_ready(status, now=100.0 + STALE_SECONDS + 0.1)


def test_a_worker_between_two_assignments_is_not_ready() -> None:
    assert not is_ready(Status("council", state="waiting", written_at=100.0), now=100.0)
