"""Answers the monitor's probes on the whole way of a declaration, and hands everything else to the agent's keeper."""

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Generic

from schemas import topics
from schemas.contract import Mode
from schemas.probe import (
    Passes,
    Probe,
    ProbeAnswer,
    answer_headers,
    is_probe_key,
    probe_headers,
    probe_key,
    read_probe,
)
from streams.delivery.keeper import Addressed, E, Judged, Keeper, Output, Record, S
from streams.delivery.partition import partition_of


class ProbingKeeper(Generic[S, E]):
    """A keeper around another one. A partition's probes have a row of their own, which is the last of them.

    So an answer says that this worker reads, judges, keeps and says; what is said goes to a topic that no
    reader of results knows.  A council worker hands the probe on to the area worker that has the partition of the
    same number of so many ``partitions``: boards come from the same step of that worker as its answer.
    """

    def __init__(self, keeper: Keeper[S, E], mode: Mode, agent: Passes, partitions: int) -> None:
        self._keeper = keeper
        self._mode = mode
        self._agent: Passes = agent
        self._partitions = partitions

    def read(self, record: Record) -> Addressed[E | Probe] | Output:
        """A probe, else what the keeper reads; a probe that is none is the keeper's to reject."""
        probe = read_probe(record.value, record.headers, self._mode)
        if probe is not None:
            return Addressed(probe_key(record.partition), probe)
        return self._keeper.read(record)  # type: ignore[return-value]

    def judge(self, key: str, state: S | Probe | None, event: E | Probe, record: Record) -> Judged[S | Probe]:
        """A probe is its row's new state, and its answer is an intent like a headline."""
        if isinstance(event, Probe):
            return Judged(event, outputs=self._said(event, record.partition))
        return self._keeper.judge(key, state, event, record)  # type: ignore[arg-type, return-value]

    def dump(self, state: S | Probe) -> bytes:
        """The row of a probe is the probe."""
        return state.model_dump_json().encode() if isinstance(state, Probe) else self._keeper.dump(state)

    def load(self, key: str, row: bytes, attachment: Callable[[str], bytes]) -> S | Probe:
        """What ``dump`` wrote."""
        return (
            Probe.model_validate_json(row) if is_probe_key(key) else self._keeper.load(key, row, attachment)
        )

    def follow(self, key: str, state: S | Probe, version: int) -> tuple[Output, ...]:
        """Nothing follows from a probe's row."""
        return () if isinstance(state, Probe) else self._keeper.follow(key, state, version)

    def _said(self, probe: Probe, partition: int) -> tuple[Output, ...]:
        answered = ProbeAnswer(
            id=probe.id, mode=probe.mode, sent_at=probe.sent_at, partition=partition, agent=self._agent
        )
        key, value = probe_key(partition).encode(), answered.model_dump_json().encode()
        answer = Output(topics.probes(probe.mode), key, value, answer_headers(answered))
        if self._agent == "area":
            return (answer,)
        onward = key_on(partition, self._partitions).encode()
        value = probe.model_dump_json().encode()
        return answer, Output(topics.contributions(probe.mode), onward, value, probe_headers(probe))


@cache
def key_on(partition: int, partitions: int) -> str:
    """A key of probes that clients put on this partition of so many."""
    keys = (f"{probe_key(partition)}.{number}" for number in count())
    return next(key for key in keys if partition_of(key, partitions) == partition)
