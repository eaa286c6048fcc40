"""Waiting for something to hold."""

import time
from collections.abc import Callable


def until(holds: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Whether it held within a time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(pause)
    return holds()
