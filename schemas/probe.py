"""The probe: a synthetic record that goes the whole way of a declaration and is answered apart from all results.

It lies on declarations, goes on to contributions, and each worker on its way answers; the last answer is the probe's.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, ValidationError

from schemas.cloudevents import Headers, headers
from schemas.contract import Contract, EventId, Instant, Mode

#: The workers that a probe passes, in this order.
Passes = Literal["council", "area"]

#: The header by which a worker tells a probe from everything else on its topic.
PROBE_TYPE = "uk.results.Probe.v1"


class Probe(Contract):
    """A probe. It is no input event: no reader of input events takes it, so no producer can declare one."""

    schema_version: Literal[1] = 1
    type: Literal["Probe"] = "Probe"
    test: Literal[True] = True
    id: EventId
    mode: Mode
    sent_at: Instant


class ProbeAnswer(Contract):
    """A worker's answer, said only once the probe's row was on the changelog. ``partition``: where the probe lay."""

    schema_version: Literal[1] = 1
    type: Literal["ProbeAnswer"] = "ProbeAnswer"
    test: Literal[True] = True
    id: EventId
    mode: Mode
    sent_at: Instant
    partition: int = Field(ge=0)
    agent: Passes = "council"


def probe_key(partition: int) -> str:
    """The row of a partition's probes; it is no council's id, which ends with a day."""
    return f"probe.{partition}"


def is_probe_key(key: str) -> bool:
    """Whether a row is that of a partition's probes."""
    prefix, _, number = key.partition(".")
    return prefix == "probe" and number.isdecimal()


def probe_headers(probe: Probe) -> Headers:
    """Headers of a probe."""
    return _headers(probe, PROBE_TYPE, "/monitor")


def answer_headers(answer: ProbeAnswer) -> Headers:
    """Headers of an answer."""
    return _headers(answer, "uk.results.ProbeAnswer.v1", f"/feeds/{answer.mode}/{answer.agent}")


def is_probe(given: Iterable[tuple[str, bytes]]) -> bool:
    """Whether the headers of a record are those of a probe, which nobody but workers and the monitor takes."""
    return ("ce_type", PROBE_TYPE.encode()) in given


def read_probe(value: bytes | None, given: tuple[tuple[str, bytes], ...], mode: Mode) -> Probe | None:
    """The probe in a record of this mode; None when its headers or its value are not those of one."""
    if value is None or not is_probe(given):
        return None
    try:
        probe = Probe.model_validate_json(value)
    except ValidationError:
        return None
    return probe if probe.mode == mode else None


def _headers(value: Probe | ProbeAnswer, type: str, source: str) -> Headers:
    return headers(
        id=value.id,
        source=source,
        type=type,
        subject="probe",
        time=value.sent_at.isoformat().replace("+00:00", "Z"),
        schema=value.type,
    )
