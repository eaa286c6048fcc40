"""How a worker's process ends: with which code, after which words, and by when at the latest."""

import logging
import os
import signal
import sys
import threading
from typing import NoReturn

from streams.delivery.faults import ConfigurationFault

log = logging.getLogger(__name__)

EXIT_LEFT = 0
EXIT_CONFIGURATION = 2
EXIT_BROKEN = 3

#: From the signal to the end, whatever hangs.
DEADLINE_SECONDS = 10.0


def end(fault: BaseException) -> NoReturn:
    """Leave at once, before anything more is acknowledged; nothing is stopped, flushed or committed.

    Faust acknowledges and commits while it stops, even what raised.
    """
    if isinstance(fault, ConfigurationFault):
        _say(str(fault))
        leave(EXIT_CONFIGURATION)
    log.critical("worker.ended before the acknowledgement: %r", fault, exc_info=fault)
    leave(EXIT_BROKEN)


def leave(code: int) -> NoReturn:
    """End the process without waiting for threads."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def kill_after(seconds: float) -> None:
    """Set the deadline: from now on the process lives that long at most, even if its event loop is stuck."""

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
