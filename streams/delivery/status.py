"""A worker's own word on how it is: a small file that ``results health`` and supervisors read."""

import json
import os
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Literal

State = Literal["starting", "ready", "waiting", "leaving"]


class Observer:
    """Whoever wants to hear of a worker's states, in its process; this one does not. Called inline: be quick."""

    def entered(self, state: State) -> None:
        """The worker went over to another state."""

    def beat(self, status: "Status") -> None:
        """The worker's word on itself, each time that it is given."""


#: A ready worker writes this often; one that has not written for three times as long is stuck or gone.
BEAT_SECONDS = 1.0
STALE_SECONDS = 3 * BEAT_SECONDS


@dataclass(slots=True)
class Status:
    """``waiting`` is a worker between two assignments; times are Unix seconds, counts since the start.

    ``remaining``: records of the changelog that recovery has yet to read.
    """

    app_id: str
    state: State = "starting"
    pid: int = field(default_factory=os.getpid)
    partitions: list[int] = field(default_factory=list)
    rows: int = 0
    records: int = 0
    batches: int = 0
    rebalances: int = 0
    remaining: int = 0
    written_at: float = 0.0
    observer: Observer = field(default_factory=Observer, repr=False, compare=False)

    def enter(self, state: State) -> None:
        """Go over to another state."""
        self.rebalances += state == "waiting"
        self.state = state
        self.observer.entered(state)

    def write(self, path: Path) -> None:
        """Replace the file in one step: a reader sees a whole one."""
        self.written_at = time.time()
        new = path.with_name(f".{path.name}.{self.pid}")
        words = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "observer"}
        new.write_text(json.dumps(words) + "\n")
        new.replace(path)


def read(path: Path) -> Status | None:
    """The latest word of a worker, or None when there is none; FileNotFoundError never escapes."""
    try:
        return Status(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None


def is_ready(status: Status | None, now: float) -> bool:
    """Whether the worker takes records at this moment (Unix seconds)."""
    return status is not None and status.state == "ready" and now - status.written_at < STALE_SECONDS
