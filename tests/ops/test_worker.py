"""Does a worker say of itself what happened, and does measuring leave what it does alone?"""

import socket

import pytest

from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.delivery.status import Status
from streams.ops.worker import TimedKeeper, WorkerMetrics
from streams.trouble import Trouble

RECORD = Record("t", 0, 0, b"k", b"v", (), 1000)


class Plain:
    """A keeper that refuses what is empty."""

    def read(self, record: Record) -> Addressed[str] | Output:
        return Addressed("k", "event") if record.value else Output("rejections", None, b"empty")

    def judge(self, key: str, state: str | None, event: str, record: Record) -> Judged[str]:
        return Judged(f"{state}+{event}")

    def dump(self, state: str) -> bytes:
        return state.encode()

    def load(self, key: str, row: bytes, attachment: object) -> str:
        return row.decode()

    def follow(self, key: str, state: str, version: int) -> tuple[Output, ...]:
        return (Output("standings", b"k", state.encode()),)


def test_measuring_changes_nothing_and_counts_each_record_once() -> None:
    times: list[float] = []
    plain = Plain()
    timed: TimedKeeper[str, str] = TimedKeeper(plain, times.append)

    read = timed.read(RECORD)
    judged = timed.judge("k", "state", "event", RECORD)
    refused = timed.read(Record("t", 0, 1, b"k", b"", (), 1000))

    assert (read, judged) == (plain.read(RECORD), plain.judge("k", "state", "event", RECORD))
    assert isinstance(refused, Output)
    assert (timed.dump("s"), timed.load("k", b"s", lambda name: b""), len(timed.follow("k", "s", 1))) == (
        b"s",
        "s",
        1,
    )
    assert len(times) == 2
    assert all(seconds > 0 for seconds in times)


def test_a_rebalance_lasts_from_losing_partitions_until_records_are_taken_again() -> None:
    moments = iter([100.0, 107.5])
    metrics = WorkerMetrics("council", "g", "1", clock=lambda: next(moments))
    status = Status("g", observer=metrics)
    value = metrics.registry.get_sample_value
    assert value("election_recovering", {"table": "council"}) == 1

    status.enter("ready")
    assert value("election_rebalances_total", {"group": "g"}) == 0
    status.enter("waiting")
    status.remaining = 40
    metrics.beat(status)
    recovering = value("election_recovering", {"table": "council"})
    remaining = value("election_recovery_remaining_records", {"table": "council"})
    status.enter("ready")

    assert (recovering, remaining) == (1, 40)
    assert value("election_recovering", {"table": "council"}) == 0
    assert value("election_rebalances_total", {"group": "g"}) == 1
    assert value("election_rebalance_seconds_sum", {"group": "g"}) == 7.5
    assert status.rebalances == 1


def test_a_port_in_use_ends_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Trouble, match="RESULTS_METRICS_PORT"):
            WorkerMetrics("council", "g", "1").show("127.0.0.1", taken.getsockname()[1])
