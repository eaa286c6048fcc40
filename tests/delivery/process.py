"""One worker as a process of its own, started, watched and ended from outside."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from streams.delivery import status

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """One worker process."""

    script = "tests.delivery.toy_worker"

    def __init__(self, folder: Path, number: int, options: dict[str, object]) -> None:
        self.log = folder / f"worker-{number}.log"
        self.status = folder / f"worker-{number}.json"
        given = {"status": self.status, "seed": number, **options}
        script = given.pop("script", self.script)
        arguments = [part for name, value in given.items() for part in (f"--{name}", str(value))]
        with self.log.open("wb") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", str(script), *arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
            )

    def words(self) -> str:
        return self.log.read_text(errors="replace")

    def running(self) -> bool:
        return self.process.poll() is None

    def ready(self, seconds: float = 90) -> bool:
        """Whether it takes records within a time; False as well when it ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running():
            if status.is_ready(status.read(self.status), time.time()):
                return True
            time.sleep(0.05)
        return False

    def frozen(self) -> bool:
        """Whether it is stopped by a signal."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return self.running() and stat.rpartition(")")[2].split()[0] == "T"

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Ask it to leave; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)
