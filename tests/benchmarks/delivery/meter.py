"""What a contender notes of itself: the first record taken, the last write acknowledged, processor time and memory."""

import json
import re
import resource
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from streams.delivery.keeper import Keeper

NOTE_SECONDS = 0.25


@dataclass
class Noted:
    """Times are of the machine's monotonic clock, in seconds; processor time is of the whole process, in seconds."""

    taken: int = 0
    outputs: int = 0
    began: float = 0.0
    ended: float = 0.0
    processor_began: float = 0.0
    processor_ended: float = 0.0
    memory_mb: float = 0.0


class Meter:
    """Counts, and writes what it has noted to ``path`` four times a second."""

    def __init__(self, path: Path) -> None:
        self.noted = Noted()
        self._path = path
        threading.Thread(target=self._write, daemon=True).start()

    def take(self) -> None:
        """One record more."""
        if self.noted.taken == 0:
            self.noted.began, self.noted.processor_began = time.perf_counter(), _processor()
        self.noted.taken += 1

    def acknowledged(self, outputs: int) -> None:
        """So many outputs more are acknowledged by the broker."""
        self.noted.outputs += outputs
        self.noted.ended, self.noted.processor_ended = time.perf_counter(), _processor()

    def _write(self) -> None:
        while True:
            time.sleep(NOTE_SECONDS)
            self.noted.memory_mb = _most_memory_mb()
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps(asdict(self.noted)))
            new.replace(self._path)


class MeteredKeeper:
    """A keeper that counts the records it is given to read."""

    def __init__(self, keeper: Keeper[Any, Any], meter: Meter) -> None:
        self.judge = keeper.judge
        self.dump = keeper.dump
        self.load = keeper.load
        self.follow = keeper.follow
        self._read = keeper.read
        self._take = meter.take

    def read(self, record: Any) -> Any:
        """Count and read."""
        self._take()
        return self._read(record)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _most_memory_mb() -> float:
    """The most so far; not `ru_maxrss`, which a process inherits from the one that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
