"""Ports for what tests start: each is handed out once, to one test process of this machine, as long as that runs.

They lie below those that the system gives to clients: a program that is started later, or again, finds its port free.
"""

import fcntl
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

HOST = "127.0.0.1"

#: Not seeded: test processes side by side that begin with one seed must not try the same ports in the same order.
_lot = random.SystemRandom()
_claims: list[IO[str]] = []


def free_port() -> int:
    """A port that nobody listens at, and that no other test will be given."""
    folder = Path(tempfile.gettempdir()) / "election-results-feed-ports"
    folder.mkdir(exist_ok=True)
    while True:
        port = _lot.randrange(20_000, 32_000)
        claim = (folder / str(port)).open("w")
        if _claimed(claim) and _unused(port):
            _claims.append(claim)
            return port
        claim.close()


def _claimed(claim: IO[str]) -> bool:
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unused(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
